"""The signed-in person of a request: starting and ending a session, and where to go afterwards."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, current_app, request, session, url_for
from flask_login import login_user, logout_user

from .. import web
from ..extensions import db, login_manager
from .actor import Actor
from .models import User

# A working day. The cookie's signature carries its time, so an old copy of it is worth nothing.
LIFETIME = timedelta(hours=12)


def current_actor() -> Actor:
    """Who sent this request; a visitor where nobody is signed in, or the sign-in has ended."""
    return web.actor()


def is_signed_in() -> bool:
    """Whether this request came with a sign-in; asks nothing of the database and does not check it."""
    return "_user_id" in session


def start(user: User) -> None:
    """Sign `user` in. What a session held before belongs to somebody else, its form tokens too."""
    session.clear()
    login_user(user)


def end() -> None:
    """Sign out."""
    logout_user()
    session.clear()


def here() -> str:
    """The address of this request within the site, language prefix included."""
    return request.script_root + request.full_path.removesuffix("?")


def inside(target: str | None) -> str | None:
    """`target` where it is an address within this site, else None: a link must not lead a donor elsewhere.

    Browsers read `//host`, `/\\host` and a tab between slashes as another host, so none of these passes.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(letter) < 33 or ord(letter) == 127 for letter in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def land(app: Flask, role: str, endpoint: str) -> None:
    """Say where users of `role` begin; the parts of the application call it when they are set up."""
    app.extensions.setdefault("charityledger.landings", {})[role] = endpoint


def landing(role: str) -> str:
    """Where a user begins who did not ask for a page."""
    endpoints: dict[str, str] = current_app.extensions.get("charityledger.landings", {})
    return url_for(endpoints.get(role, "identity.account"))


def _load(session_id: str) -> User | None:
    number, _, epoch = session_id.partition(".")
    user = db.session.get(User, int(number)) if number.isascii() and number.isdigit() else None
    if user is None or not user.active or str(user.session_epoch) != epoch:
        return None
    return user


def init_app(app: Flask) -> None:
    """Cookies and the loader of users."""
    login_manager.user_loader(_load)
    app.config["PERMANENT_SESSION_LIFETIME"] = LIFETIME
    app.config["SESSION_COOKIE_PATH"] = "/"
    if app.config.get("SESSION_COOKIE_SECURE"):
        # The prefix makes browsers refuse a cookie of this name that a neighbouring host or plain http sets.
        app.config["SESSION_COOKIE_NAME"] = "__Host-session"
