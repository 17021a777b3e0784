"""A match is undone by a reversing record with actor and reason, while its month is open; large ones by two people."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.donations import approvals, lines, receipts
from charityledger.donations.models import Disbursement, Donation, LineNote, StatementLine, Suspense
from charityledger.donations.pledges import NoteMissing
from charityledger.donations.requests import AskedAlready
from charityledger.donations.reversals import GiftSpent, SuspenseSettled
from charityledger.errors import NotAllowed, NotUndoable, PeriodClosed, SamePerson
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.ledger import entry, periods, store
from charityledger.reconciliation import explain, pairing, returns, transfer, undo
from charityledger.reconciliation.undo import NothingToUndo
from tests.donations import world
from tests.donations.test_disbursements import pay
from tests.donations.test_reversals import newest
from tests.donations.world import (
    BANK,
    CONTRA,
    COST,
    DAY,
    FEE,
    FINANCE,
    INCOME,
    PLEDGED,
    RESTRICTED,
    STAFF,
    SUSPENSE,
    UNRESTRICTED,
    WECHAT,
)
from tests.reconciliation.desk import world as desk
from tests.reconciliation.desk.world import ABOVE


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)


def take_back(clock: FixedClock, line_id: int, *, above: int = ABOVE, reason: str = "看错了") -> int:
    return undo.undo(actor=STAFF, clock=clock, line_id=line_id, reason=reason, second_above_yuan=above)


def keep(clock: FixedClock, line_id: int, **more: object) -> None:
    receipts.allocate_line(actor=STAFF, clock=clock, line_id=line_id, **more)  # type: ignore[arg-type]


def test_a_kept_promise_waits_again_with_what_was_over(clock: FixedClock) -> None:
    pledge = world.promise(clock, 10000)
    line_id = desk.line(15000)
    keep(clock, line_id, reference=pledge.reference)
    made = world.entries()[-1]
    clock.forward(days=2)
    assert take_back(clock, line_id) == 0
    undone = world.entries()[-1]
    assert world.movements() == [(PLEDGED, CONTRA, "HD1-1", 10000), (SUSPENSE, BANK, "HOLD", 5000),
                                 (INCOME, BANK, "HD1-1", 10000)]
    assert (undone.kind, undone.reverses_id, undone.made_by, undone.approved_by, undone.effective_on) == (
        "match_undone", made.id, STAFF.user_id, None, DAY + timedelta(days=2))
    assert (world.books(), world.promised(), world.progress()) == ({}, {"HD1-1": 10000}, {"pledged": 10000})
    assert (world.pledge(pledge.id).state, db.session.get_one(Donation, newest(Donation)).state) == (
        "pledged", "reversed")
    assert (desk.state(line_id), lines.became(db.session, line_id)) == ((0, False), {})
    note = db.session.scalars(select(LineNote).order_by(LineNote.id.desc())).first()
    assert note is not None
    assert (note.step, note.note, note.by) == ("undone", "看错了", STAFF.user_id)
    assert world.problems() == []
    # And finds its place again, dated today: the days between would hold the money twice.
    keep(clock, line_id, reference=pledge.reference)
    assert world.entries()[-1].effective_on == DAY + timedelta(days=2)
    assert world.problems() == []


def test_a_split_line_is_undone_whole(clock: FixedClock) -> None:
    line_id = desk.line(10000)
    keep(clock, line_id, sub_code="LB1-1", amount_fen=4000)
    keep(clock, line_id, general=True, amount_fen=1000)
    keep(clock, line_id)
    take_back(clock, line_id)
    assert (world.books(), desk.state(line_id), world.problems()) == ({}, (0, False), [])
    assert [e.kind for e in world.entries()[3:]] == ["match_undone"] * 3


def test_the_wallets_fee_comes_back_with_its_gift(clock: FixedClock) -> None:
    """The fund paid the fee out of the gift: the gift could not go back without it."""
    line_id = desk.line(10000, account="WECHAT", order="42")
    keep(clock, line_id, sub_code="HD1-1")
    fee = desk.line(-60, account="WECHAT", order="42", kind="fee")
    explain.explain(actor=STAFF, clock=clock, line_id=fee, what="fee", second_above_yuan=ABOVE)
    take_back(clock, line_id)
    assert (world.books(), desk.state(fee), desk.history(fee)[-1]) == ({}, (0, False), ("undone", "undone"))
    keep(clock, line_id, sub_code="LB1-1")
    explain.explain(actor=STAFF, clock=clock, line_id=fee, what="fee", second_above_yuan=ABOVE)
    assert (FEE, WECHAT, "LB1-1", 60) in world.movements()
    assert world.problems() == []


def test_above_the_set_amount_a_second_person_decides(clock: FixedClock) -> None:
    line_id = desk.line(10000)
    keep(clock, line_id, sub_code="HD1-1")
    asked = take_back(clock, line_id, above=99)
    assert (asked > 0, desk.state(line_id)) == (True, (10000, False))
    with pytest.raises(AskedAlready):
        take_back(clock, line_id, above=99)
    with pytest.raises(SamePerson):
        approvals.decide(actor=STAFF, clock=clock, request_id=asked, decision="approve")
    approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")
    undone = world.entries()[-1]
    assert (undone.kind, undone.made_by, undone.approved_by) == ("reversal", STAFF.user_id, FINANCE.user_id)
    assert (world.books(), desk.state(line_id), world.problems()) == ({}, (0, False), [])


@pytest.mark.parametrize(("above", "alone"), [(100, True), (99, False), (0, False)])
def test_the_set_amount_itself_is_one_persons(clock: FixedClock, above: int, alone: bool) -> None:
    line_id = desk.line(10000)
    keep(clock, line_id, sub_code="HD1-1")
    assert (take_back(clock, line_id, above=above) == 0) is alone


def test_a_second_person_may_decline(clock: FixedClock) -> None:
    line_id = desk.line(10000)
    keep(clock, line_id, sub_code="HD1-1")
    asked = take_back(clock, line_id, above=0)
    approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="reject", note="没有错")
    assert (desk.state(line_id), desk.history(line_id)[-1]) == ((10000, False), ("refused", "undo"))


def test_a_transfer_frees_both_lines(clock: FixedClock) -> None:
    world.give(clock, 10000, account="WECHAT")
    world.receive(clock, 700, account="WECHAT")
    out, into = desk.line(-10700, account="WECHAT"), desk.line(10700)
    transfer.transfer(actor=STAFF, clock=clock, line_id=out, other_line_id=into)
    before = world.books()
    take_back(clock, out)
    assert world.movements() == [(WECHAT, BANK, "HOLD", 700), (WECHAT, BANK, "HD1-1", 10000)]
    assert (desk.state(out), desk.state(into)) == ((0, False), (0, False))
    assert db.session.scalars(select(Suspense)).one().account_code == "WECHAT"
    assert world.books() != before
    assert world.problems() == []


def test_the_second_line_of_a_transfer_only_gives_its_pairing_back(clock: FixedClock) -> None:
    world.give(clock, 10000, account="WECHAT")
    out = desk.line(-6000, account="WECHAT")
    made = transfer.transfer(actor=STAFF, clock=clock, line_id=out, other_account="BANK")
    into = desk.line(6000)
    pairing.pair(actor=STAFF, clock=clock, line_id=into, entry_id=made)
    count = len(world.entries())
    take_back(clock, into, above=0)     # nothing is posted, so no amount limits it
    assert (len(world.entries()), desk.state(into), desk.state(out)) == (count, (0, False), (6000, False))
    pairing.pair(actor=STAFF, clock=clock, line_id=into, entry_id=made)
    take_back(clock, out)
    assert (desk.state(into), desk.state(out), world.problems()) == ((0, False), (0, False), [])


def test_a_pairing_with_a_payment_is_given_back(clock: FixedClock) -> None:
    world.give(clock, 50000)
    payment = pay(clock, 15000)
    line_id = desk.line(-15000)
    made = db.session.get_one(Disbursement, payment).entry_id
    assert made is not None
    pairing.pair(actor=STAFF, clock=clock, line_id=line_id, entry_id=made)
    before = (len(world.entries()), world.books())
    take_back(clock, line_id, above=0)
    assert ((len(world.entries()), world.books()), desk.state(line_id)) == (before, (0, False))
    assert [e.entry_id for e in pairing.open_entries(db.session(), world.line(line_id))] == [made]


def test_a_payment_that_did_not_come_back_after_all(clock: FixedClock) -> None:
    world.give(clock, 50000)
    payment = pay(clock, 15000)
    line_id = desk.line(15000)
    returns.came_back(actor=FINANCE, clock=clock, line_id=line_id, disbursement_id=payment)
    take_back(clock, line_id)
    assert world.movements() == [(RESTRICTED, UNRESTRICTED, "HD1-1", 15000), (COST, BANK, "HD1-1", 15000)]
    row = db.session.get_one(Disbursement, payment)
    assert (row.state, row.returned_on, world.progress()["disbursed"]) == ("paid", None, 15000)
    assert world.problems() == []


@pytest.mark.parametrize("what", ["interest", "other_income"])
def test_other_money_is_undone(clock: FixedClock, what: explain.What) -> None:
    line_id = desk.line(321)
    explain.explain(actor=STAFF, clock=clock, line_id=line_id, what=what, second_above_yuan=ABOVE)
    take_back(clock, line_id)
    assert (world.books(), desk.allocations(line_id)) == ({}, [(what, 321), (what, -321)])


def test_what_stands_in_the_way(clock: FixedClock) -> None:
    line_id = desk.line(10000)
    with pytest.raises(NothingToUndo):
        take_back(clock, line_id)
    keep(clock, line_id, sub_code="HD1-1")
    with pytest.raises(NoteMissing):
        take_back(clock, line_id, reason=" ")
    with pytest.raises(NotAllowed):
        undo.undo(actor=Actor.system(), clock=clock, line_id=line_id, reason="x", second_above_yuan=ABOVE)
    pay(clock, 6000)
    with pytest.raises(GiftSpent):
        take_back(clock, line_id)


def test_money_in_suspense_that_moved_on_is_undone_there_first(clock: FixedClock) -> None:
    line_id = desk.line(10000)
    keep(clock, line_id)
    receipts.settle_suspense(actor=STAFF, clock=clock, suspense_id=newest(Suspense), on=DAY, sub_code="LB1-1",
                             amount_fen=4000)
    take_back(clock, line_id)       # the gift first, then what waits: both were made of this line
    assert (world.books(), desk.state(line_id), world.problems()) == ({}, (0, False), [])


def test_a_refund_that_was_paid_is_not_undone(clock: FixedClock) -> None:
    from charityledger.donations import refunds

    line_id = desk.line(10000)
    keep(clock, line_id)
    asked = refunds.request(actor=STAFF, clock=clock, what="suspense", subject_id=newest(Suspense), reason="x",
                            account_code="BANK", amount_fen=4000)
    approvals.decide(actor=FINANCE, clock=clock, request_id=asked, decision="approve")
    with pytest.raises((NotUndoable, SuspenseSettled)):
        take_back(clock, line_id)


def test_after_the_months_close_nothing_is_undone(clock: FixedClock) -> None:
    line_id = desk.line(10000)
    keep(clock, line_id, sub_code="HD1-1")
    clock.forward(days=20)
    with transaction() as tx:
        periods.close(tx, "202604", clock.now())
    with pytest.raises(PeriodClosed):
        take_back(clock, line_id)
    assert desk.state(line_id) == (10000, False)


def _post(tx: Session, clock: FixedClock, of: int, made_by: int | None) -> int:
    turned = entry.reversal(store.load(tx, of), of, DAY, kind="match_undone")
    return store.post(tx, turned, clock=clock, made_by=made_by)


def a_payment(clock: FixedClock) -> int:
    world.give(clock, 50000)
    made = db.session.get_one(Disbursement, pay(clock, 15000)).entry_id
    assert made is not None
    return made


def a_gift(clock: FixedClock) -> int:
    world.give(clock, 50000)
    return world.entries()[-1].id


@pytest.mark.parametrize(("make", "made_by"), [(a_payment, 1), (a_gift, None)], ids=["of a payment", "by nobody"])
def test_one_person_undoes_only_what_a_line_was_booked_as(
        clock: FixedClock, monkeypatch: pytest.MonkeyPatch, make: Callable[[FixedClock], int],
        made_by: int | None) -> None:
    """Promise 9, each half with the other bypassed."""
    of = make(clock)
    with transaction() as tx:
        with pytest.raises(NotUndoable):
            _post(tx, clock, of, made_by)
        tx.rollback()
    monkeypatch.setattr(store, "_check_undoable", lambda tx, posting: None)
    with pytest.raises(DBAPIError, match="not_undoable"), transaction() as tx:
        _post(tx, clock, of, made_by)


def test_an_undoing_entry_names_what_it_undoes(clock: FixedClock) -> None:
    with transaction() as tx:
        tx.execute(text(
            "INSERT INTO movement (entry_id, line, debit_account, credit_account, fund, amount_fen) "
            "VALUES (9001, 1, '1001', '4901', 'GEN', 100)"))
        with pytest.raises(DBAPIError, match="not_undoable"):
            tx.execute(text(
                "INSERT INTO journal_entry (id, kind, effective_on, period, recorded_at, made_by, subject_kind, "
                "subject_id, movement_count, total_fen) VALUES (9001, 'match_undone', '2026-04-15', '202604', "
                "'2026-04-15', 1, '', 0, 1, 100)"))
        tx.rollback()


def test_nothing_is_ever_deleted(clock: FixedClock) -> None:
    """Matched, undone and matched again, a line still tells all of it."""
    line_id = desk.line(10000)
    for _ in range(2):
        keep(clock, line_id, sub_code="LB1-1")
        take_back(clock, line_id)
    keep(clock, line_id, general=True)
    assert desk.allocations(line_id) == [("donation", 10000), ("donation", -10000)] * 2 + [("donation", 10000)]
    assert desk.history(line_id) == [("undone", "undone")] * 2
    assert db.session.get_one(StatementLine, line_id).used_fen == 10000
    assert world.problems() == []
