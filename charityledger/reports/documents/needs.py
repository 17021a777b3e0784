"""公益+ 项目筹款与需求对照表: funds raised against needs, from the whole programme down to each need item.

Money, goods at value and hours have figures of their own at every level and are never added to each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .common import Figures, Kind, Language, NotADocument, Organisation, Provenance, tie, tie_one

Level = Literal["category", "major", "sub", "item"]


@dataclass(frozen=True)
class ItemRow:
    """A need item. `figures` are fen for cash and goods (goods at value), hours for volunteer service; hours served
    are `received`, and nothing of them is `disbursed`.

    `quantity` × `unit_price_fen` is the need of cash and goods; the price is None where the need has no such
    product."""

    code: str
    name: str
    kind: Kind
    unit: str
    quantity: int
    unit_price_fen: int | None
    figures: Figures

    def of(self, kind: Kind) -> Figures:
        return self.figures if self.kind == kind else Figures()


@dataclass(frozen=True)
class _Sums:
    """A level of the tree: one set of figures for each kind, given ready-made."""

    code: str
    name: str
    cash: Figures
    goods: Figures
    hours: Figures

    def of(self, kind: Kind) -> Figures:
        return {"cash": self.cash, "goods": self.goods, "hours": self.hours}[kind]


@dataclass(frozen=True)
class SubRow(_Sums):
    """A sub-project. `place` is street and community, in the document's language."""

    place: str
    items: tuple[ItemRow, ...]


@dataclass(frozen=True)
class MajorRow(_Sums):
    subs: tuple[SubRow, ...]


@dataclass(frozen=True)
class CategoryRow(_Sums):
    majors: tuple[MajorRow, ...]


@dataclass(frozen=True)
class NeedsStatement:
    """The whole tree at one point of the history.

    `as_of` is aware; `prepared_by` is a department or the programme, never invented; `scope` says in words
    what is covered where it is not everything (a category, a batch), else it is empty. Raises TotalsDoNotTie
    or NotADocument when built from figures that do not tie."""

    language: Language
    organisation: Organisation
    provenance: Provenance
    as_of: datetime
    prepared_by: str
    categories: tuple[CategoryRow, ...]
    cash: Figures
    goods: Figures
    hours: Figures
    scope: str = ""

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None:
            raise NotADocument(where="as_of", why="an instant without an offset")
        for item in self.items():
            item.figures.check(item.code, item.kind)
            if item.kind == "hours" and item.figures.disbursed:
                raise NotADocument(where=item.code, why="hours are served, never paid out")
            if item.unit_price_fen is not None:
                tie_one(item.code, "need", item.figures.need, item.quantity * item.unit_price_fen)
        for kind in ("cash", "goods", "hours"):
            self._check(kind)

    def _check(self, kind: Kind) -> None:
        tie(f"total {kind}", self.of(kind), [c.of(kind) for c in self.categories])
        for category in self.categories:
            tie(f"{category.code} {kind}", category.of(kind), [m.of(kind) for m in category.majors])
        for major in self.majors():
            tie(f"{major.code} {kind}", major.of(kind), [s.of(kind) for s in major.subs])
        for sub in self.subs():
            tie(f"{sub.code} {kind}", sub.of(kind), [i.of(kind) for i in sub.items])

    def of(self, kind: Kind) -> Figures:
        return {"cash": self.cash, "goods": self.goods, "hours": self.hours}[kind]

    def majors(self) -> list[MajorRow]:
        return [m for c in self.categories for m in c.majors]

    def subs(self) -> list[SubRow]:
        return [s for m in self.majors() for s in m.subs]

    def items(self, kind: Kind | None = None) -> list[ItemRow]:
        """Every need item, or those of one kind."""
        return [i for s in self.subs() for i in s.items if kind in (None, i.kind)]

    def levels(self) -> tuple[tuple[Level, Sequence[_Sums | ItemRow]], ...]:
        """The rows of each level, finest first: what the tie-out page adds up again."""
        return (
            ("item", self.items()),
            ("sub", self.subs()),
            ("major", self.majors()),
            ("category", self.categories),
        )
