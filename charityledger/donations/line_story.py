"""One statement line from its arrival on: what it is now, and every entry that was made of it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import NotFound
from ..ledger.models import JournalEntry
from .line_list import LineRow, asked_of, rows_of
from .models import Allocation, CashCount, Donation, StatementLine


@dataclass(frozen=True)
class Step:
    """One entry and what it did with the line: {(kind, id): fen}; negative where it took something back."""

    entry: JournalEntry
    changes: dict[tuple[str, int], int]


@dataclass(frozen=True)
class LineStory:
    """`asked`: {(what, id): request id} of reversals and refunds that wait. `gifts` by id. `deposited`: the cash of
    this line lies at the bank. `count`: the cash count that this line is, or is the deposit of."""

    row: LineRow
    steps: tuple[Step, ...]
    asked: dict[tuple[str, int], int]
    gifts: dict[int, Donation]
    count: CashCount | None

    @property
    def deposited(self) -> bool:
        return self.count is not None and self.count.line_id == self.row.line.id and self.count.state == "deposited"


def tell(session: Session, line_id: int) -> LineStory:
    """Raises NotFound."""
    line = session.get(StatementLine, line_id)
    if line is None:
        raise NotFound(what=f"line {line_id}")
    row = rows_of(session, [line])[0]
    subjects = [(outcome.kind, outcome.subject_id) for outcome in row.outcomes]
    gifts = session.scalars(select(Donation).where(Donation.id.in_([n for kind, n in subjects if kind == "donation"])))
    count = session.scalars(select(CashCount).where(
        (CashCount.line_id == line_id) | (CashCount.deposit_line_id == line_id))).first()
    return LineStory(row, _steps(session, line_id), asked_of(session, ("reversal", "refund"), subjects),
                     {gift.id: gift for gift in gifts}, count)


def _steps(session: Session, line_id: int) -> tuple[Step, ...]:
    rows = session.execute(select(Allocation, JournalEntry).join(JournalEntry, JournalEntry.id == Allocation.entry_id)
                           .where(Allocation.statement_line_id == line_id).order_by(Allocation.id))
    steps: dict[int, Step] = {}
    for allocation, entry in rows:
        step = steps.setdefault(entry.id, Step(entry, {}))
        key = (allocation.kind, allocation.subject_id)
        step.changes[key] = step.changes.get(key, 0) + allocation.amount_fen
    return tuple(steps.values())
