"""The address of a pledge's own page: whoever holds it sees the pledge, without an account."""

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
