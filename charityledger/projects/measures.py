"""The measures, each with one definition and one query; every page, document and command reads them here.

need → pledged → received → disbursed → delivered, and still_needed = need − received − outstanding.
Money, goods at value and hours are kept apart and never added.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import func, null, or_, select
from sqlalchemy.orm import Session

from .models import ItemProgress, MajorProject, NeedItem, NeedMovement, SubProject

_NUMBERS = ("need", "reserved", "pledged", "paid", "received", "disbursed", "delivered")


@dataclass(frozen=True)
class Measures:
    """Figures of one item, or the sum of many of the same kind, all in one unit (fen, units or hours)."""

    need: int = 0
    reserved: int = 0
    pledged: int = 0
    paid: int = 0
    received: int = 0
    disbursed: int = 0
    delivered: int = 0

    @property
    def outstanding(self) -> int:
        """Promised and not yet come in."""
        return self.pledged - self.paid

    @property
    def still_needed(self) -> int:
        """The only figure that uses both promise and money: need less received less outstanding."""
        return self.need - self.received - self.outstanding

    @property
    def open(self) -> int:
        """What can be adopted now: still needed less what others hold unconfirmed."""
        return self.still_needed - self.reserved

    def __add__(self, other: "Measures") -> "Measures":
        return Measures(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True)
class ItemFigures:
    """One need item with its figures in its own unit and, for goods, at value (unit price; received at fair value)."""

    item_id: int
    sub_project_id: int
    sub_code: str
    major_code: str
    category_code: str
    line: int
    title_zh: str
    title_en: str
    kind: str
    unit_zh: str
    unit_en: str
    quantity: int
    unit_price_fen: int
    own: Measures
    received_value_fen: int
    disbursed_value_fen: int

    @property
    def cash(self) -> Measures:
        """Figures in fen of a cash item; nothing for other kinds."""
        return self.own if self.kind == "cash" else Measures()

    @property
    def goods(self) -> Measures:
        """Goods in fen at value: promises at the catalogue's price, received and handed over at fair value."""
        if self.kind != "goods":
            return Measures()
        price = self.unit_price_fen
        return Measures(need=self.own.need * price, reserved=self.own.reserved * price,
                        pledged=self.own.pledged * price, paid=self.own.paid * price,
                        received=self.received_value_fen, disbursed=self.disbursed_value_fen,
                        delivered=self.disbursed_value_fen)

    @property
    def goods_still_needed_fen(self) -> int:
        """Fulfilment of goods is by quantity, so what is still needed is units left at the catalogue's price."""
        return self.own.still_needed * self.unit_price_fen if self.kind == "goods" else 0

    @property
    def hours(self) -> Measures:
        """Volunteer hours; nothing for other kinds."""
        return self.own if self.kind == "hours" else Measures()


_HEAD = (NeedItem.id, NeedItem.sub_project_id, SubProject.code, SubProject.major_code, MajorProject.category_code,
         NeedItem.line, NeedItem.title_zh, NeedItem.title_en, NeedItem.kind, NeedItem.unit_zh, NeedItem.unit_en,
         NeedItem.quantity, NeedItem.unit_price_fen)
_PROGRESS = (ItemProgress.capacity, ItemProgress.reserved, ItemProgress.pledged, ItemProgress.paid,
             ItemProgress.received, ItemProgress.disbursed, ItemProgress.delivered,
             ItemProgress.received_value_fen, ItemProgress.disbursed_value_fen)
_CHANGES = ("need", *(c.key for c in _PROGRESS[1:]))


def items(session: Session, *, sub_project_ids: Iterable[int] | None = None, public: bool = True,
          as_at: date | None = None) -> list[ItemFigures]:
    """Every need item with its figures, in the catalogue's order: the one query behind all measures.

    `as_at`: the figures at the end of that day, summed from the movements; else the running counters. The need and the
    catalogue's price are summed too: an item that came later is not there yet, one that was withdrawn later still is.
    `public` leaves out drafts.
    """
    if as_at is None:
        query = (select(*_HEAD, *_PROGRESS).join(ItemProgress, ItemProgress.need_item_id == NeedItem.id)
                 .where(NeedItem.withdrawn.is_(False)))
    else:
        sums = (select(NeedMovement.need_item_id, *(func.sum(getattr(NeedMovement, name)).label(name)
                                                    for name in (*_CHANGES, "unit_price_fen")))
                .where(NeedMovement.effective_on <= as_at).group_by(NeedMovement.need_item_id).subquery())
        query = (select(*_HEAD[:-2], null(), sums.c.unit_price_fen, *(sums.c[name] for name in _CHANGES))
                 .join(sums, sums.c.need_item_id == NeedItem.id)
                 .where(or_(NeedItem.withdrawn.is_(False), sums.c.need > 0)))
    query = (query.join(SubProject, SubProject.id == NeedItem.sub_project_id)
             .join(MajorProject, MajorProject.code == SubProject.major_code)
             .order_by(SubProject.position, NeedItem.line))
    if public:
        query = query.where(SubProject.status != "draft")
    if sub_project_ids is not None:
        query = query.where(SubProject.id.in_(list(sub_project_ids)))
    return [_figures(row) for row in session.execute(query)]


def _figures(row: Sequence[Any]) -> ItemFigures:
    # PostgreSQL sums integers to Decimal.
    own, kind, price_fen = Measures(*map(int, row[13:20])), row[8], int(row[12])
    quantity = row[11]
    if quantity is None:        # as at a day: need and price are sums, and make the quantity
        quantity = own.need // price_fen if kind == "cash" and price_fen else own.need
    values: tuple[Any, ...] = (*row[:11], quantity, price_fen, own, int(row[20]), int(row[21]))
    return ItemFigures(*values)


@dataclass(frozen=True)
class Totals:
    """Sums over some items; the three kinds stay apart."""

    cash: Measures
    goods: Measures
    goods_still_needed_fen: int
    hours: Measures
    open_items: int


def total(figures: Iterable[ItemFigures]) -> Totals:
    """Add items up, kind by kind."""
    figures = list(figures)
    return Totals(sum((f.cash for f in figures), Measures()), sum((f.goods for f in figures), Measures()),
                  sum(f.goods_still_needed_fen for f in figures), sum((f.hours for f in figures), Measures()),
                  sum(1 for f in figures if f.own.open > 0))


def by(figures: Iterable[ItemFigures], level: str) -> Mapping[str, list[ItemFigures]]:
    """Group by `sub_code`, `major_code` or `category_code`, in the catalogue's order."""
    groups: dict[str, list[ItemFigures]] = {}
    for item in figures:
        groups.setdefault(getattr(item, level), []).append(item)
    return groups
