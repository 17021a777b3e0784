"""What stands between the bank's word and the books, for one money account at the end of a day.

A line is the bank's word once a file has it: `B(l)` is its signed amount. `L(e)` is what an entry moved on the
account. An allocation carries the sign of its line. Up to the day D:

    only_bank(l) = B(l) - allocations of l to entries dated up to D          (lines booked up to D)
    only_books(e) = L(e) - allocations to e of lines booked up to D          (entries dated up to D)

so that books + sum(only_bank) = sum(B) + sum(only_books), whatever was allocated to what. What the bank held before
its first file, less what the books had recorded by then, is the opening difference.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, select, union_all
from sqlalchemy.orm import Session

from ..donations.models import (
    Allocation,
    BankStatement,
    Disbursement,
    Donation,
    Donor,
    MoneyAccount,
    StatementLine,
)
from ..ledger import numbering
from ..ledger.models import JournalEntry, MovementRow, Voucher
from . import bank_balance
from .standing import Item, Standing


def read(session: Session, account: MoneyAccount, as_at: date, *, until: date | None = None) -> Standing:
    """The account at the end of `as_at`; what was settled later, up to `until`, says so. The number of queries is
    fixed, whatever the number of lines.

    Entries of an account that has no file at all are no items: nothing is outstanding where nothing can come.
    """
    funds = _book_balance(session, account.ledger_account, as_at)
    lines_fen, lines, newest = _lines_sum(session, account.code, as_at)
    bank = bank_balance.read(session, account.code, as_at, newest)
    first_on = _first_month(session, account.code)
    items: list[Item] = []
    earlier_fen = 0 if bank is not None or lines else sum(funds.values())
    if bank is not None or lines:
        items = _lines(session, account, as_at, until or as_at)
        for item in _entries(session, account, as_at, until or as_at):
            if first_on is not None and item.on < first_on:
                earlier_fen += item.amount_fen
            else:
                items.append(item)
    return Standing(account, as_at, sum(funds.values()), funds, bank, lines_fen, lines, tuple(items), earlier_fen)


def _book_balance(session: Session, account: str, as_at: date) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for column, sign in ((MovementRow.debit_account, 1), (MovementRow.credit_account, -1)):
        query = (select(MovementRow.fund, func.sum(MovementRow.amount_fen))
                 .join(JournalEntry, JournalEntry.id == MovementRow.entry_id)
                 .where(column == account, JournalEntry.effective_on <= as_at).group_by(MovementRow.fund))
        for fund, fen in session.execute(query):
            sums[fund] += sign * int(fen)
    return {fund: fen for fund, fen in sorted(sums.items()) if fen}


def _in_file(account_code: str, as_at: date | None = None) -> list[ColumnElement[bool]]:
    """Conditions on lines that are the bank's word, in the books' currency."""
    wanted = [StatementLine.account_code == account_code, StatementLine.statement_id.is_not(None),
              StatementLine.currency == "CNY"]
    return wanted if as_at is None else [*wanted, StatementLine.booked_on <= as_at]


def _lines_sum(session: Session, account_code: str, as_at: date) -> tuple[int, int, date | None]:
    """(sum, number, newest day) of the bank's lines."""
    fen, count, newest = session.execute(select(
        func.coalesce(func.sum(StatementLine.amount_fen), 0), func.count(StatementLine.id),
        func.max(StatementLine.booked_on)).where(*_in_file(account_code, as_at))).one()
    return int(fen), count, newest


def _first_month(session: Session, account_code: str) -> date | None:
    """First day of the month in which the account's files begin."""
    first = session.scalar(select(func.min(BankStatement.first_on)).where(
        BankStatement.account_code == account_code, BankStatement.books))
    first = first or session.scalar(select(func.min(StatementLine.booked_on)).where(
        *_in_file(account_code)))
    return None if first is None else first.replace(day=1)


# An allocation with the sign of its line; a movement with the sign that it has on the account.
_SIGNED = case((StatementLine.amount_fen > 0, Allocation.amount_fen), else_=-Allocation.amount_fen)
# A reversal and what it turns stand together: between them they are nothing.
_ROOT = func.coalesce(JournalEntry.reverses_id, JournalEntry.id)
# Both sides of an allocation have to be there before it counts.
_counts_from = case((StatementLine.booked_on > JournalEntry.effective_on, StatementLine.booked_on),
                    else_=JournalEntry.effective_on)


def _allocated(*columns: Any) -> Select[Any]:
    """Allocations with their line and their entry."""
    return (select(*columns).select_from(Allocation)
            .join(StatementLine, StatementLine.id == Allocation.statement_line_id)
            .join(JournalEntry, JournalEntry.id == Allocation.entry_id))


def _open_lines(account_code: str, as_at: date) -> Subquery:
    used = (_allocated(StatementLine.id.label("id"), func.sum(_SIGNED).label("fen"))
            .where(*_in_file(account_code, as_at), JournalEntry.effective_on <= as_at)
            .group_by(StatementLine.id).subquery())
    rest = StatementLine.amount_fen - func.coalesce(used.c.fen, 0)
    return (select(StatementLine.id.label("id"), rest.label("fen")).outerjoin(used, used.c.id == StatementLine.id)
            .where(*_in_file(account_code, as_at), rest != 0).subquery())


def _lines(session: Session, account: MoneyAccount, as_at: date, until: date) -> list[Item]:
    rest = _open_lines(account.code, as_at)
    rows = session.execute(select(
        StatementLine.id, StatementLine.kind, StatementLine.booked_on, StatementLine.native_id,
        StatementLine.order_id, StatementLine.counterparty, StatementLine.memo, StatementLine.held, rest.c.fen)
        .join(rest, rest.c.id == StatementLine.id).order_by(StatementLine.booked_on, StatementLine.id)).all()
    later = session.execute(_allocated(StatementLine.id, JournalEntry.effective_on, -_SIGNED).join(
        rest, rest.c.id == StatementLine.id).where(
        JournalEntry.effective_on > as_at, JournalEntry.effective_on <= until)).all() if rows else ()
    settled = _settled({row.id: int(row.fen) for row in rows}, later)
    return [Item("bank", row.id, row.kind, row.booked_on, row.native_id or row.order_id, row.counterparty, row.memo,
                 int(row.fen), settled.get(row.id), row.held) for row in rows]


def _open_entries(account: MoneyAccount, as_at: date) -> Subquery:
    """Entries, each with what reversed it, that the bank's lines do not make up for."""
    moved = [select(_ROOT.label("id"), (sign * MovementRow.amount_fen).label("fen")).select_from(MovementRow)
             .join(JournalEntry, JournalEntry.id == MovementRow.entry_id)
             .where(column == account.ledger_account, JournalEntry.effective_on <= as_at)
             for column, sign in ((MovementRow.debit_account, 1), (MovementRow.credit_account, -1))]
    matched = _allocated(_ROOT.label("id"), (-_SIGNED).label("fen")).where(
        *_in_file(account.code, as_at), JournalEntry.effective_on <= as_at)
    steps = union_all(*moved, matched).subquery()
    fen = func.sum(steps.c.fen)
    return select(steps.c.id, fen.label("fen")).group_by(steps.c.id).having(fen != 0).subquery()


def _entries(session: Session, account: MoneyAccount, as_at: date, until: date) -> list[Item]:
    rest = _open_entries(account, as_at)
    rows = session.execute(
        select(JournalEntry.id, JournalEntry.kind, JournalEntry.effective_on, rest.c.fen, Voucher.series,
               Voucher.period, Voucher.number, func.coalesce(Donor.name, Disbursement.payee, "").label("party"),
               func.coalesce(Disbursement.purpose, "").label("memo"))
        .join(rest, rest.c.id == JournalEntry.id).outerjoin(Voucher, Voucher.entry_id == JournalEntry.id)
        .outerjoin(Donation, and_(JournalEntry.subject_kind == "donation", Donation.id == JournalEntry.subject_id))
        .outerjoin(Donor, Donor.id == Donation.donor_id)
        .outerjoin(Disbursement, and_(JournalEntry.subject_kind == "disbursement",
                                      Disbursement.id == JournalEntry.subject_id))
        .order_by(JournalEntry.effective_on, JournalEntry.id)).all()
    settled = _settled({row.id: int(row.fen) for row in rows},
                       _later_entries(session, account, rest, as_at, until) if rows else ())
    return [Item("books", row.id, row.kind, row.effective_on,
                 numbering.show(row.series, row.period, row.number) if row.number else "", row.party, row.memo,
                 int(row.fen), settled.get(row.id)) for row in rows]


def _later_entries(session: Session, account: MoneyAccount, rest: Subquery, as_at: date,
                   until: date) -> Sequence[Any]:
    """(entry, day, change of what is left of it) after `as_at`: lines that came for it, what reversed it."""
    moved = [select(_ROOT, JournalEntry.effective_on, sign * MovementRow.amount_fen).select_from(MovementRow)
             .join(JournalEntry, JournalEntry.id == MovementRow.entry_id).join(rest, rest.c.id == _ROOT)
             .where(column == account.ledger_account, JournalEntry.effective_on > as_at,
                    JournalEntry.effective_on <= until)
             for column, sign in ((MovementRow.debit_account, 1), (MovementRow.credit_account, -1))]
    matched = _allocated(_ROOT, _counts_from, -_SIGNED).join(rest, rest.c.id == _ROOT).where(
        *_in_file(account.code), _counts_from > as_at, _counts_from <= until)
    return session.execute(union_all(*moved, matched)).all()


def _settled(left: dict[int, int], later: Sequence[Any]) -> dict[int, date]:
    """{id: the first day on which nothing of it is left}, from (id, day, change) in any order."""
    changes: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for key, day, fen in later:
        changes[key][day] += int(fen)
    found = {}
    for key, by_day in changes.items():
        rest = left[key]
        for day in sorted(by_day):
            rest += by_day[day]
            if not rest:
                found[key] = day
                break
    return found
