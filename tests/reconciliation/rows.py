"""Files and their lines as raw rows, for tests of what comes after the import."""

import hashlib
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from charityledger.donations.models import Allocation, BankStatement, LineNote, StatementLine

AT = datetime(2026, 5, 2, 1, 0, tzinfo=UTC)


def statement(tx: Session, *, account: str = "BANK", first_on: date = date(2026, 4, 1),
              last_on: date = date(2026, 4, 30), opening_fen: int | None = 0, closing_fen: int | None = None,
              books: bool = True) -> int:
    """A file that was imported; returns its id."""
    row = BankStatement(
        account_code=account, sha256=hashlib.sha256(f"{account}{first_on}{last_on}{closing_fen}".encode()).hexdigest(),
        format="test", source="bank", books=books, size=1, lines=0, neutral=0, new=0, known=0, doubtful=0, in_fen=0,
        out_fen=0, opening_fen=opening_fen, closing_fen=closing_fen, first_on=first_on, last_on=last_on, ties=True,
        imported_by=1, imported_at=AT)
    tx.add(row)
    tx.flush()
    return row.id


def line(tx: Session, statement_id: int | None, on: date, fen: int, *, account: str = "BANK", **more: object) -> int:
    """One of its lines (None: entered by hand); returns its id."""
    row = StatementLine(account_code=account, statement_id=statement_id, booked_on=on, amount_fen=fen, recorded_at=AT,
                        **{"counterparty": "对方", "used_fen": 0, "fee_fen": 0, **more})
    tx.add(row)
    tx.flush()
    return row.id


def allocate(tx: Session, line_id: int, entry_id: int, fen: int, *, kind: str = "donation", subject: int = 1) -> None:
    """Part of a line became part of an entry."""
    tx.add(Allocation(statement_line_id=line_id, kind=kind, subject_id=subject, entry_id=entry_id, amount_fen=fen))
    tx.flush()


def hold(tx: Session, line_id: int, note: str = "等银行回单", **more: object) -> None:
    """A line is kept open, with a reason."""
    tx.get_one(StatementLine, line_id).held = True
    tx.add(LineNote(**{"statement_line_id": line_id, "step": "held", "note": note, "by": 1, "at": AT, **more}))
    tx.flush()
