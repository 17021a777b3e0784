"""Users and roles through the services, on both databases."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from charityledger.audit.models import Event
from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.errors import CharityLedgerError, IdempotencyConflict, NotAllowed, NotFound
from charityledger.extensions import db
from charityledger.identity import errors, service
from charityledger.identity.actor import ADMIN, AUDITOR, DONOR, FINANCE, STAFF, Actor
from charityledger.identity.models import User
from charityledger.identity.passwords import UNUSABLE
from charityledger.phone import MobileWrongLength

pytestmark = pytest.mark.usefixtures("context")

SYSTEM = Actor.system()


@pytest.fixture
def create(clock: FixedClock) -> Callable[..., User]:
    def make(**facts: object) -> User:
        given = {"actor": SYSTEM, "clock": clock, "name": "周女士", "role": DONOR, "password_hash": UNUSABLE}
        return service.create_user(**(given | facts))  # type: ignore[arg-type]

    return make


def history() -> list[tuple[str, str, object, int | None]]:
    rows = db.session.scalars(select(Event).order_by(Event.id))
    return [(row.kind, f"{row.subject_kind} {row.subject_id}", json.loads(row.payload), row.actor_id) for row in rows]


def test_a_user_is_kept_in_one_form(create: Callable[..., User], clock: FixedClock) -> None:
    user = create(name="  周　\0女\x1b士 ", email=" Zhou@Example.ORG ", phone="+86 138 0000 0000", locale="en")
    kept = db.session.get_one(User, user.id)
    assert (kept.name, kept.email, kept.phone, kept.locale) == ("周 女士", "zhou@example.org", "13800000000", "en")
    assert (kept.role, kept.active, kept.session_epoch, kept.created_at) == (DONOR, True, 0, clock.now())
    assert history() == [("user_created", f"user {user.id}", {"role": DONOR}, None)]


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"email": "a@example.org", "name": "  "}, errors.NameMissing),
        ({}, errors.Unreachable),
        ({"email": "", "phone": ""}, errors.Unreachable),
        ({"email": "zhou"}, errors.NotAnEmail),
        ({"email": "zhou@example"}, errors.NotAnEmail),
        ({"email": "a@example.org\nBcc: b@example.org"}, errors.NotAnEmail),
        ({"email": "a@example.org, b@example.org"}, errors.NotAnEmail),
        ({"email": "a\0@example.org"}, errors.NotAnEmail),
        ({"email": "a@example..org"}, errors.NotAnEmail),
        ({"email": "a@example.org."}, errors.NotAnEmail),
        ({"email": f"{'x' * 250}@example.org"}, errors.NotAnEmail),
        ({"phone": "1380000000"}, MobileWrongLength),
    ],
)
def test_what_a_user_needs(
    create: Callable[..., User], facts: dict[str, str], error: type[CharityLedgerError]
) -> None:
    with pytest.raises(error):
        create(**facts)
    assert db.session.scalars(select(User)).all() == []
    assert history() == []


def test_two_users_never_share_an_address_or_a_number(create: Callable[..., User]) -> None:
    create(email="one@example.org", phone="13800000000")
    create(email="two@example.org")
    create(phone="13900000000")
    for facts in ({"email": "ONE@example.org"}, {"phone": "138 0000 0000"},
                  {"email": "new@example.org", "phone": "13900000000"}):
        with pytest.raises(errors.AccountExists):
            create(**facts)
    assert len(db.session.scalars(select(User)).all()) == 3


def test_the_database_refuses_a_twin_where_python_did_not(
    create: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of them at once: the second asks before the first has committed."""
    create(email="one@example.org")
    monkeypatch.setattr(service, "or_", lambda *known: User.id < 0)
    with pytest.raises(errors.AccountExists):
        create(email="one@example.org")


@pytest.mark.parametrize("role", [STAFF, FINANCE, AUDITOR, ADMIN])
@pytest.mark.parametrize("actor", [Actor.public(), Actor(1, DONOR, ""), Actor(1, STAFF, ""), Actor(1, AUDITOR, "")])
def test_only_an_admin_makes_more_than_donors(create: Callable[..., User], role: str, actor: Actor) -> None:
    with pytest.raises(NotAllowed):
        create(actor=actor, role=role, email="new@example.org")
    assert create(actor=actor, role=DONOR, email="new@example.org").role == DONOR


def test_a_form_sent_twice_makes_one_user(create: Callable[..., User]) -> None:
    first = create(email="one@example.org", key="token", password_hash="hash one")
    again = create(email="one@example.org", key="token", password_hash="hash two")
    assert first.id == again.id
    assert len(history()) == 1
    with pytest.raises(IdempotencyConflict):
        create(email="two@example.org", key="token")


def test_it_joins_the_transaction_of_another_use_case(clock: FixedClock) -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction() as tx:  # noqa: PT012 (the transaction is what is tested)
        service.create_user.inside(tx, actor=Actor.public(), clock=clock, name="周女士", role=DONOR,
                                   phone="13800000000", password_hash=UNUSABLE)
        raise Stop
    assert db.session.scalars(select(User)).all() == []


def test_a_role_changes_with_an_event_and_ends_the_sessions(create: Callable[..., User], clock: FixedClock) -> None:
    admin = create(role=ADMIN, email="admin@example.org")
    user = create(email="user@example.org")
    for _ in range(2):
        service.set_role(actor=admin.actor, clock=clock, user_id=user.id, role=FINANCE)
    changed = db.session.get_one(User, user.id)
    assert (changed.role, changed.session_epoch) == (FINANCE, 1)
    assert history()[2:] == [("user_role_changed", f"user {user.id}", {"from": DONOR, "to": FINANCE}, admin.id)]


def test_a_user_is_deactivated_and_back(create: Callable[..., User], clock: FixedClock) -> None:
    admin = create(role=ADMIN, email="admin@example.org")
    user = create(email="user@example.org")
    for _ in range(2):
        service.deactivate(actor=admin.actor, clock=clock, user_id=user.id)
    assert (db.session.get_one(User, user.id).active, db.session.get_one(User, user.id).session_epoch) == (False, 1)
    for _ in range(2):
        service.activate(actor=admin.actor, clock=clock, user_id=user.id)
    assert db.session.get_one(User, user.id).active
    assert [kind for kind, *_ in history()[2:]] == ["user_deactivated", "user_activated"]


def test_the_last_admin_stays(create: Callable[..., User], clock: FixedClock) -> None:
    admin = create(role=ADMIN, email="admin@example.org")
    other = create(role=ADMIN, email="other@example.org")
    service.deactivate(actor=admin.actor, clock=clock, user_id=other.id)
    service.set_role(actor=admin.actor, clock=clock, user_id=other.id, role=STAFF)  # not active: not the last
    for act in (service.deactivate, lambda **facts: service.set_role(role=STAFF, **facts)):
        with pytest.raises(errors.LastAdmin):
            act(actor=admin.actor, clock=clock, user_id=admin.id)
    kept = db.session.get_one(User, admin.id)
    assert (kept.role, kept.active, kept.session_epoch) == (ADMIN, True, 0)


@pytest.mark.parametrize("role", [DONOR, STAFF, FINANCE, AUDITOR])
def test_only_an_admin_manages_users(create: Callable[..., User], clock: FixedClock, role: str) -> None:
    user = create(email="user@example.org")
    actor = Actor(user.id, role, "")
    for act in (service.deactivate, service.activate, lambda **facts: service.set_role(role=ADMIN, **facts)):
        with pytest.raises(NotAllowed):
            act(actor=actor, clock=clock, user_id=user.id)
    assert len(history()) == 1


def test_nobody_is_not_found(clock: FixedClock) -> None:
    with pytest.raises(NotFound):
        service.deactivate(actor=SYSTEM, clock=clock, user_id=404)


def test_a_role_that_does_not_exist_is_a_fault_of_the_program(create: Callable[..., User], clock: FixedClock) -> None:
    with pytest.raises(ValueError, match="no such role"):
        create(role="owner", email="user@example.org")
    with pytest.raises(ValueError, match="no such role"):
        service.set_role(actor=SYSTEM, clock=clock, user_id=1, role="owner")


def test_users_are_found_by_part_of_what_is_known(create: Callable[..., User]) -> None:
    zhou = create(email="zhou@example.org", phone="13800001111")
    create(name="100%_Ltd", role=STAFF, email="staff@example.org")

    def found(**wanted: str) -> list[str]:
        users, total = service.page_of_users(db.session(), **wanted)
        assert total == len(users)
        return [user.name for user in users]

    assert found() == ["周女士", "100%_Ltd"]
    assert found(words="ZHOU") == found(words="0000111") == found(words="女") == [zhou.name]
    assert found(words="100%_l") == found(role=STAFF) == ["100%_Ltd"]
    assert found(words="%") == found(words="_") == ["100%_Ltd"]
    assert found(words="周", role=STAFF) == []


def test_users_come_in_pages(create: Callable[..., User], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "PAGE_SIZE", 2)
    made = [create(email=f"{number}@example.org").id for number in range(5)]
    pages = [service.page_of_users(db.session(), page=page) for page in (1, 2, 3, 4)]
    assert [[user.id for user in users] for users, _ in pages] == [made[:2], made[2:4], made[4:], []]
    assert {total for _, total in pages} == {5}


def test_no_event_holds_anything_about_a_person(create: Callable[..., User], app: Flask, clock: FixedClock) -> None:
    user = create(name="周小明", email="zhou@example.org", phone="13800001111")
    service.update_account(actor=user.actor, name="周大明", locale="en")
    service.deactivate(actor=SYSTEM, clock=clock, user_id=user.id)
    told = json.dumps(history(), ensure_ascii=False)
    assert not any(fact in told for fact in ("周", "zhou", "1380000"))
