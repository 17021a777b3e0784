"""Use cases: users and their roles. Sign-in and passwords are in `credentials`."""

import re
import unicodedata
from collections.abc import Mapping

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock
from ..database import use_case
from ..errors import InvalidInput, NotAllowed, NotFound
from ..ledger.idempotency import once
from ..phone import parse_phone
from .actor import ADMIN, DONOR, ROLES, SYSTEM, Actor
from .errors import AccountExists, LastAdmin, NameMissing, NotAnEmail, Unreachable
from .models import User

NAME_LENGTH = 200
PAGE_SIZE = 50

_LETTERS = r"@\s,;:<>()\"\\\x00-\x1f\x7f"
_EMAIL = re.compile(rf"[^{_LETTERS}]+@[^.{_LETTERS}]+(?:\.[^.{_LETTERS}]+)+")


def normal_email(text: str) -> str:
    """The form that is kept and compared. Raises NotAnEmail."""
    email = unicodedata.normalize("NFKC", text).strip().lower()
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise NotAnEmail(text=text)
    return email


@use_case
def create_user(
    tx: Session, *, actor: Actor, clock: Clock, name: str, role: str, password_hash: str,
    email: str | None = None, phone: str | None = None, locale: str = "zh", key: str | None = None,
) -> User:
    """Add a user. `password_hash` comes from `passwords.new_hash`, made before the transaction, or is UNUSABLE.

    Anybody may make a donor; other roles take an admin or the system. Raises AccountExists, Unreachable,
    NameMissing, NotAnEmail, NotAllowed or what `parse_phone` raises.
    """
    if role not in ROLES:
        raise ValueError(f"no such role: {role}")
    if role != DONOR:
        _check_admin(actor)
    name = _name(name)
    email = normal_email(email) if email else None
    phone = parse_phone(phone) if phone else None

    def act() -> int:
        user = User(
            name=name, role=role, email=email, phone=phone, password_hash=password_hash, locale=locale, active=True,
            session_epoch=0, created_at=clock.now())
        _add(tx, user)
        record(tx, "user_created", user, {"role": role}, actor, clock)
        return user.id

    # Not the hash: it differs every time, even for one password.
    content = {"use": "create_user", "name": name, "role": role, "email": email, "phone": phone}
    return tx.get_one(User, once(tx, key, content, act, clock=clock))


def _add(tx: Session, user: User) -> None:
    known = [column == value for column, value in ((User.email, user.email), (User.phone, user.phone)) if value]
    if not known:
        raise Unreachable()
    if tx.scalars(select(User.id).where(or_(*known))).first() is not None:
        raise AccountExists()
    tx.add(user)
    try:
        tx.flush()
    except IntegrityError:  # PostgreSQL: another one committed between the question and the insert
        raise AccountExists() from None


@use_case
def update_account(tx: Session, *, actor: Actor, name: str, locale: str) -> None:
    """A signed-in user's own name and language. Raises NameMissing."""
    user = get(tx, actor.user_id, lock=True)
    user.name, user.locale = _name(name), locale


@use_case
def set_role(tx: Session, *, actor: Actor, clock: Clock, user_id: int, role: str) -> User:
    """Give a user another role; the user signs in again. Raises NotAllowed, LastAdmin or NotFound."""
    if role not in ROLES:
        raise ValueError(f"no such role: {role}")
    _check_admin(actor)
    user = get(tx, user_id, lock=True)
    if user.role != role:
        _keep_an_admin(tx, user)
        record(tx, "user_role_changed", user, {"from": user.role, "to": role}, actor, clock)
        user.role = role
        end_sessions(user)
    return user


@use_case
def deactivate(tx: Session, *, actor: Actor, clock: Clock, user_id: int) -> User:
    """Nobody signs in as this user any more, from now on. Raises NotAllowed, LastAdmin or NotFound."""
    _check_admin(actor)
    user = get(tx, user_id, lock=True)
    if user.active:
        _keep_an_admin(tx, user)
        user.active = False
        end_sessions(user)
        record(tx, "user_deactivated", user, {}, actor, clock)
    return user


@use_case
def activate(tx: Session, *, actor: Actor, clock: Clock, user_id: int) -> User:
    """Undo a deactivation. Raises NotAllowed or NotFound."""
    _check_admin(actor)
    user = get(tx, user_id, lock=True)
    if not user.active:
        user.active = True
        record(tx, "user_activated", user, {}, actor, clock)
    return user


def find(session: Session, login: str) -> User | None:
    """The user with this e-mail address or telephone number, active or not."""
    try:
        known = User.email == normal_email(login) if "@" in login else User.phone == parse_phone(login)
    except InvalidInput:
        return None
    return session.scalars(select(User).where(known)).first()


def get(session: Session, user_id: int | None, *, lock: bool = False) -> User:
    """The user of this number; `lock` it (where the database locks rows) to change it. Raises NotFound."""
    user = session.get(User, user_id, with_for_update=lock) if user_id is not None else None
    if user is None:
        raise NotFound(what=f"user {user_id}")
    return user


def page_of_users(session: Session, *, words: str = "", role: str = "", page: int = 1) -> tuple[list[User], int]:
    """(one page of users, how many there are on all pages). `words` is part of a name, address or number."""
    wanted = select(User)
    if words:
        part = "%" + re.sub(r"([%_/])", r"/\1", words.strip().lower()) + "%"
        wanted = wanted.where(or_(
            func.lower(User.name).like(part, escape="/"), User.email.like(part, escape="/"),
            User.phone.like(part, escape="/")))
    if role:
        wanted = wanted.where(User.role == role)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session.scalars(wanted.order_by(User.id).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    return list(rows), total


def record(
    tx: Session, kind: str, user: User, payload: Mapping[str, str | int | bool | None], actor: Actor, clock: Clock
) -> None:
    """An event about a user; the number only, never the name."""
    events.record(tx, kind=kind, subject=("user", user.id), payload=payload, actor_id=actor.user_id, at=clock.now())


def end_sessions(user: User) -> None:
    """Every session of the user carries the epoch it began in; none carries the next one yet."""
    user.session_epoch += 1


def _check_admin(actor: Actor) -> None:
    if actor.role not in (ADMIN, SYSTEM):
        raise NotAllowed(role=actor.role)


def _name(text: str) -> str:
    visible = "".join(letter for letter in text if letter.isspace() or unicodedata.category(letter) != "Cc")
    name = " ".join(visible.split())[:NAME_LENGTH]
    if not name:
        raise NameMissing()
    return name


def _keep_an_admin(tx: Session, leaving: User) -> None:
    """Raise LastAdmin where `leaving` is the only one. Locks them all, so that two cannot leave at once."""
    if leaving.role != ADMIN or not leaving.active:
        return
    admins = select(User.id).where(User.role == ADMIN, User.active).order_by(User.id).with_for_update()
    if tx.scalars(admins).all() == [leaving.id]:
        raise LastAdmin()
