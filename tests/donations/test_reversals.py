"""What was wrong is undone by its opposite, and refunds: every movement, balance, measure and promise afterwards."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.donations import adoption, approvals, lines, receipts, refunds, reversals
from charityledger.donations.models import Allocation, Donation, Suspense
from charityledger.donations.requests import AskedAlready, NotRequester
from charityledger.donations.reversals import GiftSpent, PartOfGift, SuspenseSettled
from charityledger.errors import LineOverused, SamePerson, WrongState
from charityledger.extensions import db
from charityledger.ledger import balances, postings, store
from tests.donations import world
from tests.donations.test_disbursements import pay
from tests.donations.world import (
    BANK,
    CONTRA,
    DAY,
    FEE,
    FINANCE,
    INCOME,
    INCOME_FREE,
    MANAGEMENT,
    PLEDGED,
    RESTRICTED,
    STAFF,
    SUSPENSE,
    TRANSFER,
    UNRESTRICTED,
    WECHAT,
)


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)


def newest(table: type) -> int:
    db.session.rollback()
    return db.session.scalars(select(table.id).order_by(table.id.desc())).first()  # type: ignore[attr-defined]


def reverse(clock: FixedClock, what: str = "donation", subject_id: int | None = None) -> int:
    """Ask and approve; the newest gift or money in suspense where none is named."""
    if subject_id is None:
        subject_id = newest(Donation if what == "donation" else Suspense)
    asked = reversals.request(actor=STAFF, clock=clock, what=what, subject_id=subject_id, reason="记错了")  # type: ignore[arg-type]
    return approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")


def refund(clock: FixedClock, what: str = "donation", subject_id: int | None = None, **more: object) -> int:
    if subject_id is None:
        subject_id = newest(Donation if what == "donation" else Suspense)
    asked = refunds.request(actor=STAFF, clock=clock, what=what, subject_id=subject_id,  # type: ignore[arg-type]
                            account_code="BANK", reason="捐赠人申请", **more)  # type: ignore[arg-type]
    return approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")


def test_a_gift_to_the_wrong_promise_goes_to_the_right_one(clock: FixedClock) -> None:
    wrong, right = world.promise(clock, 10000), world.promise(clock, 20000, name="郑州明达商贸有限公司")
    line = world.receive(clock, 15000, reference=wrong.reference)
    clock.forward(days=2)
    reverse(clock)
    assert world.movements() == [(PLEDGED, CONTRA, "HD1-1", 10000), (SUSPENSE, BANK, "HOLD", 5000),
                                 (INCOME, BANK, "HD1-1", 10000)]
    entry = world.entries()[-1]
    assert (entry.effective_on, entry.made_by, entry.approved_by, entry.reverses_id) == (
        date(2026, 4, 17), STAFF.user_id, FINANCE.user_id, world.entries()[-2].id)
    assert (world.books(), world.promised()) == ({}, {"HD1-1": 30000})
    assert (world.pledge(wrong.id).state, world.pledge(wrong.id).paid) == ("pledged", 0)
    assert world.progress() == {"pledged": 30000}
    assert (world.line(line.id).used_fen, lines.became(db.session, line.id)) == (0, {})
    assert world.problems() == []

    receipts.allocate_line(actor=STAFF, clock=clock, line_id=line.id, reference=right.reference)
    # Dated back, the days between would hold the money twice.
    assert world.entries()[-1].effective_on == date(2026, 4, 17)
    assert world.books() == {(BANK, "HD1-1"): 15000, (INCOME, "HD1-1"): -15000}
    assert (world.pledge(right.id).paid, world.line(line.id).used_fen) == (15000, 15000)
    with pytest.raises(LineOverused):
        receipts.allocate_line(actor=STAFF, clock=clock, line_id=line.id, general=True)
    assert world.problems() == []


def test_allocations_are_taken_back_by_rows_that_point_at_them(clock: FixedClock) -> None:
    world.give(clock, 10000)
    reverse(clock)
    kept, undone = db.session.scalars(select(Allocation).order_by(Allocation.id)).all()
    assert (kept.amount_fen, kept.reverses_id, undone.amount_fen, undone.reverses_id) == (10000, None, -10000, kept.id)


def test_a_reversed_line_can_be_split(clock: FixedClock) -> None:
    line = world.give(clock, 10000, code=None)
    reverse(clock)
    receipts.allocate_line(actor=STAFF, clock=clock, line_id=line.id, sub_code="LB1-1", amount_fen=4000)
    receipts.allocate_line(actor=STAFF, clock=clock, line_id=line.id, general=True, amount_fen=1000)
    receipts.allocate_line(actor=STAFF, clock=clock, line_id=line.id)
    assert world.books() == {(BANK, "LB1-1"): 4000, (BANK, "GEN"): 1000, (BANK, "HOLD"): 5000,
                             (INCOME, "LB1-1"): -4000, (INCOME_FREE, "GEN"): -1000, (SUSPENSE, "HOLD"): -5000}
    assert world.problems() == []


def test_the_wallets_fee_goes_with_the_line(clock: FixedClock) -> None:
    line = world.give(clock, 10000, account="WECHAT", fee_fen=60)
    reverse(clock)
    assert world.movements() == [(UNRESTRICTED, RESTRICTED, "HD1-1", 60), (WECHAT, FEE, "HD1-1", 60),
                                 (INCOME, WECHAT, "HD1-1", 10000)]
    assert world.books() == {}
    receipts.allocate_line(actor=STAFF, clock=clock, line_id=line.id, sub_code="LB1-1", amount_fen=9000)
    assert (FEE, WECHAT, "LB1-1", 60) in world.movements()
    receipts.allocate_line(actor=STAFF, clock=clock, line_id=line.id, general=True)
    assert world.movements() == [(WECHAT, INCOME_FREE, "GEN", 1000)]


def test_money_in_suspense_is_taken_back_too(clock: FixedClock) -> None:
    line = world.receive(clock, 700)
    reverse(clock, "suspense")
    assert world.movements() == [(SUSPENSE, BANK, "HOLD", 700)]
    assert (world.books(), world.line(line.id).used_fen, world.problems()) == ({}, 0, [])
    with pytest.raises(SuspenseSettled):
        reverse(clock, "suspense")


def test_a_settlement_goes_back_to_suspense(clock: FixedClock) -> None:
    world.receive(clock, 700)
    held = newest(Suspense)
    receipts.settle_suspense(actor=STAFF, clock=clock, suspense_id=held, on=DAY, sub_code="HD1-1", amount_fen=300)
    with pytest.raises(SuspenseSettled):
        reverse(clock, "suspense")
    line_id = newest(Donation)
    reverse(clock, "donation", line_id)
    assert world.movements() == [(BANK, SUSPENSE, "HOLD", 300), (INCOME, BANK, "HD1-1", 300)]
    assert world.books() == {(BANK, "HOLD"): 700, (SUSPENSE, "HOLD"): -700}
    assert (db.session.get_one(Suspense, held).settled_fen, world.progress(), world.problems()) == (0, {}, [])
    receipts.settle_suspense(actor=STAFF, clock=clock, suspense_id=held, on=DAY)
    assert world.problems() == []


def test_what_moved_on_is_undone_first(clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    world.receive(clock, 15000, reference=pledge.reference)
    gift, held = newest(Donation), newest(Suspense)
    with pytest.raises(PartOfGift):
        reverse(clock, "suspense", held)
    receipts.settle_suspense(actor=STAFF, clock=clock, suspense_id=held, on=DAY, amount_fen=1)
    with pytest.raises(SuspenseSettled):
        reverse(clock, "donation", gift)


def test_money_that_was_used_cannot_be_reversed(clock: FixedClock) -> None:
    world.give(clock, 10000)
    gift = newest(Donation)
    asked = reversals.request(actor=STAFF, clock=clock, what="donation", subject_id=gift, reason="记错了")
    pay(clock, 4000)
    with pytest.raises(GiftSpent) as refused:
        approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")
    assert refused.value.facts == {"fund": "HD1-1", "available_fen": 6000, "requested_fen": 10000}
    with pytest.raises(GiftSpent):
        reversals.request(actor=STAFF, clock=clock, what="donation", subject_id=gift, reason="再记错了")
    assert world.problems() == []


def test_a_promise_that_ended_is_not_awaited_again(clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    world.receive(clock, 4000, reference=pledge.reference)
    adoption.give_up(actor=STAFF, clock=clock, pledge_id=pledge.id)
    reverse(clock)
    assert (world.promised(), world.progress(), world.pledge(pledge.id).state) == ({}, {}, "cancelled")
    assert world.movements() == [(CONTRA, PLEDGED, "HD1-1", 4000)]
    assert world.problems() == []


def test_two_people_and_one_decision(clock: FixedClock) -> None:
    world.give(clock, 10000)
    asked = reversals.request(actor=STAFF, clock=clock, what="donation", subject_id=newest(Donation), reason="记错了")
    with pytest.raises(AskedAlready):
        reversals.request(actor=FINANCE, clock=clock, what="donation", subject_id=newest(Donation), reason="也看到了")
    assert [(w.kind, w.id, w.amount_fen) for w in approvals.queue(db.session)] == [("reversal", asked, 10000)]
    for decision in ("approve", "reject"):
        with pytest.raises(SamePerson):
            approvals.decide(actor=STAFF, clock=clock, request_id=asked, decision=decision)  # type: ignore[arg-type]
    with pytest.raises(NotRequester):
        approvals.withdraw(actor=FINANCE, clock=clock, request_id=asked)
    approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="reject", note="没有错")
    with pytest.raises(WrongState):
        approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")
    assert (approvals.queue(db.session), len(world.entries())) == ([], 1)
    # Declined, it can be asked for again; taken back too.
    again = reversals.request(actor=STAFF, clock=clock, what="donation", subject_id=newest(Donation), reason="真的错了")
    approvals.withdraw(actor=STAFF, clock=clock, request_id=again)
    reverse(clock)
    with pytest.raises(WrongState):
        reverse(clock)
    assert world.problems() == []


def test_a_refund_in_the_same_year_takes_income_back(clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    line = world.receive(clock, 4000, reference=pledge.reference)
    refund(clock)
    assert world.movements() == [(INCOME, BANK, "HD1-1", 4000)]
    assert (world.books(), world.promised(), world.progress()) == ({}, {}, {})
    assert (world.pledge(pledge.id).state, world.pledge(pledge.id).paid) == ("cancelled", 0)
    # The money did come in: the line stays used, and what went out is another line.
    assert world.line(line.id).used_fen == 4000
    assert world.problems() == []
    with pytest.raises(WrongState):
        refund(clock)


def test_a_refund_after_the_year_takes_net_assets(clock: FixedClock) -> None:
    world.give(clock, 10000)
    clock.forward(days=300)
    refund(clock)
    assert world.movements() == [(RESTRICTED, BANK, "HD1-1", 10000)]
    assert world.entries()[-1].effective_on == date(2027, 2, 9)
    assert world.problems() == []


@pytest.mark.parametrize("closed", [True, False])
def test_a_gift_of_last_year_is_reversed_through_net_assets(clock: FixedClock, closed: bool) -> None:
    """Whether the year's books are closed already or not: its income is never this year's (adr/0009)."""
    pledge = world.promise(clock, 20000)
    line = world.receive(clock, 12000, reference=pledge.reference, account="WECHAT", fee_fen=60)
    gift = newest(Donation)
    if closed:
        with transaction() as tx:
            entry = postings.year_end(balances.all_balances(tx), date(2026, 12, 31))
            assert entry is not None
            store.post(tx, entry, clock=clock, made_by=FINANCE.user_id)
    clock.forward(days=300)
    reverse(clock, "donation", gift)
    assert world.movements() == [(PLEDGED, CONTRA, "HD1-1", 12000), (UNRESTRICTED, RESTRICTED, "HD1-1", 60),
                                 (WECHAT, UNRESTRICTED, "HD1-1", 60), (RESTRICTED, WECHAT, "HD1-1", 12000)]
    assert world.entries()[-1].effective_on == date(2027, 2, 9)
    assert world.books() == ({} if closed else {(INCOME, "HD1-1"): -12000, (FEE, "HD1-1"): 60,
                                                (RESTRICTED, "HD1-1"): 12000, (UNRESTRICTED, "HD1-1"): -60})
    assert (world.promised(), world.progress()) == ({"HD1-1": 20000}, {"pledged": 20000})
    assert (world.line(line.id).used_fen, world.problems()) == (0, [])
    receipts.allocate_line(actor=STAFF, clock=clock, line_id=line.id, sub_code="LB1-1")
    # It was income of no year before: what belongs to another project is that project's income now.
    assert world.movements()[0] == (WECHAT, INCOME, "LB1-1", 12000)
    assert world.problems() == []


def test_our_own_fault_is_a_management_cost(clock: FixedClock) -> None:
    world.give(clock, 10000)
    refund(clock, fault="ours")
    assert world.movements() == [(MANAGEMENT, BANK, "HD1-1", 10000), (RESTRICTED, UNRESTRICTED, "HD1-1", 10000)]
    assert world.problems() == []


def test_the_general_fund_makes_up_what_was_spent(clock: FixedClock) -> None:
    world.give(clock, 10000)
    gift = newest(Donation)
    world.give(clock, 5000, code=None)
    pay(clock, 4000)
    with pytest.raises(GiftSpent):
        refund(clock, "donation", gift)
    refund(clock, "donation", gift, general_pays=True)
    assert world.movements() == [(BANK, TRANSFER, "HD1-1", 4000), (TRANSFER, BANK, "GEN", 4000),
                                 (INCOME, BANK, "HD1-1", 10000)]
    assert (store.free(db.session, "HD1-1"), store.free(db.session, "GEN")) == (0, 1000)
    assert world.problems() == []


def test_the_general_fund_has_to_have_it(clock: FixedClock) -> None:
    world.give(clock, 10000)
    pay(clock, 4000)
    with pytest.raises(GiftSpent) as refused:
        refund(clock, general_pays=True)
    assert refused.value.facts == {"fund": "GEN", "available_fen": 0, "requested_fen": 4000}


def test_part_of_an_over_payment_goes_back(clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    line = world.receive(clock, 15000, reference=pledge.reference)
    refund(clock, "suspense", amount_fen=3000)
    assert world.movements() == [(SUSPENSE, BANK, "HOLD", 3000)]
    assert world.books() == {(BANK, "HD1-1"): 10000, (BANK, "HOLD"): 2000, (INCOME, "HD1-1"): -10000,
                             (SUSPENSE, "HOLD"): -2000}
    assert sorted(lines.became(db.session, line.id).items()) == [
        (("donation", 1), 10000), (("refund", 1), 3000), (("suspense", 1), 2000)]
    refund(clock, "suspense")
    with pytest.raises(WrongState):
        refund(clock, "suspense")
    assert (world.line(line.id).used_fen, world.problems()) == (15000, [])
