"""Promise 9: the maker of a payment, refund or reversal is never its approver."""

import re

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from charityledger.clock import Clock
from charityledger.donations import disbursements, requests
from charityledger.donations.models import Disbursement, Donation, Request
from charityledger.donations.requests import NotRequester
from charityledger.errors import NotAllowed, SamePerson
from charityledger.identity.actor import Actor
from charityledger.ledger import chart, store
from charityledger.ledger.entry import Entry, Movement
from charityledger.ledger.models import JournalEntry
from charityledger.reports import recompute
from tests.promises import halves
from tests.promises.halves import Breach
from tests.promises.world import BANK, LI, WANG, P, World

IN_BANK = chart.under(chart.BANK, BANK)
FOUR_EYES = (("journal_entry", "four_eyes"), ("disbursement", "four_eyes"), ("request", "four_eyes"))


def anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No service and no store asks who it is."""
    monkeypatch.setattr(store, "_check_people", lambda entry, made_by, approved_by: None)
    monkeypatch.setattr(disbursements, "_not_who_asked", lambda row, actor: None)
    monkeypatch.setattr(requests, "decide", decided_by_anybody)


def decided_by_anybody(tx: Session, request_id: int, *, kind: str, state: str, note: str, actor: Actor,
                       clock: Clock) -> Request:
    row = requests.waiting(tx, request_id, kind)
    row.state, row.decided_by, row.decided_at, row.decision_note = state, actor.user_id, clock.now(), note
    tx.flush()
    return row


def post(world: World, tx: Session, kind: str, made_by: int | None, approved_by: int | None) -> int:
    """An entry of this kind; what it moves makes no difference here."""
    return store.post(tx, Entry(kind, world.day, (Movement(chart.CASH, chart.OTHER_INCOME, P, 100),)),
                      clock=world.clock, made_by=made_by, approved_by=approved_by)


def reverse(world: World, tx: Session, approver: Actor) -> int:
    """Wang asks for the reversal of the gift to the general fund."""
    gift = tx.scalars(select(Donation.id).where(Donation.sub_project_id.is_(None),
                                                Donation.state == "received")).one()
    world.reversed(gift, tx=tx, by=approver)
    return gift


def returned(world: World, tx: Session, by: Actor) -> int:
    """The payment that Wang asked for came back, as `by` says."""
    payment = tx.scalars(select(Disbursement.id).where(Disbursement.state == "paid")).first()
    return disbursements.returned.inside(tx, actor=by, clock=world.clock, disbursement_id=payment or 0, on=world.day)


def kinds(made_by: int | None, approved_by: int | None, name: str, check: str) -> list[Breach]:
    return [Breach(f"{kind} {name}", lambda w, tx, kind=kind: post(w, tx, kind, made_by, approved_by), SamePerson,
                   anybody, (("journal_entry", check),)) for kind in sorted(store.NEEDS_APPROVAL)]


BREACHES = (
    Breach("gift approved by its maker", lambda w, tx: post(w, tx, "gift", 1, 1), SamePerson, anybody,
           (("journal_entry", "four_eyes"),)),
    *kinds(1, 1, "approved by its maker", "four_eyes"), *kinds(1, None, "without an approver", "approved"),
    *kinds(None, 2, "without a maker", "approved"),
    Breach("payment approved by who asked", lambda w, tx: w.approved(w.asked(100, tx=tx), tx=tx, by=WANG), SamePerson,
           anybody, FOUR_EYES),
    Breach("payment taken back by who asked", lambda w, tx: returned(w, tx, WANG), SamePerson, anybody,
           triggers=(("journal_entry", "payment_returned_before"),)),
    Breach("reversal approved by who asked", lambda w, tx: reverse(w, tx, WANG), SamePerson, anybody, FOUR_EYES),
)
each_breach = pytest.mark.parametrize("breach", BREACHES, ids=str)


@each_breach
def test_python_bypassed(breach: Breach, world: World, tx: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    halves.refused_by_the_database(breach, world, tx, monkeypatch)


@each_breach
def test_database_bypassed(breach: Breach, world: World, tx: Session) -> None:
    halves.refused_by_python(breach, world, tx)


@each_breach
def test_both_bypassed(breach: Breach, world: World, tx: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    halves.happens_without_both(breach, world, tx, monkeypatch)


def test_the_database_wants_a_second_person_for_the_same_kinds() -> None:
    check = next(str(c.sqltext) for c in JournalEntry.__table__.constraints if c.name == "ck_journal_entry_approved")
    assert set(re.findall(r"'(\w+)'", check)) == store.NEEDS_APPROVAL


@pytest.mark.parametrize("statement", [
    "UPDATE disbursement SET decided_by = requested_by", "UPDATE disbursement SET requested_by = decided_by",
    "UPDATE disbursement SET decided_by = NULL WHERE state = 'paid'",
    "UPDATE disbursement SET state = 'paid' WHERE state = 'requested'",
    "INSERT INTO request (kind, subject_id, details, reason, state, requested_by, requested_at, decided_by, "
    "decision_note) VALUES ('refund', 1, '{}', '', 'approved', 1, '2026-04-15', 1, '')",
    "INSERT INTO request (kind, subject_id, details, reason, state, requested_by, requested_at, decision_note) "
    "VALUES ('refund', 1, '{}', '', 'approved', 1, '2026-04-15', '')",
    "INSERT INTO cash_count (box, counted_on, counted_by, witnessed_by, amount_fen, state, account_code, note, "
    f"recorded_at) VALUES ('1', '2026-04-15', 1, 1, 100, 'agreed', '{BANK}', '', '2026-04-15')"],
    ids=["payment decided by its maker", "payment made by its approver", "paid without approval", "paid unasked",
         "request decided by its maker", "approved by nobody", "cash box witnessed by its counter"])
def test_python_bypassed_by_sql(world: World, tx: Session, statement: str) -> None:
    with pytest.raises(DBAPIError):
        tx.execute(text(statement))


def test_nobody_withdraws_for_another_nor_decides_unnamed(world: World, tx: Session) -> None:
    asked = world.asked(100, tx=tx)
    with pytest.raises(NotRequester):
        disbursements.withdraw.inside(tx, actor=LI, clock=world.clock, disbursement_id=asked)
    with pytest.raises(SamePerson):
        disbursements.reject.inside(tx, actor=WANG, clock=world.clock, disbursement_id=asked, note="")
    with pytest.raises((SamePerson, NotAllowed)):
        world.approved(asked, tx=tx, by=Actor.system())


def test_a_payment_is_taken_back_by_another(world: World, tx: Session) -> None:
    assert tx.get_one(Disbursement, returned(world, tx, LI)).state == "returned"


@pytest.mark.parametrize("made_by", [WANG.user_id, None], ids=["who asked", "nobody"])
def test_python_bypassed_a_payment_taken_back_by_sql(world: World, tx: Session, made_by: int | None) -> None:
    payment = tx.scalars(select(Disbursement.id).where(Disbursement.state == "paid")).first()
    entry = Entry("payment_returned", world.day, (Movement(IN_BANK, chart.PROGRAMME_COST, P, 1),),
                  ("disbursement", payment or 0))
    with pytest.raises(DBAPIError, match="same_person"):
        store.post(tx, entry, clock=world.clock, made_by=made_by)


def test_audit_finds_a_payment_taken_back_by_who_asked(world: World, tx: Session,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    anybody(monkeypatch)
    breach = next(b for b in BREACHES if b.name == "payment taken back by who asked")
    assert list(recompute.four_eyes(tx)) == []
    with halves.database_off(tx, breach):
        breach.act(world, tx)
    assert [problem.code for problem in recompute.four_eyes(tx)] == ["same_person"]


def test_a_reversal_is_approved_by_another(world: World, tx: Session) -> None:
    assert tx.get_one(Donation, reverse(world, tx, LI)).state == "reversed"
