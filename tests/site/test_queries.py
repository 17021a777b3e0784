"""How often a page asks the database, cold: stated in site/pages.py, and the same however much there is."""

from collections.abc import Callable

import pytest
from flask import Flask

from charityledger.clock import FixedClock
from charityledger.ledger import numbering
from tests.donations import world
from tests.people import client_of, make_user
from tests.site.conftest import queries
from tests.site.reading import Reader
from tests.site.test_project import pay_out

Visit = Callable[..., Reader]
LIMITS = {"/": 6, "/projects": 4, "/projects?q=bsxy&sort=least&c=HD": 4, "/projects/HD1-1": 12, "/projects/LB1-1": 12,
          "/projects/HD1-1/people": 6, "/where": 4, "/how": 1}


@pytest.fixture
def busy(small: Flask, clock: FixedClock) -> Flask:
    with small.app_context():
        for number in range(8):
            pledge = world.promise(clock, 20_00, name=f"公司{number}", shown=("full", "short", "none")[number % 3])
            world.receive(clock, 15_00, reference=pledge.reference)
        pay_out(clock, 60_00)
        numbering.assign()
    small.config["DEMONSTRATION"] = ""      # as the database says: the question most deployments ask
    return small


@pytest.mark.parametrize("path", LIMITS)
def test_a_page_asks_no_more_than_it_states(busy: Flask, visit: Visit, path: str) -> None:
    with queries(busy) as seen:
        visit(busy, path)
    assert len(seen) <= LIMITS[path], "\n".join(seen)


@pytest.mark.one_database
@pytest.mark.parametrize("path", LIMITS)
def test_what_is_kept_asks_no_more_than_one(busy: Flask, visit: Visit, path: str) -> None:
    client = busy.test_client()
    visit(client, path)
    with queries(busy) as seen:
        visit(client, path)
    assert seen == []       # the one question goes past SQLAlchemy, straight to the driver


@pytest.mark.one_database
def test_the_desk(busy: Flask, visit: Visit) -> None:
    client = client_of(busy, make_user(busy, "finance"))
    with queries(busy) as seen:
        visit(client, "/desk")
    assert len(seen) <= 9, "\n".join(seen)
