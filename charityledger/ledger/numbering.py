"""Voucher numbers (凭证号): gap-free per series and month, given in one step after the fact.

Writers never wait for a number; one numbering step at a time gives them out in the order in which entries were
recorded. The number of an entry never changes and is never reused.
"""

from collections import defaultdict

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from ..database import is_postgresql, use_case
from .models import JournalEntry, Voucher

# Pledges are promises, not money: their vouchers are a series of their own.
SERIES = {"pledge": "诺", "pledge_freed": "诺"}
MONEY_SERIES = "记"
_LOCK = 0x76_6F_75_63_68


@use_case
def assign(tx: Session) -> int:
    """Number every entry that has none yet; returns how many."""
    if is_postgresql(tx):
        # Before the first read: a snapshot taken earlier could miss the numbers of the step before.
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    waiting = tx.execute(
        select(JournalEntry.id, JournalEntry.kind, JournalEntry.period)
        .where(~select(Voucher.entry_id).where(Voucher.entry_id == JournalEntry.id).exists())
        .order_by(JournalEntry.id)).all()
    if not waiting:
        return 0
    last: dict[tuple[str, str], int] = defaultdict(int)
    for series, period, number in tx.execute(
            select(Voucher.series, Voucher.period, func.max(Voucher.number))
            .where(Voucher.period.in_({row.period for row in waiting})).group_by(Voucher.series, Voucher.period)):
        last[series, period] = number
    numbered = []
    for row in waiting:
        key = SERIES.get(row.kind, MONEY_SERIES), row.period
        last[key] += 1
        numbered.append({"entry_id": row.id, "series": key[0], "period": key[1], "number": last[key]})
    tx.execute(insert(Voucher.__table__), numbered)
    return len(numbered)


def show(series: str, period: str, number: int) -> str:
    """`202604-0031`, and with its series in front where it is not the one of money: `诺202604-0031`."""
    return f"{'' if series == MONEY_SERIES else series}{period}-{number:04d}"


def of_entries(session: Session, entry_ids: list[int]) -> dict[int, str]:
    """Voucher numbers as shown, by entry id; an entry that waits for its number is absent."""
    if not entry_ids:
        return {}
    rows = session.execute(select(Voucher).where(Voucher.entry_id.in_(entry_ids))).scalars()
    return {v.entry_id: show(v.series, v.period, v.number) for v in rows}
