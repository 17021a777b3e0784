"""Need items: add, revise, withdraw. The need never falls below what donors have taken (promise 4)."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy import insert as insert_into
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock, today
from ..database import use_case
from ..errors import NotFound
from ..identity.actor import Actor
from ..ledger.idempotency import once
from . import capacity, needs, revisions
from .errors import CapacityBelowTaken, ItemTaken, KindFixed
from .models import ItemProgress, NeedItem, NeedMovement, SubProject
from .revisions import Value
from .rules import capacity_of

FIELDS = ("title_zh", "title_en", "kind", "unit_zh", "unit_en", "quantity", "unit_price_fen", "amount_fen")


@use_case
def add(tx: Session, *, sub_project_id: int, values: Mapping[str, Value], actor: Actor, clock: Clock,
        line: int | None = None, key: str | None = None) -> int:
    """A new item, on `line` or the next free one; returns its id. `values`: all of FIELDS."""
    def act() -> int:
        revisions.take_turn(tx)
        sub = tx.get(SubProject, sub_project_id)
        if sub is None:
            raise NotFound(what=str(sub_project_id))
        last = tx.scalar(select(func.max(NeedItem.line)).where(NeedItem.sub_project_id == sub.id)) or 0
        item = insert(tx, sub.id, line or last + 1, values, on=today(clock))
        events.record(tx, kind="need_item_added", subject=subject(sub, item), payload={
            "fields": revisions.facts(revisions.values_of(item, FIELDS))}, actor_id=actor.user_id, at=clock.now())
        return item.id

    content = {"use": "add_item", "sub": sub_project_id, "line": line, "values": dict(values)}
    return once(tx, key, content, act, clock=clock)


@use_case
def revise(tx: Session, *, item_id: int, values: Mapping[str, Value], seen: str | None, actor: Actor, clock: Clock,
           key: str | None = None) -> int:
    """Change some of FIELDS. Raises EditConflict, CapacityBelowTaken, KindFixed, NotFound."""
    def act() -> int:
        revisions.take_turn(tx)
        item, counter = locked(tx, item_id)
        revisions.check_seen(revisions.values_of(item, FIELDS), seen, values)
        apply(tx, item, counter, values, actor=actor, clock=clock)
        return item.id

    content = {"use": "revise_item", "id": item_id, "values": dict(values), "seen": seen}
    return once(tx, key, content, act, clock=clock)


@use_case
def withdraw(tx: Session, *, item_id: int, actor: Actor, clock: Clock, key: str | None = None) -> int:
    """Take an item off the catalogue, for ever; its line is not used again. Raises ItemTaken, NotFound.

    Its capacity falls to nothing, so that an adoption that was already on its way finds nothing left.
    """
    def act() -> int:
        revisions.take_turn(tx)
        item, counter = locked(tx, item_id)
        if counter.open != counter.capacity or counter.pledged or counter.received:
            raise ItemTaken(item=item.title_zh)
        item.withdrawn = True
        tx.flush()
        needs.change(tx, item.id, need=-counter.capacity, unit_price_fen=0, on=today(clock))
        revisions.record(tx, subject(tx.get_one(SubProject, item.sub_project_id), item),
                         [revisions.FieldChange("withdrawn", False, True)], actor=actor, clock=clock)
        return item.id

    return once(tx, key, {"use": "withdraw_item", "id": item_id}, act, clock=clock)


def revision_of(item: NeedItem) -> str:
    """What the form of an item sends back as `seen`."""
    return revisions.digest(revisions.values_of(item, FIELDS))


def subject(sub: SubProject, item: NeedItem) -> tuple[str, str]:
    """The item in the history: `BM01-1/3`."""
    return "need_item", f"{sub.code}/{item.line}"


def locked(tx: Session, item_id: int) -> tuple[NeedItem, ItemProgress]:
    """The item and its counter, under the writer's lock. Raises NotFound for one that was withdrawn, too."""
    counter = capacity.lock(tx, [item_id]).get(item_id)
    item = tx.get(NeedItem, item_id, populate_existing=True)
    if counter is None or item is None or item.withdrawn:
        raise NotFound(what=str(item_id))
    return item, counter


def insert(tx: Session, sub_project_id: int, line: int, values: Mapping[str, Value], *, on: date) -> NeedItem:
    """The item and its counter, needed from `on` on, without an event."""
    item = NeedItem(sub_project_id=sub_project_id, line=line, **values)
    tx.add(item)
    tx.flush()
    tx.execute(insert_into(ItemProgress.__table__), {
        "need_item_id": item.id, "capacity": 0, "reserved": 0, "pledged": 0, "paid": 0, "received": 0, "disbursed": 0,
        "delivered": 0, "received_value_fen": 0, "disbursed_value_fen": 0})
    needs.change(tx, item.id, need=capacity_of(item.kind, item.quantity, item.amount_fen),
                 unit_price_fen=item.unit_price_fen, on=on)
    return item


def apply(tx: Session, item: NeedItem, counter: ItemProgress, values: Mapping[str, Value], *, actor: Actor,
          clock: Clock) -> int:
    """Write what differs, with its event; returns how many fields changed. `counter` is locked."""
    made = revisions.changes(revisions.values_of(item, FIELDS), values)
    if not made:
        return 0
    if any(change.field == "kind" for change in made) and has_history(tx, item.id):
        raise KindFixed(item=item.title_zh)
    price_fen = item.unit_price_fen
    for change in made:
        setattr(item, change.field, change.now)
    wanted = capacity_of(item.kind, item.quantity, item.amount_fen)
    taken = counter.capacity - counter.open
    if wanted < taken:
        raise below_taken(item, taken)
    tx.flush()
    if any(change.field == "kind" for change in made):
        # Fen are no units: the days before must not show the one as the other. Nobody has taken any of it yet.
        needs.restate(tx, item.id, need=wanted, unit_price_fen=item.unit_price_fen)
    else:
        needs.change(tx, item.id, need=wanted - counter.capacity, unit_price_fen=item.unit_price_fen - price_fen,
                     on=today(clock))
    revisions.record(tx, subject(tx.get_one(SubProject, item.sub_project_id), item), made, actor=actor, clock=clock)
    return len(made)


def below_taken(item: NeedItem, taken: int) -> CapacityBelowTaken:
    """The error with the facts that its sentence needs; `taken` in the item's own unit."""
    return CapacityBelowTaken(item=item.title_zh, item_en=item.title_en, kind=item.kind, unit=item.unit_zh,
                              unit_en=item.unit_en, left=taken)


def has_history(session: Session, item_id: int) -> bool:
    """Whether anything was ever reserved, promised or given for it: its measures are in its unit for good."""
    return session.scalar(select(NeedMovement.id).where(
        NeedMovement.need_item_id == item_id, NeedMovement.subject_kind != needs.SUBJECT).limit(1)) is not None
