"""Every sub-project with its need items, category by category."""

from charityledger.reports.documents import Figures, ItemRow, NeedsStatement, SubRow

from .needs_columns import EDGE, KIND, LEAD, NAME, NAMES_END, figures, head, place, takes_cash
from .plan import Block, Plan, Row
from .sheet import LEFT, SOFT, Sheet
from .text import joined, measure, wrap


def by_item(s: Sheet, plan: Plan, doc: NeedsStatement) -> None:
    """Every sub-project with its need items. Sums of a sub-project are cash; goods rows carry their own figures."""
    E, so_far = s.E, Figures()
    groups: list[list[Row]] = []
    starts: dict[int, str] = {}
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
    below = joined((sub.place, major), NAMES_END - NAME + 40, 7)

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
