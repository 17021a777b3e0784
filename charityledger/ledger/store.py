"""The only writer of movements."""

import functools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from ..clock import Clock, period_of
from ..database import is_postgresql
from ..errors import (
    AccountOverdrawn,
    AlreadyReversed,
    FundOverdrawn,
    HeldMoney,
    NotUndoable,
    PeriodClosed,
    SamePerson,
    StockOverdrawn,
    UnknownFund,
)
from ..many import insert_many
from ..pipeline import pipelined
from . import chart, periods
from .entry import UNDOABLE, Entry
from .models import Fund, FundBalance, JournalEntry, LedgerAccount, MovementRow

# What pays money out, sends it back, undoes or re-designates it: never without a second person (promise 9).
NEEDS_APPROVAL = frozenset({"disbursement", "prepayment", "refund", "reversal", "surplus_transfer"})

# What stands between entries and the books, and the numbers that they get, in one question. PostgreSQL locks what it
# reads, a part of the question after the other: months shared, so that none closes before we commit, funds, accounts.
# Months after the first too: a month that was never opened lies before a closed one as much as one that was.
_LOOK = """WITH month AS {once} (SELECT code, closed_at IS NOT NULL AS closed FROM period
    WHERE code >= {first_month} ORDER BY code {share}),
  money AS {once} (SELECT fund, cash_fen - reserved_fen AS free, stock_fen FROM fund_balance
    WHERE fund {among_funds} ORDER BY fund {update}),
  place AS {once} (SELECT account, amount_fen FROM account_balance
    WHERE account {among_accounts} ORDER BY account {update})
  SELECT 'month', code, CAST(closed AS integer), 0 FROM month UNION ALL SELECT 'fund', fund, free, stock_fen FROM money
  UNION ALL SELECT 'account', account, amount_fen, 0 FROM place UNION ALL {numbers}"""
_LOOK_SQLITE = _LOOK.format(once="", share="", update="", first_month=":first_month", **{
    f"among_{name}": f"IN (SELECT value FROM json_each(:{name}))" for name in ("funds", "accounts")},
    numbers="SELECT 'last', '', coalesce(max(id), 0), 0 FROM journal_entry")
_LOOK_POSTGRESQL = _LOOK.format(once="MATERIALIZED", share="FOR SHARE", update="FOR UPDATE", **{
    f"among_{name}": f"= ANY(%({name})s)" for name in ("funds", "accounts")}, first_month="%(first_month)s",
    numbers="SELECT 'number', '', nextval('journal_entry_number'), 0 FROM generate_series(1, %(count)s)")


class Posting(NamedTuple):
    """An entry with the people behind it."""

    entry: Entry
    made_by: int | None
    approved_by: int | None = None


def post(tx: Session, entry: Entry, *, clock: Clock, made_by: int | None, approved_by: int | None = None) -> int:
    """Write one entry and return its id.

    Raises FundOverdrawn, StockOverdrawn, AccountOverdrawn, HeldMoney, PeriodClosed, SamePerson, UnknownFund,
    AlreadyReversed or NotUndoable. The database refuses each of these once more by itself.
    """
    return post_many(tx, [Posting(entry, made_by, approved_by)], clock=clock)[0]


def post_many(tx: Session, postings: Sequence[Posting], *, clock: Clock) -> list[int]:
    """Write entries in their order, all or none, and return their ids. Raises what `post` raises, for the first that
    cannot be written."""
    if not postings:
        return []
    numbers = check_many(tx, postings)
    with pipelined(tx):
        write_many(tx, postings, numbers, clock=clock)
    return numbers


def check_many(tx: Session, postings: Sequence[Posting]) -> list[int]:
    """The first half of `post_many`: everything that is asked. Returns the entries' ids; `write_many` must follow."""
    entries = [posting.entry for posting in postings]
    for posting in postings:
        _check_people(posting.entry, posting.made_by, posting.approved_by)
    books = _look(tx, entries, len(entries))
    _check_months(tx, books)
    _check_balances(books, entries)
    for entry in entries:
        if entry.reverses_id is not None and tx.scalar(
                select(JournalEntry.id).where(JournalEntry.reverses_id == entry.reverses_id)):
            raise AlreadyReversed(entry_id=entry.reverses_id)
    for posting in postings:
        if posting.entry.kind == "match_undone":
            _check_undoable(tx, posting)
    return books.numbers


def write_many(tx: Session, postings: Sequence[Posting], numbers: Sequence[int], *, clock: Clock) -> None:
    """The second half of `post_many`, which asks nothing. `numbers`: what `check_many` returned for these postings."""
    insert_many(tx, MovementRow.__table__, [
        {"entry_id": entry_id, "line": line, "debit_account": m.debit, "credit_account": m.credit, "fund": m.fund,
         "amount_fen": m.amount_fen}
        for entry_id, p in zip(numbers, postings, strict=True) for line, m in enumerate(p.entry.movements, 1)])
    # Header last: its insert is the seal that checks count and sum, and after it no movement can be added.
    _seal(tx, numbers, postings, clock.now())


def _seal(tx: Session, numbers: Sequence[int], postings: Sequence[Posting], now: datetime) -> None:
    insert_many(tx, JournalEntry.__table__, [
        {"id": entry_id, "kind": p.entry.kind, "effective_on": p.entry.effective_on,
         "period": period_of(p.entry.effective_on), "recorded_at": now, "made_by": p.made_by,
         "approved_by": p.approved_by, "subject_kind": p.entry.subject[0], "subject_id": p.entry.subject[1],
         "reverses_id": p.entry.reverses_id, "movement_count": len(p.entry.movements),
         "total_fen": sum(m.amount_fen for m in p.entry.movements)}
        for entry_id, p in zip(numbers, postings, strict=True)])


@dataclass
class Books:
    """What stands between entries and the books. `closed`: {month: whether it is, None where it is new}; `free`,
    `stock` and `held`: fen of funds and of accounts; `numbers`: of the entries to come."""

    closed: dict[str, bool | None] = field(default_factory=dict)
    free: dict[str, int] = field(default_factory=dict)
    stock: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)


def look(tx: Session, days: Iterable[date], funds: Iterable[str], accounts: Iterable[str], count: int = 0) -> Books:
    """The books as entries dated on these days will find them, in these funds and money accounts, locked until commit
    on PostgreSQL, always in the same order, so that nobody waits in a ring. `count`: how many entries to number."""
    months = sorted({period_of(day) for day in days})
    first_month = months[0] if months else "999999"
    among = {"funds": sorted(set(funds)), "accounts": sorted(set(accounts))}
    if is_postgresql(tx):
        rows = tx.connection().exec_driver_sql(_LOOK_POSTGRESQL, {**among, "first_month": first_month, "count": count})
    else:
        rows = tx.connection().exec_driver_sql(_LOOK_SQLITE, {
            **{name: json.dumps(said) for name, said in among.items()}, "first_month": first_month})
    books, found = Books(), {}
    for what, name, fen, stock_fen in rows:
        if what == "month":
            found[name] = bool(fen)
        elif what == "fund":
            # Money asked for by an open request is spoken for; a payment frees its own reservation before it posts.
            books.free[name], books.stock[name] = fen, stock_fen
        elif what == "account":
            books.held[name] = fen
        elif what == "number":
            books.numbers.append(fen)
        else:
            books.numbers = list(range(fen + 1, fen + 1 + count))
    books.closed = {code: periods.standing(found, code) for code in months}
    return books


def _look(tx: Session, entries: Sequence[Entry], count: int) -> Books:
    movements = [m for entry in entries for m in entry.movements]
    # Accounts that end as they began are locked too: another entry may not find them halfway.
    return look(tx, {entry.effective_on for entry in entries}, {m.fund for m in movements},
                {code for m in movements for code in (m.debit, m.credit) if _holds(code) == "money"}, count)


def _check_people(entry: Entry, made_by: int | None, approved_by: int | None) -> None:
    if approved_by is not None and approved_by == made_by:
        raise SamePerson()
    if entry.kind in NEEDS_APPROVAL and (approved_by is None or made_by is None):
        raise SamePerson()


def _check_undoable(tx: Session, posting: Posting) -> None:
    """What one person undoes alone was booked from a line, is named, and the person too (adr/0011)."""
    kind = tx.scalar(select(JournalEntry.kind).where(JournalEntry.id == posting.entry.reverses_id))
    if kind not in UNDOABLE or posting.made_by is None:
        raise NotUndoable(kind=kind or "")


def _check_months(tx: Session, books: Books) -> None:
    """Nothing is dated in a month that is closed. Creates a month that is new."""
    for code, closed in books.closed.items():
        if closed:
            raise PeriodClosed(period=code)
        if closed is None:
            periods.create(tx, code)


def _check_balances(books: Books, entries: Sequence[Entry]) -> None:
    """Python's half of promise 1, entry by entry."""
    for entry in entries:
        for m in entry.movements:
            # Money in suspense is owed: it only comes in, changes its place or goes back to what it is owed as.
            if m.fund == chart.SUSPENSE_FUND and not (_may_hold(m.debit) and _may_hold(m.credit)):
                raise HeldMoney()
            if m.fund not in books.free:
                raise UnknownFund(fund=m.fund)
    for entry in entries:
        take(books, entry)


def take(books: Books, entry: Entry) -> None:
    """Add to what there is what an entry does to it. Raises FundOverdrawn, StockOverdrawn or AccountOverdrawn where it
    takes more than there is; `books` are as they were then."""
    cash, stock, accounts = _effects(entry)
    for have, change, error, what in ((books.free, cash, FundOverdrawn, "fund"),
                                      (books.stock, stock, StockOverdrawn, "fund"),
                                      (books.held, accounts, AccountOverdrawn, "account")):
        for name, fen in change.items():
            if fen < 0 and have.get(name, 0) + fen < 0:
                raise error(**{what: name}, available_fen=have.get(name, 0), requested_fen=-fen)
    for have, change in ((books.free, cash), (books.stock, stock), (books.held, accounts)):
        for name, fen in change.items():
            have[name] = have.get(name, 0) + fen


def _effects(entry: Entry) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """What an entry does, in fen: to funds' money, to funds' stock, to money accounts over all funds."""
    cash: dict[str, int] = {}
    stock: dict[str, int] = {}
    accounts: dict[str, int] = {}
    for m in entry.movements:
        for code, fen in ((m.debit, m.amount_fen), (m.credit, -m.amount_fen)):
            holds = _holds(code)
            if holds == "money":
                cash[m.fund] = cash.get(m.fund, 0) + fen
                accounts[code] = accounts.get(code, 0) + fen
            elif holds == "stock":
                stock[m.fund] = stock.get(m.fund, 0) + fen
    return cash, stock, accounts


@functools.cache
def _holds(code: str) -> str:
    return chart.BY_CODE[chart.parent_of(code)].holds


def _may_hold(code: str) -> bool:
    return _holds(code) == "money" or chart.BY_CODE[chart.parent_of(code)].kind == "liability"


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
