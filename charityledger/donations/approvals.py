"""One queue of everything that waits for a second person, and one way to decide it (promise 9)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..clock import Clock
from ..database import use_case
from ..identity.actor import Actor
from ..ledger.idempotency import once
from . import merging, refunds, renaming, requests, reversals, surplus
from .models import Disbursement, Request

Decide = Callable[..., object]


@dataclass(frozen=True)
class Handler:
    """What a decision about one kind of request does: `f(tx, request_id=, actor=, clock=, note=)`, within the
    transaction. `release` undoes what asking set aside, when the person who asked takes it back. `about` is what the
    page that decides needs to show, and `part` the template that shows it, where a kind brings its own."""

    approve: Decide
    reject: Decide
    release: Callable[[Session, Request], None] | None = None
    about: Callable[[Session, Request], dict[str, Any]] | None = None
    part: str = ""


HANDLERS: dict[str, Handler] = {
    reversals.KIND: Handler(reversals.approve, reversals.reject),
    refunds.KIND: Handler(refunds.approve, refunds.reject),
    surplus.KIND: Handler(surplus.approve, surplus.reject, surplus.release),
    merging.KIND: Handler(merging.approve_merge.inside, merging.reject_merge.inside),
    renaming.KIND: Handler(renaming.approve_rename.inside, renaming.reject_rename.inside,
                           about=lambda session, row: {"rename": renaming.asked(session, row)},
                           part="donors/_rename.html"),
}


def register(kind: str, handler: Handler) -> None:
    """Parts above this one bring kinds of requests of their own."""
    HANDLERS[kind] = handler


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: a request, or a payment asked for (kind `payment`)."""

    kind: str
    id: int
    amount_fen: int | None
    requested_by: int
    requested_at: datetime


@use_case
def decide(tx: Session, *, actor: Actor, clock: Clock, request_id: int, decision: Literal["approve", "reject"],
           note: str = "", key: str | None = None) -> int:
    """A second person decides a request of any kind; returns its id.

    Raises SamePerson for the one who asked, WrongState where it was decided before, and whatever stands in the way.
    """
    def act() -> int:
        handler = HANDLERS[requests.waiting(tx, request_id).kind]
        (handler.approve if decision == "approve" else handler.reject)(
            tx, request_id=request_id, actor=actor, clock=clock, note=note)
        return request_id

    content = {"use": "decide", "request": request_id, "decision": decision, "note": note, "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


@use_case
def withdraw(tx: Session, *, actor: Actor, clock: Clock, request_id: int, key: str | None = None) -> int:
    """The person who asked takes a request back. Raises NotRequester for anybody else, WrongState when decided."""
    def act() -> int:
        row = requests.take_back(tx, request_id, actor=actor, clock=clock)
        release = HANDLERS[row.kind].release
        if release is not None:
            release(tx, row)
        return row.id

    return once(tx, key, {"use": "withdraw_request", "request": request_id, "by": actor.user_id}, act, clock=clock)


def queue(session: Session) -> list[Waiting]:
    """Everything that waits, the oldest first."""
    asked = [Waiting(row.kind, row.id, _fen(row), row.requested_by, row.requested_at)
             for row in session.scalars(select(Request).where(Request.state == "requested"))]
    payments = [Waiting("payment", row.id, row.amount_fen, row.requested_by, row.requested_at)
                for row in session.scalars(select(Disbursement).where(Disbursement.state == "requested"))]
    return sorted(asked + payments, key=lambda waiting: (waiting.requested_at, waiting.kind, waiting.id))


def decided(session: Session, *, limit: int = 30) -> Sequence[Request]:
    """The latest requests that were decided or taken back."""
    return session.scalars(select(Request).where(Request.state != "requested")
                           .order_by(Request.decided_at.desc(), Request.id.desc()).limit(limit)).all()


def _fen(row: Request) -> int | None:
    fen = requests.wanted(row).get("amount_fen")
    return int(fen) if fen is not None else None


