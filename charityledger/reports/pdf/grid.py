"""Facts in four columns: a label, and the value below it."""

from .plan import Block
from .sheet import LEFT, RIGHT, SOFT, STEP, Sheet
from .text import fitting, wrap
from .words import NONE

Fact = tuple[str, str]


def grid(s: Sheet, facts: list[Fact], tail: bool = True) -> Block:
    """Four facts to a row; a long value steps down, then wraps, and its row grows. With `tail` a rule ends it."""
    room = 3 * STEP - 10
    cells = []
    for label, value in facts:
        size = fitting(value, room, (9.5, 9, 8.5, 8))
        cells.append((label, wrap(value or NONE, room, size), size))
    rows = [cells[i : i + 4] for i in range(0, len(cells), 4)]
    heights = [38 + 10 * (max(len(lines) for _, lines, _ in row) - 1) for row in rows]

    def draw(y: float) -> None:
        for row, height in zip(rows, heights, strict=True):
            for column, (label, lines, size) in enumerate(row):
                x = LEFT + column * 3 * STEP
                s.text(x, y + 16, label, 7, color=SOFT)
                s.lines(x, y + 30, lines, size, 10)
            y += height
        if tail:
            s.rule(LEFT, RIGHT, y + 6)

    return Block(sum(heights) + (6 if tail else -4), draw)
