"""Hand-overs of goods that were recorded wrongly: looked at and taken back. `goods` records them."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..errors import NotFound, WrongState
from ..projects import capacity
from ..projects.capacity import Change
from . import undoing
from .models import DonationLine, HandOver, HandOverLine


def standing(tx: Session, hand_over_id: int) -> HandOver:
    """A hand-over that stands, locked, its gift first. Raises NotFound, or WrongState where it was taken back."""
    row = tx.get(HandOver, hand_over_id)
    if row is None:
        raise NotFound(what=f"hand-over {hand_over_id}")
    undoing.locked_gift(tx, row.donation_id)
    tx.refresh(row, with_for_update=True)
    if row.undone_on is not None:
        raise WrongState(subject=f"hand-over {hand_over_id}", state="undone", wanted="standing")
    return row


def take_back(tx: Session, row: HandOver, on: date) -> None:
    """The units are ours again. Its entry is reversed by `reversals`, in the same transaction."""
    row.undone_on = on
    for part in row.lines:
        part.line.handed_over -= part.units
    tx.flush()
    capacity.apply(tx, [Change(part.line.need_item_id, disbursed=-part.units, delivered=-part.units,
                               disbursed_value_fen=-part.value_fen) for part in row.lines],
                   subject=("hand_over", row.id), on=on)


def cost_of_next(tx: Session, line: DonationLine, units: int) -> int:
    """Value in fen of the next `units` of a gift's line, so that all units together come to its value exactly.

    What stands counts at what it was booked at: after one was taken back, the rest still adds up.
    """
    if not units:
        return 0
    booked_fen = tx.scalar(
        select(func.coalesce(func.sum(HandOverLine.value_fen), 0))
        .join(HandOver, HandOver.id == HandOverLine.hand_over_id)
        .where(HandOverLine.donation_line_id == line.id, HandOver.undone_on.is_(None)))
    return max(0, line.value_fen * (line.handed_over + units) // line.amount - int(booked_fen or 0))
