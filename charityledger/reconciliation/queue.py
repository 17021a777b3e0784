"""The lines that wait for a person, oldest first, and the place of one among them. A page takes a fixed number of
queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select
from sqlalchemy.orm import Session

from ..columns import Instant
from ..donations import requests
from ..donations.models import BankStatement, MoneyAccount, Request, StatementLine
from . import explain, undo

PAGE_SIZE = 20
SHOWS = ("waiting", "held", "asked")
# A line of which only the day is known stands before those with a time, on both databases.
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_AT = func.coalesce(StatementLine.booked_at, literal(NO_TIME, Instant))
_ORDER = (StatementLine.booked_on, _AT, StatementLine.id)


@dataclass(frozen=True)
class Filter:
    """Which lines: of one account or file, and `show`: those that wait, those held with a reason, or those that wait
    for a second person."""

    account_code: str = ""
    statement_id: int = 0
    show: str = "waiting"


@dataclass(frozen=True)
class Summary:
    """How many lines the filter's account or file has, and how many of them need somebody."""

    lines: int
    waiting: int
    held: int
    asked: int
    account: MoneyAccount | None
    statement: BankStatement | None

    @property
    def done(self) -> int:
        return self.lines - self.waiting - self.held - self.asked


@dataclass(frozen=True)
class Place:
    """One page of the queue and the chosen line; `line` is None where nothing waits."""

    rows: Sequence[StatementLine]
    line: StatementLine | None
    number: int
    pages: int
    total: int


def asked(session: Session) -> dict[int, Request]:
    """{line id: what a second person is asked about it}. One query; few wait at a time."""
    found: dict[int, Request] = {}
    for row in session.scalars(select(Request).where(
            Request.state == "requested", Request.kind.in_((explain.KIND, undo.KIND, "refund"))).order_by(Request.id)):
        line_id = requests.wanted(row).get("line") if row.kind == "refund" else row.subject_id
        if line_id is not None:
            found[int(line_id)] = row
    return found


def open_lines() -> ColumnElement[bool]:
    """Lines that are not used up."""
    return StatementLine.used_fen < func.abs(StatementLine.amount_fen)


def _scope(wanted: Filter) -> list[ColumnElement[bool]]:
    scope: list[ColumnElement[bool]] = []
    if wanted.account_code:
        scope.append(StatementLine.account_code == wanted.account_code)
    if wanted.statement_id:
        scope.append(StatementLine.statement_id == wanted.statement_id)
    return scope


def conditions(wanted: Filter, asked_of: Sequence[int]) -> list[ColumnElement[bool]]:
    """What a filter means. `asked_of`: lines that wait for a second person (`asked`)."""
    waits = StatementLine.id.in_(asked_of) if asked_of else false()
    if wanted.show == "held":
        state = and_(open_lines(), StatementLine.held)
    elif wanted.show == "asked":
        state = waits
    else:
        state = and_(open_lines(), ~StatementLine.held, ~waits)
    return [*_scope(wanted), state]


def summary(session: Session, wanted: Filter, asked_of: Sequence[int]) -> Summary:
    """One reading of the account's or file's lines."""
    waits = StatementLine.id.in_(asked_of) if asked_of else false()
    lines, waiting, held, of_two = session.execute(select(
        func.count(), func.count().filter(open_lines(), ~StatementLine.held, ~waits),
        func.count().filter(open_lines(), StatementLine.held), func.count().filter(waits))
        .select_from(StatementLine).where(*_scope(wanted))).one()
    return Summary(lines, waiting, held, of_two, session.get(MoneyAccount, wanted.account_code or ""),
                   session.get(BankStatement, wanted.statement_id))


def place(session: Session, wanted: Filter, asked_of: Sequence[int], line_id: int | None = None,
          page: int = 1) -> Place:
    """The page of the queue on which a line stands, or page `page` with its first line. A line that does not wait
    (any more) is shown beside the page where it stood. Raises nothing for a line that does not exist: `line` is None
    then."""
    where = conditions(wanted, asked_of)
    total = session.scalar(select(func.count()).select_from(StatementLine).where(*where)) or 0
    line = session.get(StatementLine, line_id) if line_id is not None else None
    number = min(page, max(1, -(-total // PAGE_SIZE)))
    if line is not None:
        before = session.scalar(select(func.count()).select_from(StatementLine).where(*where, _before(line))) or 0
        number = min(before // PAGE_SIZE + 1, max(1, -(-total // PAGE_SIZE)))
    rows = session.scalars(select(StatementLine).where(*where).order_by(*_ORDER).limit(PAGE_SIZE)
                           .offset((number - 1) * PAGE_SIZE)).all()
    if line_id is None and rows:
        line = rows[0]
    return Place(rows, line, number, -(-total // PAGE_SIZE), total)


def next_after(session: Session, wanted: Filter, asked_of: Sequence[int], line: StatementLine) -> int | None:
    """The next line that waits, or the first where this was the last; None where none is left."""
    where = conditions(wanted, asked_of)
    query = select(StatementLine.id).where(*where, StatementLine.id != line.id).order_by(*_ORDER).limit(1)
    return session.scalars(query.where(~_before(line))).first() or session.scalars(query).first()


def _before(line: StatementLine) -> ColumnElement[bool]:
    """Lines that stand before this one in `_ORDER`."""
    at = line.booked_at or NO_TIME
    return or_(StatementLine.booked_on < line.booked_on, and_(StatementLine.booked_on == line.booked_on, or_(
        literal(at, Instant) > _AT, and_(literal(at, Instant) == _AT, StatementLine.id < line.id))))
