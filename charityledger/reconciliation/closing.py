"""Closing a month: asked for by one person, carried out on another's approval; afterwards nothing is dated in it."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock, today
from ..database import use_case
from ..donations import requests
from ..donations.models import AccountClosing, Request
from ..identity.actor import Actor
from ..ledger import numbering, periods, postings, store
from ..ledger.idempotency import once
from ..ledger.models import JournalEntry, MovementRow
from ..ledger.periods import check_open as check_open
from . import readiness
from .months import KIND, Month, parse
from .readiness import NotVouched, Readiness


@use_case
def ask(tx: Session, *, actor: Actor, clock: Clock, period: str, vouched: tuple[str, ...] = (), year_end: bool = False,
        note: str = "", key: str | None = None) -> int:
    """Ask that a month be closed. `vouched`: codes of the accounts whose balance the person has checked by other means,
    because the bank's files do not say it. `year_end`: December closes the year too. Returns the request's id.

    Raises NotAMonth, PeriodClosed, NotVouched, AskedAlready, or the first thing that stands in the way.
    """
    def act() -> int:
        month = parse(period)
        _not_closed(tx, month)
        _check(readiness.read(tx, month, today(clock)), vouched)
        return requests.ask(
            tx, kind=KIND, subject_id=int(month.code), reason=note, actor=actor, clock=clock,
            details={"vouched": ",".join(sorted(vouched)), "year_end": year_end and month.code[4:] == "12"}).id

    content = {"use": "ask_close", "period": period, "vouched": sorted(vouched), "year_end": year_end, "note": note,
               "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


def approve(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str) -> None:
    """A second person agrees: everything is looked at once more, numbered, recorded, and the month is closed.

    The month is locked before anything is read, so that what was being posted is counted, and what comes later is
    refused.
    """
    row = requests.decide(tx, request_id, kind=KIND, state="approved", note=note, actor=actor, clock=clock)
    month, wish = parse(str(row.subject_id)), requests.wanted(row)
    periods.lock(tx, month.code)
    found = readiness.read(tx, month, today(clock))
    _check(found, tuple(str(wish["vouched"]).split(",")))
    entry_id = _close_year(tx, month, row, actor, clock) if wish["year_end"] else None
    numbering.assign.inside(tx)
    closings = [_closing(month, account) for account in found.accounts]
    tx.add_all(closings)
    tx.flush()
    periods.close(tx, month.code, clock.now(), asked_by=row.requested_by, closed_by=requests.person(actor))
    events.record(tx, kind="period_closed", subject=("period", month.code), payload={
        "request": row.id, "asked_by": row.requested_by, "year_end": entry_id, "vouched": str(wish["vouched"]),
        "accounts": [{"account": c.account_code, "bank_fen": c.bank_fen, "book_fen": c.book_fen, "items": c.items,
                      "only_bank_fen": c.only_bank_fen, "only_books_fen": c.only_books_fen} for c in closings]},
        actor_id=actor.user_id, at=clock.now())


def reject(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str) -> None:
    """A second person declines; the month stays open."""
    requests.decide(tx, request_id, kind=KIND, state="rejected", note=note, actor=actor, clock=clock)


def _not_closed(tx: Session, month: Month) -> None:
    """Raises PeriodClosed."""
    periods.lock(tx, month.code)


def _check(found: Readiness, vouched: tuple[str, ...]) -> None:
    """Raises the first problem, or NotVouched."""
    for problem in found.problems:
        raise problem
    for account in found.doubtful:
        if account.account.code not in vouched:
            raise NotVouched(account=account.account.name)


def _closing(month: Month, account: readiness.AccountReadiness) -> AccountClosing:
    """The row that keeps what was found. What the bank held before its first file counts as something only it has."""
    standing = account.standing
    opening_fen = standing.opening_fen if standing.has_files else 0
    return AccountClosing(
        period=month.code, account_code=account.account.code,
        bank_fen=None if standing.bank is None else standing.bank.fen, book_fen=standing.book_fen,
        only_bank_fen=sum(item.amount_fen for item in standing.only_bank) + opening_fen,
        only_books_fen=sum(item.amount_fen for item in standing.only_books),
        items=len(standing.items) + bool(opening_fen))


def _close_year(tx: Session, month: Month, row: Request, actor: Actor, clock: Clock) -> int | None:
    """Income, cost and transfers of the year go into net assets; None where nothing is open (worked example 11)."""
    entry = postings.year_end(_balances(tx, month.ends_on), month.ends_on)
    if entry is None:
        return None
    return store.post(tx, entry, clock=clock, made_by=row.requested_by, approved_by=requests.person(actor))


def _balances(tx: Session, on: date) -> dict[tuple[str, str], int]:
    """{(account, fund): fen} of all entries up to a day: the running balances have the next year's in them already."""
    sums: dict[tuple[str, str], int] = {}
    for column, sign in ((MovementRow.debit_account, 1), (MovementRow.credit_account, -1)):
        rows = tx.execute(select(column, MovementRow.fund, func.sum(MovementRow.amount_fen))
                          .join(JournalEntry, JournalEntry.id == MovementRow.entry_id)
                          .where(JournalEntry.effective_on <= on).group_by(column, MovementRow.fund))
        for account, fund, fen in rows:
            sums[account, fund] = sums.get((account, fund), 0) + sign * int(fen)
    return sums
