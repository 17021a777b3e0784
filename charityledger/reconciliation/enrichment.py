"""Rows of trade bills beside the booked lines of the same order. They say more (payer, order, reference), and book
nothing; it does not matter which file came first. Reads only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from ..donations.models import BillRow, StatementLine


@dataclass(frozen=True)
class Enriched:
    """A bill's row and the line that booked its money; None where no file of the account's booking source has it."""

    row: BillRow
    line_id: int | None


def _booked() -> ColumnElement[bool]:
    return exists().where(StatementLine.account_code == BillRow.account_code,
                          StatementLine.order_id == BillRow.order_id, StatementLine.order_id != "")


def of_statement(session: Session, statement_id: int, *, most: int, start: int = 0) -> list[Enriched]:
    """Rows of one bill in the order of the file, each with a booked line of its order that goes the same way."""
    rows = session.scalars(select(BillRow).where(BillRow.statement_id == statement_id)
                           .order_by(BillRow.row, BillRow.id).offset(start).limit(most)).all()
    if not rows:
        return []
    booked: dict[tuple[str, bool], int] = {}
    for order_id, fen, line_id in session.execute(
            select(StatementLine.order_id, StatementLine.amount_fen, StatementLine.id).where(
                StatementLine.account_code == rows[0].account_code, StatementLine.kind != "fee",
                StatementLine.order_id.in_({row.order_id for row in rows if row.order_id}))
            .order_by(StatementLine.id)):
        booked.setdefault((order_id, fen > 0), line_id)
    return [Enriched(row, booked.get((row.order_id, row.amount_fen > 0))) for row in rows]


def count_unbooked(session: Session, statement_id: int) -> int:
    """How many rows of a bill find no booked line of their order."""
    return session.scalar(select(func.count()).select_from(BillRow).where(
        BillRow.statement_id == statement_id, ~_booked())) or 0


def of_line(session: Session, line: StatementLine) -> Sequence[BillRow]:
    """What trade bills say of a line's order."""
    if not line.order_id:
        return ()
    return session.scalars(select(BillRow).where(
        BillRow.account_code == line.account_code, BillRow.order_id == line.order_id).order_by(BillRow.id)).all()
