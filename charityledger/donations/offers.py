"""What of a sub-project can be adopted now, and what of a wish that came too late is still left."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import NotFound
from ..projects import measures
from ..projects.measures import ItemFigures
from ..projects.models import SubProject
from ..projects.rules import ADOPTABLE_STATUSES
from .adoption import AdoptionWish
from .models import Pledge
from .rules import Part


@dataclass(frozen=True)
class Offer:
    """A sub-project with the figures of all its need items, in the catalogue's order."""

    sub: SubProject
    items: tuple[ItemFigures, ...]

    def open_items(self, kind: str) -> tuple[ItemFigures, ...]:
        """Items of a kind that have something left; none where the project takes no adoptions."""
        if self.sub.status not in ADOPTABLE_STATUSES:
            return ()
        return tuple(item for item in self.items if item.kind == kind and item.own.open > 0)

    @property
    def cash(self) -> tuple[ItemFigures, ...]:
        return self.open_items("cash")

    @property
    def in_kind(self) -> tuple[ItemFigures, ...]:
        """Goods and hours, which are given item by item."""
        return (*self.open_items("goods"), *self.open_items("hours"))

    @property
    def cash_open_fen(self) -> int:
        return sum(item.own.open for item in self.cash)

    @property
    def nothing_open(self) -> bool:
        return not self.cash and not self.in_kind

    def item(self, need_item_id: int) -> ItemFigures | None:
        return next((item for item in self.items if item.item_id == need_item_id), None)


def of_project(session: Session, code: str, *, besides: Pledge | None = None) -> Offer:
    """Raises NotFound for a code that nobody may see. What the reservation `besides` holds counts as open: whoever
    holds it may adopt it otherwise."""
    sub = session.scalars(select(SubProject).where(SubProject.code == code, SubProject.status != "draft")).first()
    if sub is None:
        raise NotFound(what=code)
    held = {line.need_item_id: line.amount for line in besides.lines} \
        if besides is not None and besides.state == "reserved" else {}
    return Offer(sub, tuple(
        replace(item, own=replace(item.own, reserved=item.own.reserved - held.get(item.item_id, 0)))
        for item in measures.items(session, sub_project_ids=[sub.id])))


def by_units(item: ItemFigures) -> bool:
    """Whether an item can be adopted by number; a cash item of one unit is adopted by amount."""
    return item.kind != "cash" or (item.quantity > 1 and item.unit_price_fen > 0)


def units_open(item: ItemFigures) -> int:
    """How many whole units can be adopted now: of a cash item at its unit price, else what is left itself."""
    if item.kind != "cash":
        return item.own.open
    return item.own.open // item.unit_price_fen if by_units(item) else 0


def what_is_left(offer: Offer, wish: AdoptionWish) -> AdoptionWish | None:
    """As much of the wish as can still be had; None where nothing of it can."""
    left: Mapping[int, int] = {item.item_id: item.own.open for item in offer.open_items(wish.kind)}
    if wish.parts:
        parts = tuple(Part(p.need_item_id, min(p.amount, left.get(p.need_item_id, 0))) for p in wish.parts)
        parts = tuple(p for p in parts if p.amount > 0)
        return replace(wish, parts=parts, amount=sum(p.amount for p in parts)) if parts else None
    amount = min(wish.amount, sum(left.values()))
    return replace(wish, amount=amount) if amount > 0 else None
