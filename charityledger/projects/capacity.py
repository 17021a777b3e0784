"""Capacity and measures of need items: the only writer of `need_movement`.

Python's half of promise 4 is the check here, made under the writer's lock; the database's half is the check on the
counter that a trigger keeps.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ..database import is_postgresql
from ..errors import OverNeed
from .models import ItemProgress, NeedItem, NeedMovement


@dataclass(frozen=True)
class Change:
    """What happens to one item's measures, in the item's own unit (fen, units, hours)."""

    need_item_id: int
    reserved: int = 0
    pledged: int = 0
    paid: int = 0
    received: int = 0
    disbursed: int = 0
    delivered: int = 0
    received_value_fen: int = 0
    disbursed_value_fen: int = 0

    @property
    def takes(self) -> int:
        """Capacity that this change uses up."""
        return self.reserved + self.pledged - self.paid + self.received


def lock(tx: Session, need_item_ids: Iterable[int]) -> dict[int, ItemProgress]:
    """The counters, by item; on PostgreSQL locked until commit, always in the same order."""
    query = (select(ItemProgress).where(ItemProgress.need_item_id.in_(sorted(need_item_ids)))
             .order_by(ItemProgress.need_item_id).execution_options(populate_existing=True))
    return {row.need_item_id: row for row in tx.scalars(query.with_for_update() if is_postgresql(tx) else query)}


def apply(tx: Session, changes: Iterable[Change], *, subject: tuple[str, int], on: date) -> None:
    """Record the changes. Raises OverNeed when an item has less left than a change takes."""
    changes = sorted(changes, key=lambda change: change.need_item_id)
    counters = lock(tx, {change.need_item_id for change in changes})
    left = {item: counter.open for item, counter in counters.items()}
    for change in changes:
        if change.takes > 0 and change.takes > left[change.need_item_id]:
            raise over_need(tx, change.need_item_id, left[change.need_item_id], change.takes)
        left[change.need_item_id] -= change.takes
    if changes:
        tx.execute(insert(NeedMovement.__table__), [
            {**asdict(change), "subject_kind": subject[0], "subject_id": subject[1], "effective_on": on}
            for change in changes])


def over_need(tx: Session, need_item_id: int, left: int, requested: int) -> OverNeed:
    """The error with the facts that its sentence needs."""
    item = tx.get_one(NeedItem, need_item_id)
    return OverNeed(item_id=item.id, item=item.title_zh, item_en=item.title_en, kind=item.kind, unit=item.unit_zh,
                    unit_en=item.unit_en, left=left, requested=requested)
