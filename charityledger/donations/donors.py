"""Donors: found again by kind, name and phone (or credit code), else created."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock
from ..identity.actor import Actor
from .models import Donor


@dataclass(frozen=True)
class DonorFacts:
    """What a form or file says of a donor. `donor_id` names one that is known already (a signed-in donor)."""

    kind: str = "individual"
    name: str = ""
    phone: str = ""
    email: str = ""
    uscc: str | None = None
    donor_id: int | None = None


def find_or_create(tx: Session, facts: DonorFacts, *, actor: Actor, clock: Clock) -> int:
    """Id of the donor. The same name and phone (or credit code) is the same donor; a name alone never is."""
    if facts.donor_id is not None:
        return facts.donor_id
    known = _find(tx, facts)
    if known is not None:
        return known
    donor = Donor(kind=facts.kind, name=facts.name, phone=facts.phone, email=facts.email, uscc=facts.uscc,
                  created_at=clock.now())
    tx.add(donor)
    tx.flush()
    events.record(tx, kind="donor_added", subject=("donor", donor.id), payload={"kind": facts.kind},
                  actor_id=actor.user_id, at=clock.now())
    return donor.id


def _find(tx: Session, facts: DonorFacts) -> int | None:
    query = select(Donor.id).where(Donor.merged_into_id.is_(None), Donor.kind == facts.kind, Donor.name == facts.name)
    if facts.uscc:
        query = query.where(Donor.uscc == facts.uscc)
    elif facts.phone:
        query = query.where(Donor.phone == facts.phone)
    else:
        return None
    return tx.scalars(query.order_by(Donor.id)).first()
