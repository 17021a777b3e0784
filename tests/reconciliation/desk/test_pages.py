"""The desk as people use it: the queue, one line, what is confirmed, split, held, undone, done in bulk."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from charityledger.clock import FixedClock
from charityledger.donations import lines
from charityledger.donations.models import Donation, LineNote, Pledge, Request, StatementLine, Suspense
from charityledger.extensions import db
from tests.donations import world
from tests.people import client_of, make_user
from tests.reconciliation.desk import world as desk

Clients = dict[str, Any]
MINGYUAN = "郑州明远商贸有限公司"


@pytest.fixture
def office(app: Flask, clock: FixedClock) -> Clients:
    clients = {role: Client(client_of(app, make_user(app, role, name=name))) for role, name in (
        ("staff", "经办"), ("finance", "财务"), ("admin", "管理员"), ("auditor", "审计"), ("donor", "捐赠人"))}
    with app.app_context():
        world.fill(clock)
    return clients


@pytest.fixture(autouse=True)
def _context(app: Flask, office: Clients) -> Iterator[None]:
    with app.app_context():
        yield


class Client:
    """A client whose requests begin without what the test's own context remembers of the last one's user."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def __getattr__(self, name: str) -> Callable[..., TestResponse]:
        def call(*args: Any, **kwargs: Any) -> TestResponse:
            g.pop("_login_user", None)
            return getattr(self.client, name)(*args, **kwargs)

        return call


def offers(page: str) -> list[str]:
    return re.findall(r'name="offer" value="([^"]+)"', page)


def act(client: Any, line_id: int, do: str, **more: str) -> tuple[int, str]:
    answer = client.post(f"/desk/reconcile/{line_id}", data={"do": do, **more})
    return answer.status_code, answer.headers.get("Location", "") or answer.text


def split(client: Any, line_id: int, **filled: str) -> TestResponse:
    """As a browser sends the form: every control, the empty ones too."""
    empty = {f"{name}_{n}": "" for n in range(1, 7) for name in ("amount", "home", "project", "reference")}
    answer: TestResponse = client.post(f"/desk/reconcile/{line_id}/split", data={
        **empty, "donor_kind": "", "shown": "none", **filled})
    return answer


def became(line_id: int) -> dict[tuple[str, int], int]:
    db.session.rollback()
    return lines.became(db.session, line_id)


def test_the_best_candidate_stands_there_with_its_reason_and_is_confirmed(office: Clients, clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    line_id = desk.line(10000, who=MINGYUAN, memo="爱心捐款")
    page = office["staff"].get("/desk/reconcile").text
    assert offers(page) == [f"promise:{pledge.id}=10000"]
    for words in ("有1个候选", "户名和金额一字不差", "✓ 一致", "第3级", "附言里没有"):
        assert words in page, words
    status, address = act(office["staff"], line_id, "confirm", offer=offers(page)[0])
    assert (status, address) == (303, f"/desk/reconcile?last={line_id}")
    page = office["staff"].get(address).text
    assert "上一行＋¥100.00已办完" in page
    assert "都办完了" in page
    assert became(line_id) == {("donation", db.session.scalars(select(Donation.id)).one()): 10000}


def test_after_a_line_the_next_one_stands_there(office: Clients) -> None:
    first, second = desk.line(500, minute=1), desk.line(600, minute=2)
    _status, address = act(office["staff"], first, "suspense", note="没有参考码")
    assert address == f"/desk/reconcile?line={second}&last={first}"
    assert db.session.scalars(select(Suspense.amount_fen)).one() == 500


def test_what_is_gone_is_told_and_nothing_is_lost(office: Clients, clock: FixedClock) -> None:
    """Two people with one line: the second one is told, and keeps what was written."""
    pledge = world.promise(clock, 10000)
    line_id = desk.line(10000, who=MINGYUAN)
    offer = f"promise:{pledge.id}=10000"
    act(office["finance"], line_id, "confirm", offer=offer)
    status, page = act(office["staff"], line_id, "confirm", offer=offer, note="看过回单")
    assert status == 409
    assert "刚刚有人办完了这一行" in page
    assert len(db.session.scalars(select(Donation)).all()) == 1


@pytest.mark.parametrize("offer", ["", "promise:x", "line:", "back:gift:1", "nothing:3", "payment:99"])
def test_what_no_page_offers_is_refused(office: Clients, offer: str) -> None:
    line_id = desk.line(10000)
    assert act(office["staff"], line_id, "confirm", offer=offer)[0] == 404
    assert became(line_id) == {}


def test_a_promise_is_searched_for(office: Clients, clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    line_id = desk.line(4000, who="别人")
    page = office["staff"].get(f"/desk/reconcile?line={line_id}&q={pledge.reference[:6]}").text
    assert f"found:{pledge.reference}=4000" in offers(page)
    assert "找到1份承诺" in page
    act(office["staff"], line_id, "confirm", offer=f"found:{pledge.reference}=4000", note="电话问过")
    assert world.pledge(pledge.id).paid == 4000
    assert "没有找到“没有的人”" in office["staff"].get(f"/desk/reconcile?line={desk.line(9)}&q=没有的人").text


def test_a_line_is_split(office: Clients, clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    line_id = desk.line(20000, who="某人")
    page = office["staff"].get(f"/desk/reconcile/{line_id}/split").text
    assert "拆分¥200.00" in page
    wrong = split(office["staff"], line_id, amount_1="50", home_1="pledge")
    assert wrong.status_code == 422
    assert "请填写这份承诺的参考码" in wrong.text
    assert 'value="50' in wrong.text
    answer = split(office["staff"], line_id, amount_1="100", home_1="pledge", reference_1=pledge.reference,
                   amount_2="60", home_2="project", project_2="LB1-1", amount_3="30", home_3="general", note="三处")
    assert answer.status_code == 303
    gifts = {gift.sub_project_id: gift.amount for gift in db.session.scalars(select(Donation))}
    assert gifts == {world.sub_id("HD1-1"): 10000, world.sub_id("LB1-1"): 6000, None: 3000}
    assert desk.state(line_id) == (19000, False)
    assert "还剩¥10.00没有办" in office["staff"].get(answer.headers["Location"]).text


def test_too_much_is_refused_and_the_form_stays_filled(office: Clients) -> None:
    line_id = desk.line(20000)
    answer = split(office["staff"], line_id, amount_1="300", home_1="general")
    assert answer.status_code == 422
    assert 'value="300.00"' in answer.text or 'value="300"' in answer.text
    assert became(line_id) == {}


def test_a_line_is_held_and_taken_up_again(office: Clients) -> None:
    line_id = desk.line(-500, kind="payment")
    status, page = act(office["staff"], line_id, "hold", note=" ")
    assert status == 422
    assert "有1处要改" in page
    act(office["staff"], line_id, "hold", note="等回单")
    assert desk.state(line_id) == (0, True)
    page = office["staff"].get("/desk/reconcile?show=held").text
    assert "等回单" in page
    act(office["staff"], line_id, "resume", show="held")
    assert desk.state(line_id) == (0, False)


def test_a_large_charge_waits_for_a_second_person_who_sees_the_line(office: Clients) -> None:
    world_line = desk.line(600_000, who="演示银行", memo="退回年费")
    status, _address = act(office["staff"], world_line, "other_income", note="银行退费")
    assert status == 303
    asked = db.session.scalars(select(Request)).one()
    page = office["finance"].get(f"/desk/approvals/{asked.id}").text
    for words in ("流水记账", "＋¥6,000.00", "退回年费", "其他收入", "银行退费"):
        assert words in page, words
    assert "流水记账" in office["finance"].get("/desk/approvals").text
    assert office["finance"].post(f"/desk/approvals/{asked.id}/approve").status_code == 303
    assert list(became(world_line).values()) == [600_000]


def test_a_match_is_undone_with_a_reason_and_its_history_stays(office: Clients, clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    line_id = desk.line(10000, who=MINGYUAN)
    act(office["staff"], line_id, "confirm", offer=f"promise:{pledge.id}=10000")
    status, page = act(office["staff"], line_id, "undo", note="")
    assert (status, world.pledge(pledge.id).paid) == (422, 10000)
    status, address = act(office["staff"], line_id, "undo", note="记错了人")
    assert (status, world.pledge(pledge.id).paid) == (303, 0)
    page = office["staff"].get(address).text
    for words in ("撤销，这一行重新等待", "记错了人", "对上了：", "从文件导入", "经办"):
        assert words in page, words
    assert world.problems() == []


def test_money_between_accounts(office: Clients, clock: FixedClock) -> None:
    world.give(clock, 9000, account="WECHAT")
    out = desk.line(-5000, account="WECHAT", kind="payout")
    into = desk.line(5000, who="财付通支付科技有限公司", memo="提现")
    page = office["staff"].get(f"/desk/reconcile?line={into}").text
    assert offers(page)[0] == f"line:{out}"
    act(office["staff"], into, "confirm", offer=f"line:{out}")
    assert list(became(out).values()) == list(became(into).values()) == [5000]
    assert db.session.scalars(select(Donation)).all() == [db.session.scalars(select(Donation)).first()]


def test_transfer_to_an_account_whose_file_has_not_come(office: Clients, clock: FixedClock) -> None:
    world.give(clock, 9000, account="WECHAT")
    out = desk.line(-5000, account="WECHAT", kind="payout")
    act(office["staff"], out, "transfer", to="BANK")
    into = desk.line(5000, who="财付通支付科技有限公司", memo="提现")
    page = office["staff"].get(f"/desk/reconcile?line={into}").text
    assert offers(page)[0].startswith("entry:")
    assert "账上记过的转账" in page


class TestBulk:
    def test_what_leaves_no_choice_is_done_kind_by_kind(self, office: Clients, clock: FixedClock) -> None:
        pledge = world.promise(clock, 10000)
        sure = desk.line(10000, who=MINGYUAN)
        interest, nobody = desk.line(321, kind="interest", memo="结息"), desk.line(777)
        page = office["staff"].get("/desk/reconcile/bulk").text
        rows = dict(re.findall(r'name="row-(\w+)" value="([^"]+)"', page))
        assert rows == {"promise": f"{sure} promise:{pledge.id}=10000", "interest": f"{interest} interest",
                        "no_match": f"{nobody} no_match"}
        # The rule for gifts of nobody is never ticked beforehand.
        assert re.findall(r'name="group" value="(\w+)" checked', page) == ["promise", "interest"]
        answer = office["staff"].post("/desk/reconcile/bulk", data={
            "group": ["promise", "interest"], **{f"row-{name}": row for name, row in rows.items()}})
        assert "办完2行" in answer.text
        assert [desk.state(line)[0] for line in (sure, interest, nobody)] == [10000, 321, 0]
        answer = office["staff"].post("/desk/reconcile/bulk", data={"group": "no_match",
                                                                    "row-no_match": rows["no_match"]})
        assert "办完1行" in answer.text
        assert db.session.scalars(select(Suspense.amount_fen)).one() == 777

    def test_one_that_is_refused_stops_no_other(self, office: Clients, clock: FixedClock) -> None:
        pledge = world.promise(clock, 10000)
        first, twin = desk.line(10000, who=MINGYUAN, minute=1), desk.line(10000, who=MINGYUAN, minute=2)
        offer = f"promise:{pledge.id}=10000"
        answer = office["staff"].post("/desk/reconcile/bulk", data={
            "group": "promise", "row-promise": [f"{first} {offer}", f"{twin} {offer}"]})
        assert "办完1行" in answer.text
        assert "有1行没有办" in answer.text
        assert (desk.state(first)[0], desk.state(twin)[0]) == (10000, 0)

    def test_sent_twice_it_acts_once(self, office: Clients, clock: FixedClock) -> None:
        nobody = desk.line(777)
        data = {"form_token": "once", "group": "no_match", "row-no_match": f"{nobody} no_match"}
        for _ in range(2):
            office["staff"].post("/desk/reconcile/bulk", data=data)
        assert db.session.scalars(select(Suspense.amount_fen)).all() == [777]


def test_foreign_money_is_shown_and_never_booked(office: Clients) -> None:
    line_id = desk.line(5000, currency="USD")
    page = office["staff"].get(f"/desk/reconcile?line={line_id}").text
    assert "外币流水只留存" in page
    assert act(office["staff"], line_id, "general")[0] == 409
    assert became(line_id) == {}


def test_the_auditor_sees_and_cannot_do(office: Clients) -> None:
    line_id = desk.line(500)
    page = office["auditor"].get("/desk/reconcile").text
    assert "＋¥5.00" in page
    assert 'name="do"' not in page
    assert office["auditor"].post(f"/desk/reconcile/{line_id}", data={"do": "general"}).status_code == 403
    assert office["donor"].get("/desk/reconcile").status_code == 403


def test_english(office: Clients, clock: FixedClock) -> None:
    world.promise(clock, 10000)
    desk.line(10000, who=MINGYUAN)
    page = office["staff"].get("/en/desk/reconcile").text
    for words in ("Likeliest place", "1 candidate", "Tier 3", "agrees", "Confirm the choice"):
        assert words in page, words


def test_the_front_of_the_office_counts_what_waits(office: Clients) -> None:
    desk.line(500)
    desk.line(600)
    page = office["staff"].get("/desk").text
    assert re.search(r'href="/desk/reconcile">等对账的流水</a>.*?<strong class="big num">2</strong>', page, re.DOTALL)


def test_markup_in_what_a_payer_wrote_stays_text(office: Clients) -> None:
    desk.line(500, who="<b>x</b>", memo="<script>alert(1)</script>")
    page = office["staff"].get("/desk/reconcile").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_every_queue_page_is_reached(office: Clients) -> None:
    made = [desk.line(100 + n, minute=n) for n in range(23)]
    assert f"line={made[22]}" not in office["staff"].get("/desk/reconcile").text
    assert f"line={made[22]}" in office["staff"].get("/desk/reconcile?page=2").text
    assert f"line={made[22]}" in office["staff"].get(f"/desk/reconcile?line={made[22]}").text


def test_history_is_only_added_to(office: Clients, clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    line_id = desk.line(10000, who=MINGYUAN)
    for _ in range(2):
        act(office["staff"], line_id, "confirm", offer=f"promise:{pledge.id}=10000")
        act(office["staff"], line_id, "undo", note="再来")
    db.session.rollback()
    assert [row.step for row in db.session.scalars(select(LineNote).order_by(LineNote.id))] == [
        "matched", "undone", "matched", "undone"]
    assert db.session.get_one(StatementLine, line_id).used_fen == 0
    assert db.session.get_one(Pledge, pledge.id).paid == 0
