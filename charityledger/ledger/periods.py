"""Months of the books: open or closed. Months close in order, so a day is closed once its own month or a later one is.

Everything that is dated asks `check_open` in its transaction; the triggers of each dated table ask once more.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.orm import Session, SessionTransaction

from ..clock import period_of
from ..database import is_postgresql
from ..errors import PeriodClosed
from .models import Period

_MONTH = Period.__table__.c
# The later months too: one that was never opened lies before a closed one as much as one that was.
_FROM_THEN_ON = (select(_MONTH.code, _MONTH.closed_at).where(_MONTH.code >= bindparam("code"))
                 .order_by(_MONTH.code))
_LOCKED = _FROM_THEN_ON.with_for_update(read=True)
_OPEN = "open_months"


def check_open(tx: Session, day: date) -> str:
    """The code of the day's month, which stays open until we commit; a month that is new is created.

    Raises PeriodClosed. Asked once per month and transaction: a close waits for our lock (PostgreSQL) or for our
    whole transaction (SQLite).
    """
    code = period_of(day)
    known: dict[str, SessionTransaction] = tx.info.setdefault(_OPEN, {})
    # What was locked or created inside a savepoint goes with it.
    if code in known and known[code].is_active:
        return code
    rows = tx.connection().execute(_LOCKED if is_postgresql(tx) else _FROM_THEN_ON, {"code": code})
    closed = standing({row.code: row.closed_at is not None for row in rows}, code)
    if closed:
        raise PeriodClosed(period=code)
    if closed is None:
        create(tx, code)
    under_way = tx.get_nested_transaction() or tx.get_transaction()
    assert under_way is not None
    known[code] = under_way
    return code


def standing(months: Mapping[str, bool], code: str) -> bool | None:
    """Whether a month is closed, by {month: whether it was closed} of all known months from it on; None: it is new."""
    return any(closed for month, closed in months.items() if month >= code) or months.get(code)


def lock(tx: Session, code: str) -> None:
    """Hold a month against everything that is dated in it; waits for what is under way. Raises PeriodClosed."""
    tx.info.pop(_OPEN, None)
    query = select(Period.closed_at).where(Period.code == code)
    if tx.execute(query).first() is None:
        create(tx, code)
    if tx.execute(query.with_for_update() if is_postgresql(tx) else query).scalar_one() is not None:
        raise PeriodClosed(period=code)


def close(tx: Session, code: str, at: datetime, *, asked_by: int | None = None, closed_by: int | None = None) -> None:
    """Nothing is dated in this month or before it any more. Raises PeriodClosed where it is closed already."""
    lock(tx, code)
    tx.execute(update(Period).where(Period.code == code).values(closed_at=at, asked_by=asked_by, closed_by=closed_by)
               .execution_options(synchronize_session=False))


def hold(tx: Session, codes: Collection[str]) -> None:
    """A close of one of these months waits until we are done; SQLite's writer is alone anyway."""
    if is_postgresql(tx):
        tx.execute(select(Period.code).where(Period.code.in_(codes)).order_by(Period.code)
                   .with_for_update(read=True)).all()


@dataclass(frozen=True)
class Closed:
    """The closed months: `last` and all before it, or none. `code in closed`."""

    last: str | None = None

    def __contains__(self, code: object) -> bool:
        return self.last is not None and str(code) <= self.last

    def first_open(self, day: date) -> date:
        """The day itself, or the first day after it whose month is open."""
        if self.last is None or period_of(day) > self.last:
            return day
        return (date(int(self.last[:4]), int(self.last[4:]), 1) + timedelta(days=32)).replace(day=1)


def closed(session: Session) -> Closed:
    """The months that are closed now."""
    return Closed(last_closed(session))


def last_closed(session: Session) -> str | None:
    """The newest closed month; all before it are closed too."""
    return session.scalar(select(func.max(Period.code)).where(Period.closed_at.is_not(None)))


def create(tx: Session, code: str) -> None:
    """A month that is new, open; nothing where it exists."""
    tx.execute(text("INSERT INTO period (code) VALUES (:code) ON CONFLICT (code) DO NOTHING"), {"code": code})
