"""What every view needs of the request: who acts, the clock, the ids, and the form's token."""

import secrets
from typing import Literal

from flask import current_app, request
from flask_babel import get_locale
from flask_login import current_user
from werkzeug.routing import IntegerConverter

from .clock import Clock
from .columns import ROW_ID_DIGITS
from .identity.actor import Actor
from .ids import Ids


def actor() -> Actor:
    """The signed-in person, or the public."""
    return current_user.actor if current_user.is_authenticated else Actor.public()


def clock() -> Clock:
    """The application's clock; tests put a FixedClock there."""
    return current_app.extensions["charityledger.clock"]


def ids() -> Ids:
    """The application's source of references and tokens."""
    return current_app.extensions["charityledger.ids"]


def new_form_token() -> str:
    """A fresh idempotency key for a form that is being shown."""
    return secrets.token_urlsafe(18)


def row_id(text: str) -> int:
    """A number in an address, for `args.get(…, type=row_id)`. Raises ValueError for what no row's number can be."""
    if not (text.isascii() and text.isdigit() and len(text) <= ROW_ID_DIGITS):
        raise ValueError(text)
    return int(text)


def page_number(text: str | None) -> int:
    """The page of a list that an address asks for; 1 where it asks for none that could be."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 and int(text) else 1


class RowIdConverter(IntegerConverter):
    """`<int:…>` in a rule: a number too large for the database's integer is no page of ours."""

    regex = rf"[0-9]{{1,{ROW_ID_DIGITS}}}"


def form_token() -> str:
    """The idempotency key that came with the form; a form sent without one acts as a new request."""
    return request.form.get("form_token") or new_form_token()


def setting(name: str) -> str:
    """A setting as text."""
    return str(current_app.config[name])


def number_setting(name: str) -> int:
    """A setting that is a number."""
    return int(current_app.config[name])


def language() -> Literal["zh", "en"]:
    """The language that this request is answered in."""
    return "en" if str(get_locale()).startswith("en") else "zh"
