"""Changes of the catalogue: whether somebody else came first, what changed, and how the history keeps it.

Events hold no free text, so that titles and summaries stand there as hashes; numbers, dates, codes and states stand
as they are. Nobody can quietly change what "against needs" meant.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from ..audit import events
from ..audit.events import Scalar
from ..audit.models import Event
from ..clock import Clock
from ..database import is_postgresql
from ..identity.actor import Actor
from .errors import EditConflict

Value = str | int | date | bool | None
SUBJECTS = ("category", "major_project", "sub_project", "need_item")
# Text of these fields is a code or a word of ours, not somebody's writing.
_PLAIN = frozenset({"code", "major_code", "status", "kind"})


@dataclass(frozen=True)
class FieldChange:
    """One field before and after."""

    field: str
    was: Value
    now: Value


def take_turn(tx: Session) -> None:
    """One writer of the catalogue at a time, until commit. SQLite has one writer at a time anyway."""
    if is_postgresql(tx):
        tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('catalogue', 0))"))


def latest(session: Session) -> int:
    """The id of the last event of the catalogue: changes whenever the catalogue does."""
    return session.scalar(select(func.max(Event.id)).where(Event.subject_kind.in_(SUBJECTS))) or 0


def values_of(row: object, fields: Iterable[str]) -> dict[str, Value]:
    """The present values of these fields."""
    return {field: getattr(row, field) for field in fields}


def digest(values: Mapping[str, Value]) -> str:
    """What a form remembers of the values that it was opened with."""
    told = json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def check_seen(present: Mapping[str, Value], seen: str | None, wanted: Mapping[str, Value]) -> None:
    """Raises EditConflict when `present` is not what the form was opened with (`seen`; None asks for no check)."""
    differing = [change.field for change in changes(present, wanted)]
    if seen is not None and differing and seen != digest(present):
        raise EditConflict(fields=differing)


def changes(present: Mapping[str, Value], wanted: Mapping[str, Value]) -> list[FieldChange]:
    """Fields that `wanted` has otherwise, in the order of `present`."""
    return [FieldChange(field, value, wanted[field]) for field, value in present.items()
            if field in wanted and wanted[field] != value]


def told(field: str, value: Value) -> Scalar:
    """A value as the history keeps it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and field not in _PLAIN:
        return hashlib.sha256(value.encode()).hexdigest()
    return value


def facts(values: Mapping[str, Value]) -> list[dict[str, Scalar]]:
    """All values as the history keeps them."""
    return [{"field": field, "is": told(field, value)} for field, value in values.items()]


def record(tx: Session, subject: tuple[str, str], made: Iterable[FieldChange], *, actor: Actor, clock: Clock) -> None:
    """The event of a revision."""
    events.record(tx, kind="catalogue_revised", subject=subject, payload={"changes": [
        {"field": change.field, "was": told(change.field, change.was), "is": told(change.field, change.now)}
        for change in made]}, actor_id=actor.user_id, at=clock.now())
