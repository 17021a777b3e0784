"""The small world of money, with its accounts."""

import pytest
from flask import Flask

from charityledger.clock import FixedClock
from tests.donations import world


@pytest.fixture
def books(context: Flask, clock: FixedClock) -> FixedClock:
    """Two sub-projects and one account of each kind, in an empty database; gives the clock."""
    world.fill(clock)
    return clock
