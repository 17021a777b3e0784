"""Use cases: sign-in, passwords, links and one-time codes.

Passwords are hashed and checked outside of any transaction: it takes a tenth of a second, and on SQLite every other
writer would wait.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from ..clock import Clock
from ..database import use_case
from ..errors import NotAllowed
from ..ids import Ids, normal_spoken_code
from . import passwords
from .actor import ADMIN, SYSTEM, Actor
from .errors import CodeRefused, SignInRefused, WrongPassword
from .models import PASSWORD_RESET, OneTimeCode, User
from .service import end_sessions, find, get, record

LINK_LIFETIME = timedelta(hours=2)
# Handed over by a person, perhaps tomorrow.
SPOKEN_LIFETIME = timedelta(hours=24)
_TOKEN_LENGTH = 43


def check_sign_in(session: Session, *, login: str, password: str) -> User:
    """The user who signs in. Raises SignInRefused, as late for a stranger as for a wrong password."""
    user = find(session, login)
    right = passwords.fits(password, user.password_hash if user is not None and user.active else None)
    if user is None or not right:
        raise SignInRefused()
    if passwords.is_outdated(user.password_hash):
        _renew_hash(user_id=user.id, old=user.password_hash, new=passwords.renewed(password))
    return user


@use_case
def _renew_hash(tx: Session, *, user_id: int, old: str, new: str) -> None:
    tx.execute(update(User).where(User.id == user_id, User.password_hash == old).values(password_hash=new))


def change_password(session: Session, *, actor: Actor, clock: Clock, current: str, new: str) -> User:
    """A signed-in user's own. Ends every session of the user, who is returned for a new one here.

    Raises WrongPassword, or what `passwords.new_hash` raises.
    """
    user = session.get(User, actor.user_id) if actor.user_id is not None else None
    if user is None or not passwords.fits(current, user.password_hash):
        raise WrongPassword()
    password_hash = passwords.new_hash(new, (user.name, user.email, user.phone))
    return _set_password(actor=actor, clock=clock, password_hash=password_hash)


@use_case
def _set_password(tx: Session, *, actor: Actor, clock: Clock, password_hash: str) -> User:
    user = get(tx, actor.user_id, lock=True)
    user.password_hash = password_hash
    end_sessions(user)
    _void_codes(tx, user, clock)
    record(tx, "user_password_changed", user, {}, actor, clock)
    return user


@use_case
def sign_out_everywhere(tx: Session, *, actor: Actor) -> None:
    """End every session of the user, this one too."""
    end_sessions(get(tx, actor.user_id, lock=True))


def request_reset(
    session: Session, *, login: str, clock: Clock, ids: Ids, send: Callable[[User, str], None]
) -> None:
    """Make a link's token and hand it to `send(user, token)`; for whom no mail can reach, nothing, silently."""
    user = find(session, login)
    if user is not None and user.active and user.email:
        token = ids.token()
        _add_link(user_id=user.id, token=token, clock=clock)
        send(user, token)


@use_case
def _add_link(tx: Session, *, user_id: int, token: str, clock: Clock) -> None:
    # No event and nothing voided: whoever knows an address can ask for links, and must not fill the history with it
    # or spoil a code that an admin has just handed over.
    _add_code(tx, user_id, token, LINK_LIFETIME, clock)


@use_case
def issue_code(tx: Session, *, actor: Actor, clock: Clock, ids: Ids, user_id: int) -> str:
    """A one-time code that an admin gives to a user by hand. Earlier ones stop working. Raises NotAllowed."""
    if actor.role not in (ADMIN, SYSTEM):
        raise NotAllowed(role=actor.role)
    user = get(tx, user_id, lock=True)
    _void_codes(tx, user, clock)
    code = ids.spoken_code()
    _add_code(tx, user.id, code, SPOKEN_LIFETIME, clock)
    record(tx, "user_code_issued", user, {}, actor, clock)
    return code


def code_owner(session: Session, *, code: str, clock: Clock) -> User:
    """Whose password a link or one-time code sets. Raises CodeRefused."""
    row = session.scalars(_valid_code(code, clock)).first()
    user = session.get(User, row.user_id) if row is not None else None
    if user is None or not user.active:
        raise CodeRefused()
    return user


def reset_password(session: Session, *, code: str, new: str, clock: Clock) -> User:
    """Set a password with a link or one-time code, which is then used up. Ends every session of the user.

    Raises CodeRefused, or what `passwords.new_hash` raises; then the code still works.
    """
    user = code_owner(session, code=code, clock=clock)
    password_hash = passwords.new_hash(new, (user.name, user.email, user.phone))
    return _reset(code=code, password_hash=password_hash, clock=clock)


@use_case
def _reset(tx: Session, *, code: str, password_hash: str, clock: Clock) -> User:
    row = tx.scalars(_valid_code(code, clock).with_for_update()).first()
    user = get(tx, row.user_id, lock=True) if row is not None else None
    if user is None or not user.active:
        raise CodeRefused()
    user.password_hash = password_hash
    end_sessions(user)
    _void_codes(tx, user, clock)
    record(tx, "user_password_reset", user, {}, user.actor, clock)
    return user


def _valid_code(code: str, clock: Clock) -> Select[OneTimeCode]:
    return select(OneTimeCode).where(
        OneTimeCode.hash == _hash(code), OneTimeCode.purpose == PASSWORD_RESET,
        OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > clock.now())


def _add_code(tx: Session, user_id: int, code: str, lifetime: timedelta, clock: Clock) -> None:
    tx.add(OneTimeCode(
        user_id=user_id, hash=_hash(code), purpose=PASSWORD_RESET, expires_at=clock.now() + lifetime))
    tx.flush()


def _void_codes(tx: Session, user: User, clock: Clock) -> None:
    tx.execute(update(OneTimeCode).where(OneTimeCode.user_id == user.id, OneTimeCode.used_at.is_(None))
               .values(used_at=clock.now()).execution_options(synchronize_session=False))


def _hash(code: str) -> str:
    """Plain SHA-256 is enough: a code has 80 random bits or more, and lives for a day."""
    typed = code.strip()
    return hashlib.sha256((typed if len(typed) == _TOKEN_LENGTH else normal_spoken_code(typed)).encode()).hexdigest()
