"""What needs a second person is asked for here; `approvals` decides it (promise 9)."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock
from ..errors import Conflict, NotAllowed, NotFound, SamePerson, WrongState
from ..identity.actor import Actor
from .models import Evidence, Request

Details = Mapping[str, str | int | bool]


class AskedAlready(Conflict):
    """The same thing waits for its second person already. Facts: request_id."""

    code = "asked_already"


class NotRequester(NotAllowed):
    """Only the person who asked takes a request back. Facts: role."""

    code = "not_requester"


def ask(tx: Session, *, kind: str, subject_id: int, details: Details, reason: str, actor: Actor, clock: Clock,
        files: Sequence[tuple[int, str]] = (), many: bool = False) -> Request:
    """A request that waits for a second person. `files`: (stored file id, its name). `details["of"]` says what the
    subject is, where there are several. Raises AskedAlready where one about the same waits, unless `many` may."""
    for row in () if many else tx.scalars(select(Request).where(
            Request.kind == kind, Request.subject_id == subject_id, Request.state == "requested")):
        if wanted(row).get("of") == details.get("of"):
            raise AskedAlready(request_id=row.id)
    row = Request(kind=kind, subject_id=subject_id, details=json.dumps(details, sort_keys=True),
                  reason=reason.strip(), state="requested", requested_by=person(actor), requested_at=clock.now())
    tx.add(row)
    tx.flush()
    tx.add_all(Evidence(request_id=row.id, file_id=file_id, name=name) for file_id, name in files)
    tx.flush()
    record(tx, "requested", row, actor, clock)
    return row


def wanted(row: Request) -> dict[str, str | int | bool]:
    """What was asked for, by kind."""
    read: dict[str, str | int | bool] = json.loads(row.details)
    return read


def decide(tx: Session, request_id: int, *, kind: str, state: str, note: str, actor: Actor, clock: Clock) -> Request:
    """Set the decision of a second person; what follows from it comes after, in the same transaction.

    Raises SamePerson for the one who asked, WrongState where it was decided before.
    """
    row = waiting(tx, request_id, kind)
    if row.requested_by == person(actor):
        raise SamePerson()
    row.state, row.decided_by, row.decided_at, row.decision_note = state, person(actor), clock.now(), note.strip()
    tx.flush()
    record(tx, state, row, actor, clock)
    return row


def take_back(tx: Session, request_id: int, *, actor: Actor, clock: Clock) -> Request:
    """The person who asked takes the request back. Raises NotRequester for anybody else."""
    row = waiting(tx, request_id)
    if row.requested_by != actor.user_id:
        raise NotRequester(role=actor.role)
    row.state, row.decided_at = "withdrawn", clock.now()
    tx.flush()
    record(tx, "withdrawn", row, actor, clock)
    return row


def waiting(tx: Session, request_id: int, kind: str = "") -> Request:
    """The request, locked. Raises NotFound, or WrongState where it does not wait any more."""
    row = tx.scalars(select(Request).where(Request.id == request_id).with_for_update()).first()
    if row is None or (kind and row.kind != kind):
        raise NotFound(what=f"request {request_id}")
    if row.state != "requested":
        raise WrongState(subject=f"request {row.id}", state=row.state, wanted="requested")
    return row


def person(actor: Actor) -> int:
    """Asking and deciding take somebody who is signed in."""
    if actor.user_id is None:
        raise NotAllowed(role=actor.role)
    return actor.user_id


def record(tx: Session, what: str, row: Request, actor: Actor, clock: Clock) -> None:
    """An event about the request. Its reason and note are free text and stay in the row."""
    events.record(tx, kind=f"{row.kind}_{what}", subject=("request", row.id),
                  payload={"subject": row.subject_id, "state": row.state}, actor_id=actor.user_id, at=clock.now())
