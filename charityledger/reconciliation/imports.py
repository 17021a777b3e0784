"""Files of banks and wallets: looked at first, then imported, all or nothing.

    file = reading.read(data, "boc.csv")
    seen = preview(session, file, "BOC")            # what would happen, and what a person has to confirm
    commit(file=file, account_code="BOC", confirmed=Confirmed(answers={3: "same"}), …)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock, period_of
from ..database import use_case
from ..donations import money_accounts
from ..donations.models import BankStatement, MoneyAccount
from ..errors import CharityLedgerError, NotFound
from ..identity.actor import Actor
from ..ledger import periods
from ..ledger.idempotency import once
from ..ledger.periods import Closed
from ..projects.files import write_durably
from . import kept, storing
from .accounts import check_account, kind_of
from .doubts import about, explain
from .errors import FileOfOtherAccount, NoLines, ToConfirm
from .importers.lines import Fault
from .reading import StatementRead
from .sorting import DOUBTFUL, KNOWN, NEW, Answer, Doubt, Sorting, sort_lines

TOTALS, CLOSED_MONTH = "totals", "closed_month"


@dataclass(frozen=True)
class Confirmed:
    """What a person said. `answers`: {index of a line: same or another}; `rest`: doubts without an answer are taken as
    is likely; `totals`: the file does not agree with itself, and that is known; `late`: lines of closed months are
    booked on the first open day."""

    answers: Mapping[int, Answer] = field(default_factory=dict)
    rest: bool = False
    totals: bool = False
    late: bool = False

    def of(self, doubt: Doubt) -> Answer | None:
        """What was said about a doubtful line, None where nothing was."""
        if doubt.code == CLOSED_MONTH:
            return "another" if self.late or self.rest else None
        return self.answers.get(doubt.index, doubt.likely if self.rest else None)


EVERYTHING = Confirmed(rest=True, totals=True, late=True)


@dataclass
class Preview:
    """What importing a file would do. `refused`: why it cannot be imported into this account at all; `statement`: the
    import of this very file, where it came before."""

    file: StatementRead
    account_code: str
    account: MoneyAccount | None
    sorting: Sorting
    refused: CharityLedgerError | None = None
    statement: BankStatement | None = None

    @property
    def new(self) -> int:
        return self.sorting.count(NEW)

    @property
    def known(self) -> int:
        return self.sorting.count(KNOWN)

    @property
    def doubtful(self) -> int:
        return self.sorting.count(DOUBTFUL)

    @property
    def asks(self) -> tuple[str, ...]:
        """Codes of what a person has to confirm, for the file's record: totals, and those of doubts."""
        if self.statement is not None:
            return ()
        totals = () if self.file.parsed.ties else (TOTALS,)
        return (*totals, *dict.fromkeys(doubt.code for doubt in self.sorting.doubts))

    @property
    def blocked(self) -> bool:
        """Whether no confirmation helps."""
        return self.refused is not None or bool(self.file.faults)

    @property
    def faults(self) -> list[Fault]:
        """Everything to look at, by row: what blocks, what does not tie, what is doubtful."""
        found: list[Fault] = [] if self.refused is None else [(0, self.refused)]
        found += self.file.faults
        if self.statement is None:
            found += [(0, error) for error in explain(self.file.parsed.totals)]
            found += [(doubt.line.row, about(doubt)) for doubt in self.sorting.doubts]
        return sorted(found, key=lambda fault: fault[0])


def preview(session: Session, file: StatementRead, account_code: str, *, create: bool = False) -> Preview:
    """What importing this file into this account would do now. `create`: an account that is not there is made for it.

    Changes nothing.
    """
    account = session.get(MoneyAccount, account_code)
    seen = Preview(file, account_code, account, Sorting([], bytearray()))
    try:
        seen.statement = _look(session, file, account_code, account, create=create)
    except CharityLedgerError as error:
        seen.refused = error
    if seen.statement is not None:
        seen.sorting.states = bytearray([KNOWN]) * len(file.parsed.lines)
    elif file.parsed.lines:
        seen.sorting = _sort(session, file, account_code, periods.closed(session))
    return seen


def _look(session: Session, file: StatementRead, account_code: str, account: MoneyAccount | None, *,
          create: bool) -> BankStatement | None:
    """The import of this very file into this account, where it came before. Raises why it cannot be imported."""
    if account is None and not create:
        raise NotFound(what=account_code)
    before = session.scalars(select(BankStatement).where(BankStatement.sha256 == file.sha256)).all()
    here = next((one for one in before if one.account_code == account_code), None)
    if here is not None:
        return here
    if before:
        raise FileOfOtherAccount(account=before[0].account_code)
    if not file.parsed.lines and not file.parsed.neutral and not file.faults:
        raise NoLines()
    if account is not None and file.parsed.lines:
        check_account(account, file.parsed)
    return None


def _sort(session: Session, file: StatementRead, account_code: str, closed: Closed) -> Sorting:
    parsed = file.parsed
    if parsed.books:
        return sort_lines(parsed, account_code, kept.KeptLines(session, account_code, parsed.format), closed)
    return sort_lines(parsed, account_code, kept.KeptBills(session, account_code), ())


@use_case
def commit(tx: Session, *, file: StatementRead, account_code: str, confirmed: Confirmed, instance: Path, actor: Actor,
           clock: Clock, create: bool = False, key: str | None = None) -> int:
    """Import a file, all of it or nothing; returns the id of its BankStatement, the same id for the same file.

    Everything is looked at again here, so what changed after the preview is asked about, never passed over. Raises
    what the preview refuses, a row's fault, or ToConfirm.
    """
    def act() -> int:
        account = tx.scalars(select(MoneyAccount).where(MoneyAccount.code == account_code)
                             .with_for_update()).one_or_none()      # one import at a time for an account
        known = _look(tx, file, account_code, account, create=create)
        if known is not None:
            return known.id
        if file.faults:
            raise file.faults[0][1]
        if account is None:
            account = _create(tx, file, account_code, actor, clock)
        return _import(tx, file, account, confirmed, instance, actor, clock)

    return once(tx, key, {"use": "import_statement", "account": account_code, "sha256": file.sha256,
                          "confirmed": confirmed, "create": create}, act, clock=clock)


def _create(tx: Session, file: StatementRead, code: str, actor: Actor, clock: Clock) -> MoneyAccount:
    money_accounts.add_account.inside(tx, actor=actor, clock=clock, code=code, kind=kind_of(file.parsed.source),
                                      name=code)
    return tx.get_one(MoneyAccount, code)


def _import(tx: Session, file: StatementRead, account: MoneyAccount, confirmed: Confirmed, instance: Path,
            actor: Actor, clock: Clock) -> int:
    parsed = file.parsed
    periods.hold(tx, {period_of(line.booked_at.date()) for line in parsed.lines})
    closed = periods.closed(tx)
    sorting = _sort(tx, file, account.code, closed)
    unsaid = sum(confirmed.of(doubt) is None for doubt in sorting.doubts) + (not parsed.ties and not confirmed.totals)
    if unsaid:
        raise ToConfirm(count=unsaid)
    # On disk before the row can commit; a crash in between leaves a file without a row, which harms nothing.
    write_durably(path_of(instance, file.sha256), file.data)
    asks = Preview(file, account.code, account, sorting).asks
    statement = BankStatement(
        account_code=account.code, sha256=file.sha256, format=parsed.format, source=parsed.source, books=parsed.books,
        size=len(file.data), lines=len(parsed.lines), neutral=parsed.neutral, new=sorting.count(NEW),
        known=sorting.count(KNOWN), doubtful=sorting.count(DOUBTFUL), in_fen=parsed.in_fen, out_fen=parsed.out_fen,
        opening_fen=parsed.opening_fen, closing_fen=parsed.closing_fen, first_on=days_of(file)[0],
        last_on=days_of(file)[1], ties=parsed.ties, confirmed=",".join(asks), imported_by=actor.user_id,
        imported_at=clock.now())
    tx.add(statement)
    if parsed.books and parsed.lines:
        account.source = parsed.source
        account.number = account.number or parsed.account_number[:60]
    tx.flush()
    storing.store(tx, statement.id, file, sorting, {doubt.index: confirmed.of(doubt) for doubt in sorting.doubts},
                  account.code, closed, actor, clock)
    events.record(tx, kind="statement_imported", subject=("bank_statement", statement.id), payload={
        "account": account.code, "sha256": file.sha256, "format": parsed.format, "lines": statement.lines,
        "new": statement.new, "known": statement.known, "doubtful": statement.doubtful, "in_fen": statement.in_fen,
        "out_fen": statement.out_fen, "confirmed": statement.confirmed}, actor_id=actor.user_id, at=clock.now())
    return statement.id


def days_of(file: StatementRead) -> tuple[date | None, date | None]:
    """First and last day: what the file says of itself, else of its lines."""
    if file.parsed.period is not None:
        return file.parsed.period
    days = [line.booked_at.date() for line in file.parsed.lines]
    return min(days, default=None), max(days, default=None)


def path_of(instance: Path, sha256: str) -> Path:
    """Where the bytes of an imported file lie."""
    return instance / "statements" / sha256
