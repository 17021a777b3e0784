"""What every step on a statement line shares: the line as it waits, and the row of its history."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock
from ..donations import lines
from ..donations.models import LineNote, StatementLine
from ..donations.pledges import NoteMissing
from ..errors import Conflict, InvalidInput, LineOverused, NotFound
from ..identity.actor import Actor

Facts = Mapping[str, str | int]
FEN_PER_YUAN = 100


class WrongDirection(InvalidInput):
    """Money that came in is no charge, and money that went out is no gift. Facts: amount_fen."""

    code = "wrong_direction"


class LineDiffers(InvalidInput):
    """Two things that should be the same money are not the same amount. Facts: amount_fen, other_fen."""

    code = "line_differs"


class OtherAccount(InvalidInput):
    """The line is of another account than what it should be paired with. Facts: account."""

    code = "other_account"


class NothingLeft(Conflict):
    """Somebody has just dealt with this line. Facts: line_id."""

    code = "nothing_left"


def find(tx: Session, line_id: int) -> StatementLine:
    """The line. Raises NotFound."""
    line = tx.get(StatementLine, line_id)
    if line is None:
        raise NotFound(what=f"line {line_id}")
    return line


def lock(tx: Session, *line_ids: int) -> None:
    """Lock lines before anything else but promises, in the order that every writer keeps: two people with the same
    line wait for each other here, and not in a ring further on."""
    tx.scalars(select(StatementLine).where(StatementLine.id.in_(line_ids)).order_by(StatementLine.id)
               .with_for_update().execution_options(populate_existing=True)).all()


def waiting(tx: Session, line_id: int) -> tuple[StatementLine, int]:
    """(line, locked; what is left of it in fen). Raises NotFound, or NothingLeft where all of it is used; a line in
    another currency is kept for the record and cannot be used."""
    lock(tx, line_id)
    line = find(tx, line_id)
    left_fen = lines.left_of(line)
    if not left_fen:
        raise NothingLeft(line_id=line_id)
    return line, left_fen


def part(line: StatementLine, left_fen: int, amount_fen: int | None) -> int:
    """`amount_fen`, or all that is left. Raises LineOverused."""
    if amount_fen is None:
        return left_fen
    if not 0 < amount_fen <= left_fen:
        raise LineOverused(line_id=line.id, left_fen=left_fen, requested_fen=amount_fen)
    return amount_fen


def check_direction(line: StatementLine, *, inward: bool) -> None:
    """Raises WrongDirection."""
    if (line.amount_fen > 0) is not inward:
        raise WrongDirection(amount_fen=line.amount_fen)


def reason(text: str) -> str:
    """A reason that says something. Raises NoteMissing."""
    if not text.strip():
        raise NoteMissing()
    return text.strip()


def note(tx: Session, line: StatementLine, step: str, code: str, *, actor: Actor, clock: Clock,
         facts: Facts | None = None, text: str = "", tier: int | None = None) -> None:
    """One more row of the line's history, and the event that tells of it (without the free text)."""
    facts = facts or {}
    tx.add(LineNote(statement_line_id=line.id, step=step, tier=tier, code=code, note=text.strip(), by=actor.user_id,
                    facts=json.dumps(facts, ensure_ascii=False, sort_keys=True), at=clock.now()))
    tx.flush()
    numbers = {name: value for name, value in facts.items() if isinstance(value, int)}
    events.record(tx, kind=f"line_{step}", subject=("statement_line", line.id), payload={"as": code, **numbers},
                  actor_id=actor.user_id, at=clock.now())


def facts_of(row: LineNote) -> dict[str, Any]:
    """The facts of one row of a line's history."""
    read: dict[str, Any] = json.loads(row.facts)
    return read


def settled(tx: Session, line: StatementLine) -> None:
    """It is not held any more, whatever it became."""
    if line.held:
        line.held = False
        tx.flush()


def needs_second(amount_fen: int, above_yuan: int) -> bool:
    """Whether a step of this size takes a second person; 0 yuan: always (adr/0011)."""
    return amount_fen > above_yuan * FEN_PER_YUAN


