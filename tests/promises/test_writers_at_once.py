"""Promises 1, 4 and 6 with eight processes writing at once, on SQLite and PostgreSQL."""

from collections import defaultdict

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from charityledger.clock import FixedClock
from charityledger.donations.models import Donation, Pledge
from charityledger.extensions import db
from charityledger.ledger import balances, chart, numbering
from charityledger.ledger.models import JournalEntry, Voucher
from charityledger.projects import measures
from charityledger.projects.models import NeedMovement
from charityledger.reports import recompute
from tests.promises import writers
from tests.promises.world import ITEMS, P, World

ROOM = 100


def test_two_hundred_adoptions_each_of_an_item_with_room_for_a_hundred(
        context: Flask, database_url: str, clock: FixedClock) -> None:
    world = World(clock).found(((P, 3, "in_kind", ROOM, 30),))
    results = writers.at_once(database_url, *[writers.adopt_many] * writers.PROCESSES)
    assert sum(taken for taken, _ in results) == ROOM
    assert {tuple(refused) for _, refused in results} <= {("over_need",), ()}
    with Session(db.engine) as session:
        [item] = measures.items(session)
        assert (item.own.reserved, item.own.open) == (ROOM, 0)
        # None lost: every adoption is a pledge with its movement, and nothing else is there but the need itself.
        assert session.scalar(select(func.count(Pledge.id))) == ROOM
        assert session.scalar(select(func.count(NeedMovement.id)).where(NeedMovement.subject_kind == "pledge")) == ROOM
        assert session.scalar(select(func.count(NeedMovement.id))) == ROOM + 1
        assert recompute.run(session).ok
    assert world.items


def test_gifts_payments_and_numbering_on_one_fund(context: Flask, database_url: str, clock: FixedClock) -> None:
    World(clock).found(ITEMS)
    jobs = (*[writers.give_many] * 2, *[writers.pay_many] * 2, *[writers.spend_many] * 2, *[writers.number_many] * 2)
    results = writers.at_once(database_url, *jobs)
    given, paid, spent, numbered = (sum(results[at:at + 2]) for at in (0, 2, 4, 6))
    numbered += numbering.assign()
    assert numbering.assign() == 0
    with Session(db.engine) as session:
        item = measures.total(measures.items(session)).cash
        assert (item.received, item.disbursed) == (given, paid)
        assert balances.fund_cash(session)[P] == given - paid - spent >= 0
        entries = session.scalar(select(func.count(JournalEntry.id)))
        assert entries == numbered
        numbers = defaultdict(list)
        for voucher in session.scalars(select(Voucher)):
            numbers[voucher.series, voucher.period].append(voucher.number)
        for of_month in numbers.values():
            assert sorted(of_month) == list(range(1, len(of_month) + 1))
        assert recompute.run(session).problems == ()


def test_one_form_from_everybody_at_once(context: Flask, database_url: str, clock: FixedClock) -> None:
    World(clock).found(ITEMS)
    results = writers.at_once(database_url, *[writers.give_with_one_key] * writers.PROCESSES)
    assert len(set(results)) == 1
    with Session(db.engine) as session:
        assert session.scalars(select(Donation.amount)).all() == [700]
        assert balances.all_balances(session)[chart.GIFT_RESTRICTED, P] == -700
