"""What the bank says that an account held at the end of a day, from its files, and how far they reach."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from ..donations.models import BankStatement, StatementLine


@dataclass(frozen=True)
class BankBalance:
    """`fen` at the end of `on`, after which no line came up to the day asked for. `opening_fen`: what the account
    held before its very first line, None where no file says it."""

    fen: int
    on: date
    opening_fen: int | None = None


def read(session: Session, account_code: str, as_at: date, newest: date | None) -> BankBalance | None:
    """The newest balance up to `as_at`; None where none is stated, or lines without a balance came after it.

    `newest`: the day of the newest line up to then. A day's last balance follows from its lines: files list them in
    either order.
    """
    files = select(BankStatement.closing_fen, BankStatement.last_on).where(
        BankStatement.account_code == account_code, BankStatement.books, BankStatement.closing_fen.is_not(None))
    stated = session.execute(files.where(BankStatement.last_on <= as_at).order_by(
        BankStatement.last_on.desc(), BankStatement.id.desc()).limit(1)).first()
    line = _line_balance(session, account_code, as_at)
    known = [(line[0], 1, line[1])] if line is not None else []
    if stated is not None and stated.last_on is not None:
        known.append((stated.last_on, 0, stated.closing_fen))
    if not known:
        return None
    on, _rank, fen = max(known)
    if newest is not None and newest > on:
        return None
    return BankBalance(fen, on, _opening(session, account_code))


def reaches(session: Session, account_code: str, as_at: date) -> date | None:
    """The last day up to `as_at` of which files tell without a gap at the end; None without a file.

    A file that begins on the day after is as good: nothing lies between.
    """
    rows = session.execute(select(BankStatement.first_on, BankStatement.last_on).where(
        BankStatement.account_code == account_code, BankStatement.books,
        BankStatement.first_on <= as_at + timedelta(days=1))).all()
    days = [as_at if row.first_on > as_at else min(row.last_on, as_at) for row in rows if row.last_on is not None]
    return max(days, default=None)


def _line_balance(session: Session, account_code: str, as_at: date) -> tuple[date, int] | None:
    with_balance = [*_in_file(account_code), StatementLine.balance_fen.is_not(None)]
    day = session.scalar(select(func.max(StatementLine.booked_on)).where(*with_balance,
                                                                         StatementLine.booked_on <= as_at))
    if day is None:
        return None
    after = _ends(_of_day(session, with_balance, day))[1]
    return None if after is None else (day, after)


def _opening(session: Session, account_code: str) -> int | None:
    first = session.scalars(select(BankStatement).where(
        BankStatement.account_code == account_code, BankStatement.books, BankStatement.first_on.is_not(None))
        .order_by(BankStatement.first_on, BankStatement.id).limit(1)).first()
    if first is not None and first.opening_fen is not None:
        return first.opening_fen
    lines = _in_file(account_code)
    day = session.scalar(select(func.min(StatementLine.booked_on)).where(*lines))
    if day is None:
        return None
    return _ends(_of_day(session, lines, day))[0]


def _in_file(account_code: str) -> list[ColumnElement[bool]]:
    return [StatementLine.account_code == account_code, StatementLine.statement_id.is_not(None),
            StatementLine.currency == "CNY"]


def _of_day(session: Session, wanted: Sequence[ColumnElement[bool]], day: date) -> list[tuple[int, int]]:
    """[(amount, balance after it)] of one day, in the order of the files; none where one has no balance."""
    rows = session.execute(select(StatementLine.amount_fen, StatementLine.balance_fen).where(
        *wanted, StatementLine.booked_on == day)
        .order_by(StatementLine.booked_at, StatementLine.statement_id, StatementLine.row))
    lines = [(amount, balance) for amount, balance in rows]
    known = [(amount, balance) for amount, balance in lines if balance is not None]
    return known if len(known) == len(lines) else []


def _ends(lines: Sequence[tuple[int, int]]) -> tuple[int | None, int | None]:
    """(balance before the first, balance after the last) of a day's lines [(amount, balance after it)] in any order.

    Every balance but the last is another line's starting point. A day that ends as it began leaves nothing over, and
    the order of the file decides; where the lines do not follow from each other, nothing is certain.
    """
    after = Counter(balance for _amount, balance in lines)
    before = Counter(balance - amount for amount, balance in lines)
    starts, ends = before - after, after - before
    if sum(ends.values()) == 1:
        return next(iter(starts)), next(iter(ends))
    for ordered in (lines, lines[::-1]):
        if ordered and all(this[1] == following[1] - following[0] for this, following in pairwise(ordered)):
            return ordered[0][1] - ordered[0][0], ordered[-1][1]
    return None, None
