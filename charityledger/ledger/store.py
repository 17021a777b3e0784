"""The only writer of movements."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.orm import Session

from ..clock import Clock, period_of
from ..database import is_postgresql
from ..errors import (
    AccountOverdrawn,
    AlreadyReversed,
    Conflict,
    FundOverdrawn,
    HeldMoney,
    PeriodClosed,
    SamePerson,
    StockOverdrawn,
    UnknownFund,
)
from ..many import insert_many
from . import chart
from .entry import Entry, by_account_and_fund, change_in
from .models import AccountBalance, Fund, FundBalance, JournalEntry, LedgerAccount, MovementRow, Period

# What pays money out, sends it back, undoes or re-designates it: never without a second person (promise 9).
NEEDS_APPROVAL = frozenset({"disbursement", "prepayment", "refund", "reversal", "surplus_transfer"})

# From so many rows on they are sent as arrays.
MANY = 20

_NEXT_POSTGRESQL = text("SELECT nextval('journal_entry_number') FROM generate_series(1, :count)")
# Tables, not models, and prepared once: every posting runs these, and building them costs more than running them.
_ENTRY, _MONTH = JournalEntry.__table__.c, Period.__table__.c
_FUND, _ACCOUNT = FundBalance.__table__.c, AccountBalance.__table__.c
_NEXT_SQLITE = select(func.coalesce(func.max(_ENTRY.id), 0) + 1)
_PERIOD = select(_MONTH.closed_at).where(_MONTH.code == bindparam("code"))
_PERIOD_LOCKED = _PERIOD.with_for_update(read=True)
_FUNDS = (select(_FUND.fund, _FUND.cash_fen, _FUND.stock_fen, _FUND.reserved_fen)
          .where(_FUND.fund.in_(bindparam("funds", expanding=True))).order_by(_FUND.fund))
_FUNDS_LOCKED = _FUNDS.with_for_update()
_ACCOUNTS = (select(_ACCOUNT.account, _ACCOUNT.amount_fen)
             .where(_ACCOUNT.account.in_(bindparam("accounts", expanding=True))).order_by(_ACCOUNT.account))
_ACCOUNTS_LOCKED = _ACCOUNTS.with_for_update()
_ADD_MOVEMENT = insert(MovementRow.__table__)
_ADD_ENTRY = insert(JournalEntry.__table__)


class Posting(NamedTuple):
    """An entry with the people behind it."""

    entry: Entry
    made_by: int | None
    approved_by: int | None = None


def post(tx: Session, entry: Entry, *, clock: Clock, made_by: int | None, approved_by: int | None = None) -> int:
    """Write one entry and return its id.

    Raises FundOverdrawn, StockOverdrawn, AccountOverdrawn, HeldMoney, PeriodClosed, SamePerson, UnknownFund or
    AlreadyReversed. The database refuses each of these once more by itself.
    """
    return post_many(tx, [Posting(entry, made_by, approved_by)], clock=clock)[0]


def post_many(tx: Session, postings: Sequence[Posting], *, clock: Clock) -> list[int]:
    """Write entries in their order, all or none, and return their ids. Raises what `post` raises, for the first that
    cannot be written."""
    if not postings:
        return []
    entries = [posting.entry for posting in postings]
    for posting in postings:
        _check_people(posting.entry, posting.made_by, posting.approved_by)
    periods = {day: _open_period(tx, day) for day in sorted({entry.effective_on for entry in entries})}
    _check_balances(tx, entries)
    for entry in entries:
        if entry.reverses_id is not None and tx.scalar(
                select(JournalEntry.id).where(JournalEntry.reverses_id == entry.reverses_id)):
            raise AlreadyReversed(entry_id=entry.reverses_id)
    ids = _next_ids(tx, len(entries))
    _insert(tx, MovementRow.__table__, [
        {"entry_id": entry_id, "line": line, "debit_account": m.debit, "credit_account": m.credit, "fund": m.fund,
         "amount_fen": m.amount_fen}
        for entry_id, entry in zip(ids, entries, strict=True) for line, m in enumerate(entry.movements, 1)])
    now = clock.now()
    # Header last: its insert is the seal that checks count and sum, and after it no movement can be added.
    _insert(tx, JournalEntry.__table__, [
        {"id": entry_id, "kind": p.entry.kind, "effective_on": p.entry.effective_on,
         "period": periods[p.entry.effective_on], "recorded_at": now, "made_by": p.made_by,
         "approved_by": p.approved_by, "subject_kind": p.entry.subject[0], "subject_id": p.entry.subject[1],
         "reverses_id": p.entry.reverses_id, "movement_count": len(p.entry.movements),
         "total_fen": sum(m.amount_fen for m in p.entry.movements)}
        for entry_id, p in zip(ids, postings, strict=True)])
    return ids


def _next_ids(tx: Session, count: int) -> list[int]:
    if is_postgresql(tx):
        return list(tx.connection().execute(_NEXT_POSTGRESQL, {"count": count}).scalars())
    first = int(tx.connection().execute(_NEXT_SQLITE).scalar_one())
    return list(range(first, first + count))


def _insert(tx: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    # One row goes the short way: preparing a statement for many costs more than running it for one.
    if len(rows) < MANY:
        tx.connection().execute(_ADD_MOVEMENT if table is MovementRow.__table__ else _ADD_ENTRY, rows)
    else:
        insert_many(tx, table, rows)


def _check_people(entry: Entry, made_by: int | None, approved_by: int | None) -> None:
    if approved_by is not None and approved_by == made_by:
        raise SamePerson()
    if entry.kind in NEEDS_APPROVAL and (approved_by is None or made_by is None):
        raise SamePerson()


def _open_period(tx: Session, day: date) -> str:
    """The period's code, locked so that it cannot close before we commit. Creates a month that is new."""
    code = period_of(day)
    row = tx.connection().execute(_PERIOD_LOCKED if is_postgresql(tx) else _PERIOD, {"code": code}).first()
    if row is None:
        _create_period(tx, code)
    elif row.closed_at is not None:
        raise PeriodClosed(period=code)
    return code


def _create_period(tx: Session, code: str) -> None:
    tx.execute(text("INSERT INTO period (code) VALUES (:code) ON CONFLICT (code) DO NOTHING"), {"code": code})


def _check_balances(tx: Session, entries: Sequence[Entry]) -> None:
    """Python's half of promise 1, entry by entry. Rows are locked in one order, funds before accounts, so nobody waits
    in a ring."""
    movements = [m for entry in entries for m in entry.movements]
    # Money in suspense is owed: it only comes in, changes its place or goes back to what it is owed as.
    if any(m.fund == chart.SUSPENSE_FUND and not (_may_hold(m.debit) and _may_hold(m.credit)) for m in movements):
        raise HeldMoney()
    locking, connection = is_postgresql(tx), tx.connection()
    funds = sorted({m.fund for m in movements})
    rows = {row.fund: row
            for row in connection.execute(_FUNDS_LOCKED if locking else _FUNDS, {"funds": funds})}
    for fund in funds:
        if fund not in rows:
            raise UnknownFund(fund=fund)
    # Money asked for by an open request is spoken for; a payment frees its own reservation before it posts.
    free = {fund: row.cash_fen - row.reserved_fen for fund, row in rows.items()}
    stock = {fund: row.stock_fen for fund, row in rows.items()}
    for entry in entries:
        _move(free, change_in(entry.movements, "money"), FundOverdrawn)
        _move(stock, change_in(entry.movements, "stock"), StockOverdrawn)
    # Accounts that end as they began are locked too: the trigger touches them on the way.
    accounts = sorted({code for m in movements for code in (m.debit, m.credit) if _holds_money(code)})
    changes = [_by_account(entry) for entry in entries]
    # SQLite's writer is alone: what only comes in needs no look at the account.
    if accounts and (locking or any(fen < 0 for change in changes for fen in change.values())):
        held = {row.account: row.amount_fen for row in connection.execute(
            _ACCOUNTS_LOCKED if locking else _ACCOUNTS, {"accounts": accounts})}
        for change in changes:
            _move(held, change, AccountOverdrawn)


def _by_account(entry: Entry) -> dict[str, int]:
    """What an entry does to each money account, over all funds."""
    change: dict[str, int] = {}
    for (account, _), fen in by_account_and_fund(entry.movements).items():
        if _holds_money(account):
            change[account] = change.get(account, 0) + fen
    return change


def _move(have: dict[str, int], change: dict[str, int], error: type[Conflict]) -> None:
    """Add a change to what there is. Raises `error` where that takes more than there is."""
    for name, fen in change.items():
        if fen < 0 and have[name] + fen < 0:
            subject = {"account" if error is AccountOverdrawn else "fund": name}
            raise error(**subject, available_fen=have[name], requested_fen=-fen)
        have[name] += fen


def _holds_money(code: str) -> bool:
    return chart.BY_CODE[chart.parent_of(code)].holds == "money"


def _may_hold(code: str) -> bool:
    return _holds_money(code) or chart.BY_CODE[chart.parent_of(code)].kind == "liability"


def reserve(tx: Session, fund: str, amount_fen: int) -> None:
    """Set money of a fund aside for a request. Raises FundOverdrawn when less than that is free."""
    done = tx.execute(update(FundBalance).where(
        FundBalance.fund == fund, FundBalance.cash_fen - FundBalance.reserved_fen >= amount_fen
    ).values(reserved_fen=FundBalance.reserved_fen + amount_fen).execution_options(synchronize_session=False))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise FundOverdrawn(fund=fund, available_fen=free(tx, fund), requested_fen=amount_fen)


def unreserve(tx: Session, fund: str, amount_fen: int) -> None:
    """Give a reservation back: the request was decided."""
    tx.execute(update(FundBalance).where(FundBalance.fund == fund).values(
        reserved_fen=FundBalance.reserved_fen - amount_fen).execution_options(synchronize_session=False))


def free(session: Session, fund: str) -> int:
    """Money of the fund that nobody has asked for yet, in fen."""
    row = session.execute(
        select(FundBalance.cash_fen, FundBalance.reserved_fen).where(FundBalance.fund == fund)).first()
    return row.cash_fen - row.reserved_fen if row else 0


def load(session: Session, entry_id: int) -> Entry:
    """An entry as it was posted."""
    from .entry import Movement

    head = session.get_one(JournalEntry, entry_id)
    rows = session.scalars(select(MovementRow).where(MovementRow.entry_id == entry_id).order_by(MovementRow.line))
    return Entry(head.kind, head.effective_on,
                 tuple(Movement(r.debit_account, r.credit_account, r.fund, r.amount_fen) for r in rows),
                 (head.subject_kind, head.subject_id), head.reverses_id)


def create_chart(tx: Session) -> None:
    """The chart's accounts and the two funds that every deployment has (idempotent)."""
    known = set(tx.scalars(select(LedgerAccount.code)))
    for account in chart.CHART:
        if account.code not in known:
            _add_account(tx, account, account.code, account.name_zh, account.name_en)
    for fund in (chart.GENERAL_FUND, chart.SUSPENSE_FUND):
        create_fund(tx, fund)


def create_fund(tx: Session, code: str) -> None:
    """The fund of a new sub-project (idempotent)."""
    if tx.get(Fund, code) is None:
        tx.execute(insert(Fund.__table__), {"code": code, "restricted": chart.is_restricted(code)})


def create_account_under(tx: Session, parent: str, suffix: str, name: str) -> str:
    """A sub-account for one real bank account, wallet or cash box; returns its code."""
    account = chart.BY_CODE[parent]
    code = chart.under(parent, suffix)
    _add_account(tx, account, code, f"{account.name_zh}—{name}", f"{account.name_en}: {name}")
    return code


def _add_account(tx: Session, account: chart.Account, code: str, name_zh: str, name_en: str) -> None:
    tx.execute(insert(LedgerAccount.__table__), {
        "code": code, "name_zh": name_zh, "name_en": name_en, "kind": account.kind, "holds": account.holds,
        "memorandum": account.memorandum})


def close_period(tx: Session, code: str, at: datetime) -> None:
    """Close a month; it waits for postings under way. (The steps before a close come with reconciliation.)"""
    query = select(Period).where(Period.code == code)
    period = tx.scalars(query.with_for_update() if is_postgresql(tx) else query).one()
    if period.closed_at is not None:
        raise PeriodClosed(period=code)
    period.closed_at = at
    tx.flush()
