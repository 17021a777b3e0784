"""A gift is not undone while its state receipt is issued, and what was issued is only ever voided."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from charityledger.donations import approvals, refunds, reversals, state_receipts
from charityledger.donations.models import Donation, StateReceipt
from charityledger.donations.state_receipt_rows import Issued
from charityledger.donations.state_receipts import ReceiptAmountDiffers, ReceiptStands
from tests.promises import halves
from tests.promises.halves import Breach
from tests.promises.world import BANK, LI, WANG, World


def gift(tx: Session) -> int:
    """The gift to the general fund: 9.00."""
    return tx.scalars(select(Donation.id).where(Donation.sub_project_id.is_(None), Donation.state == "received")).one()


def issued(world: World, tx: Session, fen: int = 900) -> int:
    return state_receipts.record_issued.inside(tx, actor=WANG, clock=world.clock, donation_id=gift(tx), issued=Issued(
        "41030125", "0000000001", "", world.day, fen))


def reversed_(world: World, tx: Session) -> None:
    issued(world, tx)
    world.reversed(gift(tx), tx=tx)


def refunded(world: World, tx: Session) -> None:
    issued(world, tx)
    asked = refunds.request.inside(tx, actor=WANG, clock=world.clock, what="donation", subject_id=gift(tx),
                                   account_code=BANK, reason="捐赠人要求")
    approvals.decide.inside(tx, actor=LI, clock=world.clock, request_id=asked, decision="approve")


def unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    for service in (reversals, refunds):
        monkeypatch.setattr(service, "check_no_live_receipt", lambda tx, donation_id: None)


def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_receipts, "check_issued", lambda gift, issued, on: None)


UNDONE = (("donation", "donation_undone"),)
BREACHES = (
    Breach("gift reversed", reversed_, ReceiptStands, unasked, triggers=UNDONE),
    Breach("gift refunded", refunded, ReceiptStands, unasked, triggers=UNDONE),
    Breach("receipt for another amount", lambda w, tx: issued(w, tx, 901), ReceiptAmountDiffers, unchecked,
           triggers=(("state_receipt", "state_receipt_issued"),)),
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


CHANGES = ("DELETE FROM state_receipt", "UPDATE state_receipt SET number = '0000000002'",
           "UPDATE state_receipt SET amount_fen = amount_fen - 1", "UPDATE state_receipt SET check_code = 'x'",
           "UPDATE state_receipt SET state = 'waived'", "UPDATE state_receipt SET donation_id = donation_id + 1")


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_issued_stays_as_it_is(world: World, tx: Session, change: str) -> None:
    issued(world, tx)
    with pytest.raises(DBAPIError):
        tx.execute(text(change))


@pytest.mark.parametrize("change", [*CHANGES[:4], "UPDATE state_receipt SET state = 'issued', voided_at = NULL",
                                    "UPDATE state_receipt SET reason = ''"])
def test_what_is_void_stays_as_it_is(world: World, tx: Session, change: str) -> None:
    state_receipts.void.inside(tx, actor=WANG, clock=world.clock, receipt_id=issued(world, tx), reason="写错")
    with pytest.raises(DBAPIError):
        tx.execute(text(change))


def test_sqlite_replaces_none(world: World, tx: Session) -> None:
    if tx.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no INSERT OR REPLACE")
    row = tx.get_one(StateReceipt, issued(world, tx))
    names = ", ".join(column.name for column in StateReceipt.__table__.columns if column.name != "id")
    for mine in ("id, ", ""):
        with pytest.raises(DBAPIError, match="state_receipt_kept"):
            tx.execute(text(f"INSERT OR REPLACE INTO state_receipt ({mine}{names}) SELECT {mine}{names} "
                            "FROM state_receipt WHERE id = :id"), {"id": row.id})
