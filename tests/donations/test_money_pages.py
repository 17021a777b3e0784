"""The staff pages of money, walked as the people of the office walk them."""

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from charityledger.clock import FixedClock
from charityledger.donations import merging, receipts
from charityledger.donations.models import (
    CashCount,
    Disbursement,
    Donation,
    Donor,
    Evidence,
    Request,
    StatementLine,
    Suspense,
)
from charityledger.donations.receipts import ReceivedLine
from charityledger.extensions import db
from charityledger.ledger.models import JournalEntry
from tests.donations import world
from tests.donations.world import DAY, STAFF
from tests.people import client_of, make_user

Clients = dict[str, FlaskClient]


@pytest.fixture
def office(app: Flask, clock: FixedClock) -> Clients:
    """A client for each role; staff has the number that the world's own entries carry."""
    with app.app_context():
        world.fill(clock)
    return {role: client_of(app, make_user(app, role)) for role in ("staff", "finance", "admin", "auditor", "donor")}


@pytest.fixture
def count(app: Flask) -> Callable[[type], int]:
    def rows(table: type) -> int:
        with app.app_context():
            return len(db.session.scalars(select(table)).all())

    return rows


def png() -> tuple[io.BytesIO, str]:
    held = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(held, "PNG")
    held.seek(0)
    return held, "发票.png"


def receipt(**more: str) -> dict[str, str]:
    """The receipt form as the browser sends it."""
    return {"account": "BANK", "booked_on": "2026-04-15", "amount": "100", "counterparty": "周女士", "memo": "",
            "home": "pledge", "reference": "", "sub_code": "", "donor_kind": "", "donor_name": "", "donor_phone": "",
            "shown": "none", "fee": "", "native_id": "", "form_token": "once", "do": "confirm", **more}


def said(response: TestResponse) -> str:
    """The page's text without markup; each run of spaces is one."""
    body = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", " ", response.get_data(as_text=True))
    return re.sub(r"\s+", " ", body)


def test_a_receipt_is_shown_before_it_is_booked(app: Flask, office: Clients, clock: FixedClock,
                                                count: Callable[[type], int]) -> None:
    with app.app_context():
        pledge = world.promise(clock, 10000)
    form = receipt(amount="150", memo=f"捐{pledge.reference[:4]} {pledge.reference[4:8]} {pledge.reference[8:]}爱心",
                   fee="0.60", account="WECHAT")
    seen = office["staff"].post("/desk/receipts/new", data={**form, "do": "check"})
    for words in ("核对这笔收款", "郑州明远商贸有限公司", "¥100.00", "¥50.00", "待确认（多出来的）", "−¥0.60"):
        assert words in said(seen)
    changed = office["staff"].post("/desk/receipts/new", data={**form, "do": "change"})
    assert 'value="150.00"' in changed.text or 'value="150"' in changed.text
    assert (seen.status_code, changed.status_code, count(StatementLine)) == (200, 200, 0)
    for _ in range(2):
        done = office["staff"].post("/desk/receipts/new", data=form)
        assert (done.status_code, done.location) == (303, "/desk/receipts/1")
    assert (count(StatementLine), count(Donation), count(Suspense)) == (1, 1, 1)
    assert "同一天、同一账户已有1笔相同金额" in said(office["staff"].post(
        "/desk/receipts/new", data={**form, "do": "check", "form_token": "new"}))


@pytest.mark.one_database
@pytest.mark.parametrize(("wrong", "words"), [
    ({"amount": "1,5"}, "看不准"), ({"amount": "0", "home": "general"}, "大于零"),
    ({"booked_on": "2026-04-16"}, "还没有到"), ({"memo": "没有参考码"}, "不是有效的参考码"),
    ({"reference": "9482719323"}, "不是有效的参考码"),
    ({"home": "project"}, "请选项目"), ({"home": ""}, "请选记到哪里"), ({"fee": "100", "home": "general"}, "手续费"),
    ({"home": "general", "donor_kind": "individual"}, "捐赠人姓名"),
    ({"amount": "0", "home": "hold", "do": "check"}, "金额要大于零。"),
    ({"fee": "100", "home": "general", "do": "check"}, "手续费¥100.00要比到账的¥100.00少"),
    ({"amount": "10000000.01", "home": "hold", "do": "check"},
     "金额很大：¥10,000,000.01，人民币壹仟万元零壹分。请再对一遍，没有写错就打勾。")])
def test_what_is_wrong_is_said_and_nothing_is_booked(office: Clients, count: Callable[[type], int],
                                                     wrong: dict[str, str], words: str) -> None:
    page = office["staff"].post("/desk/receipts/new", data=receipt(**wrong))
    assert (page.status_code, words in said(page), count(StatementLine)) == (422, True, 0)


@pytest.mark.one_database
def test_a_very_large_receipt_takes_a_tick_for_its_own_amount(office: Clients, count: Callable[[type], int]) -> None:
    form = receipt(amount="10000000.01", home="hold", do="check")
    refused = office["staff"].post("/desk/receipts/new", data=form)
    assert 'href="#sure">' in refused.text
    seen = office["staff"].post("/desk/receipts/new", data={**form, "sure": "y"})
    assert "第2步" in said(seen)
    assert 'name="sure" value="y"' in seen.text
    changed = office["staff"].post("/desk/receipts/new", data={**form, "sure": "y", "do": "change"})
    assert 'name="sure"' not in changed.text
    small = office["staff"].post("/desk/receipts/new", data={**form, "amount": "10000000"})
    assert ("第2步" in said(small), 'name="sure"' in small.text) == (True, False)
    assert office["staff"].post("/desk/receipts/new", data={**form, "sure": "y", "do": "confirm"}).status_code == 303
    assert count(StatementLine) == 1


def test_no_more_cash_goes_back_than_the_account_holds(app: Flask, office: Clients, clock: FixedClock,
                                                       count: Callable[[type], int]) -> None:
    with app.app_context():
        world.give(clock, 10000)
    form = {"account": "CASH", "fault": "donor", "reason": "捐赠人申请", "form_token": "a"}
    page = office["staff"].post("/desk/refund/donation/1", data=form)
    assert (page.status_code, 'href="#account">账户“CASH”里有¥0.00，不够¥100.00' in page.text, count(Request)) == (
        422, True, 0)
    assert office["staff"].post("/desk/refund/donation/1", data={**form, "account": "BANK"}).status_code == 303


@pytest.mark.one_database
def test_what_was_never_booked_is_not_said_to_be_reversed(app: Flask, office: Clients, clock: FixedClock) -> None:
    with app.app_context():
        world.give(clock, 50000)
    for number, more in ((1, {}), (2, {"prepaid": "y"})):
        office["staff"].post("/desk/payments/new?project=HD1-1", data={**payment(), **more, "form_token": f"p{number}"})
        office["finance"].post(f"/desk/payments/{number}/approve", data={
            "on": "2026-04-15", "form_token": f"q{number}"})
        office["staff"].post(f"/desk/payments/{number}/deliver", data={
            "on": "2026-04-15", "note_zh": "到了", "form_token": f"r{number}"})
    direct, prepaid = (said(office["staff"].get(f"/desk/reverse/delivery/{n}")) for n in (1, 2))
    assert "它没有记过凭证，账不变。" in direct
    assert "记一张相反的凭证" not in direct
    assert "记一张相反的凭证" in prepaid
    assert "直接付款，付款时记成本" in said(office["staff"].get("/desk/payments/1"))
    assert "先付款，后交付" in said(office["staff"].get("/desk/payments/2"))


@pytest.mark.one_database
@pytest.mark.parametrize("day", ["0001-01-01", "1900-01-01"])
@pytest.mark.parametrize(("page", "field"), [
    ("receipts/new", "booked_on"), ("goods/new", "received_on"), ("goods/hours", "received_on"),
    ("cash-boxes/new", "counted_on")])
def test_a_day_that_nobody_remembers_is_refused_at_its_field(office: Clients, page: str, field: str, day: str) -> None:
    answer = office["staff"].post(f"/desk/{page}", data={field: day})
    assert (answer.status_code, f'href="#{field}">日期要在2021-01-01到2026-04-15之间' in answer.text) == (422, True)


def test_the_list_finds_lines_and_asks_the_database_as_often_for_many(app: Flask, office: Clients,
                                                                      clock: FixedClock) -> None:
    def queries(address: str) -> tuple[int, str]:
        asked: list[str] = []
        with app.app_context():
            engine = db.engine
        listener = lambda *args: asked.append(args[2])  # noqa: E731  (removed below by identity)
        event.listen(engine, "before_cursor_execute", listener)
        page = said(office["staff"].get(address))
        event.remove(engine, "before_cursor_execute", listener)
        return len(asked), page

    with app.app_context():
        world.give(clock, 10000)
        world.receive(clock, 700, memo="爱心100%")
    few = max(queries("/desk/receipts")[0] for _ in range(2))
    with app.app_context():
        world.give(clock, 900, code="LB1-1", account="WECHAT")
        for _ in range(60):
            world.give(clock, 100, code=None)
    many, page = queries("/desk/receipts")
    assert (many, "一共63笔" in page) == (few, True)
    assert "一共1笔" in queries("/desk/receipts?state=held")[1]
    assert "一共1笔" in queries("/desk/receipts?account=WECHAT&state=done&since=2026-04-15&until=2026-04-15")[1]
    assert "一共1笔" in queries("/desk/receipts?q=100%25")[1]
    assert "没有符合条件的流水" in queries("/desk/receipts?state=open")[1]
    assert "院落绿化" in queries("/desk/receipts?page=2")[1] or "社区小厨房" in queries("/desk/receipts?page=2")[1]


def test_a_wrong_receipt_is_reversed_by_two_and_allocated_again(app: Flask, office: Clients,
                                                                clock: FixedClock) -> None:
    with app.app_context():
        world.give(clock, 10000)
    asked = office["finance"].post("/desk/reverse/donation/1", data={"reason": "记错项目", "form_token": "a"})
    assert asked.location == "/desk/approvals/1"
    own = office["finance"].post("/desk/approvals/1/approve", data={"note": "", "form_token": "b"})
    assert "您是申请人，要由另一位同事审批" in said(own)
    assert "经办人不能自己复核" in said(own)
    assert office["staff"].post("/desk/approvals/1/approve", data={"note": ""}).status_code == 403
    assert "请写明为什么不批" in said(office["admin"].post("/desk/approvals/1/reject", data={"note": ""}))
    done = office["admin"].post("/desk/approvals/1/approve", data={"note": "核对过", "form_token": "c"})
    assert done.status_code == 303
    line = said(office["staff"].get("/desk/receipts/1"))
    assert "未分配" in line
    assert "重新分配 ¥100.00" in line
    split = {"home": "project", "reference": "", "sub_code": "LB1-1", "amount": "60", "donor_kind": "",
             "donor_name": "", "donor_phone": "", "shown": "none", "form_token": "d"}
    assert office["staff"].post("/desk/receipts/1/allocate", data=split).status_code == 303
    over = office["staff"].post("/desk/receipts/1/allocate", data={**split, "form_token": "e"})
    assert (over.status_code, "这笔流水还剩¥40.00" in said(over)) == (422, True)
    with app.app_context():
        assert (world.books()[world.BANK, "LB1-1"], world.problems()) == (6000, [])


def test_money_in_suspense_is_settled_and_sent_back(app: Flask, office: Clients, clock: FixedClock) -> None:
    with app.app_context():
        pledge = world.promise(clock, 4000)
        number = pledge.id
        world.receive(clock, 10000, memo=f"捐 {pledge.reference}")
    assert "¥100.00" in said(office["auditor"].get("/desk/suspense"))
    # The reference in the memo is found without typing it again.
    form = {"home": "pledge", "reference": "", "sub_code": "", "amount": "", "on": "2026-04-15", "form_token": "a"}
    assert office["staff"].post("/desk/suspense/1", data=form).location == "/desk/receipts/1"
    assert office["staff"].post("/desk/refund/suspense/1", data={
        "account": "BANK", "amount": "", "reason": "联系不上", "form_token": "b"}).location == "/desk/approvals/1"
    assert office["finance"].post("/desk/approvals/1/approve", data={"note": "", "form_token": "c"}).status_code == 303
    assert "没有等着确认的钱" in said(office["staff"].get("/desk/suspense"))
    assert "已退款" in said(office["staff"].get("/desk/receipts/1"))
    with app.app_context():
        assert (world.pledge(number).state, world.problems()) == ("fulfilled", [])


def test_a_gift_is_refunded(app: Flask, office: Clients, clock: FixedClock) -> None:
    with app.app_context():
        world.give(clock, 10000)
    page = office["staff"].post("/desk/refund/donation/1", data={"account": "BANK", "reason": "", "form_token": "a"})
    assert (page.status_code, "请选为什么退" in said(page), "请写明原因" in said(page)) == (422, True, True)
    office["staff"].post("/desk/refund/donation/1", data={
        "account": "BANK", "fault": "donor", "reason": "捐赠人申请", "form_token": "a", "files": png()})
    assert "发票.png" in said(office["finance"].get("/desk/approvals/1"))
    office["finance"].post("/desk/approvals/1/approve", data={"note": "", "form_token": "b"})
    with app.app_context():
        assert (world.books(), world.problems()) == ({}, [])


def payment(**more: object) -> dict[str, object]:
    return {"item_1": "60", "item_2": "", "account": "BANK", "payee": "青槐建材", "purpose": "灶台首款",
            "bought_zh": "灶台两组", "bought_en": "", "files": png(), "form_token": "pay", **more}


def test_a_payment_from_request_to_delivery(app: Flask, office: Clients, clock: FixedClock,
                                            count: Callable[[type], int]) -> None:
    with app.app_context():
        world.give(clock, 10000)
    assert "¥100.00" in said(office["staff"].get("/desk/payments/new?project=HD1-1"))
    bare = office["staff"].post("/desk/payments/new?project=HD1-1", data={"account": "BANK"})
    assert (bare.status_code, "有5处要改" in said(bare)) == (422, True)
    text = office["staff"].post("/desk/payments/new?project=HD1-1", data=payment(files=(io.BytesIO(b"hello"), "a.pdf")))
    assert (text.status_code, count(Disbursement)) == (422, 0)
    over = office["staff"].post("/desk/payments/new?project=HD1-1", data=payment(item_1="100.01"))
    assert "可用的钱是¥100.00" in said(over)
    for _ in range(2):
        asked = office["staff"].post("/desk/payments/new?project=HD1-1", data=payment())
        assert asked.location == "/desk/payments/1"
    assert "您是申请人" in said(office["staff"].get("/desk/payments/1"))
    assert office["staff"].post("/desk/payments/1/approve", data={"on": "2026-04-15"}).status_code == 403
    assert "灶台首款" in said(office["finance"].get("/desk/approvals"))
    done = office["finance"].post("/desk/payments/1/approve", data={"on": "2026-04-15", "note": "", "form_token": "a"})
    assert done.status_code == 303
    late = office["staff"].post("/desk/payments/1/deliver", data={"on": "2026-04-16", "note_zh": "到货", "note_en": ""})
    assert (late.status_code, "还没有到" in said(late)) == (422, True)
    office["staff"].post("/desk/payments/1/deliver", data={"on": "2026-04-15", "note_zh": "已验收", "note_en": ""})
    assert "已落地" in said(office["staff"].get("/desk/payments?state=paid&project=HD1-1"))
    office["finance"].post("/desk/payments/1/returned", data={"returned_on": "2026-04-15", "form_token": "r"})
    assert "已退汇" in said(office["staff"].get("/desk/payments"))
    with app.app_context():
        assert world.problems() == []


def test_evidence_is_downloaded_and_never_shown(app: Flask, office: Clients, clock: FixedClock) -> None:
    with app.app_context():
        world.give(clock, 10000)
    office["staff"].post("/desk/payments/new?project=HD1-1", data=payment())
    with app.app_context():
        number = db.session.scalars(select(Evidence.id)).one()
    for role in ("staff", "auditor"):
        with office[role].get(f"/desk/evidence/{number}") as file:
            assert file.status_code == 200
            assert file.headers["Content-Disposition"].startswith("attachment")
            assert (file.headers["X-Content-Type-Options"], file.mimetype) == ("nosniff", "image/png")
    assert office["donor"].get(f"/desk/evidence/{number}").status_code == 403
    assert office["staff"].get("/desk/evidence/99").status_code == 404


def test_a_request_is_declined_or_taken_back(app: Flask, office: Clients, clock: FixedClock) -> None:
    with app.app_context():
        world.give(clock, 10000)
    for token in ("1", "2"):
        office["staff"].post("/desk/payments/new?project=HD1-1", data=payment(form_token=token, item_1="50"))
    assert "请写明为什么不批" in said(office["finance"].post("/desk/payments/1/reject", data={"why": ""}))
    office["finance"].post("/desk/payments/1/reject", data={"why": "合同没有盖章", "form_token": "a"})
    assert "合同没有盖章" in said(office["staff"].get("/desk/payments/1"))
    other = office["finance"].post("/desk/payments/2/withdraw", data={"form_token": "b"})
    assert "只有提出申请的人能撤回" in said(other)
    office["staff"].post("/desk/payments/2/withdraw", data={"form_token": "c"})
    assert "没有等审批的事" in said(office["finance"].get("/desk/approvals"))


def test_a_cash_box_by_two_people(app: Flask, office: Clients) -> None:
    form = {"box": "一号箱", "counted_on": "2026-04-15", "amount": "80.50", "sub_code": "HD1-1", "account": "CASH",
            "form_token": "a"}
    assert office["staff"].post("/desk/cash-boxes/new", data=form).location == "/desk/cash-boxes/1"
    own = office["staff"].post("/desk/cash-boxes/1/agree", data={"form_token": "b"})
    assert (own.status_code, "您是清点人" in said(own)) == (422, True)
    assert office["finance"].post("/desk/cash-boxes/1/agree", data={"form_token": "c"}).status_code == 303
    bank = {"account": "BANK", "on": "2026-04-15", "amount": "80", "native_id": "", "form_token": "d"}
    assert "与应存的¥80.50不一样" in said(office["staff"].post("/desk/cash-boxes/1/deposit", data=bank))
    office["staff"].post("/desk/cash-boxes/1/deposit", data={**bank, "amount": "80.50"})
    assert "已存银行" in said(office["staff"].get("/desk/cash-boxes"))
    assert "钱箱现金存入" in said(office["staff"].get("/desk/receipts/2"))
    assert office["staff"].post("/desk/reverse/deposit/1", data={
        "reason": "回单是另一箱的", "form_token": "e"}).location == "/desk/approvals/1"
    assert "已提出，等审批" in said(office["staff"].get("/desk/cash-boxes/1"))
    office["staff"].post("/desk/cash-boxes/new", data={**form, "form_token": "f", "sub_code": ""})
    office["finance"].post("/desk/cash-boxes/2/refuse", data={"note": "我数的是79", "form_token": "g"})
    assert "我数的是79" in said(office["staff"].get("/desk/cash-boxes/2"))
    with app.app_context():
        assert len(db.session.scalars(select(CashCount)).all()) == 2
        assert world.problems() == []


def test_a_wrong_hand_over_and_a_wrong_delivery_are_undone_from_their_pages(
        app: Flask, office: Clients, clock: FixedClock) -> None:
    with app.app_context():
        world.give(clock, 10000)
        item = world.item("HD1-1", 3)
    office["staff"].post("/desk/goods/new", data={
        "reference": "", "item": item, "received_on": "2026-04-15", "amount": "3", "value": "100", "basis": "发票",
        "files": png(), "form_token": "a", "donor_kind": "", "donor_name": "", "donor_phone": "", "shown": "none"})
    gift = "/desk/goods/2"
    office["staff"].post(gift, data={"units": "2", "on": "2026-04-15", "form_token": "b"})
    assert "记错了，申请冲正" in said(office["staff"].get(gift))
    office["staff"].post("/desk/payments/new?project=HD1-1", data=payment())
    office["finance"].post("/desk/payments/1/approve", data={"on": "2026-04-15", "note": "", "form_token": "c"})
    office["staff"].post("/desk/payments/1/deliver", data={"on": "2026-04-15", "note_zh": "已验收", "form_token": "d"})
    for number, what, words, page in ((1, "hand_over", "发放数量 2", gift),
                                      (2, "delivery", "灶台首款", "/desk/payments/1")):
        address = f"/desk/reverse/{what}/1"
        assert address in office["staff"].get(page).get_data(as_text=True)
        assert words in said(office["staff"].get(address))
        assert "请写明原因" in said(office["staff"].post(address, data={"reason": ""}))
        asked = office["staff"].post(address, data={"reason": "登记错了", "form_token": what})
        assert asked.location == f"/desk/approvals/{number}"
        assert "已提出冲正，等审批" in said(office["auditor"].get(page))
        again = office["finance"].post(address, data={"reason": "登记错了", "form_token": f"{what} again"})
        assert "正等另一位同事审批" in said(again)
        assert words.split()[-1] in said(office["finance"].get(asked.location))
        done = office["finance"].post(f"{asked.location}/approve", data={"form_token": f"{what} yes"})
        assert done.status_code == 303
    assert "已冲正 · 2026-04-15" in said(office["staff"].get(gift))
    assert "记落地" in said(office["staff"].get("/desk/payments/1"))
    assert office["auditor"].post("/desk/reverse/delivery/1", data={"reason": "x"}).status_code == 403
    with app.app_context():
        assert world.problems() == []


def test_a_payment_beyond_its_item_says_so_at_the_item(app: Flask, office: Clients, clock: FixedClock) -> None:
    with app.app_context():
        world.give(clock, 50000)
    over = said(office["staff"].post("/desk/payments/new?project=HD1-1", data=payment(item_1="300.01")))
    assert "“需求1”还可以付¥300.00，填了¥300.01" in over
    assert "请先修改需求明细" in over


def test_what_left_the_cash_box_is_not_asked_for_at_the_bank(app: Flask, office: Clients, clock: FixedClock) -> None:
    form = {"box": "一号箱", "counted_on": "2026-04-15", "amount": "550", "sub_code": "HD1-1", "account": "CASH"}
    office["staff"].post("/desk/cash-boxes/new", data={**form, "form_token": "a"})
    office["finance"].post("/desk/cash-boxes/1/agree", data={"form_token": "b"})
    office["staff"].post("/desk/refund/suspense/1", data={
        "account": "CASH", "amount": "30", "reason": "多放了", "form_token": "c"})
    office["finance"].post("/desk/approvals/1/approve", data={"form_token": "d"})
    page = office["staff"].get("/desk/cash-boxes/1")
    assert "其中 ¥30.00已经用现金退回，应存 ¥520.00。" in said(page)
    assert 'value="520"' in page.get_data(as_text=True) or 'value="520.00"' in page.get_data(as_text=True)
    office["staff"].post("/desk/refund/donation/1", data={
        "account": "CASH", "fault": "donor", "reason": "放错了", "form_token": "e"})
    office["finance"].post("/desk/approvals/2/approve", data={"form_token": "f"})
    office["staff"].post("/desk/refund/suspense/1", data={
        "account": "CASH", "amount": "", "reason": "放错了", "form_token": "g"})
    office["finance"].post("/desk/approvals/3/approve", data={"form_token": "h"})
    assert "已用现金全部退回" in said(office["staff"].get("/desk/cash-boxes"))
    with app.app_context():
        assert world.problems() == []


def test_goods_and_hours(app: Flask, office: Clients, clock: FixedClock) -> None:
    with app.app_context():
        pledge, goods, hours = world.promise(clock, 4, kind="goods"), world.item("HD1-1", 3), world.item("HD1-1", 4)
    who = {"donor_kind": "individual", "donor_name": "周", "donor_phone": "13800000000", "shown": "short"}
    none = {"donor_kind": "", "donor_name": "", "donor_phone": "", "shown": "none"}
    assert "还缺6台" in said(office["staff"].get("/desk/goods/new"))
    over = office["staff"].post("/desk/goods/new", data={
        "reference": "", "item": goods, "received_on": "2026-04-15", "amount": "7", "value": "", "basis": "", **who})
    assert (over.status_code, "这里还能收6台" in said(over)) == (422, True)
    nothing = office["staff"].post("/desk/goods/new", data={
        "reference": "", "item": "", "received_on": "2026-04-15", "amount": "7", "value": "", "basis": "", **none})
    assert "请填写参考码，或选一条需求" in said(nothing)
    assert office["staff"].post("/desk/goods/new", data={
        "reference": pledge.reference, "item": "", "received_on": "2026-04-15", "amount": "3", "value": "100",
        "basis": "发票", "files": png(), "form_token": "a", **none}).location == "/desk/goods/1"
    out = {"units": "4", "on": "2026-04-15", "form_token": "b"}
    assert "手上只有3" in said(office["staff"].post("/desk/goods/1", data=out))
    office["staff"].post("/desk/goods/1", data={**out, "units": "2"})
    assert "发放了2台" in said(office["staff"].get("/desk/goods?kind=goods"))
    assert office["staff"].post("/desk/goods/hours", data={
        "reference": "", "item": hours, "received_on": "2026-04-15", "amount": "2", "basis": "李主任",
        "form_token": "c", **who}).location == "/desk/goods/2"
    assert "李主任" in said(office["auditor"].get("/desk/goods/2"))
    with app.app_context():
        assert world.problems() == []


def test_surplus_is_asked_for_with_evidence(app: Flask, office: Clients, clock: FixedClock) -> None:
    with app.app_context():
        world.give(clock, 10000)
    form = {"giving": "HD1-1", "taking": "LB1-1", "amount": "20", "account": "BANK", "basis": "plan",
            "reason": "已完工", "form_token": "a"}
    assert "请附上同意书或方案" in said(office["staff"].post("/desk/surplus/new", data=form))
    office["staff"].post("/desk/surplus/new", data={**form, "files": png()})
    assert "社区小厨房" in said(office["finance"].get("/desk/approvals/1"))
    office["finance"].post("/desk/approvals/1/approve", data={"note": "", "form_token": "b"})
    assert "已批准" in said(office["staff"].get("/desk/surplus"))
    with app.app_context():
        assert (world.books()[world.BANK, "LB1-1"], world.problems()) == (2000, [])


def test_merging_donors_is_decided_in_the_same_queue(app: Flask, office: Clients, clock: FixedClock) -> None:
    with app.app_context():
        one, other = (world.promise(clock, 100, name=name).donor_id for name in ("明远商贸", "郑州明远商贸有限公司"))
        merging.request_merge(actor=STAFF, clock=clock, donor_id=one, into_id=other, reason="同一家单位")
    assert "合并捐赠人" in said(office["finance"].get("/desk/approvals"))
    assert "明远商贸" in said(office["auditor"].get("/desk/approvals/1"))
    office["finance"].post("/desk/approvals/1/approve", data={"note": "", "form_token": "a"})
    with app.app_context():
        assert db.session.get_one(Donor, one).merged_into_id == other


def test_finance_adds_an_account(office: Clients) -> None:
    form = {"code": "ICBC-2", "kind": "bank", "name": "工行专户", "form_token": "a"}
    assert office["staff"].post("/desk/accounts", data=form).status_code == 403
    assert office["finance"].post("/desk/accounts", data=form).status_code == 303
    assert "工行专户" in said(office["staff"].get("/desk/accounts"))
    assert "已经用过" in said(office["finance"].post("/desk/accounts", data={**form, "form_token": "b"}))


def test_the_auditor_reads_it_all_and_changes_nothing(app: Flask, office: Clients, clock: FixedClock,
                                                      count: Callable[[type], int]) -> None:
    with app.app_context():
        world.give(clock, 55000)
        receipts.record_receipt(actor=STAFF, clock=clock, line=ReceivedLine("BANK", DAY, 700))
    office["staff"].post("/desk/payments/new?project=HD1-1", data=payment())
    office["staff"].post("/desk/reverse/suspense/2", data={"reason": "记错了", "form_token": "r"})
    office["staff"].post("/desk/cash-boxes/new", data={
        "box": "一号箱", "counted_on": "2026-04-15", "amount": "1", "sub_code": "", "account": "CASH"})
    for address in ("receipts", "receipts/1", "receipts/new", "suspense", "suspense/1", "suspense/2", "payments",
                    "payments/1", "payments/new", "payments/new?project=HD1-1", "approvals", "approvals/1",
                    "cash-boxes", "cash-boxes/1", "cash-boxes/new", "goods", "goods/new", "goods/hours", "surplus",
                    "surplus/new", "accounts", "reverse/donation/1", "refund/donation/1", "refund/suspense/1",
                    "catalogue/new", "catalogue/HD1-1/edit", "catalogue/HD1-1/items/1", "updates/new",
                    "pledges/import"):
        page = office["auditor"].get(f"/desk/{address}")
        assert page.status_code == 200, address
        assert "�" not in page.text
        assert 'method="post"' not in page.text.partition("<main")[2], address     # nothing that would be refused
    before = count(JournalEntry), count(Request)
    for address in ("receipts/new", "suspense/2", "payments/1/withdraw", "payments/1/approve", "approvals/1/approve",
                    "cash-boxes/1/agree", "goods/new", "surplus/new", "accounts", "reverse/donation/1"):
        assert office["auditor"].post(f"/desk/{address}").status_code == 403
    assert (count(JournalEntry), count(Request)) == before


@pytest.mark.one_database
@pytest.mark.parametrize("address", [
    "receipts/9", "suspense/9", "payments/9", "payments/new?project=ZZ", "approvals/9", "cash-boxes/9", "goods/9",
    "reverse/donation/9", "refund/suspense/9", "reverse/nothing/1"])
def test_what_is_not_there_is_not_found(office: Clients, address: str) -> None:
    assert office["staff"].get(f"/desk/{address}").status_code == 404
