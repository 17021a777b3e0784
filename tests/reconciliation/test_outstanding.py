"""What stands between the bank and the books: the identity of both sides, and worked examples."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from charityledger.clock import FixedClock
from charityledger.donations.models import MoneyAccount, StatementLine
from charityledger.extensions import db
from charityledger.ledger import postings, store
from charityledger.ledger.entry import Entry, reversal
from charityledger.reconciliation import outstanding
from charityledger.reconciliation.standing import Standing, parts
from tests.donations import world
from tests.donations.world import BANK, WECHAT
from tests.reconciliation import rows

END = date(2026, 4, 30)
START = date(2026, 4, 1)


@pytest.fixture
def tx(context: Flask, clock: FixedClock) -> Iterator[Session]:
    world.fill(clock)
    with Session(db.engine, expire_on_commit=False, autoflush=False) as session:
        session.connection(execution_options={"writing": True})
        yield session
        session.rollback()


def post(tx: Session, clock: FixedClock, entry: Entry) -> int:
    return store.post(tx, entry, clock=clock, made_by=1,
                      approved_by=2 if entry.kind in store.NEEDS_APPROVAL else None)


def read(tx: Session, as_at: date = END, account: str = "BANK", until: date | None = None) -> Standing:
    found = outstanding.read(tx, tx.get_one(MoneyAccount, account), as_at, until=until)
    assert found.adjusted_fen == found.adjusted_bank_fen
    return found


def told(found: Standing) -> list[tuple[str, str, int, date | None]]:
    return [(item.side, item.kind, item.amount_fen, item.settled_on) for item in found.items]


def days(first: date, count: int) -> st.SearchStrategy[date]:
    return st.integers(0, count - 1).map(lambda n: first + timedelta(days=n))


ENTRIES = st.lists(st.tuples(st.sampled_from(["gift", "payment", "payout", "reversed"]), days(START, 60),
                             st.integers(1, 500)), max_size=8)
LINES = st.lists(st.tuples(st.booleans(), days(START, 60), st.integers(-300, 300).filter(bool)), max_size=8)
PAIRS = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(1, 300)), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=ENTRIES, lines=LINES, pairs=PAIRS, as_at=days(START, 60), closing=st.none() | st.integers(0, 10_000))
def test_both_sides_come_to_one_figure(tx: Session, clock: FixedClock, entries: list[tuple[str, date, int]],
                                       lines: list[tuple[bool, date, int]], pairs: list[tuple[int, int, int]],
                                       as_at: date, closing: int | None) -> None:
    """Whatever was allocated to what, sensible or not; and exactly by the definitions, one by one."""
    with tx.begin_nested() as point:
        book_opening = post(tx, clock, postings.gift(0, BANK, "HD1-1", 1_000_000, START))
        post(tx, clock, postings.gift(0, WECHAT, "GEN", 1_000_000, START))
        posted = [(book_opening, START, 1_000_000)]
        for kind, on, fen in entries:
            posted += _post(tx, clock, kind, on, fen)
        file_id = rows.statement(tx, first_on=START, last_on=START, closing_fen=closing)
        booked = [(rows.line(tx, file_id if in_file else None, on, fen), in_file, on, fen)
                  for in_file, on, fen in lines]
        allocated = _allocate(tx, booked, posted, pairs)
        found = read(tx, as_at)
        _compare(found, booked, posted, allocated, as_at)
        point.rollback()


def _post(tx: Session, clock: FixedClock, kind: str, on: date, fen: int) -> list[tuple[int, date, int]]:
    if kind == "payment":
        return [(post(tx, clock, postings.disbursement(1, BANK, "HD1-1", fen, on)), on, -fen)]
    if kind == "payout":
        return [(post(tx, clock, postings.payout(1, BANK, WECHAT, fen, on)), on, fen)]
    gift = postings.gift(1, BANK, "HD1-1", fen, on)
    entry_id = post(tx, clock, gift)
    if kind == "gift":
        return [(entry_id, on, fen)]
    later = on + timedelta(days=3)
    return [(entry_id, on, fen), (post(tx, clock, reversal(gift, entry_id, later)), later, -fen)]


Booked = list[tuple[int, bool, date, int]]
Posted = list[tuple[int, date, int]]
Allocated = list[tuple[int, int, int]]


def _allocate(tx: Session, booked: Booked, posted: Posted, pairs: list[tuple[int, int, int]]) -> Allocated:
    done: Allocated = []
    left = {line_id: abs(fen) for line_id, _, _, fen in booked}
    for which, to, fen in pairs if booked else ():
        line_id, entry_id = booked[which % len(booked)][0], posted[to % len(posted)][0]
        fen = min(fen, left[line_id])
        if fen:
            left[line_id] -= fen
            rows.allocate(tx, line_id, entry_id, fen)
            done.append((line_id, entry_id, fen))
    return done


def _compare(found: Standing, booked: Booked, posted: Posted, allocated: Allocated, as_at: date) -> None:
    lines = {line_id: (on, fen) for line_id, in_file, on, fen in booked if in_file and on <= as_at}
    entries = {entry_id: fen for entry_id, on, fen in posted if on <= as_at}
    only_bank = {line_id: fen for line_id, (_, fen) in lines.items()}
    only_books = dict(entries)
    for line_id, entry_id, fen in allocated:
        if line_id in lines and entry_id in entries:
            signed = fen if lines[line_id][1] > 0 else -fen
            only_bank[line_id] -= signed
            only_books[entry_id] -= signed
    assert found.book_fen == sum(entries.values())
    assert found.lines_fen == sum(fen for _, fen in lines.values())
    assert {item.id: item.amount_fen for item in found.only_bank} == {k: v for k, v in only_bank.items() if v}
    if found.has_files:
        assert sum(item.amount_fen for item in found.only_books) == sum(only_books.values())
        assert all(item.amount_fen for item in found.only_books)
    else:
        assert found.items == ()


def test_a_payout_on_its_way(tx: Session, clock: FixedClock) -> None:
    """The wallet has paid out; the bank has it two days later. A line of one account says nothing about the other."""
    bank, wallet = rows.statement(tx, closing_fen=0), rows.statement(tx, account="WECHAT", closing_fen=0)
    post(tx, clock, postings.gift(1, WECHAT, "GEN", 10_000, START))
    rows.allocate(tx, rows.line(tx, wallet, START, 10_000, account="WECHAT"), 1, 10_000)
    entry = post(tx, clock, postings.payout(1, BANK, WECHAT, 10_000, date(2026, 4, 29)))
    rows.allocate(tx, rows.line(tx, wallet, date(2026, 4, 29), -10_000, account="WECHAT"), entry, 10_000,
                   kind="payout")
    rows.allocate(tx, rows.line(tx, bank, date(2026, 5, 2), 10_000), entry, 10_000, kind="payout")
    assert told(read(tx, account="WECHAT")) == []
    found = read(tx, until=date(2026, 5, 5))
    assert told(found) == [("books", "payout", 10_000, date(2026, 5, 2))]
    assert (found.book_fen, found.bank_fen, found.adjusted_fen) == (10_000, 0, 10_000)
    assert found.items[0].days(date(2026, 5, 5)) == 3
    assert told(read(tx, date(2026, 5, 2))) == []


def test_a_gift_entered_by_hand_that_no_file_has(tx: Session, clock: FixedClock) -> None:
    """A line entered by hand is not the bank's word."""
    rows.statement(tx, closing_fen=0)
    entry = post(tx, clock, postings.gift(1, BANK, "HD1-1", 500, date(2026, 4, 20)))
    by_hand = rows.line(tx, None, date(2026, 4, 20), 500)
    rows.allocate(tx, by_hand, entry, 500)
    assert told(read(tx)) == [("books", "gift", 500, None)]
    tx.get_one(StatementLine, by_hand).statement_id = rows.statement(tx, closing_fen=500, last_on=END - timedelta(1))
    tx.flush()
    assert told(read(tx)) == []


def test_a_bank_charge_that_is_not_booked(tx: Session, clock: FixedClock) -> None:
    file_id = rows.statement(tx, opening_fen=0, closing_fen=985)
    entry = post(tx, clock, postings.gift(1, BANK, "GEN", 1_000, START))
    rows.allocate(tx, rows.line(tx, file_id, START, 1_000), entry, 1_000)
    charge = rows.line(tx, file_id, END, -15, kind="charge", native_id="B 6640")
    found = read(tx)
    assert told(found) == [("bank", "charge", -15, None)]
    assert (found.book_fen, found.bank_fen, found.adjusted_fen, found.opening_fen) == (1_000, 985, 985, 0)
    assert found.items[0].reference == "B 6640"
    cost = post(tx, clock, postings.management_cost(charge, BANK, 15, date(2026, 5, 3)))
    rows.allocate(tx, charge, cost, 15, kind="charge")
    assert told(read(tx, until=date(2026, 5, 3))) == [("bank", "charge", -15, date(2026, 5, 3))]
    assert told(read(tx, until=date(2026, 5, 2))) == [("bank", "charge", -15, None)]


def test_a_payment_that_the_bank_has_not_made(tx: Session, clock: FixedClock) -> None:
    """Part of it went out within the month: only the rest is outstanding."""
    file_id = rows.statement(tx, closing_fen=700)
    entry = post(tx, clock, postings.gift(1, BANK, "HD1-1", 1_000, START))
    rows.allocate(tx, rows.line(tx, file_id, START, 1_000), entry, 1_000)
    paid = post(tx, clock, postings.disbursement(1, BANK, "HD1-1", 800, date(2026, 4, 28)))
    rows.allocate(tx, rows.line(tx, file_id, date(2026, 4, 28), -300), paid, 300, kind="disbursement")
    assert told(read(tx)) == [("books", "disbursement", -500, None)]
    assert read(tx).adjusted_fen == 200
    rows.allocate(tx, rows.line(tx, file_id, date(2026, 5, 4), -500), paid, 500, kind="disbursement")
    assert told(read(tx, until=date(2026, 5, 4))) == [("books", "disbursement", -500, date(2026, 5, 4))]


def test_a_reversal_after_the_month_end(tx: Session, clock: FixedClock) -> None:
    """Of a gift that no file has: it stood at the end of April, and is settled by what reversed it in May."""
    rows.statement(tx, closing_fen=0)
    gift = postings.gift(1, BANK, "HD1-1", 500, date(2026, 4, 20))
    entry = post(tx, clock, gift)
    post(tx, clock, reversal(gift, entry, date(2026, 5, 6)))
    assert told(read(tx, until=date(2026, 5, 6))) == [("books", "gift", 500, date(2026, 5, 6))]
    assert told(read(tx, date(2026, 5, 6))) == []


def test_a_reversed_match_leaves_the_line(tx: Session, clock: FixedClock) -> None:
    file_id = rows.statement(tx, closing_fen=500)
    gift = postings.gift(1, BANK, "HD1-1", 500, date(2026, 4, 20))
    entry = post(tx, clock, gift)
    line_id = rows.line(tx, file_id, date(2026, 4, 20), 500)
    rows.allocate(tx, line_id, entry, 500)
    turned = post(tx, clock, reversal(gift, entry, date(2026, 5, 6)))
    rows.allocate(tx, line_id, turned, -500)
    assert told(read(tx)) == []
    assert told(read(tx, date(2026, 5, 6))) == [("bank", "payment", 500, None)]


def test_what_was_there_before_the_first_file(tx: Session, clock: FixedClock) -> None:
    """Entries before the files begin are not listed one by one for ever: with the bank's opening balance they come to
    the opening difference."""
    post(tx, clock, postings.gift(1, BANK, "HD1-1", 800, date(2026, 2, 10)))
    post(tx, clock, postings.gift(2, BANK, "HD1-1", 150, date(2026, 3, 31)))
    rows.statement(tx, opening_fen=1_000, closing_fen=1_000)
    found = read(tx)
    assert found.items == ()
    assert (found.book_fen, found.bank_fen, found.opening_fen, found.adjusted_fen) == (950, 1_000, 50, 1_000)


def test_an_account_without_a_file_has_no_items(tx: Session, clock: FixedClock) -> None:
    post(tx, clock, postings.gift(1, BANK, "HD1-1", 800, START))
    found = read(tx)
    assert (found.has_files, found.items, found.book_fen, found.bank, found.opening_fen) == (False, (), 800, None, 0)


def test_foreign_money_is_never_summed(tx: Session) -> None:
    file_id = rows.statement(tx, closing_fen=0)
    rows.line(tx, file_id, START, 500, currency="USD")
    assert (read(tx).lines_fen, read(tx).items) == (0, ())


def test_parts_of_the_book_balance(tx: Session, clock: FixedClock) -> None:
    post(tx, clock, postings.gift(1, BANK, "HD1-1", 100, START))
    post(tx, clock, postings.gift(2, BANK, "LB1-1", 200, START))
    post(tx, clock, postings.gift(3, BANK, "GEN", 40, START, suspense_fen=7))
    assert parts(read(tx)) == {"restricted": 300, "general": 40, "suspense": 7}


def test_the_number_of_queries_is_fixed(tx: Session, clock: FixedClock) -> None:
    file_id = rows.statement(tx, closing_fen=0)

    def queries() -> int:
        seen: list[str] = []
        count = lambda *args: seen.append(args[2])      # noqa: E731
        event.listen(db.engine, "before_cursor_execute", count)
        found = read(tx, until=date(2026, 5, 31))
        event.remove(db.engine, "before_cursor_execute", count)
        assert found.items
        return len(seen)

    def more(n: int) -> None:
        for k in range(n):
            rows.line(tx, file_id, date(2026, 4, 1 + k % 28), 100)
            post(tx, clock, postings.gift(k, BANK, "HD1-1", 100, date(2026, 4, 1 + k % 28)))

    more(1)
    few = queries()
    more(30)
    assert queries() == few
