"""Cash boxes: counted by two, booked, brought to the bank; every movement and balance."""

import pytest
from flask import Flask
from sqlalchemy import select

from charityledger.clock import FixedClock
from charityledger.donations import approvals, cash_boxes, receipts, refunds, reversals
from charityledger.donations.models import CashCount, Donation, Suspense
from charityledger.donations.receipts import ReceivedLine
from charityledger.errors import NotFound, SamePerson, WrongState
from charityledger.extensions import db
from tests.donations import world
from tests.donations.world import ADMIN, BANK, CASH, DAY, FINANCE, INCOME, INCOME_FREE, STAFF, SUSPENSE


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)


def count(clock: FixedClock, fen: int, code: str | None = "HD1-1") -> int:
    return cash_boxes.count(actor=STAFF, clock=clock, box="铭功路一号箱", counted_on=DAY, amount_fen=fen, sub_code=code)


def agreed(clock: FixedClock, fen: int, code: str | None = "HD1-1") -> int:
    return cash_boxes.agree(actor=ADMIN, clock=clock, count_id=count(clock, fen, code))


def deposit(clock: FixedClock, count_id: int, fen: int, account: str = "BANK") -> int:
    return cash_boxes.deposit(actor=STAFF, clock=clock, count_id=count_id, line=ReceivedLine(account, DAY, fen, "缴存"))


def row(count_id: int) -> CashCount:
    db.session.rollback()
    return db.session.get_one(CashCount, count_id)


def test_nothing_is_booked_before_the_second_person_agrees(clock: FixedClock) -> None:
    counted = count(clock, 8000)
    with pytest.raises(SamePerson):
        cash_boxes.agree(actor=STAFF, clock=clock, count_id=counted)
    assert world.books() == {}
    cash_boxes.agree(actor=FINANCE, clock=clock, count_id=counted)
    assert world.movements() == [(CASH, INCOME, "HD1-1", 8000)]
    assert (row(counted).state, row(counted).witnessed_by) == ("agreed", FINANCE.user_id)
    assert (world.progress(), world.problems()) == ({"received": 8000}, [])
    with pytest.raises(WrongState):
        cash_boxes.agree(actor=ADMIN, clock=clock, count_id=counted)


def test_who_counted_something_else_says_so(clock: FixedClock) -> None:
    counted = count(clock, 8000)
    with pytest.raises(SamePerson):
        cash_boxes.refuse(actor=STAFF, clock=clock, count_id=counted, note="")
    cash_boxes.refuse(actor=FINANCE, clock=clock, count_id=counted, note="我数的是79.00")
    assert (world.books(), row(counted).state, row(counted).note) == ({}, "refused", "我数的是79.00")
    with pytest.raises(WrongState):
        deposit(clock, counted, 8000)


def test_the_deposit_is_no_gift(clock: FixedClock) -> None:
    counted = agreed(clock, 55000)
    assert world.movements() == [(CASH, INCOME, "HD1-1", 50000), (CASH, SUSPENSE, "HOLD", 5000)]
    with pytest.raises(cash_boxes.DepositDiffers):
        deposit(clock, counted, 54999)
    with pytest.raises(cash_boxes.NotCash):
        deposit(clock, counted, 55000, account="CASH")
    line_id = deposit(clock, counted, 55000)
    assert world.movements() == [(BANK, CASH, "HD1-1", 50000), (BANK, CASH, "HOLD", 5000)]
    assert world.books() == {(BANK, "HD1-1"): 50000, (BANK, "HOLD"): 5000, (INCOME, "HD1-1"): -50000,
                             (SUSPENSE, "HOLD"): -5000}
    assert (world.line(line_id).used_fen, row(counted).state) == (55000, "deposited")
    # What waits lies at the bank now, and is settled from there.
    receipts.settle_suspense(actor=STAFF, clock=clock, on=DAY,
                             suspense_id=db.session.scalars(select(Suspense.id)).one())
    assert world.movements() == [(BANK, INCOME_FREE, "GEN", 5000), (SUSPENSE, BANK, "HOLD", 5000)]
    assert world.problems() == []
    with pytest.raises(WrongState):
        deposit(clock, counted, 55000)


def test_a_box_for_the_general_fund(clock: FixedClock) -> None:
    counted = agreed(clock, 8000, code=None)
    deposit(clock, counted, 8000)
    assert world.books() == {(BANK, "GEN"): 8000, (INCOME_FREE, "GEN"): -8000}


def refund(clock: FixedClock, what: str, subject_id: int, account: str, amount_fen: int | None = None) -> None:
    asked = refunds.request(actor=STAFF, clock=clock, what=what, subject_id=subject_id,  # type: ignore[arg-type]
                            account_code=account, reason="捐赠人申请", amount_fen=amount_fen)
    approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")


def test_what_was_paid_back_in_cash_is_not_brought_to_the_bank(clock: FixedClock) -> None:
    """¥550.00 counted for needs of ¥500.00; of the ¥50.00 that wait, ¥30.00 go back out of the box."""
    counted = agreed(clock, 55000)
    held = db.session.scalars(select(Suspense.id)).one()
    refund(clock, "suspense", held, "CASH", 3000)
    for fen in (55000, 51999):
        with pytest.raises(cash_boxes.DepositDiffers) as differs:
            deposit(clock, counted, fen)
        assert differs.value.facts == {"amount_fen": fen, "counted_fen": 52000}
    line_id = deposit(clock, counted, 52000)
    assert sorted(world.movements()) == [(BANK, CASH, "HD1-1", 50000), (BANK, CASH, "HOLD", 2000)]
    assert world.books() == {(BANK, "HD1-1"): 50000, (INCOME, "HD1-1"): -50000, (BANK, "HOLD"): 2000,
                             (SUSPENSE, "HOLD"): -2000}
    assert (row(counted).state, world.line(line_id).used_fen, world.problems()) == ("deposited", 52000, [])
    asked = reversals.request(actor=STAFF, clock=clock, what="deposit", subject_id=counted, reason="记错了")
    assert [w.amount_fen for w in approvals.queue(db.session)] == [52000]
    approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")
    deposit(clock, counted, 52000)
    assert world.problems() == []


def test_a_gift_paid_back_in_cash_leaves_the_rest_of_the_box(clock: FixedClock) -> None:
    counted = agreed(clock, 55000)
    refund(clock, "donation", db.session.scalars(select(Donation.id)).one(), "CASH")
    deposit(clock, counted, 5000)
    assert world.movements() == [(BANK, CASH, "HOLD", 5000)]
    assert world.books() == {(BANK, "HOLD"): 5000, (SUSPENSE, "HOLD"): -5000}
    assert (row(counted).state, world.progress(), world.problems()) == ("deposited", {}, [])


def test_a_gift_paid_back_by_the_bank_leaves_all_its_cash(clock: FixedClock) -> None:
    world.give(clock, 50000, code="LB1-1")
    counted = agreed(clock, 8000)
    refund(clock, "donation", db.session.scalars(select(Donation.id).order_by(Donation.id.desc())).first() or 0, "BANK")
    deposit(clock, counted, 8000)
    assert world.books() == {(BANK, "LB1-1"): 50000, (INCOME, "LB1-1"): -50000}
    assert world.problems() == []


def test_a_box_paid_back_as_a_whole_waits_for_nothing(clock: FixedClock) -> None:
    counted = agreed(clock, 8000)
    refund(clock, "donation", db.session.scalars(select(Donation.id)).one(), "CASH")
    assert (row(counted).state, world.books()) == ("paid_back", {})
    with pytest.raises(WrongState):
        deposit(clock, counted, 8000)
    assert world.problems() == []


def test_a_deposit_and_then_its_gift_are_undone_in_this_order(clock: FixedClock) -> None:
    counted = agreed(clock, 8000)
    line_id = deposit(clock, counted, 8000)
    gift = db.session.scalars(select(Donation.id)).one()
    with pytest.raises(reversals.CashDeposited):
        reversals.request(actor=STAFF, clock=clock, what="donation", subject_id=gift, reason="记错了项目")
    for what, subject_id in (("deposit", counted), ("donation", gift)):
        asked = reversals.request(actor=STAFF, clock=clock, what=what, subject_id=subject_id, reason="记错了项目")  # type: ignore[arg-type]
        approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")
    assert (world.books(), world.line(line_id).used_fen, row(counted).state) == ({}, 0, "agreed")
    with pytest.raises(cash_boxes.CountUnallocated):
        deposit(clock, counted, 8000)
    cash_line = row(counted).line_id
    assert cash_line is not None
    receipts.allocate_line(actor=STAFF, clock=clock, line_id=cash_line, sub_code="LB1-1")
    deposit(clock, counted, 8000)
    assert world.books() == {(BANK, "LB1-1"): 8000, (INCOME, "LB1-1"): -8000}
    assert world.problems() == []


def test_what_a_count_must_be(clock: FixedClock) -> None:
    with pytest.raises(receipts.AmountNotPositive):
        count(clock, 0)
    with pytest.raises(NotFound):
        count(clock, 1, code="ZZ9-9")
    with pytest.raises(cash_boxes.NotCash):
        cash_boxes.count(actor=STAFF, clock=clock, box="一号箱", counted_on=DAY, amount_fen=1, account_code="BANK")
