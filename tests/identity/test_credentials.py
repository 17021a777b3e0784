"""Sign-in, passwords, links and one-time codes through the services, on both databases."""

import hashlib
import json
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from charityledger.audit.models import Event
from charityledger.clock import FixedClock
from charityledger.errors import NotAllowed
from charityledger.extensions import db
from charityledger.identity import credentials, errors, passwords, service
from charityledger.identity.actor import ADMIN, DONOR, STAFF, Actor
from charityledger.identity.models import OneTimeCode, User
from charityledger.ids import SequenceIds

pytestmark = pytest.mark.usefixtures("context")

PASSWORD = "a quiet lane at dusk"
BETTER = "lamps in every window"
SYSTEM = Actor.system()


@pytest.fixture
def user(clock: FixedClock) -> User:
    return service.create_user(actor=SYSTEM, clock=clock, name="周女士", role=DONOR, email="zhou@example.org",
                               phone="13800000000", password_hash=passwords.new_hash(PASSWORD))


def sign_in(login: str, password: str) -> User:
    return credentials.check_sign_in(db.session(), login=login, password=password)


def events_after(first: int) -> list[tuple[str, object, int | None]]:
    rows = db.session.scalars(select(Event).order_by(Event.id).offset(first))
    return [(row.kind, json.loads(row.payload), row.actor_id) for row in rows]


@pytest.mark.parametrize("login", ["zhou@example.org", " ZHOU@Example.org", "13800000000", "+86 138-0000-0000"])
def test_signs_in_by_address_or_number(user: User, login: str) -> None:
    assert sign_in(login, PASSWORD).id == user.id


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("zhou@example.org", "another one"),
        ("zhou@example.org", ""),
        ("nobody@example.org", PASSWORD),
        ("13900000000", PASSWORD),
        ("周女士", PASSWORD),
        ("", PASSWORD),
        ("'; DROP TABLE user; --@example.org", PASSWORD),
    ],
)
def test_everything_else_gets_one_answer_after_one_check(
    user: User, login: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = []
    fits = passwords.fits
    monkeypatch.setattr(passwords, "fits", lambda given, kept: checks.append(kept) or fits(given, kept))
    with pytest.raises(errors.SignInRefused) as refused:
        sign_in(login, password)
    assert refused.value.facts == {}
    assert len(checks) == 1


def test_who_was_deactivated_gets_the_same_answer(user: User, clock: FixedClock) -> None:
    service.deactivate(actor=SYSTEM, clock=clock, user_id=user.id)
    with pytest.raises(errors.SignInRefused):
        sign_in("zhou@example.org", PASSWORD)


def test_an_old_hash_is_renewed_at_sign_in(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    old = user.password_hash
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    sign_in("zhou@example.org", PASSWORD)
    renewed = db.session.get_one(User, user.id).password_hash
    assert renewed != old
    assert not passwords.is_outdated(renewed)
    assert sign_in("zhou@example.org", PASSWORD).password_hash == renewed


def test_a_changed_password_ends_sessions_and_voids_codes(user: User, clock: FixedClock) -> None:
    code = credentials.issue_code(actor=SYSTEM, clock=clock, ids=SequenceIds(), user_id=user.id)
    changed = credentials.change_password(
        db.session(), actor=user.actor, clock=clock, current=PASSWORD, new=BETTER)
    assert changed.session_epoch == 1
    assert sign_in("zhou@example.org", BETTER).id == user.id
    with pytest.raises(errors.SignInRefused):
        sign_in("zhou@example.org", PASSWORD)
    with pytest.raises(errors.CodeRefused):
        credentials.code_owner(db.session(), code=code, clock=clock)
    assert events_after(2) == [("user_password_changed", {}, user.id)]


def test_a_password_is_not_changed_without_the_present_one(user: User, clock: FixedClock) -> None:
    for current, new, error in (("wrong", BETTER, errors.WrongPassword), (PASSWORD, "short", errors.PasswordTooShort),
                                (PASSWORD, "13800000000", errors.PasswordGuessable)):
        with pytest.raises(error):
            credentials.change_password(db.session(), actor=user.actor, clock=clock, current=current, new=new)
    with pytest.raises(errors.WrongPassword):
        credentials.change_password(db.session(), actor=Actor.public(), clock=clock, current=PASSWORD, new=BETTER)
    assert sign_in("zhou@example.org", PASSWORD).session_epoch == 0


def test_a_code_sets_a_password_once(user: User, clock: FixedClock) -> None:
    code = credentials.issue_code(actor=SYSTEM, clock=clock, ids=SequenceIds(), user_id=user.id)
    kept = db.session.scalars(select(OneTimeCode)).one()
    assert kept.hash == hashlib.sha256(code.encode()).hexdigest()
    assert credentials.code_owner(db.session(), code=code.lower().replace("-", " "), clock=clock).id == user.id
    with pytest.raises(errors.PasswordTooShort):
        credentials.reset_password(db.session(), code=code, new="short", clock=clock)
    assert credentials.reset_password(db.session(), code=code, new=BETTER, clock=clock).session_epoch == 1
    assert sign_in("zhou@example.org", BETTER).id == user.id
    with pytest.raises(errors.CodeRefused):
        credentials.reset_password(db.session(), code=code, new=PASSWORD, clock=clock)
    assert events_after(1) == [("user_code_issued", {}, None), ("user_password_reset", {}, user.id)]


def test_a_used_code_is_refused_inside_the_write_too(user: User, clock: FixedClock) -> None:
    code = credentials.issue_code(actor=SYSTEM, clock=clock, ids=SequenceIds(), user_id=user.id)
    credentials._reset(code=code, password_hash="one", clock=clock)
    with pytest.raises(errors.CodeRefused):
        credentials._reset(code=code, password_hash="two", clock=clock)
    assert db.session.get_one(User, user.id).password_hash == "one"


def test_a_new_code_voids_the_one_before_and_each_grows_old(user: User, clock: FixedClock) -> None:
    ids = SequenceIds()
    first = credentials.issue_code(actor=SYSTEM, clock=clock, ids=ids, user_id=user.id)
    second = credentials.issue_code(actor=SYSTEM, clock=clock, ids=ids, user_id=user.id)
    with pytest.raises(errors.CodeRefused):
        credentials.code_owner(db.session(), code=first, clock=clock)
    clock.forward(hours=23, minutes=59)
    assert credentials.code_owner(db.session(), code=second, clock=clock).id == user.id
    clock.forward(minutes=1)
    with pytest.raises(errors.CodeRefused):
        credentials.code_owner(db.session(), code=second, clock=clock)


def test_only_an_admin_issues_codes(user: User, clock: FixedClock) -> None:
    for actor in (user.actor, Actor(7, STAFF, ""), Actor.public()):
        with pytest.raises(NotAllowed):
            credentials.issue_code(actor=actor, clock=clock, ids=SequenceIds(), user_id=user.id)
    assert credentials.issue_code(actor=Actor(7, ADMIN, ""), clock=clock, ids=SequenceIds(), user_id=user.id)


@pytest.fixture
def letters(clock: FixedClock) -> Callable[[str], list[str]]:
    ids = SequenceIds()

    def ask(login: str) -> list[str]:
        sent: list[str] = []
        credentials.request_reset(db.session(), login=login, clock=clock, ids=ids,
                                  send=lambda user, token: sent.append(token))
        return sent

    return ask


def test_a_link_sets_a_password_for_two_hours(
    user: User, clock: FixedClock, letters: Callable[[str], list[str]]
) -> None:
    (first,), (second,) = letters("zhou@example.org"), letters("13800000000")
    assert first != second
    clock.forward(hours=1, minutes=59)
    assert credentials.reset_password(db.session(), code=first, new=BETTER, clock=clock).id == user.id
    with pytest.raises(errors.CodeRefused):  # a password was set: the other link has done its work
        credentials.code_owner(db.session(), code=second, clock=clock)
    (third,) = letters("zhou@example.org")
    clock.forward(hours=2)
    with pytest.raises(errors.CodeRefused):
        credentials.code_owner(db.session(), code=third, clock=clock)


def test_asking_for_links_neither_fills_the_history_nor_voids_a_code(
    user: User, clock: FixedClock, letters: Callable[[str], list[str]]
) -> None:
    code = credentials.issue_code(actor=SYSTEM, clock=clock, ids=SequenceIds("other"), user_id=user.id)
    assert letters("zhou@example.org")
    assert credentials.code_owner(db.session(), code=code, clock=clock).id == user.id
    assert events_after(2) == []


def test_no_letter_goes_to_who_cannot_get_one(
    user: User, clock: FixedClock, letters: Callable[[str], list[str]]
) -> None:
    service.create_user(actor=SYSTEM, clock=clock, name="李", role=DONOR, phone="13900000000", password_hash="!")
    assert letters("13900000000") == letters("nobody@example.org") == letters("") == []
    service.deactivate(actor=SYSTEM, clock=clock, user_id=user.id)
    assert letters("zhou@example.org") == []


@pytest.mark.parametrize("code", ["", "0000-0000-0000-0000", "x" * 43, "é" * 43, "\x00"])
def test_what_was_never_issued_is_refused(user: User, clock: FixedClock, code: str) -> None:
    with pytest.raises(errors.CodeRefused):
        credentials.reset_password(db.session(), code=code, new=BETTER, clock=clock)


def test_signing_out_everywhere_begins_a_new_epoch(user: User) -> None:
    credentials.sign_out_everywhere(actor=user.actor)
    assert db.session.get_one(User, user.id).session_epoch == 1
