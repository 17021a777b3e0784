"""Which format a table is in, by the words of its head. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .columns import Head, spellings
from .layout import Layout
from .stated import said
from .text import Row

# Preambles have up to thirty rows; below this no head is looked for.
SEARCHED_ROWS = 80


@dataclass(frozen=True)
class Found:
    """A format, the head row, the rows above it, and those below, still unread."""

    layout: Layout
    head: Head
    before: list[Row]
    rows: Iterator[Row]


def find(rows: Iterator[Row], layouts: Iterable[Layout], *, chosen: bool = False) -> Found | list[Row]:
    """The format of a table; the rows that were searched, where none is found.

    `chosen`: a person said that it is one of `layouts`, so that a fitting head is enough, without its marks.
    """
    searched: list[Row] = []
    candidates = list(layouts)
    for number, cells in rows:
        best = _best(number, cells, searched, candidates, chosen=chosen)
        if best:
            return Found(*best, searched, rows)
        searched.append((number, cells))
        if len(searched) >= SEARCHED_ROWS:
            break
    return searched


def _best(number: int, cells: Sequence[str], before: Sequence[Row], layouts: Iterable[Layout], *, chosen: bool,
          ) -> tuple[Layout, Head] | None:
    if sum(1 for cell in cells if cell.strip()) < 3:
        return None
    words = {form for cell in cells for form in spellings(cell)}
    above = "\n".join(said(row) for _, row in before)
    fitting: list[tuple[bool, bool, int, Layout, Head]] = []
    for layout in layouts:
        head = layout.head(number, cells)
        if head.lacks(layout.needs):
            continue
        named = any(name in above for name in layout.names)
        marked = any(words.issuperset((mark,) if isinstance(mark, str) else mark) for mark in layout.marks)
        if chosen or named or marked or not (layout.marks or layout.names):
            fitting.append((layout.made, named, len(head.fields), layout, head))
    if not fitting:
        return None
    *_, layout, head = max(fitting, key=lambda found: found[:3])
    return layout, head


def missing(rows: Sequence[Row], layout: Layout) -> list[str]:
    """The columns that the row nearest to a head of `layout` lacks, by the first of their words."""
    lacks = [layout.head(number, cells).lacks(layout.needs) for number, cells in rows]
    nearest = min(lacks, key=len, default=[group[0] for group in layout.needs])
    return [next(iter(layout.columns.get(field, ())), field) for field in nearest]
