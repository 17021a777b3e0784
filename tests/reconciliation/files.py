"""Statement files for tests: what a parser would give, without one; and imports of them."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from charityledger.clock import FixedClock
from charityledger.donations.models import BankStatement, StatementLine
from charityledger.extensions import db
from charityledger.reconciliation import imports
from charityledger.reconciliation.importers.lines import Line, Parsed, Total
from charityledger.reconciliation.imports import Confirmed, Preview
from charityledger.reconciliation.reading import StatementRead
from tests.donations.world import STAFF

FIXTURES = Path(__file__).parent / "importers" / "fixtures"
# Naive, as parsers give it: in the account's own time.
FIRST = datetime.fromisoformat("2026-04-10 09:30")
MIDNIGHT = datetime.fromisoformat("2026-04-10")


def gift(fen: int, who: str = "张三", *, at: datetime = FIRST, memo: str = "捐款", **more: Any) -> Line:
    """A line of a file; its row is put in by `file`."""
    return Line(row=0, booked_at=at, amount_fen=fen, counterparty=who, memo=memo, **more)


def file(lines: Sequence[Line], *, name: str = "bank.csv", source: str = "bank", layout: str = "test",
         books: bool = True, totals: Sequence[Total] = (), **more: Any) -> StatementRead:
    """A file of these lines, its bytes made of them: the same lines are the same file."""
    numbered = [Line(**{**{field: getattr(line, field) for field in Line.__slots__}, "row": row})
                for row, line in enumerate(lines, 2)]
    data = repr((name, numbered, totals)).encode()
    parsed = Parsed(layout, source, books, numbered, totals=tuple(totals), **more)  # type: ignore[arg-type]
    return StatementRead(data, name, hashlib.sha256(data).hexdigest(), parsed, [])


def look(told: StatementRead, account: str = "BANK") -> Preview:
    db.session.rollback()
    return imports.preview(db.session(), told, account)


def take(clock: FixedClock, told: StatementRead, account: str = "BANK", confirmed: Confirmed | None = None,
         **more: Any) -> BankStatement:
    """Import it; by default nothing is confirmed."""
    statement_id = imports.commit(file=told, account_code=account, confirmed=confirmed or Confirmed(), actor=STAFF,
                                  instance=Path(current_app.instance_path), clock=clock, **more)
    db.session.rollback()
    return db.session.get_one(BankStatement, statement_id)


def counts(seen: Preview | BankStatement) -> tuple[int, int, int]:
    """(new, known, doubtful)."""
    return seen.new, seen.known, seen.doubtful


def kept(account: str = "BANK") -> list[StatementLine]:
    """The account's lines, oldest id first."""
    db.session.rollback()
    return list(db.session.scalars(select(StatementLine).where(StatementLine.account_code == account)
                                   .order_by(StatementLine.id)))
