"""A hand-over of goods or a delivery recorded wrongly is undone: every movement, balance and measure afterwards."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from charityledger.clock import FixedClock
from charityledger.donations import approvals, disbursements, reversals
from charityledger.donations.models import Disbursement, Donation, HandOver
from charityledger.donations.requests import AskedAlready
from charityledger.errors import NotFound, SamePerson, WrongState
from charityledger.extensions import db
from tests.donations import world
from tests.donations.test_disbursements import pay
from tests.donations.test_goods import hand_over, receive
from tests.donations.world import (
    BANK,
    COST,
    DAY,
    FINANCE,
    INCOME,
    PREPAID,
    RESTRICTED,
    STAFF,
    STOCK,
    UNRESTRICTED,
)


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)


def handed() -> list[HandOver]:
    """Oldest first."""
    db.session.rollback()
    return list(db.session.scalars(select(HandOver).order_by(HandOver.id).execution_options(populate_existing=True)))


def undo(clock: FixedClock, what: reversals.What, subject_id: int) -> int:
    asked = reversals.request(actor=STAFF, clock=clock, what=what, subject_id=subject_id, reason="记错了")
    return approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")


def test_a_wrong_hand_over_is_stock_again(clock: FixedClock) -> None:
    gift = receive(clock, 10, 26000)
    hand_over(clock, gift, 4)
    clock.forward(days=2)
    undo(clock, "hand_over", handed()[0].id)
    assert world.movements() == [(UNRESTRICTED, RESTRICTED, "HD1-1", 10400), (STOCK, COST, "HD1-1", 10400)]
    entry = world.entries()[-1]
    assert (entry.kind, entry.made_by, entry.approved_by, entry.reverses_id, entry.effective_on) == (
        "reversal", STAFF.user_id, FINANCE.user_id, handed()[0].entry_id, date(2026, 4, 17))
    assert world.books() == {(STOCK, "HD1-1"): 26000, (INCOME, "HD1-1"): -26000}
    assert world.progress(number=3) == {"received": 10, "received_value_fen": 26000}
    assert handed()[0].undone_on == date(2026, 4, 17)
    with pytest.raises(WrongState):
        undo(clock, "hand_over", handed()[0].id)
    # And the goods can go where they belong, or the gift itself be undone.
    hand_over(clock, gift, 10)
    assert world.books()[COST, "HD1-1"] == 26000
    undo(clock, "hand_over", handed()[1].id)
    undo(clock, "donation", gift)
    assert (world.books(), world.progress(number=3), world.problems()) == ({}, {}, [])


def test_all_units_still_come_to_the_gifts_value(clock: FixedClock) -> None:
    """3333 + 3333 + 3334: without the first, the last takes 3333."""
    gift = receive(clock, 3, 10000)
    for _ in range(3):
        hand_over(clock, gift, 1)
    undo(clock, "hand_over", handed()[0].id)
    assert world.books()[STOCK, "HD1-1"] == 3333
    hand_over(clock, gift, 1)
    assert [row.value_fen for row in handed()] == [3333, 3333, 3334, 3333]
    assert world.books().get((STOCK, "HD1-1"), 0) == 0
    assert world.progress(number=3)["disbursed_value_fen"] == 10000
    assert world.problems() == []


def test_goods_without_a_value_move_no_books(clock: FixedClock) -> None:
    gift = receive(clock, 4)
    hand_over(clock, gift, 3)
    undo(clock, "hand_over", handed()[0].id)
    assert (world.entries(), world.progress(number=3), handed()[0].entry_id) == ([], {"received": 4}, None)
    assert db.session.get_one(Donation, gift).lines[0].handed_over == 0
    assert world.problems() == []


def test_a_wrong_delivery_of_what_was_paid_before(clock: FixedClock) -> None:
    world.give(clock, 50000)
    payment = pay(clock, 15000, prepaid=True)
    disbursements.deliver(actor=STAFF, clock=clock, disbursement_id=payment, on=DAY, note_zh="已验收")
    delivery = world.entries()[-1].id
    clock.forward(days=2)
    undo(clock, "delivery", payment)
    assert world.movements() == [(UNRESTRICTED, RESTRICTED, "HD1-1", 15000), (PREPAID, COST, "HD1-1", 15000)]
    assert world.entries()[-1].reverses_id == delivery
    assert world.books() == {(BANK, "HD1-1"): 35000, (PREPAID, "HD1-1"): 15000, (INCOME, "HD1-1"): -50000}
    row = db.session.get_one(Disbursement, payment)
    assert (row.state, row.delivered_on, row.delivery_note_zh) == ("paid", None, "")
    assert world.progress() == {"received": 30000, "disbursed": 15000}
    # Delivered again, it can be undone again: the newest of its entries is the one that stands.
    disbursements.deliver(actor=STAFF, clock=clock, disbursement_id=payment, on=date(2026, 4, 17), note_zh="已验收")
    assert world.movements() == [(COST, PREPAID, "HD1-1", 15000), (RESTRICTED, UNRESTRICTED, "HD1-1", 15000)]
    undo(clock, "delivery", payment)
    assert world.books()[PREPAID, "HD1-1"] == 15000
    disbursements.returned(actor=FINANCE, clock=clock, disbursement_id=payment, on=date(2026, 4, 17))
    assert world.books() == {(BANK, "HD1-1"): 50000, (INCOME, "HD1-1"): -50000}
    with pytest.raises(WrongState):
        undo(clock, "delivery", payment)
    assert world.problems() == []


def test_a_wrong_delivery_of_what_was_paid_afterwards_changes_measures_only(clock: FixedClock) -> None:
    world.give(clock, 50000)
    payment = pay(clock, 15000)
    with pytest.raises(WrongState):
        undo(clock, "delivery", payment)
    disbursements.deliver(actor=STAFF, clock=clock, disbursement_id=payment, on=DAY, note_zh="已验收")
    count, books = len(world.entries()), world.books()
    undo(clock, "delivery", payment)
    assert (len(world.entries()), world.books()) == (count, books)
    assert world.progress() == {"received": 30000, "disbursed": 15000}
    assert world.problems() == []


def test_it_takes_two_people_and_one_request(clock: FixedClock) -> None:
    gift = receive(clock, 10, 26000)
    hand_over(clock, gift, 4)
    first = handed()[0].id
    asked = reversals.request(actor=STAFF, clock=clock, what="hand_over", subject_id=first, reason="记错了")
    with pytest.raises(AskedAlready):
        reversals.request(actor=FINANCE, clock=clock, what="hand_over", subject_id=first, reason="也看到了")
    with pytest.raises(SamePerson):
        approvals.decide(actor=STAFF, clock=clock, request_id=asked, decision="approve")
    approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="reject", note="没有错")
    assert (handed()[0].undone_on, world.books()[COST, "HD1-1"]) == (None, 10400)
    for what in ("hand_over", "delivery"):
        with pytest.raises(NotFound):
            undo(clock, what, 999)  # type: ignore[arg-type]
    assert world.problems() == []


def test_a_hand_over_of_last_year_comes_back_through_net_assets(clock: FixedClock) -> None:
    gift = receive(clock, 10, 26000)
    hand_over(clock, gift, 4)
    clock.forward(days=300)
    undo(clock, "hand_over", handed()[0].id)
    assert world.movements() == [(UNRESTRICTED, RESTRICTED, "HD1-1", 10400), (STOCK, UNRESTRICTED, "HD1-1", 10400)]
    assert world.problems() == []
