"""Four digits open a promise, so guessing them is stopped for each reference, however many addresses guess."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from charityledger.clock import FixedClock
from charityledger.donations import accounts, adoption
from charityledger.donations.adoption import AdoptionWish
from charityledger.donations.donors import DonorFacts
from charityledger.donations.models import Pledge
from charityledger.extensions import db, limiter
from charityledger.identity.models import User
from charityledger.identity.passwords import UNUSABLE
from charityledger.ids import SequenceIds
from tests.donations import world
from tests.people import client_of


@pytest.fixture
def site(database_url: str, make_app: Callable[..., Flask], clock: FixedClock) -> Flask:
    """With limits on, and two promises, of people whose numbers end in 0000 and 1111."""
    app = make_app(database_url, RATE_LIMITS=True)
    limiter.reset()
    with app.app_context():
        world.fill(clock)
        for tail in ("0000", "1111"):
            adoption.accept(actor=world.STAFF, clock=clock, ids=SequenceIds(tail), donor=DonorFacts(
                "individual", "周", f"1380000{tail}"), wish=AdoptionWish("HD1-1", "cash", 100, "none"))
    return app


@pytest.fixture
def references(site: Flask) -> tuple[str, str]:
    with site.app_context():
        first, second = db.session.scalars(db.select(Pledge.reference).order_by(Pledge.id))
    return first, second


def guess(site: Flask, text: str, tail: str, number: int = 1) -> tuple[int, list[str]]:
    """(status, what the errors say) of one guess, from an address of its own."""
    sent = site.test_client().post("/pledges/find", data={"reference": text, "tail": tail},
                                   environ_base={"REMOTE_ADDR": f"192.0.2.{number}"})
    return sent.status_code, re.findall(r'class="error"[^>]*>([^<]*)', sent.get_data(as_text=True))


def test_guessing_from_many_addresses_is_stopped(site: Flask, references: tuple[str, str]) -> None:
    mine, other = references
    first, *more = [guess(site, mine, f"{number:04}", number) for number in range(1, 31)]
    assert (first[0], len(first[1])) == (422, 1)
    assert more == [first] * 29
    # The right digits get the same answer now, written in any way, from anywhere.
    for text in (mine, f"{mine[:4]} {mine[4:8]} {mine[8:]}", f"PLEDGE {mine}"):
        assert guess(site, text, "0000", 200) == first
    assert guess(site, "9482719322", "0000", 201) == first      # as for a reference that nobody has
    assert guess(site, other, "1111", 202)[0] == 303


@pytest.mark.one_database
def test_who_finds_the_promise_goes_on_finding_it(site: Flask, references: tuple[str, str]) -> None:
    for number in range(1, 10):
        assert guess(site, references[0], "9999", number)[0] == 422
    assert [guess(site, references[0], "0000", 100 + number)[0] for number in range(12)] == [303] * 12


@pytest.mark.one_database
def test_a_known_promise_in_the_same_text_starts_no_others_count_anew(site: Flask,
                                                                      references: tuple[str, str]) -> None:
    mine, other = references
    for number in range(1, 12):
        guess(site, f"{mine} {other}", "0000" if number % 2 else "0001", number)
    assert guess(site, other, "1111", 100)[0] == 422


@pytest.mark.one_database
def test_claiming_counts_with_finding(site: Flask, references: tuple[str, str], clock: FixedClock) -> None:
    for number in range(1, 8):
        guess(site, references[0], "9999", number)
    with site.app_context():
        user_id = accounts.sign_up(clock=clock, user=accounts.NewUser("别人", UNUSABLE, "", "13900000000"),
                                   donor=DonorFacts("individual", "别人", "13900000000"))
        user = db.session.get_one(User, user_id)
        db.session.expunge(user)
    client = client_of(site, user)
    answers = [client.post("/mine/claim", data={"reference": references[0], "tail": tail}).status_code
               for tail in ("8888", "7777", "6666", "0000")]
    assert answers == [422] * 4
    assert client.post("/mine/claim", data={"reference": references[1], "tail": "1111"}).status_code == 303
