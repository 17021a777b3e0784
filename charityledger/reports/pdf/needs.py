"""公益+ 项目筹款与需求对照表: a cover with key figures and a chart, then the tables, then the sums added again."""

from charityledger.money import format_fen
from charityledger.reports.documents import Figures, Kind, NeedsStatement

from . import needs_items, needs_tables
from .charts import chart, chart_height
from .furniture import Frame, masthead, verification
from .needs_columns import MEASURES, NAMES_END, figures, head
from .plan import Block, Plan
from .sheet import BOLD, FINE, LEFT, RIGHT, SOFT, STEP, Sheet
from .text import fitting, wrap
from .words import Pair, instant, instant_in_prose

TITLE: Pair = ("公益+ 项目筹款与需求对照表", "Funds raised against needs")

NOTES: tuple[list[str], list[str]] = (
    [
        "资金、物资折价与志愿服务小时各自成列，从不相加；图与粗体数只是资金。",
        "承诺是认领人的许诺，不是收入，只供备查，不与实收相加。实收是已到账的款与已验收的物资，减去退款。",
        "仍缺 = 需求 − 实收 − 已承诺未到账；物资先按件数算，再按目录单价折价。超过需求的到账款待确认，不在表内。",
    ],
    [
        "Cash, goods at value and volunteer hours are never added together; the chart and the bold figures are cash.",
        "A pledge is a promise, not income; never added to money received. Received is less refunds and over-payments.",
        "Still needed = needed − received − promised but not yet paid; goods by the piece, then at catalogue price.",
    ],
)


def frame(doc: NeedsStatement) -> Frame:
    E = doc.language == "en"
    period = f"{('截至', 'As at')[E]} {instant(doc.as_of)}"
    return Frame(doc.language, doc.organisation, doc.provenance, TITLE[E], doc.scope, period)


def lay_out(s: Sheet, doc: NeedsStatement, about: Frame) -> Plan:
    plan = Plan()
    plan.y = 70
    plan.put(_masthead(s, doc, about))
    plan.put(_key_figures(s, doc.cash))
    rows = [(category.name, category.cash) for category in doc.categories]
    what = ("资金", "Cash")[s.E]
    plan.put(Block(20 + chart_height([name for name, _ in rows]), lambda y: chart(s, y + 8, rows, what)))
    _by_category(s, plan, doc)
    needs_tables.by_major(s, plan, doc)
    plan.turn()
    needs_items.by_item(s, plan, doc)
    plan.turn()
    for kind in ("goods", "hours"):
        if doc.items(kind):
            needs_tables.by_kind(s, plan, doc, kind)
            plan.gap(26)
    needs_tables.tie_out(s, plan, doc)
    plan.gap(20)
    plan.at_foot(verification(s, about))
    return plan


def _masthead(s: Sheet, doc: NeedsStatement, about: Frame) -> Block:
    E = s.E
    counts = [len(nodes) for _, nodes in reversed(doc.levels())]
    scope = doc.scope or (f"全部 {counts[2]} 个子项目", f"all {counts[2]} sub-projects")[E]
    at = instant_in_prose(doc.as_of, E)
    subtitle = (f"截至 {at}，{scope}，单位：元", f"As at {at}; {scope}; yuan")[E]
    facts = [
        (
            0,
            ("类 / 大项目 / 子项目 / 明细", "Categories / majors / subs / items")[E],
            " / ".join(map(str, counts)),
        ),
        (4, ("编制", "Prepared by")[E], doc.prepared_by),
    ]
    return masthead(s, about, subtitle, facts)


def _key_figures(s: Sheet, cash: Figures) -> Block:
    columns = (0, 2.45, 4.9, 7.35, 9.8)
    sizes = (12.5, 12, 11.5, 11, 10.5, 10, 9.5, 9, 8.5, 8)
    room = RIGHT - LEFT - columns[-1] * STEP
    size = min(fitting(format_fen(fen), room, sizes, True) for fen in cash.row)

    def draw(y: float) -> None:
        for i, (column, fen) in enumerate(zip(columns, cash.row, strict=True)):
            x, bold = LEFT + column * STEP, i != 1
            s.text(x, y + 30, MEASURES[i][s.E], 8, bold)
            s.text(x, y + 48, format_fen(fen), size, bold)
        s.text(LEFT + columns[0] * STEP, y + 61, ("资金，元", "cash, yuan")[s.E], 7, color=SOFT)
        s.text(LEFT + columns[1] * STEP, y + 61, ("不计收入", "not income")[s.E], 7, color=SOFT)

    return Block(78, draw)


def _by_category(s: Sheet, plan: Plan, doc: NeedsStatement) -> None:
    E = s.E
    heading = head(s, ("五大类", "Category")[E])
    others: list[tuple[Kind, Pair]] = [
        ("goods", ("物资折价（元，另列）", "Goods at value (yuan)")),
        ("hours", ("志愿服务（小时，另列）", "Volunteer hours")),
    ]
    shown = [(kind, label) for kind, label in others if doc.items(kind)]
    notes = [line for note in NOTES[E] for line in wrap(note, RIGHT - LEFT, 7.5)]
    height = 5 + 17 * len(doc.categories) + 22 + 16 * len(shown) + 8 + 12 * len(notes) + 4

    def draw(y: float) -> None:
        y += 5
        for category in doc.categories:
            size = fitting(category.name, NAMES_END - LEFT, (8.5, 8, 7.5, 7, 6))
            s.text(LEFT, y + 12, category.name, size)
            figures(s, y + 12, category.cash, "cash")
            y += 17
        s.rule(LEFT, RIGHT, y + 2, FINE)
        s.text(LEFT, y + 14, ("资金合计", "Total cash")[E], 8.5, True)
        figures(s, y + 14, doc.cash, "cash", True)
        s.rule(LEFT, RIGHT, y + 20, BOLD)
        y += 20
        for kind, label in shown:
            s.text(LEFT, y + 13, label[E], 8.5)
            figures(s, y + 13, doc.of(kind), kind)
            y += 16
        if shown:
            s.rule(LEFT, RIGHT, y + 4, FINE)
        s.lines(LEFT, y + 19, notes, 7.5, 12)

    plan.need(heading.height + height)
    plan.put(heading)
    plan.put(Block(height, draw))
    plan.turn()
