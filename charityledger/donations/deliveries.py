"""Deliveries that were recorded wrongly: looked at and taken back. `disbursements` records them."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import NotFound, WrongState
from ..ledger.models import JournalEntry
from ..projects import capacity
from ..projects.capacity import Change
from .models import Disbursement


def standing(tx: Session, disbursement_id: int) -> Disbursement:
    """A payment whose delivery stands, locked. Raises NotFound, or WrongState where nothing was delivered, or the money
    came back."""
    row = tx.scalars(select(Disbursement).where(Disbursement.id == disbursement_id).with_for_update()).first()
    if row is None:
        raise NotFound(what=f"disbursement {disbursement_id}")
    if row.state != "paid" or row.delivered_on is None:
        raise WrongState(subject=f"disbursement {row.id}", state=row.state, wanted="delivered")
    return row


def take_back(tx: Session, row: Disbursement, on: date) -> int | None:
    """Nothing is delivered any more. Returns the entry that made a prepayment cost, which `reversals` reverses in the
    same transaction; None for what was paid afterwards and is cost either way."""
    row.delivered_on, row.delivery_note_zh, row.delivery_note_en = None, "", ""
    tx.flush()
    capacity.apply(tx, [Change(part.need_item_id, delivered=-part.amount_fen) for part in row.lines],
                   subject=("delivery", row.id), on=on)
    if not row.prepaid:
        return None
    return tx.scalars(select(JournalEntry.id).where(
        JournalEntry.kind == "delivery", JournalEntry.subject_kind == "disbursement", JournalEntry.subject_id == row.id)
        .order_by(JournalEntry.id.desc())).first()
