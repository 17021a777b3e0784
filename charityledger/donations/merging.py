"""Two records of one donor become one: asked for by one person, approved by another (promise 9)."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock
from ..database import use_case
from ..errors import Conflict, NotFound
from ..identity.actor import Actor
from ..ledger.idempotency import once
from . import requests
from .donors import has_account
from .models import Donation, Donor, Pledge, Request, Suspense

KIND = "merge"


class MergeRefused(Conflict):
    """These two records cannot become one. Facts: none."""

    code = "merge_refused"


class MergedAlready(MergeRefused):
    """One of the two was merged before. Facts: none."""

    code = "merged_already"


class DonorsDiffer(MergeRefused):
    """A person and an enterprise, or two credit codes. Facts: none."""

    code = "donors_differ"


class DonorHasAccount(MergeRefused):
    """The record that people sign in for is the one that stays. Facts: none."""

    code = "donor_has_account"


@dataclass(frozen=True)
class MergeAsked:
    """What a request of kind `merge` wants: `donor` goes, all that is theirs becomes `into`'s."""

    donor: Donor
    into: Donor


@use_case
def request_merge(tx: Session, *, actor: Actor, clock: Clock, donor_id: int, into_id: int, reason: str,
                  key: str | None = None) -> int:
    """Ask that a donor (logged offline, or adopting without an account) becomes another. Returns the request's id.

    Raises a kind of MergeRefused when it could never be approved, AskedAlready when it waits already.
    """
    def act() -> int:
        _check(tx, donor_id, into_id)
        row = requests.ask(tx, kind=KIND, subject_id=donor_id, details={"into": into_id}, reason=reason, actor=actor,
                           clock=clock)
        _record(tx, "donor_merge_requested", donor_id, {"request": row.id, "into": into_id}, actor, clock)
        return row.id

    content = {"use": "request_merge", "donor": donor_id, "into": into_id, "reason": reason, "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


@use_case
def approve_merge(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str = "",
                  key: str | None = None) -> int:
    """A second person agrees: pledges, gifts and money in suspense change hands, and the emptied record points to
    where they went. Returns the id of the donor that stays. Raises SamePerson, WrongState or MergeRefused."""
    def act() -> int:
        row = requests.decide(tx, request_id, kind=KIND, state="approved", note=note, actor=actor, clock=clock)
        donor, into = _check(tx, row.subject_id, _into(row))
        moved: dict[str, int] = {}
        for table in (Pledge, Donation, Suspense):
            done = tx.execute(update(table).where(table.donor_id == donor.id).values(donor_id=into.id)
                              .execution_options(synchronize_session=False))
            moved[table.__tablename__] = done.rowcount  # type: ignore[attr-defined]
        for fact in ("phone", "email", "uscc"):
            if not getattr(into, fact):
                setattr(into, fact, getattr(donor, fact))
        donor.merged_into_id = into.id
        tx.flush()
        _record(tx, "donor_merged", donor.id, {"request": row.id, "into": into.id, **moved}, actor, clock)
        return into.id

    content = {"use": "approve_merge", "request": request_id, "note": note, "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


@use_case
def reject_merge(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str,
                 key: str | None = None) -> int:
    """A second person declines; nothing moves. Returns the request's id."""
    def act() -> int:
        return requests.decide(tx, request_id, kind=KIND, state="rejected", note=note, actor=actor, clock=clock).id

    content = {"use": "reject_merge", "request": request_id, "note": note, "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


def asked(session: Session, row: Request) -> MergeAsked:
    """What a merge request is about, for the page that decides it."""
    return MergeAsked(session.get_one(Donor, row.subject_id), session.get_one(Donor, _into(row)))


def _into(row: Request) -> int:
    return int(requests.wanted(row)["into"])


def _check(tx: Session, donor_id: int, into_id: int) -> tuple[Donor, Donor]:
    """Both donors, locked in order. Raises MergeRefused."""
    rows = {d.id: d for d in tx.scalars(select(Donor).where(Donor.id.in_((donor_id, into_id))).order_by(Donor.id)
                                        .with_for_update().execution_options(populate_existing=True))}
    if donor_id == into_id:
        raise MergeRefused()
    if len(rows) != 2:
        raise NotFound(what=f"donor {donor_id if donor_id not in rows else into_id}")
    donor, into = rows[donor_id], rows[into_id]
    if donor.merged_into_id is not None or into.merged_into_id is not None:
        raise MergedAlready()
    if donor.kind != into.kind or (donor.uscc and into.uscc and donor.uscc != into.uscc):
        raise DonorsDiffer()
    if tx.scalar(select(Donor.id).where(Donor.id == donor_id, has_account())) is not None:
        raise DonorHasAccount()
    return donor, into


def _record(tx: Session, kind: str, donor_id: int, payload: dict[str, int], actor: Actor, clock: Clock) -> None:
    events.record(tx, kind=kind, subject=("donor", donor_id), payload=payload, actor_id=actor.user_id, at=clock.now())
