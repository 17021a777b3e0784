"""Imported files and their lines, for lists and pages. Reads only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import Session

from ..clock import LOCAL
from ..donations.models import BankStatement, LineNote, MatchRun, StatementFile, StatementLine, Suspense
from ..errors import NotFound

_LINE = StatementLine.__table__.c
_FETCH = 2000


def every(session: Session, account_code: str = "") -> Sequence[tuple[BankStatement, str]]:
    """(file, its name), the newest first."""
    query = (select(BankStatement, StatementFile.name)
             .join(StatementFile, StatementFile.statement_id == BankStatement.id).order_by(BankStatement.id.desc()))
    if account_code:
        query = query.where(BankStatement.account_code == account_code)
    return [(row, name) for row, name in session.execute(query)]


def one(session: Session, statement_id: int) -> tuple[BankStatement, StatementFile]:
    """Raises NotFound."""
    statement = session.get(BankStatement, statement_id)
    if statement is None:
        raise NotFound(what=f"statement {statement_id}")
    return statement, session.get_one(StatementFile, statement_id)


def state_of() -> ColumnElement[str]:
    """open, held or done. Held: by somebody's note, or in suspense until somebody decides."""
    used = StatementLine.used_fen == func.abs(StatementLine.amount_fen)
    waits = exists().where(Suspense.statement_line_id == StatementLine.id, Suspense.settled_fen < Suspense.amount_fen)
    return case((and_(used, waits), "held"), (used, "done"), (StatementLine.held.is_(True), "held"), else_="open")


def lines(session: Session, *, account_code: str | None = None, state: str | None = None
          ) -> Iterator[Mapping[str, Any]]:
    """What `statement lines --json` prints, oldest first; read piece by piece, so that there may be any number."""
    told = state_of()
    query = (select(_LINE.id, StatementFile.name, _LINE.row, _LINE.native_id, _LINE.booked_on, _LINE.booked_at,
                    _LINE.amount_fen, _LINE.counterparty, _LINE.counterparty_account, _LINE.memo, told,
                    _LINE.account_code, _LINE.kind, _LINE.currency, _LINE.order_id, _LINE.merchant_order,
                    _LINE.balance_fen, _LINE.used_fen, _LINE.late, _LINE.statement_id)
             .outerjoin(StatementFile, StatementFile.statement_id == _LINE.statement_id)
             .order_by(_LINE.id).execution_options(yield_per=_FETCH))
    if account_code is not None:
        query = query.where(_LINE.account_code == account_code)
    if state is not None:
        query = query.where(told == state)
    for (number, name, row, native_id, booked_on, booked_at, fen, who, account, memo, now, code, kind, currency, order,
         merchant_order, balance, used, late, statement_id) in session.execute(query):
        when = booked_on if booked_at is None else booked_at.astimezone(LOCAL)
        yield {"id": number, "file": name, "row": row, "native_id": native_id, "booked_at": when.isoformat(),
               "amount_fen": fen, "counterparty": who, "memo": memo, "state": now, "account": code, "kind": kind,
               "currency": currency, "counterparty_account": account, "order_id": order,
               "merchant_order": merchant_order, "balance_fen": balance, "used_fen": used, "late": late,
               "statement_id": statement_id}


@dataclass(frozen=True)
class States:
    """How many lines of a file are in which state."""

    open: int = 0
    held: int = 0
    done: int = 0


def states(session: Session, statement_id: int) -> States:
    """Of the lines of one file."""
    told = state_of()
    return States(**dict(session.execute(
        select(told, func.count()).where(StatementLine.statement_id == statement_id).group_by(told)).all()))


def runs(session: Session, account_code: str | None = None, most: int = 5) -> Sequence[MatchRun]:
    """The newest runs of the matcher, of an account or all."""
    query = select(MatchRun).order_by(MatchRun.id.desc()).limit(most)
    if account_code is not None:
        query = query.where((MatchRun.account_code == account_code) | MatchRun.account_code.is_(None))
    return session.scalars(query).all()


def page(session: Session, number: int, size: int) -> tuple[Sequence[tuple[BankStatement, str]], int]:
    """(one page of files with their names, the newest first; how many there are)."""
    query = (select(BankStatement, StatementFile.name)
             .join(StatementFile, StatementFile.statement_id == BankStatement.id).order_by(BankStatement.id.desc())
             .limit(size).offset((number - 1) * size))
    return ([(row, name) for row, name in session.execute(query)],
            session.scalar(select(func.count(BankStatement.id))) or 0)


def count_lines(session: Session, statement_id: int) -> int:
    """How many lines are of this file now, those that it took over included."""
    return session.scalar(select(func.count()).where(StatementLine.statement_id == statement_id)) or 0


def confirmed_by_tier(session: Session, run: MatchRun) -> dict[int, int]:
    """{tier: lines that the matcher confirmed since this run was asked for}, within its account and until its end."""
    query = (select(LineNote.tier, func.count()).join(StatementLine, StatementLine.id == LineNote.statement_line_id)
             .where(LineNote.step == "matched", LineNote.by.is_(None), LineNote.tier.is_not(None),
                    LineNote.at >= run.asked_at, StatementLine.amount_fen > 0)
             .group_by(LineNote.tier).order_by(LineNote.tier))
    if run.ended_at is not None:
        query = query.where(LineNote.at <= run.ended_at)
    if run.account_code is not None:
        query = query.where(StatementLine.account_code == run.account_code)
    return {int(tier): count for tier, count in session.execute(query) if tier is not None}
