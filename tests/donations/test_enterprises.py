"""Accounts of donors and the people who act for an enterprise."""

import threading

import pytest
from flask import Flask

from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.donations import enterprises
from charityledger.donations.accounts import EnterpriseExists, NewUser, join_as_new, sign_up
from charityledger.donations.donors import DonorFacts, find_or_create
from charityledger.donations.enterprises import InvitationRefused, LastOwner, OwnersOnly
from charityledger.donations.models import Donor, Invitation, Membership
from charityledger.errors import IdempotencyConflict, NotAllowed, NotFound
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.identity.errors import AccountExists

USCC = "91410103MA00000006"
ENTERPRISE = DonorFacts("enterprise", "禾木食品有限公司", "0371-68880000", uscc=USCC)
OWNER = NewUser("何木", "hash", phone="13800000001")


def actor(user_id: int) -> Actor:
    return Actor(user_id, "donor", "")


def enterprise(clock: FixedClock) -> tuple[int, int]:
    """(user, donor) of a new enterprise."""
    user_id = sign_up(clock=clock, user=OWNER, donor=ENTERPRISE)
    return user_id, enterprises.donors_of(db.session, user_id)[0][0].id


def invited(clock: FixedClock, owner: int, donor_id: int, phone: str, token: str = "token") -> int:
    """A colleague who signs up by an invitation."""
    enterprises.invite(actor=actor(owner), clock=clock, donor_id=donor_id, email="", token=token)
    return join_as_new(clock=clock, token=token, user=NewUser("小林", "hash", phone=phone))


def owners(donor_id: int) -> dict[int, bool]:
    db.session.rollback()
    return {row.user_id: row.owner for row in db.session.scalars(
        db.select(Membership).where(Membership.donor_id == donor_id))}


@pytest.mark.usefixtures("context")
def test_signing_up_twice_with_one_form_is_one_account(clock: FixedClock) -> None:
    first = sign_up(clock=clock, user=OWNER, donor=ENTERPRISE, key="form")
    assert sign_up(clock=clock, user=NewUser("何木", "another salt", phone="13800000001"), donor=ENTERPRISE,
                   key="form") == first
    with pytest.raises(IdempotencyConflict):
        sign_up(clock=clock, user=NewUser("何水", "hash", phone="13800000001"), donor=ENTERPRISE, key="form")
    with pytest.raises(AccountExists):
        sign_up(clock=clock, user=OWNER, donor=DonorFacts("individual", "何木", "13800000001"))
    assert db.session.scalar(db.select(db.func.count(Donor.id))) == 1


@pytest.mark.usefixtures("context")
def test_a_credit_code_has_one_account(clock: FixedClock) -> None:
    enterprise(clock)
    with pytest.raises(EnterpriseExists):
        sign_up(clock=clock, user=NewUser("别人", "hash", phone="13800000002"), donor=ENTERPRISE)


@pytest.mark.usefixtures("context")
def test_nobody_else_writes_into_an_account(clock: FixedClock) -> None:
    """Who knows a name and a phone number adopts as another donor, not into the account."""
    user_id = sign_up(clock=clock, user=NewUser("周岚", "hash", phone="13800000000"),
                      donor=DonorFacts("individual", "周岚", "13800000000"))
    own = enterprises.donors_of(db.session, user_id)[0][0].id
    with transaction() as tx:
        facts = DonorFacts("individual", "周岚", "13800000000")
        stranger = find_or_create(tx, facts, actor=Actor.public(), clock=clock)
        assert find_or_create(tx, facts, actor=Actor.public(), clock=clock) == stranger != own


@pytest.mark.usefixtures("context")
def test_invite_and_join(clock: FixedClock) -> None:
    owner, donor_id = enterprise(clock)
    for _ in range(2):      # a double click
        enterprises.invite(actor=actor(owner), clock=clock, donor_id=donor_id, email="Lin@Example.org", token="secret")
    [row] = db.session.scalars(db.select(Invitation))
    assert row.email == "lin@example.org"
    assert "secret" not in row.token_hash
    assert enterprises.invitation_to(db.session, "secret", clock)[0].id == donor_id
    lin = join_as_new(clock=clock, token="secret", user=NewUser("小林", "hash", phone="13800000002"))
    assert owners(donor_id) == {owner: True, lin: False}
    assert enterprises.was_used_by(db.session, "secret", lin)
    with pytest.raises(InvitationRefused):
        join_as_new(clock=clock, token="secret", user=NewUser("小王", "hash", phone="13800000003"))
    with pytest.raises(OwnersOnly):
        enterprises.invite(actor=actor(lin), clock=clock, donor_id=donor_id, email="", token="other")


@pytest.mark.usefixtures("context")
def test_an_invitation_ends_after_a_week(clock: FixedClock) -> None:
    owner, donor_id = enterprise(clock)
    enterprises.invite(actor=actor(owner), clock=clock, donor_id=donor_id, email="", token="secret")
    clock.forward(days=8)
    with pytest.raises(InvitationRefused):
        enterprises.join(actor=actor(owner), clock=clock, token="secret")
    with pytest.raises(InvitationRefused):
        enterprises.invitation_to(db.session, "never made", clock)


@pytest.mark.usefixtures("context")
def test_somebody_with_an_account_joins(clock: FixedClock) -> None:
    owner, donor_id = enterprise(clock)
    lin = sign_up(clock=clock, user=NewUser("小林", "hash", phone="13800000002"),
                  donor=DonorFacts("individual", "小林", "13800000002"))
    enterprises.invite(actor=actor(owner), clock=clock, donor_id=donor_id, email="", token="secret")
    with pytest.raises(NotAllowed):
        enterprises.join(actor=Actor(lin, "staff", ""), clock=clock, token="secret")
    enterprises.join(actor=actor(lin), clock=clock, token="secret")
    assert [donor.name for donor, _owner in enterprises.donors_of(db.session, lin)] == ["小林", "禾木食品有限公司"]


@pytest.mark.usefixtures("context")
def test_the_last_owner_hands_over_before_leaving(clock: FixedClock) -> None:
    owner, donor_id = enterprise(clock)
    lin = invited(clock, owner, donor_id, "13800000002")
    with pytest.raises(LastOwner):
        enterprises.leave(actor=actor(owner), clock=clock, donor_id=donor_id)
    with pytest.raises(OwnersOnly):
        enterprises.hand_over(actor=actor(lin), clock=clock, donor_id=donor_id, user_id=lin)
    for _ in range(2):
        enterprises.hand_over(actor=actor(owner), clock=clock, donor_id=donor_id, user_id=lin)
    assert owners(donor_id) == {owner: False, lin: True}
    enterprises.leave(actor=actor(owner), clock=clock, donor_id=donor_id)
    assert owners(donor_id) == {lin: True}
    with pytest.raises(NotFound):
        enterprises.leave(actor=actor(owner), clock=clock, donor_id=donor_id)


@pytest.mark.usefixtures("context")
def test_an_owner_removes_members_only(clock: FixedClock) -> None:
    owner, donor_id = enterprise(clock)
    lin = invited(clock, owner, donor_id, "13800000002")
    with pytest.raises(OwnersOnly):
        enterprises.remove(actor=actor(lin), clock=clock, donor_id=donor_id, user_id=owner)
    with pytest.raises(OwnersOnly):
        enterprises.remove(actor=actor(owner), clock=clock, donor_id=donor_id, user_id=owner)
    for _ in range(2):
        enterprises.remove(actor=actor(owner), clock=clock, donor_id=donor_id, user_id=lin)
    assert owners(donor_id) == {owner: True}


def test_two_owners_cannot_both_be_the_one_who_leaves_first(app: Flask, clock: FixedClock) -> None:
    with app.app_context():
        owner, donor_id = enterprise(clock)
        lin = invited(clock, owner, donor_id, "13800000002")
        with db.engine.begin() as connection:
            connection.execute(db.update(Membership).values(owner=True))
    refused: list[type] = []

    def go(user_id: int) -> None:
        with app.app_context():
            try:
                enterprises.leave(actor=actor(user_id), clock=clock, donor_id=donor_id)
            except LastOwner:
                refused.append(LastOwner)

    threads = [threading.Thread(target=go, args=(user_id,)) for user_id in (owner, lin)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert len(owners(donor_id)) == 1
    assert refused == [LastOwner]
