"""The tables of the needs statement: cash by major project and by need item, goods, hours, and the sums added again."""

from collections.abc import Callable

from charityledger.reports.documents import Figures, ItemRow, Kind, MajorRow, NeedsStatement, SubRow
from charityledger.reports.documents.common import added

from .furniture import heads, section
from .plan import Block, Plan, Row, Table
from .sheet import BOLD, FINE, LEFT, RIGHT, SOFT, Align, Sheet
from .text import measure, wrap
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


def head(s: Sheet, first: str, title: str = "", note: str = "", in_hand: Pair = ("款已到", "in hand")) -> Block:
    """Column heads, with the section's title above them where there is one."""
    E, above = s.E, 28.0 if title else 0.0

    def draw(y: float) -> None:
        if title:
            section(s, y + 16, title, note)
            s.bookmark(title, 0, y + 16)
        columns: list[tuple[float, str, Align]] = [(LEFT, first, "l")]
        columns += [(x, words[E], "r") for x, words in zip(EDGE, MEASURES, strict=True)]
        spans = ((EDGE[0] + 9, EDGE[1], ("备查 · 非收入", "not income")[E]), (EDGE[1] + 9, EDGE[3], in_hand[E]))
        heads(s, y + above, columns, spans)

    return Block(above + 31, draw)


def sums_line(s: Sheet, label: Pair, kind: Kind, top: float, bottom: float) -> Callable[[tuple[int, ...]], Block]:
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


def by_major(s: Sheet, plan: Plan, doc: NeedsStatement) -> None:
    """Cash by category and major project."""
    E, so_far, groups = s.E, Figures(), []
    for category in doc.categories:
        rows = [_category_row(s, category.name, category.cash, so_far)]
        for major in category.majors:
            so_far += major.cash
            rows.append(_major_row(s, major, so_far, last=major is category.majors[-1]))
        groups.append(rows)
    heading = head(s, ("大项目", "Major project")[E], ("按大项目", "By major project")[E], ("只列资金", "cash only")[E])
    place(s, plan, heading, groups, "cash", ("资金合计", "Total cash"), doc.cash)


def _category_row(s: Sheet, name: str, f: Figures, so_far: Figures) -> Row:
    lines = wrap(name, NAMES_END - LEFT, 8.5, True)

    def draw(y: float) -> None:
        s.lines(LEFT, y + 15, lines, 8.5, LEAD, True)
        figures(s, y + 15, f, "cash", True)

    return Row(22 + LEAD * (len(lines) - 1), draw, so_far.row)


def _major_row(s: Sheet, major: MajorRow, so_far: Figures, last: bool) -> Row:
    lines = wrap(major.name, NAMES_END - NAME, 8)

    def draw(y: float) -> None:
        s.text(LEFT, y + 10, major.code, 7, color=SOFT)
        s.lines(NAME, y + 10, lines, 8, LEAD)
        figures(s, y + 10, major.cash if any(takes_cash(sub) for sub in major.subs) else None, "cash")

    return Row(16 + LEAD * (len(lines) - 1) + 4 * last, draw, so_far.row, last)


def takes_cash(sub: SubRow) -> bool:
    """Whether there is anything to pay for; a project of goods or hours only shows no sums of nil."""
    return any(item.kind == "cash" for item in sub.items)


def by_item(s: Sheet, plan: Plan, doc: NeedsStatement) -> None:
    """Every sub-project with its need items. Sums of a sub-project are cash; goods rows carry their own figures."""
    E, so_far, groups, starts = s.E, Figures(), [], {}
    for category in doc.categories:
        starts[len(groups)] = category.name
        for major in category.majors:
            for sub in major.subs:
                rows = [_heading_row(s, category.name, so_far)] if len(groups) in starts else []
                rows.append(_sub_row(s, sub, major.name, so_far))
                for item in sub.items:
                    so_far += item.of("cash")
                    rows.append(_item_row(s, item, so_far, last=item is sub.items[-1]))
                groups.append(rows)
    names = [name for number in range(len(groups)) for name in [_last_before(starts, number)]]

    def context(number: int) -> Block | None:
        if number in starts:
            return None
        row = _heading_row(s, names[number] + ("（续）", ", continued")[E], so_far)
        return Block(row.height, row.draw)

    heading = head(
        s,
        ("子项目 / 需求明细", "Sub-project / need item")[E],
        ("按子项目与需求明细", "By sub-project and need item")[E],
        (
            "款 资金　物 物资折价（自列一行，不计入粗体的资金数）　时 志愿服务小时",
            "C cash   G goods at value, not in the bold cash figures   H hours",
        )[E],
        ("款物已到", "in hand"),
    )
    place(s, plan, heading, groups, "cash", ("资金合计", "Total cash"), doc.cash, context=context)


def _last_before(starts: dict[int, str], number: int) -> str:
    return starts[max(start for start in starts if start <= number)]


def _heading_row(s: Sheet, name: str, so_far: Figures) -> Row:
    def draw(y: float) -> None:
        s.text(LEFT, y + 18, name, 10, True)
        s.bookmark(name, 1, y + 18) if "（续）" not in name and ", continued" not in name else None

    return Row(26, draw, so_far.row)


def _sub_row(s: Sheet, sub: SubRow, major: str, so_far: Figures) -> Row:
    lines = wrap(sub.name, NAMES_END - NAME, 8.5, True)
    below = wrap(f"{sub.place} · {major}" if sub.place else major, NAMES_END - NAME + 40, 7)

    def draw(y: float) -> None:
        s.text(LEFT, y + 11, sub.code, 7, True)
        end = s.lines(NAME, y + 11, lines, 8.5, LEAD, True)
        figures(s, y + 11, sub.cash if takes_cash(sub) else None, "cash", True)
        s.lines(NAME, end + 1.5, below, 7, 9, color=SOFT)

    return Row(26 + LEAD * (len(lines) - 1) + 9 * (len(below) - 1), draw, so_far.row)


def _item_row(s: Sheet, item: ItemRow, so_far: Figures, last: bool) -> Row:
    E = s.E
    if item.kind == "hours":
        quantity = f"{item.quantity:,} {('小时', 'hours')[E]}"
    elif item.unit_price_fen is None:
        quantity = f"{item.quantity:,} {item.unit}"
    else:
        # English units would want a plural, so they are left to the item's name.
        quantity = f"{item.quantity:,}{'' if E else f' {item.unit}'} × {_price(item.unit_price_fen)}"
    end = EDGE[0] if item.kind == "hours" else EDGE[0] - 50
    lines = wrap(item.name, max(end - measure(quantity, 7) - 6 - NAME, 60), 8)

    def draw(y: float) -> None:
        s.text(LEFT + 12, y + 9, KIND[item.kind][E], 7)
        s.lines(NAME, y + 9, lines, 8, LEAD)
        s.text(end, y + 9, quantity, 7, align="r", color=SOFT)
        if item.kind != "hours":
            figures(s, y + 9, item.figures, item.kind)

    return Row(13.5 + LEAD * (len(lines) - 1) + 8 * last, draw, so_far.row, last)


def _price(fen: int) -> str:
    return f"{fen // 100:,}" + (f".{fen % 100:02d}" if fen % 100 else "")


def by_kind(s: Sheet, plan: Plan, doc: NeedsStatement, kind: Kind) -> None:
    """Goods, or hours, in a table of their own."""
    E, so_far, groups = s.E, Figures(), []
    for sub in doc.subs():
        for item in sub.items:
            if item.kind == kind:
                so_far += item.figures
                groups.append([_own_row(s, sub, item, so_far)])
    goods = kind == "goods"
    heading = head(
        s,
        ("子项目 / 物资", "Sub-project / goods")[E] if goods else ("子项目 / 服务", "Sub-project / service")[E],
        ("物资折价", "Goods at value")[E] if goods else ("志愿服务时数", "Volunteer hours")[E],
        ("单位：元，不与资金相加", "yuan, never added to cash")[E] if goods else ("单位：小时，不折成金额", "hours, not valued")[E],
        ("已收、已发放", "in, handed out") if goods else ("已服务", "served"),
    )
    closing: Pair = ("物资折价合计", "Total goods at value") if goods else ("志愿服务合计", "Total hours")
    place(s, plan, heading, groups, kind, closing, doc.of(kind), every=5)


def _own_row(s: Sheet, sub: SubRow, item: ItemRow, so_far: Figures) -> Row:
    quantity = f" {item.quantity:,} {item.unit}" if item.kind == "goods" else ""
    room = (NAMES_END if item.kind == "goods" else EDGE[0] - 30) - NAME
    lines = wrap(f"{sub.name} · {item.name}{quantity}", room, 8)

    def draw(y: float) -> None:
        s.text(LEFT, y + 10.5, sub.code, 7, color=SOFT)
        s.lines(NAME, y + 10.5, lines, 8, LEAD)
        figures(s, y + 10.5, item.figures, item.kind)

    return Row(15 + LEAD * (len(lines) - 1), draw, so_far.row)


def tie_out(s: Sheet, plan: Plan, doc: NeedsStatement) -> None:
    """The same figures added at four levels, kind by kind, and the difference, which is nil or there is no document."""
    E = s.E
    title = ("勾稽核对", "Tie-out")[E]
    heading = head(s, ("层级", "Level")[E], title, ("同一组数在四级各加一遍", "the same figures added at four levels")[E])
    kinds: list[tuple[Kind, Pair]] = [
        ("cash", ("资金（元）", "Cash (yuan)")),
        ("goods", ("物资折价（元）", "Goods at value (yuan)")),
        ("hours", ("志愿服务（小时）", "Volunteer service (hours)")),
    ]
    blocks = [_tie_block(s, doc, kind, label) for kind, label in kinds if doc.items(kind)]
    plan.need(heading.height + sum(block.height for block in blocks))
    plan.put(heading)
    for block in blocks:
        plan.put(block)


LEVELS: dict[str, Pair] = {
    "item": ("项需求明细", "need items"),
    "sub": ("个子项目", "sub-projects"),
    "major": ("个大项目", "major projects"),
    "category": ("大类", "categories"),
}


def _tie_block(s: Sheet, doc: NeedsStatement, kind: Kind, label: Pair) -> Block:
    rows = []
    for level, nodes in doc.levels():
        count = len(doc.items(kind)) if level == "item" else len(nodes)
        rows.append((f"{count} {LEVELS[level][s.E]}", added(node.of(kind) for node in nodes)))
    differences = [max(column) - min(column) for column in zip(*(f.row for _, f in rows), strict=True)]

    def draw(y: float) -> None:
        s.text(LEFT, y + 13, label[s.E], 8, True)
        y += 15
        for name, f in rows:
            s.text(NAME, y + 10, name, 8)
            figures(s, y + 10, f, kind)
            y += 13.5
        s.rule(LEFT, RIGHT, y + 3, FINE)
        s.text(LEFT, y + 14, ("四级之差", "Difference")[s.E], 8, True)
        figures(s, y + 14, Figures(*differences), kind, True)
        s.rule(LEFT, RIGHT, y + 20, BOLD)

    return Block(15 + 13.5 * len(rows) + 24, draw)
