"""Whether a month can close, and what stands in the way."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from ..clock import LOCAL
from ..donations import money_accounts
from ..donations.models import CashCount, Disbursement, LineNote, MoneyAccount, Request, StatementLine
from ..errors import CharityLedgerError, Conflict
from . import bank_balance, outstanding
from .months import KIND, Month, earlier_open
from .standing import Standing

SHOWN = 50
# Why a person has to vouch for an account: nothing was ever imported; the files end before the month does; they state
# no balance.
Doubt = Literal["no_file", "not_reached", "no_balance"]


class MonthNotOver(Conflict):
    """A month closes after its last day. Facts: period."""

    code = "month_not_over"


class EarlierMonthOpen(Conflict):
    """Months close in order. Facts: period (the oldest open one)."""

    code = "earlier_month_open"


class LinesOpen(Conflict):
    """Lines that are neither allocated nor held with a reason. Facts: account (its name), count."""

    code = "lines_open"


class LinesMissing(Conflict):
    """The bank's balance does not follow from its opening balance and its lines. Facts: account, gap_fen."""

    code = "lines_missing"


class CountsOpen(Conflict):
    """Cash boxes counted by one person only: after the close they could not be booked any more. Facts: count."""

    code = "counts_open"


class NotVouched(Conflict):
    """An account without the bank's word to the month's end needs a person's. Facts: account."""

    code = "not_vouched"


@dataclass(frozen=True)
class Held:
    """A line that is not allocated, and why: what a person wrote, or the code of the sentence."""

    line: StatementLine
    note: str
    code: str


@dataclass(frozen=True)
class AccountReadiness:
    """One account at the end of the month. `open_lines` are the first SHOWN of `open_count`."""

    standing: Standing
    reaches: date | None
    open_lines: tuple[StatementLine, ...]
    open_count: int
    held: tuple[Held, ...]

    @property
    def account(self) -> MoneyAccount:
        return self.standing.account

    @property
    def doubt(self) -> Doubt | None:
        """Why somebody has to vouch for the account."""
        if not self.standing.has_files:
            return "no_file"
        if self.standing.bank is None:
            return "no_balance"
        return "not_reached" if self.reaches is None or self.reaches < self.standing.as_at else None

    @property
    def gap_fen(self) -> int:
        """What the bank's balance has beyond its opening balance and its lines: lines are missing, or double."""
        bank = self.standing.bank
        if bank is None or bank.opening_fen is None:
            return 0
        return bank.fen - bank.opening_fen - self.standing.lines_fen

    @property
    def problems(self) -> tuple[CharityLedgerError, ...]:
        found: list[CharityLedgerError] = []
        if self.open_count:
            found.append(LinesOpen(account=self.account.name, count=self.open_count))
        if self.gap_fen:
            found.append(LinesMissing(account=self.account.name, gap_fen=self.gap_fen))
        return tuple(found)


@dataclass(frozen=True)
class Readiness:
    """`requests`: what waits for a second person since that month, told but no obstacle: it is dated when decided."""

    month: Month
    accounts: tuple[AccountReadiness, ...]
    earlier: tuple[str, ...]
    over: bool
    counts: tuple[CashCount, ...]
    requests: tuple[Request, ...]
    payments: tuple[Disbursement, ...]

    @property
    def problems(self) -> tuple[CharityLedgerError, ...]:
        """Everything that stands in the way of closing."""
        found: list[CharityLedgerError] = []
        if not self.over:
            found.append(MonthNotOver(period=self.month.code))
        if self.earlier:
            found.append(EarlierMonthOpen(period=self.earlier[0]))
        if self.counts:
            found.append(CountsOpen(count=len(self.counts)))
        return (*found, *(problem for account in self.accounts for problem in account.problems))

    @property
    def doubtful(self) -> tuple[AccountReadiness, ...]:
        """Accounts that somebody has to vouch for."""
        return tuple(account for account in self.accounts if account.doubt is not None)


def read(session: Session, month: Month, today: date) -> Readiness:
    """How far a month is from its close. A fixed number of queries for each account."""
    ends_on = month.ends_on
    asked = session.scalars(select(Request).where(Request.state == "requested", Request.kind != KIND)
                            .order_by(Request.id)).all()
    payments = session.scalars(select(Disbursement).where(Disbursement.state == "requested")
                               .order_by(Disbursement.id)).all()
    return Readiness(
        month, tuple(_account(session, account, month) for account in money_accounts.accounts(session)),
        tuple(earlier_open(session, month)), today > ends_on,
        tuple(session.scalars(select(CashCount).where(CashCount.state == "counted", CashCount.counted_on <= ends_on)
                              .order_by(CashCount.id))),
        tuple(row for row in asked if row.requested_at.astimezone(LOCAL).date() <= ends_on),
        tuple(row for row in payments if row.requested_at.astimezone(LOCAL).date() <= ends_on))


def _account(session: Session, account: MoneyAccount, month: Month) -> AccountReadiness:
    as_at = month.ends_on
    is_open = open_lines(account.code, as_at, since=month.starts_on)
    return AccountReadiness(
        outstanding.read(session, account, as_at), bank_balance.reaches(session, account.code, as_at),
        tuple(session.scalars(select(StatementLine).where(*is_open).order_by(StatementLine.booked_on, StatementLine.id)
                              .limit(SHOWN))),
        session.scalar(select(func.count(StatementLine.id)).where(*is_open)) or 0,
        tuple(held_lines(session, account.code, as_at, since=month.starts_on)))


def unallocated(account_code: str, until: date, since: date | None = None) -> list[ColumnElement[bool]]:
    """Conditions: lines that are not allocated whole."""
    wanted = [StatementLine.account_code == account_code, StatementLine.booked_on <= until,
              StatementLine.used_fen < func.abs(StatementLine.amount_fen)]
    return wanted if since is None else [*wanted, StatementLine.booked_on >= since]


def _reason() -> list[ColumnElement[bool]]:
    return [LineNote.statement_line_id == StatementLine.id, LineNote.step == "held",
            or_(LineNote.note != "", LineNote.code != "")]


def open_lines(account_code: str, until: date, *, since: date | None = None) -> list[ColumnElement[bool]]:
    """Conditions: lines that are neither allocated whole nor held with a reason."""
    return [*unallocated(account_code, until, since), ~(StatementLine.held & exists().where(*_reason()))]


def held_lines(session: Session, account_code: str, until: date, *, since: date | None = None) -> list[Held]:
    """Lines held with a reason, the newest reason of each, in order of day."""
    newest = select(func.max(LineNote.id)).where(*_reason()).correlate(StatementLine).scalar_subquery()
    rows = session.execute(select(StatementLine, LineNote.note, LineNote.code).join(LineNote, LineNote.id == newest)
                           .where(*unallocated(account_code, until, since), StatementLine.held)
                           .order_by(StatementLine.booked_on, StatementLine.id))
    return [Held(line, note, code) for line, note, code in rows]
