"""Lines that keep no promise: every movement and balance of what they are booked as, by one person or two."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from charityledger.clock import FixedClock
from charityledger.donations import approvals, lines, receipts
from charityledger.donations.models import Suspense
from charityledger.donations.pledges import NoteMissing
from charityledger.donations.requests import AskedAlready
from charityledger.errors import FundOverdrawn, LineOverused, SamePerson
from charityledger.extensions import db
from charityledger.ledger.models import JournalEntry
from charityledger.reconciliation import explain
from charityledger.reconciliation.handling import LineDiffers, NothingLeft, WrongDirection
from tests.donations import world
from tests.donations.world import (
    BANK,
    FEE,
    FINANCE,
    INCOME,
    INCOME_FREE,
    MANAGEMENT,
    RESTRICTED,
    STAFF,
    SUSPENSE,
    UNRESTRICTED,
    WECHAT,
)
from tests.reconciliation.desk import world as desk
from tests.reconciliation.desk.world import ABOVE

OTHER = "4901"


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)


def say(clock: FixedClock, line_id: int, what: explain.What, *, above: int = ABOVE, fee_fund: str | None = None) -> int:
    return explain.explain(actor=STAFF, clock=clock, line_id=line_id, what=what, second_above_yuan=above,
                           fee_fund=fee_fund, reason="回单")


@pytest.mark.parametrize(("what", "account"), [("interest", OTHER), ("other_income", OTHER)])
def test_money_that_came_in_and_is_no_gift(clock: FixedClock, what: explain.What, account: str) -> None:
    line_id = desk.line(321)
    assert say(clock, line_id, what) == 0
    assert world.movements() == [(BANK, account, "GEN", 321)]
    assert world.books() == {(BANK, "GEN"): 321, (account, "GEN"): -321}
    assert (world.entries()[-1].kind, world.entries()[-1].approved_by) == (what, None)
    assert (desk.state(line_id), desk.allocations(line_id)) == ((321, False), [(what, 321)])
    assert desk.history(line_id) == [("explained", what)]
    assert world.problems() == []


def test_a_banks_charge_is_the_general_funds(clock: FixedClock) -> None:
    world.give(clock, 1000, code=None)
    line_id = desk.line(-200)
    assert say(clock, line_id, "charge") == 0
    assert world.movements() == [(MANAGEMENT, BANK, "GEN", 200)]
    assert world.books() == {(BANK, "GEN"): 800, (INCOME_FREE, "GEN"): -1000, (MANAGEMENT, "GEN"): 200}
    assert desk.allocations(line_id) == [("charge", 200)]
    assert world.problems() == []


def gift_with_order(clock: FixedClock, fen: int = 10000, *, order: str = "4200001") -> int:
    line_id = desk.line(fen, account="WECHAT", order=order)
    receipts.allocate_line(actor=STAFF, clock=clock, line_id=line_id, sub_code="HD1-1")
    return line_id


def test_a_wallets_fee_is_borne_by_the_fund_of_its_gift(clock: FixedClock) -> None:
    gift_with_order(clock)
    fee = desk.line(-60, account="WECHAT", order="4200001", kind="fee")
    say(clock, fee, "fee")
    assert world.movements() == [(FEE, WECHAT, "HD1-1", 60), (RESTRICTED, UNRESTRICTED, "HD1-1", 60)]
    assert world.books() == {(WECHAT, "HD1-1"): 9940, (INCOME, "HD1-1"): -10000, (FEE, "HD1-1"): 60,
                             (RESTRICTED, "HD1-1"): 60, (UNRESTRICTED, "HD1-1"): -60}
    assert (desk.allocations(fee), world.problems()) == ([("fee", 60)], [])


def test_a_wallets_fee_is_borne_by_the_general_fund_where_that_is_set(clock: FixedClock) -> None:
    world.give(clock, 100, code=None, account="WECHAT")
    gift_with_order(clock)
    fee = desk.line(-60, account="WECHAT", order="4200001", kind="fee")
    say(clock, fee, "fee", fee_fund="GEN")
    assert world.movements() == [(FEE, WECHAT, "GEN", 60)]


def test_a_fee_without_a_gift_is_the_general_funds_or_refused(clock: FixedClock) -> None:
    fee = desk.line(-60, account="WECHAT", order="4200009", kind="fee")
    with pytest.raises(FundOverdrawn):
        say(clock, fee, "fee")
    assert (desk.state(fee), desk.history(fee)) == ((0, False), [])
    world.give(clock, 100, code=None, account="WECHAT")
    say(clock, fee, "fee")
    assert world.movements() == [(FEE, WECHAT, "GEN", 60)]


def test_a_fee_that_the_gift_carries_is_not_booked_twice(clock: FixedClock) -> None:
    """Entered by hand with its fee; then the wallet's file brings the gift's line and the fee's."""
    from charityledger.reconciliation import pairing

    by_hand = world.give(clock, 10000, account="WECHAT", fee_fen=60)
    gift = desk.line(10000, account="WECHAT", order="4200001")
    fee = desk.line(-60, account="WECHAT", order="4200001", kind="fee")
    pairing.take_over(actor=STAFF, clock=clock, line_id=gift, twin_id=by_hand.id)
    before = (len(world.entries()), world.books())
    say(clock, fee, "fee")
    assert (len(world.entries()), world.books()) == before
    assert (desk.state(fee), desk.history(fee)) == ((60, False), [("explained", "fee_carried")])
    assert world.problems() == []


@pytest.mark.parametrize(("fen", "what"), [(100, "fee"), (100, "charge"), (-100, "interest"), (-100, "other_income")])
def test_the_direction_must_fit(clock: FixedClock, fen: int, what: explain.What) -> None:
    with pytest.raises(WrongDirection):
        say(clock, desk.line(fen), what)


def test_above_the_set_amount_a_second_person_decides(clock: FixedClock) -> None:
    line_id = desk.line(500001)
    asked = say(clock, line_id, "other_income")
    assert asked > 0
    assert (world.books(), desk.state(line_id)) == ({}, (0, False))
    with pytest.raises(AskedAlready):
        say(clock, line_id, "other_income")
    with pytest.raises(SamePerson):
        approvals.decide(actor=STAFF, clock=clock, request_id=asked, decision="approve")
    approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")
    entry = world.entries()[-1]
    assert (entry.kind, entry.made_by, entry.approved_by) == ("other_income", STAFF.user_id, FINANCE.user_id)
    assert world.books() == {(BANK, "GEN"): 500001, (OTHER, "GEN"): -500001}
    assert desk.history(line_id) == [("asked", "other_income"), ("explained", "other_income")]
    assert world.problems() == []


def test_up_to_the_set_amount_one_person_does_it_and_nothing_means_always(clock: FixedClock) -> None:
    assert say(clock, desk.line(500000), "interest") == 0
    assert say(clock, desk.line(1), "interest", above=0) > 0


def test_a_second_person_may_decline(clock: FixedClock) -> None:
    line_id = desk.line(500001)
    asked = say(clock, line_id, "interest")
    approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="reject", note="是捐款")
    assert (world.entries(), desk.state(line_id)) == ([], (0, False))
    assert desk.history(line_id)[-1] == ("refused", "interest")
    say(clock, line_id, "interest")     # may be asked again


def test_a_line_that_was_used_meanwhile_is_not_booked_by_the_second_person(clock: FixedClock) -> None:
    line_id = desk.line(500001)
    asked = say(clock, line_id, "interest")
    receipts.allocate_line(actor=STAFF, clock=clock, line_id=line_id, general=True, amount_fen=1)
    with pytest.raises(LineDiffers):
        approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")


def test_a_form_that_comes_twice_acts_once(clock: FixedClock) -> None:
    line_id = desk.line(100)
    for _ in range(2):
        assert explain.explain(actor=STAFF, clock=clock, line_id=line_id, what="interest", second_above_yuan=ABOVE,
                               key="form") == 0
    assert len(world.entries()) == 1
    with pytest.raises(NothingLeft):
        say(clock, line_id, "interest")


def test_money_that_came_in_is_held_in_suspense_with_a_note(clock: FixedClock) -> None:
    line_id = desk.line(5000)
    explain.hold(actor=STAFF, clock=clock, line_id=line_id, note="等对方来电话", in_suspense=True)
    assert world.movements() == [(BANK, SUSPENSE, "HOLD", 5000)]
    held = db.session.scalars(select(Suspense)).one()
    assert (held.amount_fen, held.reason, desk.state(line_id)) == (5000, "no_reference", (5000, False))
    assert desk.history(line_id) == [("held", "in_suspense")]
    assert world.problems() == []


def test_a_line_is_held_open_and_taken_up_again(clock: FixedClock) -> None:
    line_id = desk.line(-5000)
    with pytest.raises(NoteMissing):
        explain.hold(actor=STAFF, clock=clock, line_id=line_id, note="  ", in_suspense=False)
    with pytest.raises(WrongDirection):
        explain.hold(actor=STAFF, clock=clock, line_id=line_id, note="问银行", in_suspense=True)
    explain.hold(actor=STAFF, clock=clock, line_id=line_id, note="问银行", in_suspense=False)
    assert (desk.state(line_id), world.entries()) == ((0, True), [])
    explain.resume(actor=STAFF, clock=clock, line_id=line_id)
    assert desk.state(line_id) == (0, False)
    assert desk.history(line_id) == [("held", "kept_open"), ("resumed", "")]


def test_a_held_line_that_is_dealt_with_is_held_no_more(clock: FixedClock) -> None:
    line_id = desk.line(100)
    explain.hold(actor=STAFF, clock=clock, line_id=line_id, note="问银行", in_suspense=False)
    say(clock, line_id, "interest")
    assert desk.state(line_id) == (100, False)


def test_a_line_in_another_currency_is_kept_and_never_used(clock: FixedClock) -> None:
    line_id = desk.line(10000, currency="USD")
    with pytest.raises(NothingLeft):
        say(clock, line_id, "interest")
    with pytest.raises(LineOverused):
        receipts.allocate_line(actor=STAFF, clock=clock, line_id=line_id, general=True)
    explain.hold(actor=STAFF, clock=clock, line_id=line_id, note="美元，另行结汇", in_suspense=False)
    assert desk.state(line_id) == (0, True)


def test_a_line_of_a_closed_month_is_booked_on_the_first_open_day(clock: FixedClock) -> None:
    from charityledger.database import transaction
    from charityledger.ledger import periods

    line_id = desk.line(100, on=date(2026, 3, 30))
    say(clock, desk.line(5, on=date(2026, 3, 30)), "interest")
    with transaction() as tx:
        periods.close(tx, "202603", clock.now())
    say(clock, line_id, "interest")
    assert db.session.get_one(JournalEntry, world.entries()[-1].id).effective_on == date(2026, 4, 1)
    assert lines.became(db.session, line_id) == {("interest", line_id): 100}
