"""Days that cannot be meant are refused by the services whoever calls them; test_money_pages asks the pages."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from charityledger.clock import FixedClock
from charityledger.donations import cash_boxes, disbursements, goods, receipts, suspense
from charityledger.donations.disbursements import PaymentWish
from charityledger.donations.goods import KindGift
from charityledger.donations.lines import DateTooEarly, ReceivedLine
from charityledger.donations.models import Suspense
from charityledger.donations.rules import BookedOnOutside, Part, check_booked_on
from charityledger.extensions import db
from tests.donations import world

pytestmark = pytest.mark.one_database
TODAY = date(2026, 4, 15)
FAR = [date(1, 1, 1), date(1900, 1, 1), date(2020, 12, 31), date(2026, 4, 16), date(9999, 12, 31)]
Use = Callable[[FixedClock, date], object]


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)
    world.give(clock, 50_000)


def receipt(clock: FixedClock, on: date) -> object:
    return receipts.record_gift(actor=world.STAFF, clock=clock, line=ReceivedLine("BANK", on, 100), sub_code=None)


def counted(clock: FixedClock, on: date) -> object:
    return cash_boxes.count(actor=world.STAFF, clock=clock, box="一号箱", counted_on=on, amount_fen=100)


def goods_in(clock: FixedClock, on: date) -> object:
    gift = KindGift(on, 1, need_item_id=world.item("HD1-1", 3))
    return goods.receive_goods(actor=world.STAFF, clock=clock, gift=gift)


def hours(clock: FixedClock, on: date) -> object:
    gift = KindGift(on, 1, need_item_id=world.item("HD1-1", 4), basis="社区")
    return goods.record_hours(actor=world.STAFF, clock=clock, gift=gift)


def handed_over(clock: FixedClock, on: date) -> object:
    return goods.hand_over(actor=world.STAFF, clock=clock, donation_id=int(str(goods_in(clock, date(2021, 1, 1)))),
                           units=1, on=on)


def settled(clock: FixedClock, on: date) -> object:
    world.receive(clock, 100, on=date(2021, 1, 1))
    held = db.session.scalars(db.select(Suspense.id)).one()
    return suspense.settle_suspense(actor=world.STAFF, clock=clock, suspense_id=held, on=on)


def paid(clock: FixedClock, on: date = TODAY) -> int:
    wish = PaymentWish("HD1-1", "BANK", "青槐建材", "灶台", "灶台", (Part(world.item("HD1-1"), 100),),
                       files=((world.stored(), "发票.pdf"),))
    asked = disbursements.request(actor=world.STAFF, clock=clock, wish=wish)
    return disbursements.approve(actor=world.FINANCE, clock=clock, disbursement_id=asked, paid_on=on)


def delivered(clock: FixedClock, on: date) -> object:
    return disbursements.deliver(actor=world.STAFF, clock=clock, disbursement_id=paid(clock), on=on, note_zh="到了")


def returned(clock: FixedClock, on: date) -> object:
    return disbursements.returned(actor=world.FINANCE, clock=clock, disbursement_id=paid(clock), on=on)


@pytest.mark.parametrize("day", FAR)
@pytest.mark.parametrize("use", [receipt, counted, goods_in, hours, handed_over, settled, paid, delivered, returned])
def test_no_service_takes_such_a_day(clock: FixedClock, use: Use, day: date) -> None:
    # A step after another one is also too early before that; either sentence names the day to keep to.
    with pytest.raises((BookedOnOutside, DateTooEarly)):
        use(clock, day)
    assert world.problems() == []


@pytest.mark.parametrize("use", [receipt, counted, goods_in, hours])
@pytest.mark.parametrize("day", [date(2021, 1, 1), TODAY])
def test_what_can_be_remembered_is_taken(clock: FixedClock, use: Use, day: date) -> None:
    assert use(clock, day)


def test_nothing_is_delivered_before_it_was_asked_for(clock: FixedClock) -> None:
    clock.forward(days=1)
    with pytest.raises(DateTooEarly) as refused:
        disbursements.deliver(actor=world.STAFF, clock=clock, disbursement_id=paid(clock, date(2026, 4, 16)),
                              on=TODAY, note_zh="到了")
    assert refused.value.facts["earliest"] == "2026-04-16"


def test_the_rule_names_both_ends() -> None:
    with pytest.raises(BookedOnOutside) as refused:
        check_booked_on(date(1, 1, 1), TODAY)
    assert refused.value.facts == {"earliest": "2021-01-01", "latest": "2026-04-15"}
