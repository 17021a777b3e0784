"""Addresses that are secrets: a pledge's own page, and an invitation."""

import base64
import hmac

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from ..errors import NotFound


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt="pledge")


def token_of(pledge_id: int) -> str:
    """The signed number that stands in the address. It is no secret of its own: it cannot be guessed or counted up."""
    return str(_serializer().dumps(pledge_id))


def pledge_of(token: str) -> int:
    """The pledge's id. Raises NotFound for a token that we did not sign."""
    try:
        pledge_id = _serializer().loads(token)
    except BadSignature:
        raise NotFound(what=token[:20]) from None
    if not isinstance(pledge_id, int):
        raise NotFound(what=token[:20])
    return pledge_id


def invitation_token(donor_id: int, key: str) -> str:
    """The token of an invitation, from the form's own: a form that is sent twice invites once. A secret of ours."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    digest = hmac.new(secret, f"invitation/{donor_id}/{key}".encode(), "sha256").digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
