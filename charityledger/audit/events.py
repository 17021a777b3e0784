"""The only writer of events. The service that makes a change writes its event in the same transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from ..many import insert_many
from .models import Event

_ADD = insert(Event.__table__)

Scalar = str | int | bool | None
Payload = Mapping[str, "Scalar | Sequence[Scalar] | Sequence[Mapping[str, Scalar]]"]


def record(tx: Session, *, kind: str, subject: tuple[str, object], payload: Payload, actor_id: int | None,
           at: datetime) -> None:
    """Add one event. `payload` holds ids, codes, integers and hashes only: no name, no phone, no free text."""
    tx.connection().execute(_ADD, _row(kind, subject, payload, actor_id, at))


class Told(NamedTuple):
    """One event of many."""

    kind: str
    subject: tuple[str, object]
    payload: Payload


def record_many(tx: Session, told: Sequence[Told], *, actor_id: int | None, at: datetime) -> None:
    """Add events in their order, in one statement."""
    insert_many(tx, Event.__table__, [_row(*one, actor_id, at) for one in told])


def _row(kind: str, subject: tuple[str, object], payload: Payload, actor_id: int | None,
         at: datetime) -> dict[str, object]:
    return {"kind": kind, "subject_kind": subject[0], "subject_id": str(subject[1]), "payload": canonical(payload),
            "actor_id": actor_id, "at": at}


def canonical(payload: Payload) -> str:
    """JSON with sorted keys and no spaces: the same content is always the same text."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def count(session: Session) -> int:
    """How many events there are: what a document states it was read at."""
    return session.scalar(select(func.count(Event.id))) or 0


def latest(session: Session) -> int:
    """The highest event id (0 when there is none): changes whenever anything changes."""
    return session.scalar(select(func.max(Event.id))) or 0
