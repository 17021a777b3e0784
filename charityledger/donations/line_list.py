"""The list of statement lines: filters, and what each line became. A page takes a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from ..projects.models import SubProject
from .models import Allocation, Donation, MoneyAccount, Pledge, Request, StatementLine, Suspense
from .requests import wanted as wanted_by

PAGE_SIZE = 50
STATES = ("open", "held", "done")


@dataclass(frozen=True)
class LineFilter:
    """What staff look for; empty means all. `words`: in counterparty, memo and the bank's own number."""

    account_code: str = ""
    state: str = ""
    words: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Outcome:
    """What part of a line became. `kind`: donation, suspense, deposit, refund; `sub` None for the general fund."""

    kind: str
    subject_id: int
    amount_fen: int
    sub: SubProject | None = None
    reference: str = ""
    left_fen: int = 0

    @property
    def waits(self) -> bool:
        """Whether it is money in suspense that nobody has decided about."""
        return self.kind == "suspense" and self.left_fen > 0


@dataclass(frozen=True)
class LineRow:
    """One line with its account's name and what became of it. `state`: open, held or done."""

    line: StatementLine
    account: str
    outcomes: tuple[Outcome, ...]

    @property
    def left_fen(self) -> int:
        return abs(self.line.amount_fen) - self.line.used_fen

    @property
    def state(self) -> str:
        if self.left_fen:
            return "open"
        return "held" if any(outcome.waits for outcome in self.outcomes) else "done"


def page_of_lines(session: Session, wanted: LineFilter, page: int = 1) -> tuple[list[LineRow], int]:
    """(one page of lines, newest first; how many there are)."""
    query = _filtered(wanted)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    lines = session.scalars(query.order_by(StatementLine.booked_on.desc(), StatementLine.id.desc())
                            .limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return rows_of(session, lines), total


def rows_of(session: Session, lines: Sequence[StatementLine]) -> list[LineRow]:
    """The lines with what became of them; the number of queries does not grow with them."""
    names = dict(session.execute(select(MoneyAccount.code, MoneyAccount.name)).all())
    outcomes = _outcomes(session, [line.id for line in lines])
    return [LineRow(line, names[line.account_code], tuple(outcomes.get(line.id, ()))) for line in lines]


def _filtered(wanted: LineFilter) -> Select[StatementLine]:
    query = select(StatementLine)
    if wanted.account_code:
        query = query.where(StatementLine.account_code == wanted.account_code)
    if wanted.words.strip():
        words = wanted.words.strip()
        query = query.where(or_(*(column.contains(words, autoescape=True) for column in (
            StatementLine.counterparty, StatementLine.memo, StatementLine.native_id))))
    if wanted.since is not None:
        query = query.where(StatementLine.booked_on >= wanted.since)
    if wanted.until is not None:
        query = query.where(StatementLine.booked_on <= wanted.until)
    return query if wanted.state not in STATES else query.where(_in_state(wanted.state))


def _in_state(state: str) -> ColumnElement[bool]:
    used = StatementLine.used_fen == func.abs(StatementLine.amount_fen)
    waits = exists().where(Suspense.statement_line_id == StatementLine.id, Suspense.settled_fen < Suspense.amount_fen)
    if state == "open":
        return ~used
    return and_(used, waits if state == "held" else ~waits)


def _outcomes(session: Session, line_ids: list[int]) -> dict[int, list[Outcome]]:
    found: dict[int, list[Outcome]] = {}
    allocated = session.execute(
        select(Allocation.statement_line_id, Allocation.kind, Allocation.subject_id,
               func.sum(Allocation.amount_fen).label("fen"))
        .where(Allocation.statement_line_id.in_(line_ids))
        .group_by(Allocation.statement_line_id, Allocation.kind, Allocation.subject_id)
        .order_by(func.min(Allocation.id))).all()
    gifts = _gifts(session, [row.subject_id for row in allocated if row.kind == "donation"])
    held = {row.id: row for row in session.scalars(select(Suspense).where(
        Suspense.id.in_([row.subject_id for row in allocated if row.kind == "suspense"])))}
    for line_id, kind, subject_id, fen in allocated:
        if not fen:
            continue        # taken back
        sub, reference = gifts.get(subject_id, (None, "")) if kind == "donation" else (None, "")
        left = held[subject_id].amount_fen - held[subject_id].settled_fen if kind == "suspense" else 0
        found.setdefault(line_id, []).append(Outcome(kind, subject_id, int(fen), sub, reference, left))
    return found


def _gifts(session: Session, ids: list[int]) -> dict[int, tuple[SubProject | None, str]]:
    """{donation id: (its sub-project, its pledge's reference)}."""
    rows = session.execute(
        select(Donation.id, SubProject, Pledge.reference)
        .outerjoin(SubProject, SubProject.id == Donation.sub_project_id)
        .outerjoin(Pledge, Pledge.id == Donation.pledge_id).where(Donation.id.in_(ids)))
    return {donation_id: (sub, reference or "") for donation_id, sub, reference in rows}


def asked_of(session: Session, kinds: Sequence[str], subjects: Sequence[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """{(what, id): request id} of the requests that wait about these gifts, money in suspense or deposits."""
    ids = [subject_id for _what, subject_id in subjects]
    rows = session.scalars(select(Request).where(Request.kind.in_(kinds), Request.state == "requested",
                                                 Request.subject_id.in_(ids)))
    return {(str(wanted_by(row)["of"]), row.subject_id): row.id for row in rows}
