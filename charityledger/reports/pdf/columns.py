"""Small tables described by their columns: what stands where, how it is aligned, and which of it may wrap."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .furniture import heads, section
from .plan import Block, Row
from .sheet import BOLD, FINE, HAIR, LEFT, RIGHT, SOFT, Align, Sheet
from .text import fitting, joined, wrap
from .words import NONE, Pair

LEAD, ROW = 9.5, 15.0

# A tuple of texts stands on one line with dots between, or on lines of its own.
Value = str | tuple[str, ...] | int | None


@dataclass(frozen=True)
class Column:
    """`edge` is the left edge of text, the right edge of everything else (points from the text block's left edge).

    Text wraps at `width`, or steps down to fit where `one_line` is set. `money` is fen on its decimal point, `whole`
    an integer; None is "—" in text, and nothing at all among figures."""

    head: Pair
    edge: float
    kind: Literal["text", "right", "money", "whole"] = "text"
    width: float = 200
    one_line: bool = False
    size: float = 8

    @property
    def x(self) -> float:
        return LEFT + self.edge

    @property
    def align(self) -> Align:
        return "l" if self.kind == "text" else "r"


Columns = Sequence[Column]


def head(s: Sheet, columns: Columns, title: str = "", note: str = "") -> Block:
    """Column heads between two rules, below the section's title where there is one."""
    above = 23.0 if title else 0.0

    def draw(y: float) -> None:
        if title:
            section(s, y + 13, title, note)
            s.bookmark(title, 1, y + 13)
        heads(s, y + above, [(c.x, c.head[s.E], c.align) for c in columns])

    return Block(above + 18, draw)


def row(s: Sheet, columns: Columns, values: Sequence[Value], sums: tuple[int, ...] = ()) -> Row:
    """One row; it is as high as its longest text."""
    cells = [_lines(c, v) for c, v in zip(columns, values, strict=True)]

    def draw(y: float) -> None:
        for column, value, lines in zip(columns, values, cells, strict=True):
            _cell(s, column, value, lines, y + 10.5)

    return Row(ROW + LEAD * (max(len(lines) for lines in cells) - 1), draw, sums)


def _lines(column: Column, value: Value) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return joined(value, column.width, column.size)
    if column.kind != "text" or column.one_line or not isinstance(value, str):
        return ("",)
    return wrap(value, column.width, column.size)


def _cell(
    s: Sheet, column: Column, value: Value, lines: tuple[str, ...], y: float, bold: bool = False
) -> None:
    if isinstance(value, int):
        put = s.whole if column.kind == "whole" else s.money
        put(column.x, y, value, column.size, bold)
    elif column.kind == "right":
        s.text(column.x, y, str(value or NONE), column.size, bold, "r")
    elif column.kind == "text" and column.one_line:
        words = str(value or NONE)
        size = fitting(words, column.width, (column.size, column.size - 1, column.size - 2), bold)
        s.text(column.x, y, words, size, bold)
    elif column.kind == "text":
        s.lines(column.x, y, lines if value else (NONE,), column.size, LEAD, bold)


def total(
    s: Sheet,
    columns: Columns,
    label: str,
    values: Sequence[int | None],
    top: float = FINE,
    bottom: float = BOLD,
    at: float = 0,
) -> Block:
    """A line of sums between two rules. `values` stand in the last columns; `at` is where the label starts."""
    figures = [c for c in columns if c.kind in ("money", "whole")][-len(values) :]

    def draw(y: float) -> None:
        if top:
            s.rule(LEFT, RIGHT, y, top)
        s.text(LEFT + at, y + 11, label, 8, True)
        for column, value in zip(figures, values, strict=True):
            _cell(s, column, value, ("",), y + 11, True)
        s.rule(LEFT, RIGHT, y + 16, bottom)

    return Block(16, draw)


def note(s: Sheet, words: Sequence[str], size: float = 7.5) -> Block:
    """Lines of explanation below a table."""
    lines = [line for text in words for line in wrap(text, RIGHT - LEFT, size)]
    return Block(6 + 11.5 * len(lines), lambda y: s.lines(LEFT, y + 13, lines, size, 11.5, color=SOFT))


def between(s: Sheet, y: float) -> None:
    s.rule(LEFT, RIGHT, y, HAIR)
