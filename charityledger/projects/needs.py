"""What the catalogue asks for, as history: need and price of an item are sums of its need movements, like every
measure, so that a statement as at a past day shows the need of that day.
"""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from . import capacity
from .capacity import Change
from .models import NeedMovement

SUBJECT = "need_item"


def change(tx: Session, item_id: int, *, need: int, unit_price_fen: int, on: date) -> None:
    """Add to the item's need (in its own unit) and price, from `on` on. Raises OverNeed below what donors took."""
    if need or unit_price_fen:
        capacity.apply(tx, [Change(item_id, need=need, unit_price_fen=unit_price_fen)], subject=(SUBJECT, item_id),
                       on=on)


def restate(tx: Session, item_id: int, *, need: int, unit_price_fen: int, on: date | None = None) -> None:
    """The item has asked for this and nothing else since `on` (default: since it was first in the catalogue).

    What was said before is taken back on the days that it was said of, so that no day shows both.
    """
    said = tx.execute(
        select(NeedMovement.effective_on, func.sum(NeedMovement.need), func.sum(NeedMovement.unit_price_fen))
        .where(NeedMovement.need_item_id == item_id, NeedMovement.subject_kind == SUBJECT)
        .group_by(NeedMovement.effective_on).order_by(NeedMovement.effective_on)).all()
    first = said[0][0] if on is None else on
    change(tx, item_id, need=need, unit_price_fen=unit_price_fen, on=first)    # before: what is taken keeps its room
    for day, old_need, old_price_fen in said:
        change(tx, item_id, need=-int(old_need), unit_price_fen=-int(old_price_fen), on=day)
