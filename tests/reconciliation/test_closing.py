"""Closing a month: what stands in its way, two people, and that nothing is dated in it afterwards."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event as Signal

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from charityledger.audit.models import Event
from charityledger.clock import FixedClock
from charityledger.database import is_postgresql, transaction
from charityledger.donations import approvals, cash_boxes, disbursements, goods, requests
from charityledger.donations.goods import KindGift
from charityledger.donations.lines import ReceivedLine, add_line
from charityledger.donations.models import AccountClosing, Request, StatementLine
from charityledger.donations.rules import Part
from charityledger.errors import PeriodClosed, SamePerson
from charityledger.extensions import db
from charityledger.ledger import periods, postings, store
from charityledger.ledger.models import JournalEntry, Period, Voucher
from charityledger.projects import capacity
from charityledger.projects.capacity import Change
from charityledger.reconciliation import closing, months, readiness
from charityledger.reconciliation.months import NotAMonth, parse
from charityledger.reconciliation.readiness import (
    CountsOpen,
    EarlierMonthOpen,
    LinesMissing,
    LinesOpen,
    MonthNotOver,
    NotVouched,
)
from tests.donations import world
from tests.donations.world import ADMIN, BANK, FINANCE, STAFF
from tests.reconciliation import rows

ALL = ("BANK", "WECHAT", "ALIPAY", "CASH")
END = date(2026, 4, 30)


@pytest.fixture
def april(context: Flask, clock: FixedClock) -> FixedClock:
    """A gift of April entered by hand, and the present day is 6 May."""
    world.fill(clock)
    world.give(clock, 20_000)
    clock.forward(days=21)
    return clock


def ask(clock: FixedClock, period: str = "202604", vouched: tuple[str, ...] = ALL, **more: object) -> int:
    return closing.ask(actor=STAFF, clock=clock, period=period, vouched=vouched, **more)  # type: ignore[arg-type]


def approve(clock: FixedClock, request_id: int, actor: object = FINANCE) -> int:
    return approvals.decide(actor=actor, clock=clock, request_id=request_id,  # type: ignore[arg-type]
                            decision="approve")


def close(clock: FixedClock, period: str = "202604", **more: object) -> int:
    return approve(clock, ask(clock, period, **more))  # type: ignore[arg-type]


def period(code: str = "202604") -> Period:
    db.session.rollback()
    return db.session.get_one(Period, code, populate_existing=True)


def test_a_month_closes_by_two_people(april: FixedClock) -> None:
    request_id = ask(april, note="四月")
    assert period().closed_at is None
    approve(april, request_id)
    row = period()
    assert (row.closed_at, row.asked_by, row.closed_by) == (april.now(), 1, 2)
    kept = {c.account_code: (c.bank_fen, c.book_fen, c.only_bank_fen, c.only_books_fen, c.items)
            for c in db.session.scalars(select(AccountClosing))}
    assert kept == {"BANK": (None, 20_000, 0, 0, 0), **dict.fromkeys(ALL[1:], (None, 0, 0, 0, 0))}
    told = db.session.scalars(select(Event).where(Event.kind == "period_closed")).one()
    assert (told.subject_kind, told.subject_id) == ("period", "202604")
    assert json.loads(told.payload)["asked_by"] == 1
    # Vouchers first: the closed month's numbers are complete.
    assert len(db.session.scalars(select(Voucher)).all()) == len(db.session.scalars(select(JournalEntry)).all())


def test_who_asks_does_not_approve(april: FixedClock) -> None:
    request_id = ask(april)
    with pytest.raises(SamePerson):
        approve(april, request_id, STAFF)
    approvals.decide(actor=FINANCE, clock=april, request_id=request_id, decision="reject", note="还差一份对账单")
    assert period().closed_at is None
    close(april)
    with pytest.raises(PeriodClosed):
        ask(april)


def test_the_present_month_and_later_ones_do_not_close(april: FixedClock) -> None:
    for code in ("202605", "202612"):
        with pytest.raises(MonthNotOver):
            ask(april, code)
    for wrong in ("2026-4", "202613", "abc", "２０２６０４"):
        with pytest.raises(NotAMonth):
            ask(april, wrong)


def test_months_close_in_order(april: FixedClock) -> None:
    with transaction() as tx:
        store.post(tx, postings.gift(9, BANK, "GEN", 5, date(2026, 2, 3)), clock=april, made_by=1)
    for code in ("202604", "202603"):
        with pytest.raises(EarlierMonthOpen) as refused:
            ask(april, code)
        assert refused.value.facts == {"period": "202602"}
    assert [m.code for m in months.every(db.session(), date(2026, 5, 6))] == ["202605", "202604", "202603", "202602"]
    for code in ("202602", "202603", "202604"):
        close(april, code)
    assert [m.closed_at is None for m in months.every(db.session(), date(2026, 5, 6))] == [True, False, False, False]


def test_an_open_line_blocks_and_a_held_one_with_a_reason_does_not(april: FixedClock) -> None:
    with transaction() as tx:
        file_id = rows.statement(tx, opening_fen=-19_900, closing_fen=100)
        line_id = rows.line(tx, file_id, date(2026, 4, 9), 20_000)
        tx.get_one(StatementLine, line_id).held = True
    for _ in range(2):
        with pytest.raises(LinesOpen) as refused:
            ask(april)
        assert refused.value.facts == {"account": "基本户", "count": 1}
    with transaction() as tx:
        rows.hold(tx, line_id)
    close(april)
    found = readiness.read(db.session(), parse("202604"), date(2026, 5, 6))
    assert [(h.line.id, h.note) for h in found.accounts[0].held] == [(line_id, "等银行回单")]
    kept = db.session.scalars(select(AccountClosing).where(AccountClosing.account_code == "BANK")).one()
    # The difference line by line: the line that is held, the gift that no file has, and what was there before.
    assert (kept.bank_fen, kept.book_fen, kept.only_bank_fen, kept.only_books_fen, kept.items) == \
        (100, 20_000, 20_000 - 19_900, 20_000, 3)
    assert kept.book_fen + kept.only_bank_fen == (kept.bank_fen or 0) + kept.only_books_fen


def test_lines_of_a_file_that_is_missing(april: FixedClock) -> None:
    """The bank's balance went up by more than its lines say."""
    with transaction() as tx:
        rows.statement(tx, opening_fen=0, closing_fen=700)
    with pytest.raises(LinesMissing) as refused:
        ask(april)
    assert refused.value.facts == {"account": "基本户", "gap_fen": 700}


def test_an_account_that_the_bank_does_not_vouch_for(april: FixedClock) -> None:
    with pytest.raises(NotVouched) as refused:
        ask(april, vouched=("BANK", "WECHAT", "ALIPAY"))
    assert refused.value.facts == {"account": "钱箱现金"}
    with transaction() as tx:
        rows.statement(tx, last_on=date(2026, 4, 27), closing_fen=0)
    found = readiness.read(db.session(), parse("202604"), date(2026, 5, 6))
    assert [account.doubt for account in found.accounts] == ["not_reached", "no_file", "no_file", "no_file"]
    with transaction() as tx:
        rows.statement(tx, last_on=END, closing_fen=0)
        rows.line(tx, rows.statement(tx, account="WECHAT", opening_fen=None), END, 5, account="WECHAT")
    found = readiness.read(db.session(), parse("202604"), date(2026, 5, 6))
    assert [account.doubt for account in found.accounts] == [None, "no_balance", "no_file", "no_file"]


def test_a_box_counted_by_one_person_blocks(april: FixedClock) -> None:
    cash_boxes.count(actor=STAFF, clock=april, box="1号箱", counted_on=END, amount_fen=100)
    with pytest.raises(CountsOpen):
        ask(april)
    assert not readiness.read(db.session(), parse("202603"), date(2026, 5, 6)).counts


def test_readiness_is_looked_at_again(april: FixedClock) -> None:
    """What came between asking and approving counts."""
    request_id = ask(april)
    with transaction() as tx:
        rows.line(tx, rows.statement(tx, closing_fen=5), END, 5)
    with pytest.raises(LinesOpen):
        approve(april, request_id)
    assert period().closed_at is None
    assert db.session.get_one(Request, request_id).state == "requested"


def test_asking_twice(april: FixedClock) -> None:
    first = ask(april, key="k")
    assert ask(april, key="k") == first
    with pytest.raises(requests.AskedAlready):
        ask(april)


def test_december_closes_the_year(april: FixedClock) -> None:
    """Income of the year goes into net assets; the next year's is left alone."""
    april.forward(days=245)                         # 6 January 2027
    world.give(april, 7_000, on=date(2027, 1, 5))
    for code in ("202604", "202605", "202606", "202607", "202608", "202609", "202610", "202611"):
        close(april, code, year_end=True)
        assert world.entries()[-1].kind != "year_end"
    close(april, "202612", year_end=True)
    head = world.entries()[-1]
    assert (head.kind, head.effective_on, head.made_by, head.approved_by) == ("year_end", date(2026, 12, 31), 1, 2)
    assert world.movements(head.id) == [("4101.2", "3102", "HD1-1", 20_000)]
    assert world.books()["4101.2", "HD1-1"] == -7_000
    assert db.session.get_one(Voucher, head.id).period == "202612"


def test_december_may_close_without_the_year(april: FixedClock) -> None:
    april.forward(days=245)
    for code in (f"2026{n:02d}" for n in range(4, 13)):
        close(april, code)
    assert {entry.kind for entry in world.entries()} == {"gift"}


def test_a_late_match_of_a_held_line_settles_it(april: FixedClock) -> None:
    """期后核销: the line of April becomes an entry of May; April's own figures stay."""
    with transaction() as tx:
        line_id = rows.line(tx, rows.statement(tx, opening_fen=0, closing_fen=300), END, 300)
        rows.hold(tx, line_id)
    close(april)
    with transaction() as tx:
        entry = store.post(tx, postings.interest(line_id, BANK, 300, date(2026, 5, 6)), clock=april, made_by=1)
        rows.allocate(tx, line_id, entry, 300, kind="interest")
    found = readiness.read(db.session(), parse("202604"), date(2026, 5, 6))
    assert found.accounts[0].standing.adjusted_fen == found.accounts[0].standing.adjusted_bank_fen == 20_300


def _goods(clock: FixedClock, on: date) -> object:
    return goods.receive_goods(actor=STAFF, clock=clock, gift=KindGift(on, 1, need_item_id=world.item("HD1-1", 3)))


STEPS: dict[str, Callable[[FixedClock, date], object]] = {
    "a gift": lambda clock, on: world.give(clock, 5, on=on),
    "goods": _goods,
    "hours": lambda clock, on: goods.record_hours(actor=STAFF, clock=clock, gift=KindGift(
        on, 1, need_item_id=world.item("HD1-1", 4), basis="某人证明")),
}


@pytest.mark.parametrize("name", STEPS)
def test_nothing_is_dated_in_a_closed_month(april: FixedClock, name: str) -> None:
    close(april)
    before = len(world.entries())
    for day in (date(2026, 4, 30), date(2026, 3, 1)):
        with pytest.raises(PeriodClosed):
            STEPS[name](april, day)
    assert len(world.entries()) == before
    STEPS[name](april, date(2026, 5, 1))


def test_goods_are_not_handed_over_in_a_closed_month(april: FixedClock) -> None:
    given = int(str(_goods(april, date(2026, 4, 20))))
    close(april)
    with pytest.raises(PeriodClosed):
        goods.hand_over(actor=STAFF, clock=april, donation_id=given, units=1, on=END)
    goods.hand_over(actor=STAFF, clock=april, donation_id=given, units=1, on=date(2026, 5, 1))


def test_a_payment_is_neither_made_nor_delivered_nor_returned_in_a_closed_month(april: FixedClock) -> None:
    april.forward(days=-6)                          # asked for on the month's last day
    def asked() -> int:
        return disbursements.request(actor=STAFF, clock=april, wish=disbursements.PaymentWish(
            "HD1-1", "BANK", "某店", "食材", "食材", (Part(world.item("HD1-1"), 100),),
            files=((world.stored(), "a.pdf"),)))

    waiting, paid = asked(), asked()
    disbursements.approve(actor=FINANCE, clock=april, disbursement_id=paid, paid_on=END)
    april.forward(days=6)
    close(april)
    with pytest.raises(PeriodClosed):
        disbursements.approve(actor=FINANCE, clock=april, disbursement_id=waiting, paid_on=END)
    with pytest.raises(PeriodClosed):
        disbursements.deliver(actor=STAFF, clock=april, disbursement_id=paid, on=END, note_zh="已到")
    with pytest.raises(PeriodClosed):
        disbursements.returned(actor=ADMIN, clock=april, disbursement_id=paid, on=END)
    disbursements.approve(actor=FINANCE, clock=april, disbursement_id=waiting, paid_on=date(2026, 5, 6))


# Each row of what is dated, with Python's half bypassed.
ROWS = {
    "statement_line": "INSERT INTO statement_line (account_code, booked_on, amount_fen, used_fen, fee_fen, fee_booked, "
                      "counterparty, memo, recorded_at) VALUES ('BANK', :day, 5, 0, 0, false, '', '', '2026-05-06')",
    "need_movement": "INSERT INTO need_movement (need_item_id, effective_on, subject_kind, subject_id, reserved, "
                     "pledged, paid, received, disbursed, delivered, received_value_fen, disbursed_value_fen) "
                     "VALUES (1, :day, '', 0, 0, 0, 0, 1, 0, 0, 0, 0)",
}


@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize("day", [END, date(2026, 1, 1)])
def test_python_bypassed_nothing_is_dated_in_a_closed_month(april: FixedClock, table: str, day: date) -> None:
    close(april)
    with transaction() as tx:
        with pytest.raises(DBAPIError, match="period_closed"), tx.begin_nested():
            tx.execute(text(ROWS[table]), {"day": day})
        tx.execute(text(ROWS[table]), {"day": date(2026, 5, 1)})


WRITERS: dict[str, Callable[[Session, FixedClock], object]] = {
    "journal_entry": lambda tx, clock: store.post(tx, postings.gift(1, BANK, "GEN", 5, END), clock=clock, made_by=1),
    "statement_line": lambda tx, clock: add_line(tx, ReceivedLine("BANK", END, 5), STAFF, clock),
    "need_movement": lambda tx, clock: capacity.apply(tx, [Change(world.item("HD1-1"), received=1)], subject=("", 0),
                                                      on=END),
}


@pytest.mark.parametrize("table", WRITERS)
def test_database_bypassed_nothing_is_dated_in_a_closed_month(april: FixedClock, table: str) -> None:
    close(april)
    trigger = {"journal_entry": "journal_entry_before", "statement_line": "statement_line_before",
               "need_movement": "need_movement_month"}[table]
    with Session(db.engine) as tx:
        tx.connection(execution_options={"writing": True})
        tx.execute(text(f"DROP TRIGGER {trigger}" + (f" ON {table}" if is_postgresql(tx) else "")))
        with pytest.raises(PeriodClosed):
            WRITERS[table](tx, april)
        tx.rollback()


def test_four_eyes_python_bypassed(april: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database knows who asked and who closed."""
    def decided_by_anybody(tx: Session, request_id: int, **_: object) -> Request:
        return tx.get_one(Request, request_id)

    request_id = ask(april)
    monkeypatch.setattr(requests, "decide", decided_by_anybody)
    with pytest.raises(DBAPIError, match="four_eyes"):
        approve(april, request_id, STAFF)
    assert period().closed_at is None


def test_four_eyes_database_bypassed(april: FixedClock) -> None:
    request_id = ask(april)
    with Session(db.engine) as tx:
        tx.connection(execution_options={"writing": True})
        if is_postgresql(tx):
            tx.execute(text("ALTER TABLE period DROP CONSTRAINT ck_period_four_eyes"))
            tx.execute(text("ALTER TABLE request DROP CONSTRAINT ck_request_four_eyes"))
        else:
            tx.execute(text("PRAGMA ignore_check_constraints = ON"))
        with pytest.raises(SamePerson):
            approvals.decide.inside(tx, actor=STAFF, clock=april, request_id=request_id, decision="approve")
        tx.rollback()
        if not is_postgresql(tx):
            tx.execute(text("PRAGMA ignore_check_constraints = OFF"))


def test_a_posting_under_way_makes_the_close_wait_and_is_seen(app: Flask, clock: FixedClock) -> None:
    """An unexplained line that is being imported while the month is closed: the close waits, and then refuses."""
    with app.app_context():
        world.fill(clock)
        world.give(clock, 20_000)
        clock.forward(days=21)
        request_id = ask(clock)
        engine = db.engine
        with transaction() as tx:
            file_id = rows.statement(tx, closing_fen=5)
    written, closing_now = Signal(), Signal()
    outcome: list[object] = []

    def insert() -> None:
        with Session(engine, expire_on_commit=False) as tx:
            tx.connection(execution_options={"writing": True})
            store.post(tx, postings.gift(7, BANK, "GEN", 5, END), clock=clock, made_by=1)
            rows.line(tx, file_id, END, 5)
            written.set()
            if is_postgresql(tx):       # SQLite lets nobody else begin
                assert closing_now.wait(10)
                assert tx.scalar(select(Period.closed_at).where(Period.code == "202604")) is None
            tx.commit()

    def close_it() -> None:
        assert written.wait(10)
        with app.app_context():
            closing_now.set()
            try:
                approve(clock, request_id)
            except LinesOpen as error:
                outcome.append(error.facts["count"])
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(insert), pool.submit(close_it)]:
            done.result(30)
    assert outcome == [1]
    with app.app_context():
        assert period().closed_at is None


def test_the_undo_of_a_match_asks_for_an_open_month(april: FixedClock) -> None:
    """What the desk's undo calls."""
    with transaction() as tx:
        assert closing.check_open(tx, END) == "202604"
    close(april)
    with transaction() as tx, pytest.raises(PeriodClosed):
        closing.check_open(tx, END)


def test_the_last_closed_month(april: FixedClock) -> None:
    with transaction() as tx:
        assert periods.last_closed(tx) is None
    close(april)
    assert periods.last_closed(db.session()) == "202604"
