"""One living world for each kind of database and module; a test either leaves it as it was or gives up what it did."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

import charityledger
from charityledger.clock import FixedClock
from charityledger.extensions import db
from tests.conftest import KINDS, disconnect, settings
from tests.databases import Databases
from tests.promises.world import World


@pytest.fixture(scope="module", params=KINDS)
def place(request: pytest.FixtureRequest, databases: Databases,
          tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application whose database has seen something of everything."""
    folder = tmp_path_factory.mktemp("world")
    url = databases.fresh(request.param, folder)
    app = charityledger.create_app(settings(folder / "instance", url))
    with app.app_context():
        World(FixedClock(datetime(2026, 4, 15, 2, 0, tzinfo=UTC))).found().live()
    yield app
    disconnect(app)
    databases.give_back(url)


@pytest.fixture
def world(place: Flask, clock: FixedClock) -> Iterator[World]:
    """The world, with the application's context."""
    with place.app_context():
        yield World(clock, folder=Path(place.instance_path)).look()
        db.session.remove()


@pytest.fixture
def tx(world: World) -> Iterator[Session]:
    """A writing transaction in the world that never commits."""
    with Session(db.engine, expire_on_commit=False, autoflush=False) as session:
        session.connection(execution_options={"writing": True})
        yield session
        session.rollback()
