"""Surplus from one project to another: asked with evidence, approved by a second person, published on both."""

import pytest
from flask import Flask
from sqlalchemy import select

from charityledger.clock import FixedClock
from charityledger.donations import approvals, surplus
from charityledger.donations.surplus import TransferWish
from charityledger.errors import FundOverdrawn, SamePerson
from charityledger.extensions import db
from charityledger.ledger import store
from charityledger.projects.models import ProjectUpdate
from tests.donations import world
from tests.donations.world import BANK, FINANCE, INCOME, STAFF, TRANSFER


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)
    world.give(clock, 50000)


def wish(fen: int, giving: str = "HD1-1", taking: str = "LB1-1", *, evidence: bool = True) -> TransferWish:
    return TransferWish(giving, taking, fen, "BANK", "consent", ((world.stored(), "同意书.pdf"),) if evidence else ())


def ask(clock: FixedClock, fen: int) -> int:
    return surplus.request(actor=STAFF, clock=clock, wish=wish(fen), reason="灶台已完工，尚有结余")


def free(fund: str = "HD1-1") -> int:
    db.session.rollback()
    return store.free(db.session, fund)


def test_surplus_changes_its_fund(clock: FixedClock) -> None:
    asked = ask(clock, 2000)
    assert free() == 48000
    with pytest.raises(SamePerson):
        approvals.decide(actor=STAFF, clock=clock, request_id=asked, decision="approve")
    approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")
    assert world.movements() == [(BANK, TRANSFER, "LB1-1", 2000), (TRANSFER, BANK, "HD1-1", 2000)]
    assert world.books() == {(BANK, "HD1-1"): 48000, (BANK, "LB1-1"): 2000, (INCOME, "HD1-1"): -50000,
                             (TRANSFER, "HD1-1"): 2000, (TRANSFER, "LB1-1"): -2000}
    assert (free(), free("LB1-1")) == (48000, 2000)
    # A transfer is no gift, so nothing counts as received twice.
    assert world.progress("LB1-1") == {}
    assert world.problems() == []


def test_it_is_published_on_both_projects(clock: FixedClock) -> None:
    approvals.decide(actor=FINANCE, clock=clock, request_id=ask(clock, 2000), decision="approve")
    db.session.rollback()
    told = db.session.scalars(select(ProjectUpdate).order_by(ProjectUpdate.sub_project_id)).all()
    assert [update.sub_project_id for update in told] == [world.sub_id("HD1-1"), world.sub_id("LB1-1")]
    assert {update.body_zh for update in told} == {
        "结余划转：“社区小厨房”结余 ¥20，已经捐赠人同意，转给“院落绿化”使用。"}
    assert {update.body_en for update in told} == {
        "Surplus moved: ¥20 left over from Kitchen goes to Yard, with the donors' consent."}


def test_declined_or_taken_back_nothing_moves(clock: FixedClock) -> None:
    approvals.decide(actor=FINANCE, clock=clock, request_id=ask(clock, 2000), decision="reject", note="缺公示")
    approvals.withdraw(actor=STAFF, clock=clock, request_id=ask(clock, 2000))
    assert (free(), len(world.entries())) == (50000, 1)
    assert world.problems() == []


def test_what_a_transfer_must_have(clock: FixedClock) -> None:
    for error, wrong in ((surplus.SameProject, wish(1, taking="HD1-1")), (surplus.AmountNotPositive, wish(0)),
                         (surplus.NoEvidence, wish(1, evidence=False)), (FundOverdrawn, wish(50001))):
        with pytest.raises(error):
            surplus.request(actor=STAFF, clock=clock, wish=wrong, reason="结余")
    ask(clock, 50000)
    with pytest.raises(FundOverdrawn):
        ask(clock, 1)
