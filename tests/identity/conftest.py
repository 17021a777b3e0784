"""Quick passwords: the real parameters are slow on purpose, and one test looks at them."""

import pytest
from argon2 import PasswordHasher
from flask import Flask

from charityledger.identity import passwords


@pytest.fixture(autouse=True)
def quick_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "real_hashes" not in request.fixturenames:
        monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def real_hashes() -> None:
    """Ask for it to get the parameters that people's passwords get."""


@pytest.fixture
def app(app: Flask) -> Flask:
    """Everybody begins at their account here; where the other parts send their people is theirs to test."""
    app.extensions["charityledger.landings"] = {}
    return app
