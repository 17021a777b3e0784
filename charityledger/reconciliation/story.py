"""One line's whole history, from the file that brought it: what was said of it, booked of it, and taken back."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..donations.models import Allocation, BankStatement, LineNote, StatementFile, StatementLine
from ..ledger import numbering
from ..ledger.models import JournalEntry


@dataclass(frozen=True)
class Happened:
    """One step. `note` is what somebody, or the matcher, did; `entry` what the books got, with {(kind, id): fen} of
    what the line became by it; neither: the line's arrival. `by` None is the program."""

    at: datetime
    by: int | None
    note: LineNote | None = None
    entry: JournalEntry | None = None
    voucher: str = ""
    changes: dict[tuple[str, int], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """The file that a line came from; none for one entered by hand."""

    statement: BankStatement
    name: str


def tell(session: Session, line: StatementLine) -> tuple[Happened, ...]:
    """Everything, oldest first. Four queries."""
    source = source_of(session, line)
    events = [Happened(line.recorded_at, source.statement.imported_by if source else line.entered_by)]
    events += [Happened(row.at, row.by, row) for row in session.scalars(
        select(LineNote).where(LineNote.statement_line_id == line.id).order_by(LineNote.id))]
    events += _entries(session, line.id)
    # Of one moment: the arrival, then what was decided, then what that did to the books.
    return tuple(sorted(events, key=lambda e: (e.at, e.note is not None or e.entry is not None, e.entry is not None)))


def source_of(session: Session, line: StatementLine) -> Source | None:
    """Where a line stands written. One query, none for a line entered by hand."""
    if line.statement_id is None:
        return None
    row = session.execute(select(BankStatement, StatementFile.name).outerjoin(
        StatementFile, StatementFile.statement_id == BankStatement.id).where(
        BankStatement.id == line.statement_id)).one()
    return Source(row[0], row[1] or "")


def _entries(session: Session, line_id: int) -> list[Happened]:
    """The entries that were made of the line, or that it was paired with."""
    steps: dict[int, Happened] = {}
    for allocation, entry in session.execute(
            select(Allocation, JournalEntry).join(JournalEntry, JournalEntry.id == Allocation.entry_id)
            .where(Allocation.statement_line_id == line_id).order_by(Allocation.id)):
        step = steps.setdefault(entry.id, Happened(entry.recorded_at, entry.made_by, entry=entry))
        key = (allocation.kind, allocation.subject_id)
        step.changes[key] = step.changes.get(key, 0) + allocation.amount_fen
    vouchers = numbering.of_entries(session, list(steps))
    return [Happened(e.at, e.by, entry=e.entry, voucher=vouchers.get(number, ""), changes=e.changes)
            for number, e in steps.items()]
