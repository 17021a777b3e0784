"""What a page reads of the promises is enough: the verdicts are those that the matcher gives over all promises."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.donations import adoption
from charityledger.donations.adoption import AdoptionWish
from charityledger.donations.donors import DonorFacts
from charityledger.donations.models import BillRow, Donor, Pledge, StatementLine
from charityledger.extensions import db
from charityledger.ids import SequenceIds
from charityledger.reconciliation import book, candidates, search
from charityledger.reconciliation.matching.matcher import Matcher
from charityledger.reconciliation.matching.model import Settled, Verdict
from tests.donations import world
from tests.donations.world import DAY, STAFF
from tests.reconciliation.desk import world as desk

MINGYUAN, MINGDA, GROUP = "郑州明远商贸有限公司", "郑州明达商贸有限公司", "青槐（郑州）餐饮管理有限公司"


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)


def promise(clock: FixedClock, fen: int, name: str, kind: str = "individual", phone: str = "13800138000",
            code: str = "LB1-1", due: tuple[date, ...] = (), seed: list[int] = [0]) -> Pledge:  # noqa: B006
    seed[0] += 1
    return world.pledge(adoption.accept(
        actor=STAFF, clock=clock, ids=SequenceIds(1000 + seed[0]),
        wish=AdoptionWish(code, "cash", fen, "none", due_on=due), donor=DonorFacts(kind, name, phone)))


def some_promises(clock: FixedClock) -> dict[str, Pledge]:
    made = {
        "company": promise(clock, 5000, MINGYUAN, "enterprise", "0371-68880001"),
        "company again": promise(clock, 2000, MINGYUAN, "enterprise", "0371-68880001"),
        "alike": promise(clock, 5000, MINGDA, "enterprise", "0371-68880002"),
        "brackets": promise(clock, 1200, GROUP, "enterprise", "0371-68880003"),
        "li": promise(clock, 2000, "李晓红", phone="13900139001"),
        "wang": promise(clock, 2000, "王建国", phone="13900139002"),
        "plan": promise(clock, 900, "赵敏", phone="13900139003",
                        due=(DAY, DAY + timedelta(days=30), DAY + timedelta(days=60))),
        "paid": promise(clock, 700, "孙宁", phone="13900139004"),
    }
    world.receive(clock, 700, reference=made["paid"].reference)
    for n in range(6):
        promise(clock, 300 + n, f"周{'宁静安平和康'[n]}", phone=f"1380013810{n}")
    return made


def some_lines(made: dict[str, Pledge]) -> list[int]:
    code = made["company"].reference
    wrong = code[:4] + str((int(code[4]) + 1) % 10) + code[5:]
    return [
        desk.line(5000, who=MINGYUAN), desk.line(7000, who=MINGYUAN), desk.line(5000, who="张三", memo=f"捐 {code}"),
        desk.line(5000, who="张三", memo=wrong), desk.line(4000, who=MINGYUAN, memo=code),
        desk.line(9000, who=MINGYUAN, memo=code), desk.line(1200, who="青槐(郑州)餐饮管理有限公司"),
        desk.line(2000, who="李*", memo="爱心"), desk.line(2000, who="王**", payer_account="139****9002"),
        desk.line(2000, who="", memo="13900139001"), desk.line(300, who="赵敏"), desk.line(600, who="赵敏"),
        desk.line(700, who="孙宁", memo=made["paid"].reference),
        desk.line(5000, who="员工甲", memo=f"代{MINGYUAN}捐款"),
        desk.line(5000, who="员工甲", memo="代明远商贸捐款"), desk.line(66, who="（未提供）"),
        desk.line(1995, who="李晓红"), desk.line(2000, who="支付宝（中国）网络技术有限公司"),
        desk.line(302, who="周安", memo="尾号8102"), desk.line(2000, who="刘洋", memo=code[:6]), desk.line(-500),
        desk.line(100, currency="USD")]


def over_all(line_ids: list[int]) -> dict[int, Verdict]:
    """Over every promise that there is."""
    session = db.session()
    states = session.execute(select(Pledge.id, Pledge.reference, Pledge.state, Donor.name)
                             .join(Donor, Donor.id == Pledge.donor_id)).all()
    matcher = Matcher(
        candidates._open_pledges(session, {n for n, _, state, _ in states if state in candidates.OPEN_STATES}),
        {code: Settled(name, n) for n, code, state, name in states if state not in candidates.OPEN_STATES})
    rows = [world.line(n) for n in line_ids]
    return {line.line_id: matcher.judge(line)
            for line in candidates._incoming(session, [row for row in rows if row.amount_fen > 0 and
                                                       row.currency == "CNY"])}


def test_the_verdicts_are_those_over_all_promises(clock: FixedClock) -> None:
    ids = some_lines(some_promises(clock))
    whole = over_all(ids)
    for line_id in ids:
        narrow = candidates.judge(db.session(), [world.line(line_id)], thorough=line_id)[line_id]
        if line_id in whole:
            assert narrow == whole[line_id], world.line(line_id).memo
        else:
            assert (narrow.confirmed, narrow.candidates) == (None, ())
    assert sum(bool(v.confirmed or v.candidates) for v in whole.values()) >= 15


def test_a_promise_is_found_by_the_number_that_it_was_made_with(clock: FixedClock) -> None:
    """One firm by its credit code, two people who answer for it; the firm's own number stays the first one's."""
    made = []
    for phone in ("13711112222", "13933334444"):
        facts = DonorFacts("enterprise", MINGYUAN, phone, uscc="91350100M000100Y43")
        made.append(adoption.accept(actor=STAFF, clock=clock, ids=SequenceIds(int(phone[-4:])), donor=facts,
                                    wish=AdoptionWish("LB1-1", "cash", 3000, "none")))
    assert world.pledge(made[0]).donor_id == world.pledge(made[1]).donor_id
    for read in (candidates._open_pledges(db.session(), made), book._open_pledges(db.session())):
        assert [(p.id, p.phone) for p in read] == [(made[0], "13711112222"), (made[1], "13933334444")]
    ids = [desk.line(3000, who="张三", memo="13933334444"), desk.line(3000, who="张三", memo="尾号4444")]
    whole = over_all(ids)
    for line_id in ids:
        verdict = candidates.judge(db.session(), [world.line(line_id)])[line_id]
        assert verdict == whole[line_id]
        assert [part.pledge_id for part in verdict.candidates[0].parts] == [made[1]], verdict
    assert [hit.pledge.id for hit in search.find(db.session(), "4444")] == [made[1]]


def test_a_page_full_is_judged_as_each_line_alone(clock: FixedClock) -> None:
    ids = some_lines(some_promises(clock))
    whole = over_all(ids)
    found = candidates.judge(db.session(), [world.line(n) for n in ids])
    # A donor named in a memo is looked for only where somebody looks at the line.
    differ = [n for n, verdict in whole.items() if verdict != found[n]]
    assert all("代" in world.line(n).memo for n in differ)


def test_known_accounts_and_trade_bills_are_read(clock: FixedClock) -> None:
    first = promise(clock, 1000, "周宁")
    learned = desk.line(1000, who="周太太", memo=first.reference, payer_account="6222000011112222")
    from charityledger.donations import receipts
    receipts.allocate_line(actor=STAFF, clock=clock, line_id=learned, reference=first.reference)
    second = promise(clock, 1500, "周宁")
    line_id = desk.line(1500, who="周太太", payer_account="6222000011112222")
    verdict = candidates.judge(db.session(), [world.line(line_id)])[line_id]
    assert [p.pledge_id for p in verdict.candidates[0].parts] == [second.id]

    third = promise(clock, 1700, "吴远")
    booked = desk.line(1700, account="WECHAT", who="", order="42")
    file_id = desk.file_of("WECHAT")
    with transaction() as tx:
        tx.add(BillRow(statement_id=file_id, account_code="WECHAT", identity="b1", row=1, order_id="42",
                       booked_at=clock.now(), amount_fen=1700, kind="payment", payer="",
                       merchant_order=third.reference))
    verdict = candidates.judge(db.session(), [world.line(booked)])[booked]
    assert verdict.confirmed is not None
    assert verdict.confirmed.parts[0].pledge_id == third.id


def test_the_number_of_queries_is_fixed(clock: FixedClock) -> None:
    ids = some_lines(some_promises(clock))
    session = db.session()
    rows = session.scalars(select(StatementLine).where(StatementLine.id.in_(ids)).order_by(StatementLine.id)).all()
    counts = []
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    for some in (rows[:1], rows):
        statements.clear()
        event.listen(db.engine, "before_cursor_execute", note)
        candidates.judge(session, some, thorough=some[0].id)
        event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len(statements))
    assert max(counts) <= 11, counts
