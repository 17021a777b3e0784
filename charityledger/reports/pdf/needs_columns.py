"""The five columns of the needs statement: their heads, their figures, and the sums at every turn of a page."""

from collections.abc import Callable

from charityledger.reports.documents import Figures, Kind, SubRow

from .furniture import heads, section
from .plan import Block, Plan, Row, Table
from .sheet import BOLD, FINE, LEFT, RIGHT, Align, Sheet
from .words import NONE, Pair

# Right edges of the five columns; the promise stands apart from what it must not be added to.
EDGE = [LEFT + x for x in (256, 322, 379, 435.5, 492)]
NAME = LEFT + 34
NAMES_END = EDGE[0] - 62  # a needed sum of 9,999,999.99 starts right of it
MEASURES: tuple[Pair, ...] = (
    ("需求", "Needed"),
    ("承诺", "Pledged"),
    ("实收", "Received"),
    ("拨付", "Disbursed"),
    ("仍缺", "Still needed"),
)
KIND: dict[Kind, Pair] = {"cash": ("款", "C"), "goods": ("物", "G"), "hours": ("时", "H")}
CARRY, LEAD = 16.0, 9.5


def figures(s: Sheet, y: float, f: Figures | None, kind: Kind, bold: bool = False, size: float = 7.5) -> None:
    """Five measures: sums on their decimal points, hours at the right edge; "—" where there is nothing of this kind."""
    for i, x in enumerate(EDGE):
        if f is None or (kind == "hours" and i == 3):
            s.text(x, y, NONE, size, align="r")
        elif kind == "hours":
            s.whole(x, y, f.row[i], size, bold)
        else:
            s.money(x, y, f.row[i], size, bold)


def head(
    s: Sheet, first: str, title: str = "", note: str = "", in_hand: Pair = ("款已到", "in hand")
) -> Block:
    """Column heads, with the section's title above them where there is one."""
    E, above = s.E, 28.0 if title else 0.0

    def draw(y: float) -> None:
        if title:
            section(s, y + 16, title, note)
            s.bookmark(title, 0, y + 16)
        columns: list[tuple[float, str, Align]] = [(LEFT, first, "l")]
        columns += [(x, words[E], "r") for x, words in zip(EDGE, MEASURES, strict=True)]
        spans = (
            (EDGE[0] + 9, EDGE[1], ("备查 · 非收入", "not income")[E]),
            (EDGE[1] + 9, EDGE[3], in_hand[E]),
        )
        heads(s, y + above, columns, spans)

    return Block(above + 31, draw)


def sums_line(
    s: Sheet, label: Pair, kind: Kind, top: float, bottom: float
) -> Callable[[tuple[int, ...]], Block]:
    """Brought forward, carried forward, closing total: running figures between two rules of given widths."""

    def block(sums: tuple[int, ...]) -> Block:
        def draw(y: float) -> None:
            if top:
                s.rule(LEFT, RIGHT, y, top)
            s.text(LEFT, y + 11, label[s.E], 8, True)
            figures(s, y + 11, Figures(*sums), kind, True)
            s.rule(LEFT, RIGHT, y + CARRY, bottom)

        return Block(CARRY, draw)

    return block


def place(
    s: Sheet,
    plan: Plan,
    heading: Block,
    groups: list[list[Row]],
    kind: Kind,
    closing: Pair,
    total: Figures,
    every: int = 0,
    context: Callable[[int], Block | None] | None = None,
) -> None:
    """Place a table of this statement, with running sums at every turn of the page."""
    plan.table(
        Table(
            heading,
            groups,
            closing=sums_line(s, closing, kind, FINE, BOLD)(total.row),
            brought=sums_line(s, ("承前页（累计）", "Brought forward"), kind, 0, FINE),
            carried=sums_line(s, ("过次页（累计）", "Carried forward"), kind, FINE, BOLD),
            context=context,
            between=lambda y: s.rule(LEFT, RIGHT, y),
            every=every,
            carry_height=CARRY,
            nil=Figures().row,
        )
    )


def takes_cash(sub: SubRow) -> bool:
    """Whether there is anything to pay for; a project of goods or hours only shows no sums of nil."""
    return any(item.kind == "cash" for item in sub.items)
