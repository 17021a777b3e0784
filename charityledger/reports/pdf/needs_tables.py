"""Cash by major project, goods and hours in tables of their own, and the page that adds everything again."""

from charityledger.reports.documents import Figures, ItemRow, Kind, MajorRow, NeedsStatement, SubRow
from charityledger.reports.documents.common import added

from .needs_columns import EDGE, LEAD, NAME, NAMES_END, figures, head, place, takes_cash
from .plan import Block, Plan, Row
from .sheet import BOLD, FINE, LEFT, RIGHT, SOFT, Sheet
from .text import joined, wrap
from .words import Pair


def by_major(s: Sheet, plan: Plan, doc: NeedsStatement) -> None:
    """Cash by category and major project."""
    E, so_far, groups = s.E, Figures(), []
    for category in doc.categories:
        rows = [_category_row(s, category.name, category.cash, so_far)]
        for major in category.majors:
            so_far += major.cash
            rows.append(_major_row(s, major, so_far, last=major is category.majors[-1]))
        groups.append(rows)
    heading = head(
        s, ("大项目", "Major project")[E], ("按大项目", "By major project")[E], ("只列资金", "cash only")[E]
    )
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
        ("子项目 / 物资", "Sub-project / goods")[E]
        if goods
        else ("子项目 / 服务", "Sub-project / service")[E],
        ("物资折价", "Goods at value")[E] if goods else ("志愿服务时数", "Volunteer hours")[E],
        ("单位：元，不与资金相加", "yuan, never added to cash")[E]
        if goods
        else ("单位：小时，不折成金额", "hours, not valued")[E],
        ("已收、已发放", "in, handed out") if goods else ("已服务", "served"),
    )
    closing: Pair = ("物资折价合计", "Total goods at value") if goods else ("志愿服务合计", "Total hours")
    place(s, plan, heading, groups, kind, closing, doc.of(kind), every=5)


def _own_row(s: Sheet, sub: SubRow, item: ItemRow, so_far: Figures) -> Row:
    quantity = ""
    if item.kind == "goods":
        # English units would want a plural, so they are left to the item's name.
        quantity = (f" {item.quantity:,} {item.unit}", f" × {item.quantity:,}")[s.E]
    room = (NAMES_END if item.kind == "goods" else EDGE[0] - 30) - NAME
    lines = joined((sub.name, item.name + quantity), room, 8)

    def draw(y: float) -> None:
        s.text(LEFT, y + 10.5, sub.code, 7, color=SOFT)
        s.lines(NAME, y + 10.5, lines, 8, LEAD)
        figures(s, y + 10.5, item.figures, item.kind)

    return Row(15 + LEAD * (len(lines) - 1), draw, so_far.row)


def tie_out(s: Sheet, plan: Plan, doc: NeedsStatement) -> None:
    """The same figures added at four levels, kind by kind, and the difference, which is nil or there is no document."""
    E = s.E
    title = ("勾稽核对", "Tie-out")[E]
    heading = head(
        s, ("层级", "Level")[E], title, ("同一组数在四级各加一遍", "the same figures added at four levels")[E]
    )
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
