"""The store: months that close, reservations, reversals once, and what exists already."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from charityledger.clock import FixedClock
from charityledger.database import is_postgresql, transaction
from charityledger.errors import AlreadyReversed, FundOverdrawn, PeriodClosed, UnknownFund
from charityledger.extensions import db
from charityledger.ledger import balances, chart, periods, postings, store
from charityledger.ledger.entry import Entry, Movement, reversal
from charityledger.ledger.models import JournalEntry, Period
from tests.ledger.books import BANK, Books, open_books

DAY = date(2026, 4, 15)
GIFT = postings.gift(1, BANK, "A", 10_000, DAY)


def test_an_entry_reads_back_as_it_was_posted(books: Books) -> None:
    entry_id = books.post(GIFT)
    assert store.load(books.tx, entry_id) == GIFT
    head = books.tx.get_one(JournalEntry, entry_id)
    assert (head.period, head.made_by, head.approved_by, head.movement_count, head.total_fen) == \
        ("202604", 1, None, 1, 10_000)
    assert head.recorded_at == books.clock.now()


def test_nothing_is_dated_in_a_closed_month(books: Books) -> None:
    books.post(GIFT)
    periods.close(books.tx, "202604", books.clock.now())
    with pytest.raises(PeriodClosed) as refused:
        books.post(GIFT)
    assert refused.value.facts == {"period": "202604"}
    with pytest.raises(PeriodClosed):
        periods.close(books.tx, "202604", books.clock.now())
    books.post(postings.gift(2, BANK, "A", 1, date(2026, 5, 1)))


def test_python_bypassed_nothing_is_dated_in_a_closed_month(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    books.post(GIFT)
    periods.close(books.tx, "202604", books.clock.now())
    monkeypatch.setattr(store, "_check_months", lambda tx, books: None)
    with pytest.raises(DBAPIError), books.tx.begin_nested():
        books.post(GIFT)


def test_months_before_a_closed_one_are_closed_too(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the closed month's balances would still move, by a month that nobody had opened."""
    books.post(GIFT)
    periods.close(books.tx, "202604", books.clock.now())
    earlier = postings.gift(3, BANK, "A", 1, date(2026, 3, 31))
    with pytest.raises(PeriodClosed):
        books.post(earlier)
    assert periods.last_closed(books.tx) == "202604"
    monkeypatch.setattr(store, "_check_months", lambda tx, books: None)
    books.tx.execute(text("INSERT INTO period (code) VALUES ('202603')"))
    with pytest.raises(DBAPIError), books.tx.begin_nested():
        books.post(earlier)


@pytest.mark.parametrize("statement", [
    "UPDATE period SET closed_at = NULL", "UPDATE period SET closed_by = 3", "DELETE FROM period",
    "INSERT OR REPLACE INTO period (code) VALUES ('202604')"])
def test_a_closed_month_stays_closed(books: Books, statement: str) -> None:
    periods.close(books.tx, "202604", books.clock.now())
    if "REPLACE" in statement and is_postgresql(books.tx):
        return
    with pytest.raises(DBAPIError, match="stays closed"), books.tx.begin_nested():
        books.tx.execute(text(statement))


def test_a_reservation_keeps_money_from_everything_else(books: Books) -> None:
    books.post(GIFT)
    store.reserve(books.tx, "A", 9_000)
    assert store.free(books.tx, "A") == 1_000
    with pytest.raises(FundOverdrawn) as refused:
        store.reserve(books.tx, "A", 1_001)
    assert refused.value.facts == {"fund": "A", "available_fen": 1_000, "requested_fen": 1_001}
    with pytest.raises(FundOverdrawn):
        books.post(postings.disbursement(1, BANK, "A", 1_001, DAY))
    store.unreserve(books.tx, "A", 9_000)
    books.post(postings.disbursement(1, BANK, "A", 10_000, DAY))
    assert store.free(books.tx, "A") == 0
    assert store.free(books.tx, "nobody") == 0


def test_an_entry_is_reversed_once(books: Books) -> None:
    entry_id = books.post(GIFT)
    books.post(reversal(GIFT, entry_id, DAY))
    books.post(GIFT)
    with pytest.raises(AlreadyReversed) as refused:
        books.post(reversal(GIFT, entry_id, DAY))
    assert refused.value.facts == {"entry_id": entry_id}


def test_funds_and_accounts_that_are_not_there(books: Books) -> None:
    with pytest.raises(UnknownFund):
        books.post(Entry("gift", DAY, (Movement(BANK, chart.GIFT_RESTRICTED, "nobody", 1),)))


def test_opening_twice_changes_nothing(books: Books) -> None:
    store.create_chart(books.tx)
    store.create_fund(books.tx, "A")
    assert books.balances() == {}


def test_balances_follow_every_movement(books: Books) -> None:
    books.post(GIFT)
    books.post(postings.disbursement(1, BANK, "A", 4_000, DAY))
    assert balances.all_balances(books.tx) == balances.recomputed(books.tx)
    assert balances.fund_cash(books.tx)["A"] == 6_000


def test_a_close_waits_for_postings_under_way(app: Flask, clock: FixedClock) -> None:
    """Else an entry would end up inside a month that was closed while it was being written."""
    with app.app_context():
        with transaction() as tx:
            open_books(tx)
            store.post(tx, GIFT, clock=clock, made_by=1)
        engine = db.engine
    written, closing = Event(), Event()

    def close() -> None:
        written.wait(10)
        with writing(engine) as tx:
            closing.set()
            periods.close(tx, "202604", clock.now())
            tx.commit()

    def post() -> None:
        with writing(engine) as tx:
            store.post(tx, GIFT, clock=clock, made_by=1)
            written.set()
            # SQLite lets nobody else begin; on PostgreSQL the close is under way now, and waits for this commit.
            if is_postgresql(tx):
                assert closing.wait(10)
                assert tx.scalar(select(Period.closed_at).where(Period.code == "202604")) is None
            tx.commit()

    in_threads(post, close)
    with app.app_context(), transaction() as tx:
        assert tx.get_one(Period, "202604").closed_at is not None
        assert tx.scalar(text("SELECT count(*) FROM journal_entry")) == 2
        with pytest.raises(PeriodClosed):
            store.post(tx, GIFT, clock=clock, made_by=1)


def writing(engine: Engine) -> Session:
    session = Session(engine, autoflush=False)
    session.connection(execution_options={"writing": True})
    return session


def in_threads(*jobs: Callable[[], None]) -> None:
    with ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result(30)
