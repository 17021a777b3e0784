"""Users for tests, and clients that are signed in as them without a password."""

from flask import Flask
from flask.testing import FlaskClient

from charityledger import web
from charityledger.identity import service
from charityledger.identity.actor import Actor
from charityledger.identity.models import User
from charityledger.identity.passwords import UNUSABLE


def make_user(app: Flask, role: str, **facts: str) -> User:
    """A user of `role`, with the role's name in its address unless `facts` say otherwise."""
    facts = {"name": role, "email": f"{role}@example.org", "password_hash": UNUSABLE, **facts}
    with app.app_context():
        return service.create_user(actor=Actor.system(), clock=web.clock(), role=role, **facts)


def client_of(app: Flask, user: User | None) -> FlaskClient:
    """A client with the session that signing in gives; of a visitor, for None."""
    client = app.test_client()
    if user is not None:
        with client.session_transaction() as session:
            session["_user_id"] = user.get_id()
    return client
