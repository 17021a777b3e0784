"""Accounts of donors: signing up as an individual, as an enterprise, or by an enterprise's invitation."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..clock import Clock
from ..database import use_case
from ..errors import Conflict
from ..identity.actor import DONOR, Actor
from ..identity.models import User
from ..identity.service import create_user
from ..ledger.idempotency import once
from .donors import DonorFacts, create
from .enterprises import add_member, use_invitation
from .models import Donor, Membership


class EnterpriseExists(Conflict):
    """The credit code has an account already; its owners invite others. Facts: none."""

    code = "enterprise_exists"


@dataclass(frozen=True)
class NewUser:
    """Who signs up. `password_hash` comes from identity.passwords, made before the transaction."""

    name: str
    password_hash: str
    email: str = ""
    phone: str = ""
    locale: str = "zh"


@use_case
def sign_up(tx: Session, *, clock: Clock, user: NewUser, donor: DonorFacts, key: str | None = None) -> int:
    """A user with a donor of its own; returns the user's id. An earlier donor of the same name and phone is left
    alone: its pledges are claimed one by one, or merged by staff.

    Raises EnterpriseExists, AccountExists and what `create_user` raises.
    """
    def act() -> int:
        if donor.uscc and tx.scalar(select(Donor.id).join(Membership, Membership.donor_id == Donor.id).where(
                Donor.uscc == donor.uscc, Donor.merged_into_id.is_(None)).limit(1)):
            raise EnterpriseExists()
        made = _create_user(tx, user, clock)
        actor = Actor(made.id, made.role, made.name)
        add_member(tx, donor_id=create(tx, donor, actor=actor, clock=clock).id, user_id=made.id, owner=True,
                   actor=actor, clock=clock)
        return made.id

    # The password is no part of the content: its hash has a new salt every time.
    content = {"use": "sign_up", "donor": donor, "name": user.name, "email": user.email, "phone": user.phone}
    return once(tx, key, content, act, clock=clock)


@use_case
def join_as_new(tx: Session, *, clock: Clock, token: str, user: NewUser, key: str | None = None) -> int:
    """Sign up and join by an invitation; returns the user's id. Raises InvitationRefused and what sign-up raises."""
    def act() -> int:
        made = _create_user(tx, user, clock)
        use_invitation(tx, token=token, user_id=made.id, actor=Actor(made.id, made.role, made.name), clock=clock)
        return made.id

    invited = hashlib.sha256(token.encode()).hexdigest()
    content = {"use": "join_as_new", "invited": invited, "name": user.name, "email": user.email, "phone": user.phone}
    return once(tx, key, content, act, clock=clock)


def _create_user(tx: Session, user: NewUser, clock: Clock) -> User:
    return create_user.inside(tx, actor=Actor.public(), clock=clock, name=user.name, role=DONOR, email=user.email,
                              password_hash=user.password_hash, phone=user.phone, locale=user.locale)
