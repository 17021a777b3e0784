"""Where everything stands, decided before the first page is drawn: then page x of y needs no second pass.

A block is a height and a function that draws it at a given y; no block is ever split over pages.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .sheet import FOOT

Draw = Callable[[float], Any]

TOP = 76.0  # where a page without a masthead starts


@dataclass(frozen=True, slots=True)
class Block:
    height: float
    draw: Draw


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a long table. `sums` are the running figures after it; a `ruled` row always has a rule below it."""

    height: float
    draw: Draw
    sums: tuple[int, ...] = ()
    ruled: bool = False


@dataclass(frozen=True)
class Table:
    """A table that may run over pages.

    `groups` are rows that stay together where a page can hold them. `head` stands on every page; below it `opening`
    on the first page, `brought(sums)` on the others; at the bottom `carried(sums)`, on the last page `closing`.
    `context(group)` is printed where a page starts with that group. `between(y)` draws the rule after `every` rows of
    a page (0: never) and 3 points above the end of ruled ones. `carry_height` is that of brought and carried; `nil`
    are the sums before the first row."""

    head: Block
    groups: Sequence[Sequence[Row]]
    closing: Block
    opening: Block | None = None
    brought: Callable[[tuple[int, ...]], Block] | None = None
    carried: Callable[[tuple[int, ...]], Block] | None = None
    context: Callable[[int], Block | None] | None = None
    between: Callable[[float], Any] | None = None
    every: int = 5
    carry_height: float = 15.0
    nil: tuple[int, ...] = ()


class Plan:
    """Pages being filled from top to bottom."""

    def __init__(self, top: float = TOP, foot: float = FOOT) -> None:
        self.top, self.foot = top, foot
        self.pages: list[list[tuple[Draw, float]]] = [[]]
        self.y = top

    @property
    def room(self) -> float:
        return self.foot - self.y

    def turn(self) -> None:
        """Go on at the top of a new page, unless this one is empty."""
        if self.pages[-1]:
            self.pages.append([])
        self.y = self.top

    def need(self, height: float) -> None:
        """Turn the page where less than this is left of it."""
        if height > self.room:
            self.turn()

    def put(self, block: Block, keep: float = 0) -> None:
        """Place a block, on a new page where it and `keep` points after it do not fit."""
        self.need(block.height + keep)
        self.pages[-1].append((block.draw, self.y))
        self.y += block.height

    def gap(self, height: float) -> None:
        self.y += height

    def at_foot(self, block: Block) -> None:
        """Place a block at the foot of the last page, on a page of its own where there is no room."""
        self.need(block.height)
        self.y = self.foot - block.height
        self.put(block)

    def table(self, table: Table) -> None:
        """Place a table; see Table."""
        at_bottom = table.closing.height
        if table.carried:
            at_bottom = max(at_bottom, table.carry_height)
        first = table.groups[0][0].height if table.groups else 0
        self.need(table.head.height + table.carry_height + first + at_bottom)
        self.put(table.head)
        if table.opening:
            self.put(table.opening)
        sums, count, last_ruled = table.nil, 0, False

        def fifth(count: int) -> bool:
            return bool(table.every) and count % table.every == 0

        whole_page = self.foot - self.top - table.head.height - table.carry_height - at_bottom
        for number, group in enumerate(table.groups):
            height = sum([row.height for row in group])
            together = height <= whole_page
            for position, row in enumerate(group):
                wanted = height if together and not position else row.height
                if wanted + at_bottom > self.room:
                    self._over(table, sums)
                    count = 0
                    context = table.context(number) if table.context else None
                    if context:
                        self.put(context)
                elif count and table.between and (last_ruled or (fifth(count) and not row.ruled)):
                    self.pages[-1].append((table.between, self.y - (3 if last_ruled else 0)))
                self.pages[-1].append((row.draw, self.y))
                self.y += row.height
                sums, last_ruled = row.sums, row.ruled
                count += 1
        self.put(table.closing)

    def _over(self, table: Table, sums: tuple[int, ...]) -> None:
        """Carry the sums forward to a new page and start it with the head."""
        if table.carried:
            self.put(table.carried(sums))
        self.turn()
        self.put(table.head)
        if table.brought:
            self.put(table.brought(sums))
