"""Who may open what. Every view carries its rule; a view without one is refused to everybody.

    @blueprint.get("/receipts")
    @access(STAFF, FINANCE)
    def receipts(): ...

The auditor may read whatever staff or finance may read, and writes nothing unless a rule names the auditor.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from ..errors import NotAllowed
from .actor import AUDITOR, FINANCE, ROLES, STAFF, VISITOR
from .errors import NotSignedIn
from .session import current_actor, here

EVERYONE = "everyone"
SIGNED_IN = "signed_in"

_READING = frozenset({"GET", "HEAD", "OPTIONS"})

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Rule:
    """Roles that may read (GET, HEAD) and roles that may write (everything else)."""

    read: frozenset[str]
    write: frozenset[str]

    def allows(self, role: str, method: str) -> bool:
        """Whether `role` (or VISITOR) may use `method`."""
        reading = method in _READING
        roles = self.read if reading else self.write
        if role == AUDITOR:
            # EVERYONE does not include the auditor's writing: a signed-in auditor changes nothing by accident.
            return role in roles or (reading and bool(roles & {EVERYONE, SIGNED_IN, STAFF, FINANCE}))
        return EVERYONE in roles or role in roles or (SIGNED_IN in roles and role != VISITOR)


def access(*roles: str, write: Collection[str] | None = None) -> Callable[[View], View]:
    """Say who may use a view. `write` names who may send its form, where that is not the same.

    Stands nearest to the function, so that every wrapper around it carries the rule along.
    """
    writers = roles if write is None else tuple(write)
    unknown = {*roles, *writers} - {EVERYONE, SIGNED_IN, *ROLES}
    if unknown or not roles:
        raise ValueError(f"no such role: {sorted(unknown)}")
    rule = Rule(frozenset(roles), frozenset(writers))

    def mark(view: View) -> View:
        view.access_rule = rule  # type: ignore[attr-defined]
        return view

    return mark


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """The rule of an endpoint, or None where somebody forgot it."""
    return getattr(app.view_functions[endpoint], "access_rule", None)


def guard() -> Response | None:
    """Runs before every request: lets it pass, asks for a sign-in, or raises NotSignedIn or NotAllowed."""
    if request.endpoint is None:  # no such page: the page for 404 answers
        return None
    rule = rule_of(current_app, request.endpoint)
    if rule is None:
        raise RuntimeError(f"{request.endpoint} has no access rule")
    if request.method in _READING and EVERYONE in rule.read:
        return None  # public pages and static files need not ask who reads them
    actor = current_actor()
    if rule.allows(actor.role, request.method):
        return None
    if actor.role != VISITOR:
        raise NotAllowed(role=actor.role)
    if request.method not in _READING:
        raise NotSignedIn()
    return redirect(url_for("identity.sign_in", next=here()))


def refuse_nul() -> None:
    """Nobody types NUL, and PostgreSQL takes it in no text: an address or a form with one is answered 400."""
    values = chain(request.args.values(), *(request.form.getlist(name) for name in request.form))
    if "\0" in request.path or any("\0" in value for value in values):
        abort(400)


def init_app(app: Flask) -> None:
    """Guard every route of `app`. Static files are for everyone."""
    if "static" in app.view_functions:
        access(EVERYONE)(app.view_functions["static"])
    app.before_request(refuse_nul)
    app.before_request(guard)
