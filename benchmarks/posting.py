"""One gift per commit through the service, beside the raw driver that does the same inserts and updates."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import psycopg
from sqlalchemy import make_url, text

from charityledger.audit.models import Event
from charityledger.clock import SystemClock
from charityledger.donations.models import Allocation, Donation, DonationLine, StatementLine
from charityledger.donations.receipts import ReceivedLine, record_gift
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.ledger.models import JournalEntry, MovementRow
from charityledger.projects.models import NeedMovement
from tests.postgresql import running

from . import measure

GIFTS = 300
DAY = date(2026, 4, 1)

def _insert(model: Any, **values: str) -> str:
    """INSERT of a whole row: the given SQL for some columns, the models' own defaults for the others."""
    for column in model.__table__.columns:
        if column.name not in values and column.default is not None:
            values[column.name] = repr(column.default.arg) if not isinstance(column.default.arg, bool) else \
                str(column.default.arg).upper()
    return f"INSERT INTO {model.__table__.name} ({', '.join(values)}) VALUES ({', '.join(values.values())})"


# What the service writes for one gift, in the same order; triggers fire for both, and count what the line is used for.
STATEMENTS = (
    _insert(StatementLine, id=":line", account_code="'BANK'", booked_on=":day", amount_fen="100", counterparty="'x'",
            memo="'y'", recorded_at=":now"),
    _insert(Donation, id=":line", kind="'cash'", sub_project_id=":sub", received_on=":day", amount="100",
            value_fen="100", statement_line_id=":line"),
    _insert(DonationLine, donation_id=":line", need_item_id=":item", amount="100", value_fen="100"),
    _insert(NeedMovement, need_item_id=":item", subject_kind="'donation'", subject_id=":line", effective_on=":day",
            received="100"),
    _insert(MovementRow, entry_id=":line", line="1", debit_account="'1002-BANK'", credit_account="'4101.2'",
            fund="'BIG'", amount_fen="100"),
    _insert(JournalEntry, id=":line", kind="'gift'", effective_on=":day", period="'202604'", recorded_at=":now",
            subject_kind="'donation'", subject_id=":line", movement_count="1", total_fen="100"),
    "UPDATE donation SET entry_id = :line WHERE id = :line",
    _insert(Allocation, statement_line_id=":line", kind="'donation'", subject_id=":line", entry_id=":line",
            amount_fen="100"),
    _insert(Event, kind="'gift_received'", subject_kind="'donation'", subject_id="'1'", at=":now",
            payload="'{\"amount_fen\":100,\"entry\":1,\"line\":1,\"pledge\":null,\"suspense_fen\":0}'"),
)


def service() -> int:
    """GIFTS gifts, each a commit of its own."""
    clock, actor = SystemClock(), Actor.system()
    for _ in range(GIFTS):
        record_gift(actor=actor, clock=clock, sub_code="BIG", line=ReceivedLine("BANK", DAY, 100, "x", "y"))
    return GIFTS


def raw(execute: Callable[[str, dict[str, Any]], object], begin: Callable[[], object], commit: Callable[[], object],
        facts: dict[str, Any]) -> Callable[[], int]:
    """The same rows by the driver alone, numbered above whatever is there.

    PostgreSQL's sequences don't see these numbers, so they start where the sequences never come.
    """
    def work() -> int:
        numbers = count(max(highest(), 0 if db.engine.dialect.name == "sqlite" else 10**9) + 1)
        for _ in range(GIFTS):
            begin()
            values = {**facts, "line": next(numbers)}
            for statement in STATEMENTS:
                execute(statement, values)
            commit()
        return GIFTS

    return work


def highest() -> int:
    """The highest number that any of the tables has used."""
    tables = ("statement_line", "donation", "journal_entry")
    top = max(db.session.scalar(text(f"SELECT max(id) FROM {table}")) or 0 for table in tables)
    db.session.rollback()
    return int(top)


def on_sqlite() -> None:
    with measure.application() as app:
        item = measure.add_large_project()
        service()
        connection = sqlite3.connect(make_url(app.config["DATABASE_URL"]).database or "", isolation_level=None)
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=60000"):
            connection.execute(f"PRAGMA {pragma}")
        facts = {"day": DAY.isoformat(), "now": "2026-04-01 00:00:00.000000", "item": item, "sub": sub_id(item)}
        measure.compare("one gift per commit, SQLite", service, raw(
            connection.execute, lambda: connection.execute("BEGIN IMMEDIATE"), lambda: connection.execute("COMMIT"),
            facts), "/s", .25)
        connection.close()


def on_postgresql() -> None:
    with running(durable=True) as server:
        server.create("bench")
        with measure.application(server.url("bench")):
            item = measure.add_large_project()
            service()
            with psycopg.connect(server.url("bench").replace("+psycopg", ""), autocommit=False) as connection:
                cursor = connection.cursor()
                named = {s: _named(s) for s in STATEMENTS}
                facts = {"day": DAY, "now": datetime.now(UTC), "item": item, "sub": sub_id(item)}
                db.session.rollback()
                measure.compare("one gift per commit, PostgreSQL", service, raw(
                    lambda s, v: cursor.execute(named[s], v, prepare=True), lambda: None, connection.commit, facts),
                    "/s", .35)


def _named(statement: str) -> bytes:
    for name in ("line", "day", "now", "sub", "item"):
        statement = statement.replace(f":{name}", f"%({name})s")
    return statement.encode()


def sub_id(item: int) -> int:
    from charityledger.projects.models import NeedItem

    found = db.session.get_one(NeedItem, item).sub_project_id
    db.session.rollback()
    return found


def run() -> None:
    """Both databases."""
    on_sqlite()
    on_postgresql()
