"""Capacity and measures of need items: the only writer of `need_movement`.

Python's half of promise 4 is the check here, made under the writer's lock; the database's half is the check on the
counter that a trigger keeps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from ..database import is_postgresql
from ..errors import OverNeed
from ..many import insert_many
from .models import ItemProgress, NeedItem, NeedMovement

# Tables, not models, and prepared once: every gift runs these, and building them costs more than running them.
_COUNTER = ItemProgress.__table__.c
_LEFT = (select(_COUNTER.need_item_id, _COUNTER.capacity - _COUNTER.received - _COUNTER.pledged + _COUNTER.paid
                - _COUNTER.reserved)
         .where(_COUNTER.need_item_id.in_(bindparam("ids", expanding=True))).order_by(_COUNTER.need_item_id))
_LEFT_LOCKED = _LEFT.with_for_update()
_ADD = insert(NeedMovement.__table__)
# From so many rows on they are sent as arrays.
MANY = 20


@dataclass(frozen=True)
class Change:
    """What happens to one item's measures, in the item's own unit (fen, units, hours).

    `need` and `unit_price_fen` change what the catalogue asks for (`needs`), the others what donors and we did.
    """

    need_item_id: int
    reserved: int = 0
    pledged: int = 0
    paid: int = 0
    received: int = 0
    disbursed: int = 0
    delivered: int = 0
    received_value_fen: int = 0
    disbursed_value_fen: int = 0
    need: int = 0
    unit_price_fen: int = 0

    @property
    def takes(self) -> int:
        """Capacity that this change uses up."""
        return self.reserved + self.pledged - self.paid + self.received - self.need


def lock(tx: Session, need_item_ids: Iterable[int]) -> dict[int, ItemProgress]:
    """The counters, by item; on PostgreSQL locked until commit, always in the same order."""
    query = (select(ItemProgress).where(ItemProgress.need_item_id.in_(sorted(need_item_ids)))
             .order_by(ItemProgress.need_item_id).execution_options(populate_existing=True))
    return {row.need_item_id: row for row in tx.scalars(query.with_for_update() if is_postgresql(tx) else query)}


def left(tx: Session, need_item_ids: Iterable[int]) -> dict[int, int]:
    """What each item can still take, in its own unit, locked as by `lock`; read without building objects, because
    every gift and every adoption asks."""
    rows = tx.connection().execute(_LEFT_LOCKED if is_postgresql(tx) else _LEFT, {"ids": sorted(need_item_ids)})
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class Step:
    """Changes of one subject, a gift or a pledge, as of `on`.

    `promised_on`: the day of the promise that money keeps. Money may be dated before it, and keeps it only from then
    on: figures as at a day between the two must not count a promise as paid that had not been made.
    """

    changes: Sequence[Change]
    subject: tuple[str, int]
    on: date
    promised_on: date | None = None

    def rows(self) -> Iterable[dict[str, object]]:
        """What is written: one row for each change and day."""
        changes = sorted(self.changes, key=lambda change: change.need_item_id)
        dated = [(self.on, change) for change in changes]
        if self.promised_on is not None and self.promised_on > self.on:
            # Keeping the promise comes first: it frees what the money takes.
            dated = [row for change in changes for row in (
                (self.promised_on, Change(change.need_item_id, paid=change.paid)), (self.on, replace(change, paid=0)))]
        for day, change in dated:
            yield {**vars(change), "subject_kind": self.subject[0], "subject_id": self.subject[1], "effective_on": day}


def apply(tx: Session, changes: Iterable[Change], *, subject: tuple[str, int], on: date,
          promised_on: date | None = None) -> None:
    """Record the changes of one subject (see Step). Raises OverNeed when an item has less left than a change takes."""
    apply_many(tx, [Step(tuple(changes), subject, on, promised_on)])


def apply_many(tx: Session, steps: Sequence[Step]) -> None:
    """Record steps in their order, all or none. Raises OverNeed for the first that an item cannot take."""
    items = {change.need_item_id for step in steps for change in step.changes}
    if not items:
        return
    remaining = left(tx, items)
    for step in steps:
        for change in step.changes:
            if change.takes > 0 and change.takes > remaining[change.need_item_id]:
                raise over_need(tx, change.need_item_id, remaining[change.need_item_id], change.takes)
            remaining[change.need_item_id] -= change.takes
    rows = [row for step in steps for row in step.rows()]
    if len(rows) < MANY:        # preparing a statement for many costs more than running it for one
        tx.connection().execute(_ADD, rows)
    else:
        insert_many(tx, NeedMovement.__table__, rows)


def over_need(tx: Session, need_item_id: int, left: int, requested: int) -> OverNeed:
    """The error with the facts that its sentence needs."""
    item = tx.get_one(NeedItem, need_item_id)
    return OverNeed(item_id=item.id, item=item.title_zh, item_en=item.title_en, kind=item.kind, unit=item.unit_zh,
                    unit_en=item.unit_en, left=left, requested=requested)
