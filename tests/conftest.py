"""Fixtures that every test may use. A test that takes `app`, `client` or `database_url` runs on both databases.

`pytestmark = pytest.mark.one_database` keeps a module to SQLite, where the database makes no difference.
Documents' fonts and compiled templates are made once and shared.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from jinja2 import FileSystemBytecodeCache

import charityledger
from charityledger import database
from charityledger.clock import FixedClock
from charityledger.extensions import db
from tests.databases import Databases

KINDS = ("sqlite", "postgresql")
# Made once (half a minute), then kept beside the checkout's other caches.
FONTS = Path(__file__).parent.parent / ".cache" / "fonts"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files instead of comparing with them")
    parser.addoption("--pictures", action="store_true", help="keep pictures of pages in tests/browser/pictures/")


def pytest_configure(config: pytest.Config) -> None:
    # How long an example takes depends on the machine: speed is measured by `make bench`.
    hypothesis.settings.register_profile("untimed", deadline=None)
    hypothesis.settings.load_profile("untimed")
    config.addinivalue_line("markers", "one_database: runs on SQLite only, the database makes no difference to it")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames and not metafunc.definition.get_closest_marker("one_database"):
        metafunc.parametrize("database_kind", KINDS, indirect=True)


def settings(instance: Path, url: str) -> dict[str, object]:
    """What every application under test runs with."""
    return {"TESTING": True, "INSTANCE": str(instance), "DATABASE_URL": url, "FONTS": str(FONTS),
            "SECRET_KEY": "only for tests", "SITE_URL": "http://localhost", "RATE_LIMITS": False,
            "WTF_CSRF_ENABLED": False, "DEMONSTRATION": False}


def disconnect(app: Flask) -> None:
    """Close every connection: an open one keeps SQLite's -wal file and would fail the test with a warning."""
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    folder = tmp_path_factory.mktemp("databases")

    def migrate(url: str) -> None:
        app = charityledger.create_app(settings(folder / "instance", url))
        database.upgrade(app)
        disconnect(app)

    made = Databases(folder, migrate)
    with made.resources:
        yield made


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def database_url(databases: Databases, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of this test's own."""
    url = databases.fresh(database_kind, tmp_path)
    yield url
    databases.give_back(url)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Compiled templates: each application would compile them again, which takes longer than most tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("compiled")))


@pytest.fixture
def make_app(tmp_path: Path, clock: FixedClock, compiled: FileSystemBytecodeCache) -> Iterator[Callable[..., Flask]]:
    """`make_app(url, **settings)`; closes what it made. For a second application on one database, or other settings.

    Views and commands of the application go by the fixture `clock`.
    """
    with ExitStack() as made:
        def make(url: str, **more: object) -> Flask:
            app = charityledger.create_app({**settings(tmp_path / "instance", url), **more})
            app.extensions["charityledger.clock"] = clock
            app.jinja_env.bytecode_cache = compiled
            made.callback(disconnect, app)
            return app

        yield make


@pytest.fixture
def app(database_url: str, make_app: Callable[..., Flask]) -> Flask:
    return make_app(database_url)


@pytest.fixture
def sqlite_app(databases: Databases, tmp_path: Path, make_app: Callable[..., Flask]) -> Flask:
    return make_app(databases.fresh("sqlite", tmp_path))


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """`app` with its context pushed, for calls of services. Not together with `client`: requests would share `g`."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def clock() -> FixedClock:
    """10:00 in Zhengzhou on a Wednesday; it moves only by `clock.forward(days=3)`."""
    return FixedClock(datetime(2026, 4, 15, 2, 0, tzinfo=UTC))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """`golden("needs-zh.txt", text)` compares with golden/needs-zh.txt beside the test, or writes it when told to."""
    folder = request.path.parent / "golden"

    def compare(name: str, actual: str) -> None:
        path = folder / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(actual, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == actual

    return compare
