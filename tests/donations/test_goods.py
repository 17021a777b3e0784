"""Goods and hours: quantity, value, evidence; every movement, balance and measure."""

import pytest
from flask import Flask
from sqlalchemy import select

from charityledger.clock import FixedClock
from charityledger.donations import approvals, goods, reversals
from charityledger.donations.donors import DonorFacts
from charityledger.donations.goods import KindGift
from charityledger.donations.models import Donation, Evidence
from charityledger.errors import NotFound, OverNeed, WrongState
from charityledger.extensions import db
from tests.donations import world
from tests.donations.world import COST, DAY, FINANCE, INCOME, RESTRICTED, STAFF, STOCK, UNRESTRICTED


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)


def receive(clock: FixedClock, units: int, value_fen: int | None = None, *, reference: str | None = None,
            donor: DonorFacts | None = None) -> int:
    files = ((world.stored(), "发票.pdf"),) if value_fen else ()
    return goods.receive_goods(actor=STAFF, clock=clock, donor=donor, gift=KindGift(
        DAY, units, None if reference else world.item("HD1-1", 3), reference, value_fen, "发票金额", files=files))


def hand_over(clock: FixedClock, donation_id: int, units: int) -> None:
    goods.hand_over(actor=STAFF, clock=clock, donation_id=donation_id, units=units, on=DAY)


def row(donation_id: int) -> Donation:
    db.session.rollback()
    return db.session.get_one(Donation, donation_id)


def test_goods_are_stock_at_the_value_that_evidence_supports(clock: FixedClock) -> None:
    donation = receive(clock, 10, 26000, donor=DonorFacts(name="周", phone="13800000000"))
    assert world.movements() == [(STOCK, INCOME, "HD1-1", 26000)]
    assert world.books() == {(STOCK, "HD1-1"): 26000, (INCOME, "HD1-1"): -26000}
    assert world.progress(number=3) == {"received": 10, "received_value_fen": 26000}
    assert row(donation).donor_id is not None
    assert db.session.scalars(select(Evidence.name).where(Evidence.donation_id == donation)).all() == ["发票.pdf"]
    assert world.problems() == []


def test_the_last_unit_takes_what_rounding_left(clock: FixedClock) -> None:
    donation = receive(clock, 3, 10000)
    costs = []
    for _ in range(3):
        hand_over(clock, donation, 1)
        (debit, credit, fund, fen), release = world.movements()
        assert (debit, credit, fund) == (COST, STOCK, "HD1-1")
        assert release == (RESTRICTED, UNRESTRICTED, "HD1-1", fen)
        costs.append(fen)
    assert costs == [3333, 3333, 3334]
    assert world.books() == {(INCOME, "HD1-1"): -10000, (COST, "HD1-1"): 10000, (RESTRICTED, "HD1-1"): 10000,
                             (UNRESTRICTED, "HD1-1"): -10000}
    assert world.progress(number=3) == {"received": 3, "disbursed": 3, "delivered": 3, "received_value_fen": 10000,
                                        "disbursed_value_fen": 10000}
    with pytest.raises(goods.MoreThanHeld):
        hand_over(clock, donation, 1)
    assert world.problems() == []


def test_without_evidence_of_value_goods_are_registered_only(clock: FixedClock) -> None:
    with pytest.raises(goods.ValueWithoutEvidence):
        goods.receive_goods(actor=STAFF, clock=clock, gift=KindGift(DAY, 1, world.item("HD1-1", 3), value_fen=2600))
    donation = receive(clock, 4)
    hand_over(clock, donation, 3)
    assert (world.books(), world.entries()) == ({}, [])
    assert world.progress(number=3) == {"received": 4, "disbursed": 3, "delivered": 3}
    assert world.problems() == []


def test_a_promise_of_goods_is_kept_by_quantity(clock: FixedClock) -> None:
    pledge = world.promise(clock, 6, kind="goods")
    receive(clock, 4, 9000, reference=pledge.reference)
    assert (world.pledge(pledge.id).state, world.pledge(pledge.id).paid) == ("part_paid", 4)
    with pytest.raises(OverNeed) as over:
        receive(clock, 3, reference=pledge.reference)
    assert (over.value.facts["left"], over.value.facts["requested"], over.value.facts["unit"]) == (2, 3, "台")
    receive(clock, 2, 5000, reference=pledge.reference)
    assert (world.pledge(pledge.id).state, world.promised()) == ("fulfilled", {})
    assert world.progress(number=3) == {"pledged": 6, "paid": 6, "received": 6, "received_value_fen": 14000}
    with pytest.raises(WrongState):
        receive(clock, 1, reference=pledge.reference)
    assert world.problems() == []


def test_no_more_goods_than_are_needed(clock: FixedClock) -> None:
    world.promise(clock, 6, kind="goods")
    with pytest.raises(OverNeed):
        receive(clock, 5)
    receive(clock, 4)
    with pytest.raises(goods.QuantityNotPositive):
        receive(clock, 0)
    with pytest.raises(NotFound):
        goods.receive_goods(actor=STAFF, clock=clock, gift=KindGift(DAY, 1, world.item("HD1-1", 1)))


def test_hours_are_attested_and_never_money(clock: FixedClock) -> None:
    pledge = world.promise(clock, 8, kind="hours")
    item = world.item("HD1-1", 4)
    with pytest.raises(goods.AttestationMissing):
        goods.record_hours(actor=STAFF, clock=clock, gift=KindGift(DAY, 3, item, basis=" "))
    goods.record_hours(actor=STAFF, clock=clock, gift=KindGift(DAY, 3, reference=pledge.reference, basis="社区李主任"))
    goods.record_hours(actor=STAFF, clock=clock, gift=KindGift(DAY, 2, item, basis="社区李主任"))
    assert world.entries() == []
    assert world.progress(number=4) == {"pledged": 8, "paid": 3, "received": 5, "delivered": 5}
    with pytest.raises(OverNeed):
        goods.record_hours(actor=STAFF, clock=clock, gift=KindGift(DAY, 14, item, basis="社区李主任"))
    with pytest.raises(WrongState):
        goods.hand_over(actor=STAFF, clock=clock, donation_id=1, units=1, on=DAY)
    assert world.problems() == []


@pytest.mark.parametrize("value_fen", [9000, None])
def test_goods_recorded_wrongly_are_reversed_while_none_was_passed_on(clock: FixedClock, value_fen: int | None) -> None:
    pledge = world.promise(clock, 6, kind="goods")
    donation = receive(clock, 4, value_fen, reference=pledge.reference)
    asked = reversals.request(actor=STAFF, clock=clock, what="donation", subject_id=donation, reason="数错了")
    approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")
    assert (world.books(), world.progress(number=3)) == ({}, {"pledged": 6})
    assert (world.pledge(pledge.id).state, row(donation).state) == ("pledged", "reversed")
    donation = receive(clock, 4, value_fen, reference=pledge.reference)
    hand_over(clock, donation, 1)
    with pytest.raises(reversals.HandedOverAlready):
        reversals.request(actor=STAFF, clock=clock, what="donation", subject_id=donation, reason="又数错了")
    assert world.problems() == []


def test_hours_recorded_wrongly_are_reversed(clock: FixedClock) -> None:
    gift = KindGift(DAY, 2, world.item("HD1-1", 4), basis="李主任")
    donation = goods.record_hours(actor=STAFF, clock=clock, gift=gift)
    asked = reversals.request(actor=STAFF, clock=clock, what="donation", subject_id=donation, reason="多记了")
    approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")
    assert (world.progress(number=4), world.problems()) == ({}, [])
