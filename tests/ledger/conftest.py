"""Fixtures of the ledger's tests."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

import charityledger
from charityledger.clock import FixedClock
from charityledger.database import is_postgresql, transaction
from charityledger.extensions import db
from tests.conftest import KINDS, disconnect, settings
from tests.databases import Databases
from tests.ledger.books import Books, open_books


@pytest.fixture(scope="module", params=KINDS)
def opened(request: pytest.FixtureRequest, databases: Databases,
           tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application, one for each kind of database and module, whose books are open and empty."""
    folder = tmp_path_factory.mktemp("books")
    url = databases.fresh(request.param, folder)
    app = charityledger.create_app(settings(folder / "instance", url))
    with app.app_context(), transaction() as tx:
        open_books(tx)
    yield app
    disconnect(app)
    databases.give_back(url)


@pytest.fixture
def books(opened: Flask, clock: FixedClock) -> Iterator[Books]:
    """Books that are given up after the test; what would be checked at the commit is checked all the same."""
    with opened.app_context(), Session(db.engine, autoflush=False) as tx:
        tx.connection(execution_options={"writing": True})
        yield Books(tx, clock)
        if is_postgresql(tx):
            tx.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        else:
            assert not tx.execute(text("PRAGMA foreign_key_check")).all()
        tx.rollback()
