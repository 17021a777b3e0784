"""The site over the small world of tests/donations/world.py, and over the whole catalogue."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from charityledger.clock import FixedClock
from charityledger.extensions import db
from charityledger.projects import catalogue
from tests.donations import world
from tests.site.reading import Reader, read


@pytest.fixture
def small(app: Flask, clock: FixedClock) -> Flask:
    """Two sub-projects, nothing promised yet."""
    with app.app_context():
        world.fill(clock)
    return app


@pytest.fixture
def whole(sqlite_app: Flask, clock: FixedClock) -> Flask:
    """The catalogue that ships with the package."""
    with sqlite_app.app_context():
        catalogue.load(catalogue=catalogue.read(), clock=clock)
    return sqlite_app


@pytest.fixture
def visit() -> Callable[..., Reader]:
    """`visit(app_or_client, "/projects")` reads a page and looks at what every page must have."""
    def get(site: Flask | FlaskClient, path: str, status: int = 200) -> Reader:
        client = site.test_client() if isinstance(site, Flask) else site
        response = client.get(path)
        assert response.status_code == status, response.text
        return read(response.text)

    return get


@contextmanager
def queries(app: Flask) -> Iterator[list[str]]:
    """The SELECTs that go through the application's engine meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
