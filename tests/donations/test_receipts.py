"""Money in, with every movement and balance."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from charityledger import reference as references
from charityledger.clock import FixedClock
from charityledger.donations import adoption, lines, receipts
from charityledger.donations.adoption import AdoptionWish
from charityledger.donations.donors import DonorFacts
from charityledger.donations.models import Donation, Suspense
from charityledger.donations.receipts import ReceivedLine
from charityledger.errors import IdempotencyConflict, LineOverused, NotFound, WrongState
from charityledger.extensions import db
from charityledger.ids import SequenceIds
from tests.donations import world
from tests.donations.world import (
    BANK,
    CONTRA,
    DAY,
    FEE,
    INCOME,
    INCOME_FREE,
    PLEDGED,
    STAFF,
    SUSPENSE,
    WECHAT,
)


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)


def held() -> Suspense:
    db.session.rollback()
    return db.session.scalars(select(Suspense).order_by(Suspense.id.desc())).first()  # type: ignore[return-value]


def test_a_gift_keeps_a_promise(clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    line = world.receive(clock, 10000, reference=pledge.reference)
    assert world.movements() == [(BANK, INCOME, "HD1-1", 10000), (CONTRA, PLEDGED, "HD1-1", 10000)]
    assert world.books() == {(BANK, "HD1-1"): 10000, (INCOME, "HD1-1"): -10000}
    assert world.promised() == {}
    assert world.progress() == {"pledged": 10000, "paid": 10000, "received": 10000}
    assert (line.used_fen, world.pledge(pledge.id).state) == (10000, "fulfilled")
    assert world.problems() == []


def test_a_reference_is_found_however_it_is_typed(clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    code = pledge.reference
    world.receive(clock, 4000, reference=f"捐{code[:4]} {code[4:8]} {code[8:]}")
    assert (world.pledge(pledge.id).state, world.pledge(pledge.id).paid) == ("part_paid", 4000)
    assert world.promised() == {"HD1-1": 6000}
    with pytest.raises(receipts.InvalidReference):
        world.receive(clock, 1, reference="9482719323")
    with pytest.raises(NotFound):
        world.receive(clock, 1, reference=references.make(1))


def test_what_is_too_much_waits(clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    line = world.receive(clock, 15000, reference=pledge.reference)
    assert world.movements() == [
        (BANK, INCOME, "HD1-1", 10000), (BANK, SUSPENSE, "HOLD", 5000), (CONTRA, PLEDGED, "HD1-1", 10000)]
    assert (held().amount_fen, held().reason, held().pledge_id) == (5000, "over_payment", pledge.id)
    # Paid once more by mistake: there is nothing left to keep, so all of it waits.
    world.receive(clock, 700, reference=pledge.reference)
    assert world.movements() == [(BANK, SUSPENSE, "HOLD", 700)]
    assert world.books() == {(BANK, "HD1-1"): 10000, (BANK, "HOLD"): 5700, (INCOME, "HD1-1"): -10000,
                             (SUSPENSE, "HOLD"): -5700}
    assert list(lines.became(db.session, line.id).values()) == [10000, 5000]
    assert world.problems() == []


def test_held_money_finds_its_homes_part_by_part(clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    world.receive(clock, 15000)
    waiting = held().id
    receipts.settle_suspense(actor=STAFF, clock=clock, suspense_id=waiting, on=DAY, reference=pledge.reference,
                             amount_fen=4000)
    assert world.movements() == [(BANK, INCOME, "HD1-1", 4000), (SUSPENSE, BANK, "HOLD", 4000),
                                 (CONTRA, PLEDGED, "HD1-1", 4000)]
    receipts.settle_suspense(actor=STAFF, clock=clock, suspense_id=waiting, on=DAY, sub_code="LB1-1", amount_fen=1000)
    assert world.movements() == [(BANK, INCOME, "LB1-1", 1000), (SUSPENSE, BANK, "HOLD", 1000)]
    receipts.settle_suspense(actor=STAFF, clock=clock, suspense_id=waiting, on=DAY)
    assert world.movements() == [(BANK, INCOME_FREE, "GEN", 10000), (SUSPENSE, BANK, "HOLD", 10000)]
    with pytest.raises(WrongState):
        receipts.settle_suspense(actor=STAFF, clock=clock, suspense_id=waiting, on=DAY)
    assert world.books() == {(BANK, "HD1-1"): 4000, (BANK, "LB1-1"): 1000, (BANK, "GEN"): 10000,
                             (INCOME, "HD1-1"): -4000, (INCOME, "LB1-1"): -1000, (INCOME_FREE, "GEN"): -10000}
    assert world.problems() == []


def test_a_home_takes_no_more_than_it_has_room_for(clock: FixedClock) -> None:
    world.receive(clock, 60000)
    waiting = held().id
    with pytest.raises(receipts.NothingOpen):
        receipts.settle_suspense(actor=STAFF, clock=clock, suspense_id=waiting, on=DAY, sub_code="HD1-1",
                                 amount_fen=50001)
    with pytest.raises(LineOverused):
        receipts.settle_suspense(actor=STAFF, clock=clock, suspense_id=waiting, on=DAY, amount_fen=60001)
    with pytest.raises(lines.DateTooEarly):
        receipts.settle_suspense(actor=STAFF, clock=clock, suspense_id=waiting, on=date(2026, 4, 14))
    receipts.settle_suspense(actor=STAFF, clock=clock, suspense_id=waiting, on=DAY, sub_code="HD1-1")
    assert (held().settled_fen, world.progress(), world.progress(number=2)) == (
        50000, {"received": 30000}, {"received": 20000})


def test_a_gift_without_a_promise_fills_the_open_items_in_order(clock: FixedClock) -> None:
    world.give(clock, 55000)
    assert world.movements() == [(BANK, INCOME, "HD1-1", 50000), (BANK, SUSPENSE, "HOLD", 5000)]
    world.give(clock, 100)
    assert world.movements() == [(BANK, SUSPENSE, "HOLD", 100)]
    world.give(clock, 200, code=None)
    assert world.movements() == [(BANK, INCOME_FREE, "GEN", 200)]
    assert world.problems() == []


def test_a_wallet_keeps_its_fee(clock: FixedClock) -> None:
    world.give(clock, 10000, account="WECHAT", fee_fen=60)
    assert world.movements() == [(WECHAT, INCOME, "HD1-1", 10000), (FEE, WECHAT, "HD1-1", 60),
                                 ("3102", "3101", "HD1-1", 60)]
    assert world.books()[WECHAT, "HD1-1"] == 9940
    with pytest.raises(lines.FeeTooLarge):
        world.give(clock, 60, account="WECHAT", fee_fen=60)


def test_the_general_fund_pays_the_fee_of_money_that_waits(clock: FixedClock) -> None:
    world.give(clock, 1000, code=None)
    world.receive(clock, 10000, account="WECHAT", fee_fen=60)
    assert world.movements() == [(WECHAT, SUSPENSE, "HOLD", 10000), (FEE, WECHAT, "GEN", 60)]
    assert world.books() == {(BANK, "GEN"): 1000, (WECHAT, "GEN"): -60, (WECHAT, "HOLD"): 10000,
                             (SUSPENSE, "HOLD"): -10000, (FEE, "GEN"): 60, (INCOME_FREE, "GEN"): -1000}
    assert world.problems() == []


def test_the_same_line_is_entered_once(clock: FixedClock) -> None:
    world.receive(clock, 100, native_id="2604150001")
    with pytest.raises(lines.LineKnown):
        world.receive(clock, 100, native_id="2604150001")
    world.receive(clock, 100, account="WECHAT", native_id="2604150001")
    # Without the bank's number two gifts of the same amount are two gifts.
    world.receive(clock, 100)
    world.receive(clock, 100)
    assert world.books()[SUSPENSE, "HOLD"] == -400


def test_a_form_acts_once(clock: FixedClock) -> None:
    line = ReceivedLine("BANK", DAY, 100)
    first = receipts.record_gift(actor=STAFF, clock=clock, line=line, sub_code="HD1-1", key="k")
    assert receipts.record_gift(actor=STAFF, clock=clock, line=line, sub_code="HD1-1", key="k") == first
    assert len(world.entries()) == 1
    with pytest.raises(IdempotencyConflict):
        receipts.record_gift(actor=STAFF, clock=clock, line=line, sub_code="LB1-1", key="k")


@pytest.mark.parametrize("fen", [0, -1])
def test_an_inflow_is_positive(clock: FixedClock, fen: int) -> None:
    with pytest.raises(receipts.AmountNotPositive):
        world.receive(clock, fen)


def test_money_for_a_reservation_confirms_it(clock: FixedClock) -> None:
    pledge_id = adoption.adopt(
        actor=STAFF, clock=clock, ids=SequenceIds("r"), donor=DonorFacts(name="周", phone="13800000000"),
        wish=AdoptionWish("HD1-1", "cash", 5000, "none"), confirm_minutes=30)
    world.receive(clock, 2000, reference=world.pledge(pledge_id).reference, on=date(2026, 4, 14))
    assert (world.pledge(pledge_id).state, world.promised()) == ("part_paid", {"HD1-1": 3000})
    gift = db.session.scalars(select(Donation)).one()
    assert (gift.amount, gift.received_on, gift.donor_id) == (2000, date(2026, 4, 14), world.pledge(pledge_id).donor_id)
    assert world.problems() == []
