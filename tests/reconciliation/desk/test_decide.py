"""A person confirms a candidate, or splits a line by hand: every movement and balance, the rest, fee and history."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from charityledger.clock import FixedClock
from charityledger.donations import lines
from charityledger.donations.donors import DonorFacts
from charityledger.donations.models import Donation, Donor, LineNote, Suspense
from charityledger.errors import LineOverused, NotFound
from charityledger.extensions import db
from charityledger.reconciliation import candidates, decide
from charityledger.reconciliation.decide import CandidateGone, Share
from charityledger.reconciliation.handling import NothingLeft, WrongDirection
from charityledger.reconciliation.matching.model import Candidate
from tests.donations import world
from tests.donations.world import (
    BANK,
    CONTRA,
    DAY,
    FEE,
    INCOME,
    INCOME_FREE,
    PLEDGED,
    RESTRICTED,
    STAFF,
    SUSPENSE,
    UNRESTRICTED,
    WECHAT,
)
from tests.reconciliation.desk import world as desk

MINGYUAN, MINGDA = "郑州明远商贸有限公司", "郑州明达商贸有限公司"


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)


def best(line_id: int) -> list[Candidate]:
    verdict = candidates.judge(db.session(), [world.line(line_id)], thorough=line_id)[line_id]
    return [*([verdict.confirmed] if verdict.confirmed else []), *verdict.candidates]


def confirm(clock: FixedClock, line_id: int, chosen: Candidate | None = None, **more: object) -> int:
    chosen = chosen or best(line_id)[0]
    parts = tuple((part.pledge_id, part.amount_fen) for part in chosen.parts)
    return decide.confirm(actor=STAFF, clock=clock, line_id=line_id, parts=parts, **more)  # type: ignore[arg-type]


def split(clock: FixedClock, line_id: int, *shares: Share, **more: object) -> int:
    return decide.split(actor=STAFF, clock=clock, line_id=line_id, shares=shares, **more)  # type: ignore[arg-type]


def test_a_name_and_an_amount_are_confirmed(clock: FixedClock) -> None:
    pledge, other = world.promise(clock, 10000), world.promise(clock, 10000, code="LB1-1", name=MINGDA)
    line_id = desk.line(10000, who=MINGYUAN)
    [only] = best(line_id)
    assert (only.tier, [part.pledge_id for part in only.parts]) == (3, [pledge.id])
    confirm(clock, line_id)
    assert world.movements() == [(BANK, INCOME, "HD1-1", 10000), (CONTRA, PLEDGED, "HD1-1", 10000)]
    assert (world.pledge(pledge.id).state, world.pledge(other.id).paid) == ("fulfilled", 0)
    assert desk.state(line_id) == (10000, False)
    note = db.session.scalars(select(LineNote)).one()
    assert (note.step, note.tier, note.code, note.by) == ("matched", 3, only.reason.code, STAFF.user_id)
    assert world.problems() == []


def test_what_is_too_much_waits_in_the_same_entry(clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    line_id = desk.line(15000, who=MINGYUAN, memo=pledge.reference)
    chosen = best(line_id)[0]
    assert (chosen.parts[0].amount_fen, chosen.rest_fen) == (10000, 5000)
    confirm(clock, line_id, chosen)
    assert world.movements() == [(BANK, INCOME, "HD1-1", 10000), (BANK, SUSPENSE, "HOLD", 5000),
                                 (CONTRA, PLEDGED, "HD1-1", 10000)]
    held = db.session.scalars(select(Suspense)).one()
    assert (held.amount_fen, held.reason, held.pledge_id, desk.state(line_id)) == (
        5000, "over_payment", pledge.id, (15000, False))
    assert world.problems() == []


def test_one_line_keeps_two_promises(clock: FixedClock) -> None:
    first, second = world.promise(clock, 10000), world.promise(clock, 7000, code="LB1-1")
    line_id = desk.line(17000, who=MINGYUAN)
    chosen = next(c for c in best(line_id) if len(c.parts) == 2)
    confirm(clock, line_id, chosen)
    assert (world.pledge(first.id).state, world.pledge(second.id).state) == ("fulfilled", "fulfilled")
    assert world.books() == {(BANK, "HD1-1"): 10000, (BANK, "LB1-1"): 7000, (INCOME, "HD1-1"): -10000,
                             (INCOME, "LB1-1"): -7000}
    assert world.problems() == []


def test_two_lines_keep_one_promise(clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    for fen, state in ((4000, "part_paid"), (6000, "fulfilled")):
        line_id = desk.line(fen, who=MINGYUAN, memo=pledge.reference)
        confirm(clock, line_id)
        assert world.pledge(pledge.id).state == state
    assert world.problems() == []


def test_the_fee_of_the_same_order_goes_with_it(clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    line_id = desk.line(10000, account="WECHAT", who="", memo=pledge.reference, order="42")
    fee = desk.line(-60, account="WECHAT", order="42", kind="fee")
    confirm(clock, line_id)
    assert world.movements() == [(FEE, WECHAT, "HD1-1", 60), (RESTRICTED, UNRESTRICTED, "HD1-1", 60)]
    assert (desk.allocations(fee), desk.state(fee)) == ([("fee", 60)], (60, False))
    assert world.problems() == []


def test_a_suggestion_that_does_not_fit_any_more_is_refused(clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    line_id, other = desk.line(10000, who=MINGYUAN), desk.line(10000, who=MINGYUAN, minute=5)
    chosen = best(line_id)[0]
    confirm(clock, other)
    before = world.books()
    with pytest.raises(CandidateGone):
        confirm(clock, line_id, chosen)
    with pytest.raises(NothingLeft):
        confirm(clock, other, chosen)
    with pytest.raises(CandidateGone):      # parts that nobody suggested
        decide.confirm(actor=STAFF, clock=clock, line_id=line_id, parts=((pledge.id, 1),))
    assert (world.books(), desk.state(line_id)) == (before, (0, False))


def test_a_form_that_comes_twice_acts_once(clock: FixedClock) -> None:
    world.promise(clock, 10000)
    line_id = desk.line(10000, who=MINGYUAN)
    chosen = best(line_id)[0]
    assert confirm(clock, line_id, chosen, key="form") == confirm(clock, line_id, chosen, key="form")
    assert len([e for e in world.entries() if e.kind == "gift"]) == 1


def test_a_line_is_split_over_everything(clock: FixedClock) -> None:
    pledge = world.promise(clock, 5000)
    line_id = desk.line(20000)
    split(clock, line_id, Share("pledge", 6000, pledge.reference), Share("project", 4000, "LB1-1"),
          Share("general", 3000), Share("suspense", 2000), donor=DonorFacts("individual", "周宁", "13800138000"),
          shown="full", note="电话确认")
    assert world.books() == {
        (BANK, "HD1-1"): 5000, (BANK, "LB1-1"): 4000, (BANK, "GEN"): 3000, (BANK, "HOLD"): 3000,
        (INCOME, "HD1-1"): -5000, (INCOME, "LB1-1"): -4000, (INCOME_FREE, "GEN"): -3000, (SUSPENSE, "HOLD"): -3000}
    assert desk.state(line_id) == (15000, False)        # the rest waits
    given = db.session.scalars(select(Donor).where(Donor.name == "周宁")).one()
    assert [(gift.donor_id, gift.shown) for gift in db.session.scalars(
        select(Donation).where(Donation.pledge_id.is_(None)).order_by(Donation.id))] == [(given.id, "full")] * 2
    assert desk.history(line_id) == [("matched", "by_hand")]
    split(clock, line_id, Share("general", 5000))
    assert (desk.state(line_id), world.problems()) == ((20000, False), [])


def test_what_a_project_cannot_take_waits(clock: FixedClock) -> None:
    line_id = desk.line(120000)
    split(clock, line_id, Share("project", 120000, "LB1-1"))
    assert world.books() == {(BANK, "LB1-1"): 100000, (BANK, "HOLD"): 20000, (INCOME, "LB1-1"): -100000,
                             (SUSPENSE, "HOLD"): -20000}
    assert world.problems() == []


def test_instalments_are_paid_oldest_due_first(clock: FixedClock) -> None:
    from charityledger.donations import adoption
    from charityledger.donations.adoption import AdoptionWish
    from charityledger.ids import SequenceIds

    wish = AdoptionWish("HD1-1", "cash", 9000, "full", due_on=(date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)))
    pledge_id = adoption.accept(actor=STAFF, clock=clock, ids=SequenceIds(77), wish=wish,
                                donor=DonorFacts("enterprise", MINGYUAN, "0371-68880000"))
    line_id = desk.line(3000, who=MINGYUAN)
    chosen = best(line_id)[0]
    assert (chosen.tier, chosen.parts[0].amount_fen, chosen.rest_fen) == (3, 3000, 0)
    confirm(clock, line_id, chosen)
    assert (world.pledge(pledge_id).paid, world.pledge(pledge_id).state) == (3000, "part_paid")


@pytest.mark.parametrize("shares", [
    (), (Share("general", 10001),), (Share("general", 6000), Share("suspense", 5000)), (Share("general", 0),)],
    ids=["nothing", "too much", "too much together", "zero"])
def test_a_split_stays_within_the_line(clock: FixedClock, shares: tuple[Share, ...]) -> None:
    line_id = desk.line(10000)
    with pytest.raises(LineOverused):
        split(clock, line_id, *shares)
    assert (world.books(), desk.state(line_id)) == ({}, (0, False))


def test_all_of_a_split_or_nothing(clock: FixedClock) -> None:
    line_id = desk.line(10000)
    with pytest.raises(NotFound):
        split(clock, line_id, Share("general", 1000), Share("project", 1000, "XX9-9"))
    assert (world.books(), desk.state(line_id), lines.became(db.session, line_id)) == ({}, (0, False), {})
    with pytest.raises(WrongDirection):
        split(clock, desk.line(-10000), Share("general", 1000))


def test_a_line_of_another_day_is_booked_on_its_own(clock: FixedClock) -> None:
    line_id = desk.line(1000, on=date(2026, 4, 3))
    split(clock, line_id, Share("general", 1000))
    assert (world.entries()[-1].effective_on, DAY) == (date(2026, 4, 3), date(2026, 4, 15))
