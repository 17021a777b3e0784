"""Months of the books as people see them: which there are, and in what order they close."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..clock import period_of
from ..donations.models import Request, StatementLine
from ..errors import InvalidInput
from ..ledger.models import JournalEntry, Period

KIND = "period_close"


class NotAMonth(InvalidInput):
    """A month is written as 202604. Facts: text."""

    code = "not_a_month"


@dataclass(frozen=True)
class Month:
    """One month. `request_id`: the request to close it that waits."""

    code: str
    closed_at: datetime | None = None
    asked_by: int | None = None
    closed_by: int | None = None
    request_id: int | None = None

    @property
    def starts_on(self) -> date:
        return date(int(self.code[:4]), int(self.code[4:]), 1)

    @property
    def ends_on(self) -> date:
        return (self.starts_on + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def following(self) -> str:
        return period_of(self.ends_on + timedelta(days=1))


def parse(text: str) -> Month:
    """`202604`. Raises NotAMonth."""
    if not (text.isascii() and text.isdigit() and len(text) == 6 and "01" <= text[4:] <= "12"
            and "2000" <= text[:4] <= "2200"):
        raise NotAMonth(text=text[:20])
    return Month(text)


def first(session: Session) -> str | None:
    """The month of the oldest entry or line; None in empty books."""
    days = [session.scalar(select(func.min(column))) for column in (JournalEntry.effective_on, StatementLine.booked_on)]
    return period_of(min(day for day in days if day is not None)) if any(days) else None


def every(session: Session, today: date) -> list[Month]:
    """All months from the first to the present one, the newest first."""
    start = first(session)
    known = {row.code: row for row in session.scalars(select(Period))}
    asked = {str(row.subject_id): row.id for row in session.scalars(select(Request).where(
        Request.kind == KIND, Request.state == "requested"))}
    return [Month(code, *((row.closed_at, row.asked_by, row.closed_by) if row else (None, None, None)),
                  asked.get(code))
            for code in reversed(list(_between(start, period_of(today)) if start else ()))
            for row in [known.get(code)]]


def earlier_open(session: Session, month: Month) -> list[str]:
    """Months before this one that are still open, the oldest first: they close first."""
    start = first(session)
    if start is None:
        return []
    closed = set(session.scalars(select(Period.code).where(Period.closed_at.is_not(None))))
    return [code for code in _between(start, month.code) if code not in closed and code != month.code]


def _between(start: str, end: str) -> Iterator[str]:
    while start <= end:
        yield start
        start = Month(start).following
