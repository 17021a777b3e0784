"""The whole demonstration, made once: what pages, documents and commands must agree on."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

import charityledger
from charityledger.clock import SystemClock
from charityledger.demonstration import fill
from charityledger.donations.money_accounts import ensure_default_accounts
from charityledger.extensions import db
from charityledger.identity.models import User
from charityledger.projects import catalogue
from tests.conftest import Databases, disconnect, settings
from tests.people import client_of

PASSWORD = "only-for-this-test"


@pytest.fixture(scope="session")
def demonstration(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application full of demonstration data; tests must not change it."""
    folder = tmp_path_factory.mktemp("demonstration")
    app = charityledger.create_app({**settings(folder / "instance", databases.fresh("sqlite", folder)),
                                    "DEMONSTRATION": ""})
    with app.app_context():
        catalogue.load(catalogue=catalogue.read(), clock=SystemClock())
        ensure_default_accounts(clock=SystemClock())
        fill(password=PASSWORD, say=lambda line: None)
        db.session.remove()
    yield app
    disconnect(app)


@pytest.fixture
def auditor(demonstration: Flask) -> FlaskClient:
    """Signed in as the demonstration's auditor."""
    with demonstration.app_context():
        user = db.session.scalars(db.select(User).where(User.role == "auditor")).one()
        db.session.expunge(user)
    return client_of(demonstration, user)
