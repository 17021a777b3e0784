"""捐赠人年度对账单: a donor's gifts, line by line; promises and what the money bought stand apart from them."""

from charityledger.money import format_fen
from charityledger.reports.documents import DonorStatement, PledgeLine
from charityledger.reports.documents.donor import KINDS

from .columns import Column, Columns, Value, between, head, note, row, total
from .furniture import Frame, masthead, verification
from .plan import Block, Plan, Row, Table
from .sheet import LEFT, SOFT, STEP, WIDTH, Sheet
from .text import fitting, wrap
from .words import NONE, Pair, day, period, reference

TITLE: Pair = ("捐赠人年度对账单", "Donor's annual statement")
TOTALS: tuple[Pair, ...] = (
    ("资金（元）", "Cash (yuan)"),
    ("物资折价（元）", "Goods at value (yuan)"),
    ("志愿服务（小时）", "Volunteer hours"),
)

GIFTS = (
    Column(("日期", "Date"), 0, one_line=True, width=46),
    Column(("项目与内容", "Project and gift"), 50, width=176),
    Column(("本会收据", "Our receipt"), 234, width=84, size=7.5),
    Column(("资金", "Cash"), 386, "money"),
    Column(("物资折价", "Goods"), 446, "money"),
    Column(("小时", "Hours"), 492, "whole"),
)
PLEDGES = (
    Column(("承诺日", "Pledged on"), 0, one_line=True, width=46),
    Column(("引用码", "Reference"), 50, one_line=True, width=58),
    Column(("项目", "Project"), 112, width=150),
    Column(("应付日", "Due"), 270, one_line=True, width=46),
    Column(("承诺", "Promised"), 382, "money"),
    Column(("已付", "Paid"), 437, "money"),
    Column(("未付", "Outstanding"), 492, "money"),
)
PLEDGED_HOURS = (
    Column(("承诺", "Promised"), 382, "whole"),
    Column(("已服务", "Served"), 437, "whole"),
    Column(("未服务", "Outstanding"), 492, "whole"),
)
BOUGHT = (
    Column(("拨付日", "Paid on"), 0, one_line=True, width=46),
    Column(("项目与用途", "Project and purpose"), 50, width=216),
    Column(("凭证号", "Voucher"), 274, one_line=True, width=60, size=7.5),
    Column(("送达日", "Delivered"), 340, one_line=True, width=48),
    Column(("项目拨付（元）", "Paid out (yuan)"), 492, "money"),
)


def frame(doc: DonorStatement) -> Frame:
    E = doc.language == "en"
    return Frame(
        doc.language,
        doc.organisation,
        doc.provenance,
        TITLE[E],
        doc.donor,
        period(doc.starts_on, doc.ends_on, E),
    )


def lay_out(s: Sheet, doc: DonorStatement, about: Frame) -> Plan:
    plan = Plan()
    plan.y = 70
    plan.put(_masthead(s, doc, about))
    plan.put(_donor(s, doc))
    plan.gap(16)
    plan.table(_gifts(s, doc))
    plan.put(note(s, [_GIFTS_NOTE[s.E]]))
    if doc.pledges:
        plan.gap(20)
        _pledges(s, plan, doc)
    if doc.bought:
        plan.gap(20)
        plan.table(_bought(s, doc))
        plan.put(note(s, [_BOUGHT_NOTE[s.E]]))
    plan.gap(16)
    plan.at_foot(verification(s, about))
    return plan


_GIFTS_NOTE: Pair = (
    "资金、物资折价与志愿服务小时从不相加。退款记为负数。本对账单不是财政部门监制的《公益事业捐赠票据》。",
    "Cash, goods at value and hours are never added together. Refunds are negative. This is not the state's invoice.",
)
_BOUGHT_NOTE: Pair = (
    "所列为该项目的全部拨付，由全体捐赠人共同承担，不按个人分摊。",
    "Whole payments of the projects, borne by all their donors together; no share of them is one donor's.",
)


def _masthead(s: Sheet, doc: DonorStatement, about: Frame) -> Block:
    E, year = s.E, doc.ends_on.year
    whole_year = (doc.starts_on.month, doc.starts_on.day, doc.ends_on.month, doc.ends_on.day) == (
        1,
        1,
        12,
        31,
    )
    of = (
        (f"{year} 年度", f"The year {year}")[E] if whole_year and doc.starts_on.year == year else about.period
    )
    subtitle = (f"{of}，单位：元", f"{of}; yuan")[E]
    facts = [
        (0, ("期间", "Period")[E], about.period),
        (4, ("捐赠笔数", "Gifts")[E], f"{len(doc.gifts):,}"),
    ]
    return masthead(s, about, subtitle, facts)


def _donor(s: Sheet, doc: DonorStatement) -> Block:
    """Who, and three figures that are never added."""
    size = fitting(doc.donor, WIDTH, (16, 15, 14, 13), True)
    lines = wrap(doc.donor, WIDTH, size, True)
    amounts = (format_fen(doc.cash_fen), format_fen(doc.goods_fen), f"{doc.hours:,}")
    code = (
        (f"统一社会信用代码 {doc.credit_code}", f"Credit code {doc.credit_code}")[s.E]
        if doc.credit_code
        else ""
    )

    def draw(y: float) -> None:
        s.text(LEFT, y + 18, ("捐赠人", "Donor")[s.E], 7, color=SOFT)
        y = s.lines(LEFT, y + 38, lines, size, 20, True)
        if code:
            s.text(LEFT, y - 5, code, 8)
            y += 10
        for i, (label, amount) in enumerate(zip(TOTALS, amounts, strict=True)):
            x = LEFT + i * 4 * STEP
            s.text(x, y + 12, label[s.E], 8, True)
            s.text(x, y + 30, amount, fitting(amount, 4 * STEP - 12, (15, 14, 13, 12, 11, 10), True), True)

    return Block(38 + 20 * len(lines) + 10 * bool(code) + 30, draw)


def _gifts(s: Sheet, doc: DonorStatement) -> Table:
    E, sums, groups = s.E, (0, 0, 0), []
    for gift in doc.gifts:
        amounts: list[Value] = [gift.amount if gift.kind == kind else None for kind in KINDS]
        sums = (sums[0] + _int(amounts[0]), sums[1] + _int(amounts[1]), sums[2] + _int(amounts[2]))
        what = (f"{gift.project_code} {gift.project_name}", gift.what)
        groups.append([row(s, GIFTS, [day(gift.on), what, gift.receipt, *amounts], sums)])
    if not groups:
        words = ("本期没有捐赠。", "No gifts in this period.")[E]
        groups.append([row(s, GIFTS, ["", words, "", None, None, None], sums)])
    return Table(
        head(s, GIFTS, ("捐赠", "Gifts")[E]),
        groups,
        closing=total(s, GIFTS, ("合计", "Total")[E], (doc.cash_fen, doc.goods_fen, doc.hours), at=50),
        brought=lambda now: total(s, GIFTS, ("承前页", "Brought forward")[E], now, top=0, bottom=0.3, at=50),
        carried=lambda now: total(s, GIFTS, ("过次页", "Carried forward")[E], now, at=50),
        between=lambda y: between(s, y),
        carry_height=16,
        nil=(0, 0, 0),
    )


def _int(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _pledges(s: Sheet, plan: Plan, doc: DonorStatement) -> None:
    """One table per kind, because their columns are in different units."""
    E = s.E
    for kind in KINDS:
        lines = [pledge for pledge in doc.pledges if pledge.kind == kind]
        if not lines:
            continue
        columns = PLEDGES[:-3] + (PLEDGED_HOURS if kind == "hours" else PLEDGES[-3:])
        words = ("承诺备查", "Promises, for reference")[E]
        unit = {
            "cash": ("资金，元", "cash, yuan"),
            "goods": ("物资折价，元", "goods, yuan"),
            "hours": ("小时", "hours"),
        }[kind][E]
        sums = tuple(
            sum(figures)
            for figures in zip(*((p.promised, p.paid, p.outstanding) for p in lines), strict=True)
        )
        plan.table(
            Table(
                head(
                    s,
                    columns,
                    f"{words} · {unit}",
                    ("不是捐赠，不计入上表", "not gifts, not counted above")[E],
                ),
                [[_pledge(s, columns, pledge)] for pledge in lines],
                closing=total(s, columns, ("合计", "Total")[E], sums),
                between=lambda y: between(s, y),
            )
        )
        plan.gap(14)


def _pledge(s: Sheet, columns: Columns, p: PledgeLine) -> Row:
    values: list[Value] = [
        day(p.on),
        reference(p.reference),
        f"{p.project_code} {p.project_name}",
        day(p.due_on) if p.due_on else NONE,
    ]
    return row(s, columns, [*values, p.promised, p.paid, p.outstanding])


def _bought(s: Sheet, doc: DonorStatement) -> Table:
    E, so_far, groups = s.E, 0, []
    for line in doc.bought:
        so_far += line.amount_fen
        what = (f"{line.project_code} {line.project_name}", line.what)
        delivered = day(line.delivered_on) if line.delivered_on else ("待送达", "to come")[E]
        values: list[Value] = [day(line.on), what, line.voucher or NONE, delivered, line.amount_fen]
        groups.append([row(s, BOUGHT, values, (so_far,))])
    title = ("这些项目买了什么", "What these projects bought")[E]
    return Table(
        head(s, BOUGHT, title),
        groups,
        closing=total(s, BOUGHT, ("合计", "Total")[E], (so_far,)),
        brought=lambda now: total(s, BOUGHT, ("承前页", "Brought forward")[E], now, top=0, bottom=0.3),
        carried=lambda now: total(s, BOUGHT, ("过次页", "Carried forward")[E], now),
        between=lambda y: between(s, y),
        carry_height=16,
        nil=(0,),
    )
