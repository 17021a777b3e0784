"""The pages of state receipts, as the office and the donor walk them; our own receipt shows how the state's stands."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from charityledger.clock import FixedClock
from charityledger.donations import accounts, receipts, state_receipts
from charityledger.donations.accounts import NewUser
from charityledger.donations.donors import DonorFacts
from charityledger.donations.lines import ReceivedLine
from charityledger.donations.links import token_of
from charityledger.donations.models import Donation, StateReceipt
from charityledger.extensions import db
from charityledger.identity.models import User
from tests.donations import world
from tests.donations.test_money_pages import said
from tests.donations.test_state_receipts import given, paper
from tests.donations.world import DAY, STAFF
from tests.people import client_of, make_user
from tests.site.conftest import queries

HOME = "/desk/state-receipts"
FORM = {"code": "41030125", "number": "0000000001", "check_code": "a1b2c3", "issued_on": "2026-04-15",
        "amount": "100.00"}


@pytest.fixture
def staff(app: Flask, clock: FixedClock) -> FlaskClient:
    """Staff has the number that the world's own entries carry."""
    with app.app_context():
        world.fill(clock)
    return client_of(app, make_user(app, "staff"))


@pytest.fixture
def gift(app: Flask, staff: FlaskClient, clock: FixedClock) -> int:
    with app.app_context():
        return given(clock)


def states(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        return [(row.state, row.number) for row in db.session.scalars(select(StateReceipt).order_by(StateReceipt.id))]


def test_issued_voided_and_issued_anew(app: Flask, staff: FlaskClient, gift: int) -> None:
    page = f"{HOME}/{gift}"
    assert "要申请 1" in said(staff.get(HOME))
    wrong = staff.post(f"{page}/issued", data={**FORM, "amount": "99", "number": "12"})
    assert (wrong.status_code, states(app)) == (422, [])
    assert "表格软件可能丢了前面的0" in said(wrong)
    differs = staff.post(f"{page}/issued", data={**FORM, "amount": "99"})
    assert "票据上是¥99.00，捐赠是¥100.00，要一样才能登记。" in said(differs)
    assert 'value="99"' in differs.text
    done = staff.post(f"{page}/issued", data={**FORM, "form_token": "once"}, follow_redirects=True)
    assert "票据已记下。" in said(done)
    for words in ("41030125", "0000000001", "a1b2c3", "登记作废", "不能冲正、退款或撤销"):
        assert words in said(done)
    staff.post(f"{page}/issued", data={**FORM, "form_token": "once"})
    assert states(app) == [("issued", "0000000001")]
    assert "请写明原因。" in said(staff.post(f"{page}/void/1", data={"voided_because": " "}))
    voided = staff.post(f"{page}/void/1", data={"voided_because": "名称写错"}, follow_redirects=True)
    assert "登记重新开好的票据" in said(voided)
    staff.post(f"{page}/issued", data={**FORM, "number": "0000000002"})
    again = said(staff.get(page))
    assert "名称写错 换成了 41030125 0000000002" in again
    assert again.count("已开具：") == 2
    assert "0000000001" in said(staff.get(f"{HOME}?state=voided"))
    assert states(app) == [("voided", "0000000001"), ("issued", "0000000002")]


def test_waived_and_anonymous(app: Flask, staff: FlaskClient, gift: int, clock: FixedClock) -> None:
    with app.app_context():
        named = given(clock, shown="full")
    staff.post(f"{HOME}/{gift}/waived", data={"waived_because": "来电说不需要"})
    assert "来电说不需要" in said(staff.get(f"{HOME}?state=waived"))
    assert "捐赠人选择了公开姓名，不能按匿名办理。" in said(staff.post(f"{HOME}/{named}/anonymous"))
    staff.post(f"{HOME}/{gift}/anonymous")
    assert states(app) == [("anonymous", None)]
    assert "票据上不写姓名" in said(staff.get(f"{HOME}/{gift}"))


def test_a_gift_that_none_is_due_for_has_no_page(staff: FlaskClient) -> None:
    assert staff.get(f"{HOME}/999").status_code == 404
    assert staff.post(f"{HOME}/999/issued", data=FORM).status_code == 404


def test_undoing_says_what_stands_in_the_way(app: Flask, staff: FlaskClient, gift: int) -> None:
    staff.post(f"{HOME}/{gift}/issued", data=FORM)
    refused = staff.post(f"/desk/reverse/donation/{gift}", data={"reason": "记错了"})
    assert "已开具票据41030125 0000000001，先在财政系统作废" in said(refused)


def test_what_is_ticked_is_exported(app: Flask, staff: FlaskClient, gift: int, clock: FixedClock) -> None:
    with app.app_context():
        other = given(clock, 70_00, name="钱七")
    everything = staff.get(f"{HOME}/export.csv?state=to_apply").get_data(as_text=True)
    assert everything.count("\n") == 3
    one = staff.get(f"{HOME}/export.csv?gift={other}")
    assert one.get_data(as_text=True).splitlines()[1].startswith(f"{other},,钱七,")
    assert one.headers["Cache-Control"] == "no-store"
    assert staff.get(f"{HOME}/export.csv?q=钱").get_data(as_text=True).count("\n") == 2
    assert staff.get(f"{HOME}/export.xlsx").data.startswith(b"PK")
    staff.post(f"{HOME}/{gift}/issued", data=FORM)
    assert staff.get(f"{HOME}/export.csv?gift={gift}").get_data(as_text=True).count("\n") == 1


def test_a_file_is_looked_at_and_then_recorded(app: Flask, staff: FlaskClient, gift: int) -> None:
    def send(text: str) -> str:
        answer = staff.post(f"{HOME}/import", data={"table": (io.BytesIO(text.encode()), "开好的.csv")})
        assert answer.status_code == 200
        return answer.text

    head = "捐赠编号,票据代码,票据号码,开票日期,金额\n"
    assert "请选一个文件。" in staff.post(f"{HOME}/import", data={}).text
    assert "票据上是¥1.00，捐赠是¥100.00" in send(f"{head}{gift},41030125,0000000001,2026-04-15,1")
    page = send(f"{head}{gift},41030125,0000000001,2026-04-15,100\n99,,,,")
    assert "记下这1张票据" in page
    assert states(app) == []
    sha256 = page.split('name="sha256"')[1].split('value="')[1].split('"')[0]
    for _ in range(2):
        done = staff.post(f"{HOME}/import/commit", data={"sha256": sha256, "form_token": "t"}, follow_redirects=True)
        assert "记下了1张票据。" in said(done)
    assert states(app) == [("issued", "0000000001")]
    assert "没有新的票据要记。" in send(f"{head}{gift},41030125,0000000001,2026-04-15,100")
    assert "预览的文件已经不在了" in said(staff.post(f"{HOME}/import/commit", data={"sha256": "0" * 64}))


def test_what_changed_after_the_preview_is_told(app: Flask, staff: FlaskClient, gift: int) -> None:
    head = "捐赠编号,票据代码,票据号码,开票日期,金额\n"
    page = staff.post(f"{HOME}/import", data={"table": (io.BytesIO(
        f"{head}{gift},41030125,0000000001,2026-04-15,100".encode()), "a.csv")}).text
    sha256 = page.split('name="sha256"')[1].split('value="')[1].split('"')[0]
    staff.post(f"{HOME}/{gift}/issued", data={**FORM, "number": "0000000009"})
    late = staff.post(f"{HOME}/import/commit", data={"sha256": sha256})
    assert late.status_code == 409
    assert "这笔捐赠已经有票据41030125 0000000009" in said(late)
    assert states(app) == [("issued", "0000000009")]


@pytest.mark.parametrize("path", [HOME, f"{HOME}?state=voided&q=a", "/desk"])
def test_pages_ask_as_often_however_much_there_is(app: Flask, staff: FlaskClient, clock: FixedClock,
                                                  path: str) -> None:
    counts = []
    for _ in range(2):
        with app.app_context():
            for _ in range(6):
                pledge = world.promise(clock, 5_00, name="a公司")
                world.receive(clock, 5_00, reference=pledge.reference)
                gift = db.session.scalars(select(Donation.id).order_by(Donation.id.desc())).first()
                assert gift
                receipt = state_receipts.record_issued(actor=STAFF, clock=clock, donation_id=gift,
                                                       issued=paper(gift, 5_00))
                state_receipts.void(actor=STAFF, clock=clock, receipt_id=receipt, reason="错")
        with queries(app) as seen:
            assert staff.get(path).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 9


@pytest.fixture
def donor(app: Flask, staff: FlaskClient, clock: FixedClock) -> tuple[FlaskClient, int]:
    """A client of a donor with an account, and the donor's number."""
    with app.app_context():
        user = accounts.sign_up(clock=clock, user=NewUser("周宁", "-", "zhou@example.org"),
                                donor=DonorFacts("individual", "周宁"))
        found = db.session.get_one(User, user)
        db.session.expunge(found)
        return client_of(app, found), 1


def test_the_donor_sees_how_it_stands(app: Flask, staff: FlaskClient, donor: tuple[FlaskClient, int],
                                      clock: FixedClock) -> None:
    client, donor_id = donor
    with app.app_context():
        receipts.record_gift(actor=STAFF, clock=clock, sub_code=None, donor=DonorFacts(donor_id=donor_id),
                             line=ReceivedLine("BANK", DAY, 100_00))
        gift = db.session.scalars(select(Donation.id)).one()
    assert "公益事业捐赠票据：还没有开具" in said(client.get("/mine"))
    staff.post(f"{HOME}/{gift}/issued", data=FORM)
    page = said(client.get("/mine"))
    for words in ("公益事业捐赠票据：2026-04-15已开具；代码 41030125", "号码 0000000001", "校验码 a1b2c3"):
        assert words in page
    staff.post(f"{HOME}/{gift}/void/1", data={"voided_because": "内部原因"})
    page = said(client.get("/mine"))
    assert "原来的一张已作废，新的还没有开具" in page
    assert "内部原因" not in page
    assert client.get(HOME).status_code == 403


def test_whoever_holds_a_pledge_sees_it_too(app: Flask, staff: FlaskClient, clock: FixedClock) -> None:
    with app.app_context():
        pledge = world.promise(clock, 100_00)
        world.receive(clock, 100_00, reference=pledge.reference)
        address = f"/pledges/{token_of(pledge.id)}"
        gift = db.session.scalars(select(Donation.id)).one()
    staff.post(f"{HOME}/{gift}/issued", data=FORM)
    assert "号码 0000000001" in said(app.test_client().get(address))
    assert "号码 0000000001" not in said(app.test_client().get("/projects/HD1-1"))


def test_our_own_receipt_follows_the_states(staff: FlaskClient, gift: int) -> None:
    def ours() -> tuple[str, str]:
        """(number, text) of our own receipt for the gift as it is issued now."""
        answer = staff.get(f"/documents/receipt/{gift}.pdf")
        name = answer.headers["Content-Disposition"].split('"')[1]
        return name.removesuffix("-zh.pdf"), PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()

    before, text = ours()
    assert "未申请" in text
    staff.post(f"{HOME}/{gift}/issued", data=FORM)
    issued, text = ours()
    for words in ("已开具", "41030125", "0000000001", "a1b2c3"):
        assert words in text
    assert (issued != before, ours()[0]) == (True, issued)
    assert f"后来换成了{issued}" in said(staff.get(f"/verify?number={before}"))
    assert "我们出具过这份文件。" in said(staff.get(f"/verify?number={issued}"))
    staff.post(f"{HOME}/{gift}/void/1", data={"voided_because": "写错"})
    _number, text = ours()
    assert "已作废" in text
    assert "0000000001" not in text


def test_the_desk_counts_them(staff: FlaskClient, gift: int) -> None:
    assert "要申请的捐赠票据 ¥100.00 1" in said(staff.get("/desk"))


def test_history_is_in_english_too(app: Flask, staff: FlaskClient, gift: int) -> None:
    staff.post(f"{HOME}/{gift}/issued", data=FORM)
    page = said(staff.get(f"/en{HOME}/{gift}"))
    for words in ("Invoice of gift", "Issued: 41030125 0000000001", "While the invoice stands"):
        assert words in page
