"""The people who act for an enterprise: invite, join, leave, remove, hand over. Signing up is in `accounts`.

Every change of membership locks the donor first, so that two owners cannot leave at the same time.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock
from ..database import use_case
from ..errors import Conflict, InvalidInput, NotAllowed, NotFound
from ..identity.actor import DONOR, Actor
from ..identity.models import User
from ..identity.service import normal_email
from .models import Donor, Invitation, Membership

INVITATION_LIFETIME = timedelta(days=7)


class LastOwner(Conflict):
    """The last owner hands over before leaving. Facts: none."""

    code = "last_owner"


class InvitationRefused(InvalidInput):
    """An invitation that never was, was used, or is too old. Facts: none."""

    code = "invitation_refused"


class OwnersOnly(NotAllowed):
    """Members see and adopt; only an owner changes who else may. Facts: role."""

    code = "owners_only"


@dataclass(frozen=True)
class Member:
    """A user who acts for a donor."""

    user: User
    owner: bool


@use_case
def invite(tx: Session, *, actor: Actor, clock: Clock, donor_id: int, email: str, token: str) -> int:
    """An owner asks somebody to act for the enterprise; returns the invitation's id. The token is kept as its hash
    only; the same token again is the same invitation, so that a double click invites once."""
    donor = _locked(tx, donor_id)
    _owner(tx, donor_id, actor)
    if donor.kind != "enterprise":
        raise NotAllowed(role=actor.role)
    known = tx.scalars(select(Invitation).where(Invitation.token_hash == _hash(token))).first()
    if known is not None:
        return known.id
    row = Invitation(donor_id=donor_id, token_hash=_hash(token), email=normal_email(email) if email else "",
                     expires_at=clock.now() + INVITATION_LIFETIME)
    tx.add(row)
    tx.flush()
    _record(tx, "member_invited", donor_id, None, actor, clock)
    return row.id


@use_case
def join(tx: Session, *, actor: Actor, clock: Clock, token: str) -> int:
    """A signed-in donor accepts; returns the enterprise's id. Raises InvitationRefused; NotAllowed for staff, whose
    work is on the other side of the counter."""
    if actor.user_id is None or actor.role != DONOR:
        raise NotAllowed(role=actor.role)
    return use_invitation(tx, token=token, user_id=actor.user_id, actor=actor, clock=clock)


@use_case
def leave(tx: Session, *, actor: Actor, clock: Clock, donor_id: int) -> None:
    """Stop acting for an enterprise. Raises LastOwner: who is the last owner hands over first."""
    _locked(tx, donor_id)
    mine = _membership(tx, donor_id, actor.user_id)
    if mine.owner and len(_owners(tx, donor_id)) == 1:
        raise LastOwner()
    _end(tx, mine, actor, clock)


@use_case
def remove(tx: Session, *, actor: Actor, clock: Clock, donor_id: int, user_id: int) -> None:
    """An owner ends somebody's membership; an owner's own ends by leaving. Raises OwnersOnly."""
    _locked(tx, donor_id)
    _owner(tx, donor_id, actor)
    if not acts_for(tx, user_id, donor_id):
        return
    theirs = _membership(tx, donor_id, user_id)
    if theirs.owner:
        raise OwnersOnly(role=actor.role)
    _end(tx, theirs, actor, clock)


@use_case
def hand_over(tx: Session, *, actor: Actor, clock: Clock, donor_id: int, user_id: int) -> None:
    """An owner makes another member owner and becomes a plain member. Raises OwnersOnly or NotFound."""
    _locked(tx, donor_id)
    mine, theirs = _membership(tx, donor_id, actor.user_id), _membership(tx, donor_id, user_id)
    if theirs.owner and not mine.owner:
        return  # handed over already: the second click
    if not mine.owner:
        raise OwnersOnly(role=actor.role)
    if theirs.id != mine.id:
        mine.owner, theirs.owner = False, True
        tx.flush()
        _record(tx, "ownership_handed_over", donor_id, user_id, actor, clock)


def donors_of(session: Session, user_id: int | None) -> list[tuple[Donor, bool]]:
    """(donor, whether this user owns it) for whom a user acts, the first joined first."""
    rows = session.execute(select(Donor, Membership.owner).join(Membership, Membership.donor_id == Donor.id)
                           .where(Membership.user_id == user_id, Donor.merged_into_id.is_(None))
                           .order_by(Membership.joined_at, Membership.id))
    return list(rows)


def acts_for(session: Session, user_id: int | None, donor_id: int) -> bool:
    """Whether this user acts for this donor."""
    return session.scalar(select(Membership.id).where(
        Membership.user_id == user_id, Membership.donor_id == donor_id)) is not None


def members(session: Session, donor_id: int) -> list[Member]:
    """Everybody who acts for a donor, owners first."""
    rows = session.execute(select(User, Membership.owner).join(Membership, Membership.user_id == User.id)
                           .where(Membership.donor_id == donor_id)
                           .order_by(Membership.owner.desc(), Membership.joined_at, Membership.id))
    return [Member(user, owner) for user, owner in rows]


def invitation_to(session: Session, token: str, clock: Clock) -> tuple[Donor, str]:
    """(enterprise, e-mail address invited) of an invitation that can be accepted. Raises InvitationRefused."""
    invitation = session.scalars(_open_invitation(token, clock)).first()
    if invitation is None:
        raise InvitationRefused()
    return session.get_one(Donor, invitation.donor_id), invitation.email


def was_used_by(session: Session, token: str, user_id: int | None) -> bool:
    """Whether a used invitation led to an enterprise that this user acts for."""
    donor_id = session.scalar(select(Invitation.donor_id).where(Invitation.token_hash == _hash(token),
                                                                Invitation.used_at.is_not(None)))
    return donor_id is not None and acts_for(session, user_id, donor_id)


def use_invitation(tx: Session, *, token: str, user_id: int, actor: Actor, clock: Clock) -> int:
    """Make a user a member; returns the enterprise's id. Raises InvitationRefused."""
    invitation = tx.scalars(_open_invitation(token, clock).with_for_update()).first()
    if invitation is None:
        raise InvitationRefused()
    donor = _locked(tx, invitation.donor_id)
    invitation.used_at = clock.now()
    if not acts_for(tx, user_id, donor.id):
        add_member(tx, donor_id=donor.id, user_id=user_id, owner=False, actor=actor, clock=clock)
    tx.flush()
    return donor.id


def add_member(tx: Session, *, donor_id: int, user_id: int, owner: bool, actor: Actor, clock: Clock) -> None:
    """One more user who acts for a donor."""
    tx.add(Membership(donor_id=donor_id, user_id=user_id, owner=owner, joined_at=clock.now()))
    tx.flush()
    _record(tx, "member_joined", donor_id, user_id, actor, clock)


def _hash(token: str) -> str:
    """Plain SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(token.strip().encode()).hexdigest()


def _open_invitation(token: str, clock: Clock) -> Select[Invitation]:
    return select(Invitation).where(Invitation.token_hash == _hash(token), Invitation.used_at.is_(None),
                                    Invitation.expires_at > clock.now())


def _locked(tx: Session, donor_id: int) -> Donor:
    donor = tx.get(Donor, donor_id, with_for_update=True)
    if donor is None:
        raise NotFound(what=f"donor {donor_id}")
    return donor


def _membership(tx: Session, donor_id: int, user_id: int | None) -> Membership:
    row = tx.scalars(select(Membership).where(Membership.donor_id == donor_id, Membership.user_id == user_id)).first()
    if row is None:
        raise NotFound(what=f"member {user_id}")
    return row


def _owners(tx: Session, donor_id: int) -> Sequence[int]:
    return tx.scalars(select(Membership.id).where(Membership.donor_id == donor_id, Membership.owner)).all()


def _owner(tx: Session, donor_id: int, actor: Actor) -> Membership:
    mine = _membership(tx, donor_id, actor.user_id)
    if not mine.owner:
        raise OwnersOnly(role=actor.role)
    return mine


def _end(tx: Session, membership: Membership, actor: Actor, clock: Clock) -> None:
    tx.delete(membership)
    tx.flush()
    _record(tx, "member_left", membership.donor_id, membership.user_id, actor, clock)


def _record(tx: Session, kind: str, donor_id: int, user_id: int | None, actor: Actor, clock: Clock) -> None:
    events.record(tx, kind=kind, subject=("donor", donor_id), payload={"user": user_id}, actor_id=actor.user_id,
                  at=clock.now())
