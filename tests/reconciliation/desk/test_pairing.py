"""What is in the books already is paired, and nothing is posted twice; payments and gifts that came back."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from charityledger.clock import FixedClock
from charityledger.donations import approvals, disbursements, lines, receipts, refunds
from charityledger.donations.models import Disbursement, Donation, Request, Suspense
from charityledger.errors import NotFound, SamePerson
from charityledger.extensions import db
from charityledger.reconciliation import decide, explain, pairing, returns, undo
from charityledger.reconciliation.decide import Share
from charityledger.reconciliation.handling import LineDiffers, OtherAccount, WrongDirection
from tests.donations import world
from tests.donations.test_disbursements import pay
from tests.donations.test_reversals import newest
from tests.donations.world import BANK, COST, DAY, FINANCE, INCOME, RESTRICTED, STAFF, SUSPENSE, UNRESTRICTED
from tests.reconciliation.desk import world as desk
from tests.reconciliation.desk.world import ABOVE


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)


def pair(clock: FixedClock, line_id: int, entry_id: int) -> int:
    return pairing.pair(actor=STAFF, clock=clock, line_id=line_id, entry_id=entry_id)


def entry_of(payment: int) -> int:
    db.session.rollback()
    found = db.session.get_one(Disbursement, payment).entry_id
    assert found is not None
    return found


def offered(line_id: int) -> list[tuple[int, int]]:
    return [(e.entry_id, e.left_fen) for e in pairing.open_entries(db.session(), world.line(line_id))]


def test_an_outflow_stands_for_an_approved_payment(clock: FixedClock) -> None:
    world.give(clock, 50000)
    payment = pay(clock, 15000)
    line_id = desk.line(-15000, who="青槐建材")
    before = (len(world.entries()), world.books())
    assert offered(line_id) == [(entry_of(payment), 15000)]
    pair(clock, line_id, entry_of(payment))
    assert (len(world.entries()), world.books()) == before
    assert (desk.allocations(line_id), desk.state(line_id)) == ([("disbursement", 15000)], (15000, False))
    assert lines.became(db.session, line_id) == {("disbursement", payment): 15000}
    other = desk.line(-15000, who="青槐建材")
    assert offered(other) == []
    with pytest.raises(LineDiffers):
        pair(clock, other, entry_of(payment))
    assert world.problems() == []


def test_one_line_may_pay_two_payments_and_two_lines_one(clock: FixedClock) -> None:
    world.give(clock, 50000)
    first, second = pay(clock, 15000), pay(clock, 5000)
    batch = desk.line(-18000)
    pair(clock, batch, entry_of(first))
    assert desk.state(batch)[0] == 15000
    pair(clock, batch, entry_of(second))
    assert desk.allocations(batch) == [("disbursement", 15000), ("disbursement", 3000)]
    rest = desk.line(-2000)
    assert offered(rest) == [(entry_of(second), 2000)]
    pair(clock, rest, entry_of(second))
    assert (desk.state(rest), offered(desk.line(-2000))) == ((2000, False), [])


def test_a_refund_in_the_books_is_paired_with_its_line(clock: FixedClock) -> None:
    world.give(clock, 10000)
    asked = refunds.request(actor=STAFF, clock=clock, what="donation", subject_id=newest(Donation),
                            account_code="BANK", reason="捐赠人申请")
    approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")
    line_id = desk.line(-10000)
    [(entry_id, fen)] = offered(line_id)
    pair(clock, line_id, entry_id)
    assert (fen, lines.became(db.session, line_id)) == (10000, {("refund", asked): 10000})
    assert (world.books(), world.problems()) == ({}, [])


def test_entries_of_another_account_or_direction_or_kind_are_not_paired(clock: FixedClock) -> None:
    world.give(clock, 50000)
    payment = pay(clock, 15000)
    for line_id in (desk.line(-15000, account="WECHAT"), desk.line(15000)):
        assert offered(line_id) == []
        with pytest.raises(LineDiffers):
            pair(clock, line_id, entry_of(payment))
    with pytest.raises(NotFound):
        pair(clock, desk.line(50000), world.entries()[0].id)      # a gift


def test_a_line_entered_by_hand_is_replaced_by_the_same_line_of_the_file(clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    by_hand = world.receive(clock, 15000, reference=pledge.reference)
    waits = newest(Suspense)
    receipts.settle_suspense(actor=STAFF, clock=clock, suspense_id=waits, on=DAY, sub_code="LB1-1", amount_fen=2000)
    from_file = desk.line(15000, on=DAY + timedelta(days=1))
    assert [row.id for row in pairing.twins(db.session(), world.line(from_file))] == [by_hand.id]
    before = (len(world.entries()), world.books())
    pairing.take_over(actor=STAFF, clock=clock, line_id=from_file, twin_id=by_hand.id)
    assert (len(world.entries()), world.books()) == before
    assert (desk.state(by_hand.id), desk.state(from_file)) == ((0, True), (15000, False))
    assert sum(lines.became(db.session, from_file).values()) == 15000
    assert {gift.statement_line_id for gift in db.session.scalars(select(Donation))} == {from_file}
    # What waits can still be settled, from the line where it stands now.
    receipts.settle_suspense(actor=STAFF, clock=clock, suspense_id=waits, on=DAY)
    assert world.problems() == []

    undo.undo(actor=STAFF, clock=clock, line_id=from_file, reason="不是同一笔", second_above_yuan=ABOVE)
    assert (desk.state(by_hand.id), desk.state(from_file)) == ((15000, False), (0, False))
    assert len(world.entries()) == before[0] + 1
    assert world.problems() == []


def test_only_the_same_line_is_taken_over(clock: FixedClock) -> None:
    by_hand = world.give(clock, 10000)
    for line_id, error in ((desk.line(9999), LineDiffers), (desk.line(10000, account="WECHAT"), OtherAccount)):
        with pytest.raises(error):
            pairing.take_over(actor=STAFF, clock=clock, line_id=line_id, twin_id=by_hand.id)
    with pytest.raises(OtherAccount):       # a line of a file is nobody's copy
        pairing.take_over(actor=STAFF, clock=clock, line_id=desk.line(500), twin_id=desk.line(500))


def test_a_payment_that_came_back(clock: FixedClock) -> None:
    world.give(clock, 50000)
    payment = pay(clock, 15000)
    clock.forward(days=3)
    line_id = desk.line(15000, who="青槐建材", on=DAY + timedelta(days=3))
    assert [row.id for row in returns.payments_back(db.session(), world.line(line_id))] == [payment]
    with pytest.raises(SamePerson):
        returns.came_back(actor=STAFF, clock=clock, line_id=line_id, disbursement_id=payment)
    with pytest.raises(LineDiffers):
        returns.came_back(actor=FINANCE, clock=clock, line_id=desk.line(14999), disbursement_id=payment)
    with pytest.raises(OtherAccount):
        returns.came_back(actor=FINANCE, clock=clock, line_id=desk.line(15000, account="WECHAT"),
                          disbursement_id=payment)
    returns.came_back(actor=FINANCE, clock=clock, line_id=line_id, disbursement_id=payment)
    assert world.movements() == [(BANK, COST, "HD1-1", 15000), (UNRESTRICTED, RESTRICTED, "HD1-1", 15000)]
    assert (db.session.get_one(Disbursement, payment).state, world.progress()) == ("returned", {"received": 30000})
    assert desk.allocations(line_id) == [("returned", 15000)]
    assert world.problems() == []


def test_a_return_recorded_before_is_paired(clock: FixedClock) -> None:
    world.give(clock, 50000)
    payment = pay(clock, 15000)
    disbursements.returned(actor=FINANCE, clock=clock, disbursement_id=payment, on=DAY)
    line_id = desk.line(15000)
    [(entry_id, _fen)] = offered(line_id)
    pair(clock, line_id, entry_id)
    assert lines.became(db.session, line_id) == {("returned", payment): 15000}
    undo.undo(actor=STAFF, clock=clock, line_id=line_id, reason="看错", second_above_yuan=ABOVE)
    db.session.rollback()
    assert db.session.get_one(Disbursement, payment).state == "returned"      # only the pairing went
    assert world.problems() == []


def test_a_gift_that_the_wallet_sent_back(clock: FixedClock) -> None:
    gift_line = desk.line(10000, account="WECHAT", order="4200001", who="周宁")
    receipts.allocate_line(actor=STAFF, clock=clock, line_id=gift_line, sub_code="HD1-1")
    gift = newest(Donation)
    back = desk.line(-10000, account="WECHAT", order="4200001", kind="refund", on=DAY + timedelta(days=2))
    clock.forward(days=2)
    [found] = returns.gifts_back(db.session(), world.line(back))
    assert (found.what, found.subject_id, found.same_order) == ("donation", gift, True)
    asked = returns.sent_back(actor=STAFF, clock=clock, line_id=back, what="donation", subject_id=gift, reason="退款")
    assert (desk.state(back), desk.history(back)) == ((0, False), [("asked", "refund")])
    with pytest.raises(SamePerson):
        approvals.decide(actor=STAFF, clock=clock, request_id=asked, decision="approve")
    approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")
    assert world.movements() == [(INCOME, "1009.1-WECHAT", "HD1-1", 10000)]
    assert (lines.became(db.session, back), db.session.get_one(Donation, gift).state) == (
        {("refund", asked): 10000}, "refunded")
    assert (world.books(), world.problems()) == ({}, [])


@pytest.mark.parametrize("fee_fund", [None, "GEN"])
def test_a_wallet_sends_a_gift_back_less_the_fee_that_it_gives_back(clock: FixedClock, fee_fund: str | None) -> None:
    """WeChat: 退款总金额50.00元;含手续费0.30元 is one line of 49.70. Afterwards nothing of gift or fee is left."""
    if fee_fund:
        world.give(clock, 1000, code=None)
    before = world.books()
    gift_line = desk.line(5000, account="WECHAT", order="4200002", who="周宁")
    fee_line = desk.line(-30, account="WECHAT", order="4200002", kind="fee")
    decide.split(actor=STAFF, clock=clock, line_id=gift_line, shares=(Share("project", 5000, "HD1-1"),))
    if fee_fund:
        undo.undo(actor=STAFF, clock=clock, line_id=fee_line, reason="归非限定", second_above_yuan=ABOVE)
        explain.explain(actor=STAFF, clock=clock, line_id=fee_line, what="fee", fee_fund=fee_fund,
                        second_above_yuan=ABOVE)
    back = desk.line(-4970, account="WECHAT", order="4200002", kind="refund", on=DAY)
    [found] = returns.gifts_back(db.session(), world.line(back))
    assert (found.amount_fen, found.same_order) == (5000, True)
    asked = returns.sent_back(actor=STAFF, clock=clock, line_id=back, what="donation", subject_id=found.subject_id,
                              reason="退款")
    approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")
    assert lines.became(db.session, back) == {("refund", asked): 4970}
    assert (world.books(), world.problems()) == (before, [])


def test_money_in_suspense_sent_back_in_part(clock: FixedClock) -> None:
    line_id = desk.line(10000, who="周宁")
    receipts.allocate_line(actor=STAFF, clock=clock, line_id=line_id)
    back = desk.line(-4000, who="周宁", on=DAY + timedelta(days=2))
    [found] = returns.gifts_back(db.session(), world.line(back))
    assert (found.what, found.amount_fen) == ("suspense", 10000)
    asked = returns.sent_back(actor=STAFF, clock=clock, line_id=back, what="suspense", subject_id=found.subject_id,
                              reason="多付")
    approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")
    assert world.movements() == [(SUSPENSE, BANK, "HOLD", 4000)]
    assert lines.became(db.session, back) == {("refund", asked): 4000}
    assert world.problems() == []


def test_what_was_not_sent_back(clock: FixedClock) -> None:
    world.give(clock, 10000)
    gift = newest(Donation)
    with pytest.raises(WrongDirection):
        returns.sent_back(actor=STAFF, clock=clock, line_id=desk.line(10000), what="donation", subject_id=gift,
                          reason="x")
    with pytest.raises(LineDiffers):        # a gift goes back whole
        returns.sent_back(actor=STAFF, clock=clock, line_id=desk.line(-9999), what="donation", subject_id=gift,
                          reason="x")
    assert db.session.scalars(select(Request)).all() == []
