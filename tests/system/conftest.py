"""A demonstration made by the command line."""

import pytest

from tests.installation import Installation


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Initialised and filled with the demonstration; tests only issue documents from it."""
    made = Installation(tmp_path_factory.mktemp("system") / "instance")
    made.call("init")
    made.call("demo")
    return made
