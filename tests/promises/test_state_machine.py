"""Random operations, each compared with a naive model: what is refused, and everything that can be seen after it.

A few seconds in `make test`; `STATE_MACHINE_EXAMPLES=500 pytest tests/promises/test_state_machine.py` for more.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import KINDS
from tests.databases import Databases
from tests.promises.state.paying import Paying
from tests.promises.state.promising import Promising
from tests.promises.state.receiving import Receiving
from tests.promises.state.undoing import Undoing

# PostgreSQL keeps the same promises by the same services; what differs is in the database, so a short run is enough.
EXAMPLES = {"sqlite": 8, "postgresql": 2}
STEPS = 40


class Everything(Promising, Receiving, Paying, Undoing):
    """Every rule there is."""


@pytest.mark.parametrize("kind", KINDS)
def test_random_operations_agree_with_the_model(databases: Databases, kind: str) -> None:
    asked = os.environ.get("STATE_MACHINE_EXAMPLES")
    machine = type("Machine", (Everything,), {"databases": databases, "kind": kind})
    run_state_machine_as_test(machine, settings=settings(
        max_examples=int(asked) if asked else EXAMPLES[kind], stateful_step_count=STEPS, deadline=None, database=None,
        derandomize=not asked, suppress_health_check=list(HealthCheck), print_blob=True))
