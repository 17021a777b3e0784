"""A donor's name is written another way: asked for by one person, approved by another (promise 9).

The request keeps both names: it is the history. The event that says so names nobody.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock
from ..database import use_case
from ..errors import Conflict, NotFound
from ..identity.actor import Actor
from ..ledger.idempotency import once
from . import requests
from .donors import new_name
from .merging import MergedAlready
from .models import Donor, Request

KIND = "rename"


class SameName(Conflict):
    """The donor has this name already. Facts: none."""

    code = "same_name"


@dataclass(frozen=True)
class RenameAsked:
    """What a request of kind `rename` wants: the donor, and both names."""

    donor: Donor
    was: str
    name: str


@use_case
def request_rename(tx: Session, *, actor: Actor, clock: Clock, donor_id: int, name: str, reason: str,
                   key: str | None = None) -> int:
    """Ask that a donor's name is corrected. Returns the request's id.

    Raises DonorNameMissing or NotPrintable for a name that cannot be kept, SameName where nothing would change,
    MergedAlready for a record that only points to another, AskedAlready when a correction waits already.
    """
    def act() -> int:
        donor, wanted = _locked(tx, donor_id), new_name(name)
        if wanted == donor.name:
            raise SameName()
        row = requests.ask(tx, kind=KIND, subject_id=donor_id, details={"name": wanted, "was": donor.name},
                           reason=reason, actor=actor, clock=clock)
        _record(tx, "donor_rename_requested", donor_id, row, actor, clock)
        return row.id

    content = {"use": "request_rename", "donor": donor_id, "name": name, "reason": reason, "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


@use_case
def approve_rename(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str = "",
                   key: str | None = None) -> int:
    """A second person agrees: the donor has the new name from now on, on documents that are not issued yet. Returns the
    donor's id. Raises SamePerson, WrongState or MergedAlready."""
    def act() -> int:
        row = requests.decide(tx, request_id, kind=KIND, state="approved", note=note, actor=actor, clock=clock)
        donor = _locked(tx, row.subject_id)
        donor.name = str(requests.wanted(row)["name"])
        tx.flush()
        _record(tx, "donor_renamed", donor.id, row, actor, clock)
        return donor.id

    content = {"use": "approve_rename", "request": request_id, "note": note, "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


@use_case
def reject_rename(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str,
                  key: str | None = None) -> int:
    """A second person declines; the name stays. Returns the request's id."""
    def act() -> int:
        return requests.decide(tx, request_id, kind=KIND, state="rejected", note=note, actor=actor, clock=clock).id

    content = {"use": "reject_rename", "request": request_id, "note": note, "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


def asked(session: Session, row: Request) -> RenameAsked:
    """What a request is about, for the page that decides it."""
    wish = requests.wanted(row)
    return RenameAsked(session.get_one(Donor, row.subject_id), str(wish["was"]), str(wish["name"]))


def _locked(tx: Session, donor_id: int) -> Donor:
    donor = tx.scalars(select(Donor).where(Donor.id == donor_id).with_for_update()
                       .execution_options(populate_existing=True)).first()
    if donor is None:
        raise NotFound(what=f"donor {donor_id}")
    if donor.merged_into_id is not None:
        raise MergedAlready()
    return donor


def _record(tx: Session, kind: str, donor_id: int, row: Request, actor: Actor, clock: Clock) -> None:
    events.record(tx, kind=kind, subject=("donor", donor_id), payload={"request": row.id}, actor_id=actor.user_id,
                  at=clock.now())
