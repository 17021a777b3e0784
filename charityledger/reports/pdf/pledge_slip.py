"""认领确认单: what was adopted, the reference to pay with, where to pay, until when. A page to take to the bank."""

from charityledger.capital import capital, english
from charityledger.money import format_yuan
from charityledger.reports.documents import PledgeItem, PledgeSlip
from charityledger.reports.documents.donor import KINDS

from .columns import Column, between, head, note, row, total
from .furniture import Frame, verification
from .grid import Fact, grid
from .plan import Block, Plan, Row, Table
from .sheet import BOLD, LEFT, RIGHT, SOFT, STEP, Sheet
from .text import fitting, wrap
from .words import NONE, Pair, day, day_in_prose, reference

TITLE: Pair = ("认领确认单", "Adoption confirmation")
SUBTITLE: Pair = (
    "认领是承诺，不是收据；款项或物资收到后另有捐赠收据。",
    "An adoption is a promise, not a receipt; a receipt follows what comes in.",
)
ITEMS = (
    Column(("需求明细", "Need item"), 0, width=180),
    Column(("数量", "Quantity"), 256, "right"),
    Column(("单价（元）", "Unit price"), 320, "money"),
    Column(("资金（元）", "Cash (yuan)"), 392, "money"),
    Column(("物资折价（元）", "Goods (yuan)"), 456, "money"),
    Column(("小时", "Hours"), 492, "whole"),
)
PAY_TO = (
    Column(("付款方式", "How"), 0, width=78),
    Column(("户名", "Account holder"), 86, width=150),
    Column(("开户银行", "Bank"), 244, width=118),
    Column(("账号", "Account number"), 370, width=122, size=8.5),
)


def frame(doc: PledgeSlip) -> Frame:
    E = doc.language == "en"
    subject = " · ".join(filter(None, (reference(doc.reference), doc.project_name)))
    adopted = f"{('认领', 'Adopted')[E]} {day(doc.adopted_on)}"
    return Frame(doc.language, doc.organisation, doc.provenance, TITLE[E], subject, adopted)


def lay_out(s: Sheet, doc: PledgeSlip, about: Frame) -> Plan:
    plan = Plan()
    plan.y = 70
    plan.put(_title(s, about))
    plan.put(_reference(s, doc))
    plan.put(_facts(s, doc))
    plan.gap(7)
    plan.table(_items(s, doc))
    plan.gap(7)
    if doc.instalments:
        plan.put(_instalments(s, doc))
        plan.gap(7)
    if doc.cash_fen and doc.pay_to:
        plan.table(_pay_to(s, doc))
    plan.put(note(s, _rules(s, doc)))
    plan.at_foot(verification(s, about))
    return plan


def _title(s: Sheet, about: Frame) -> Block:
    def draw(y: float) -> None:
        s.text(LEFT - 1.2, y + 24, about.title, 25, True, track=2 * (not s.E))
        s.text(RIGHT, y + 24, about.number, 12, True, "r")
        s.text(LEFT, y + 46, SUBTITLE[s.E], 10)
        s.rule(LEFT, RIGHT, y + 62, BOLD)
        s.bookmark(about.title, 0, y)

    return Block(62, draw)


def _reference(s: Sheet, doc: PledgeSlip) -> Block:
    """The two things to copy: the reference and the sum."""
    E, x = s.E, LEFT + 6 * STEP
    room = RIGHT - x
    cash = doc.cash_fen > 0
    sum_words = capital(doc.cash_fen)
    below = [*wrap(sum_words, room, 9), *(wrap(english(doc.cash_fen), room, 8) if E else ())] if cash else []
    label = ("引用码：付款时写在附言里", "Reference: write it in the payment's message")[E]

    def draw(y: float) -> None:
        s.text(LEFT, y + 16, label if cash else ("引用码", "Reference")[E], 7, color=SOFT)
        s.text(LEFT - 1, y + 48, reference(doc.reference) or NONE, 30, True)
        if cash:
            amount = format_yuan(doc.cash_fen)
            s.text(x, y + 16, ("应付资金", "To pay")[E], 7, color=SOFT)
            s.text(x - 1, y + 44, amount, fitting(amount, room, (26, 23, 20, 17)), True)
            s.lines(x, y + 61, below, 9 if not E else 8, 11)
        s.rule(LEFT, RIGHT, y + height)

    height = max(66.0, 64 + 11 * len(below))
    return Block(height, draw)


def _facts(s: Sheet, doc: PledgeSlip) -> Block:
    E = s.E
    kept = day(doc.keep_until) if doc.keep_until else ("不设期限", "No end date")[E]
    facts: list[Fact] = [
        (("认领人", "Donor")[E], doc.donor),
        (f"{('项目', 'Project')[E]} {doc.project_code}", doc.project_name),
        (("所在社区", "Where")[E], doc.place),
        (("认领日期", "Adopted on")[E], day(doc.adopted_on)),
        (("保留至", "Kept until")[E], kept),
        (("付款次数", "Payments")[E], str(max(len(doc.instalments), 1)) if doc.cash_fen else NONE),
    ]
    return grid(s, facts)


def _items(s: Sheet, doc: PledgeSlip) -> Table:
    """Money, goods at value and hours in columns of their own: their sums are never added."""
    sums = [doc.cash_fen or None, doc.goods_fen or None, doc.hours or None]
    return Table(
        head(
            s,
            ITEMS,
            ("认领内容", "What is adopted")[s.E],
            ("三列从不相加", "three columns, never added together")[s.E],
        ),
        [[_item(s, item)] for item in doc.items],
        closing=total(s, ITEMS, ("合计", "Total")[s.E], sums),
        between=lambda y: between(s, y),
    )


def _item(s: Sheet, item: PledgeItem) -> Row:
    share = ("任意金额", "any amount")[s.E] if item.kind == "cash" else NONE
    quantity = share if item.quantity is None else f"{item.quantity:,} {item.unit}"
    amounts = [item.amount if item.kind == kind else None for kind in KINDS]
    return row(s, ITEMS, [item.name, quantity, item.unit_price_fen, *amounts])


def _instalments(s: Sheet, doc: PledgeSlip) -> Block:
    facts: list[Fact] = []
    for n, part in enumerate(doc.instalments, 1):
        due = (f"第 {n} 期，{day(part.due_on)} 前", f"No. {n}, by {day(part.due_on)}")[s.E]
        facts.append((due, format_yuan(part.amount_fen)))
    return grid(s, facts, tail=False)


def _pay_to(s: Sheet, doc: PledgeSlip) -> Table:
    rows = [[row(s, PAY_TO, [way.label, way.holder, way.bank, way.account])] for way in doc.pay_to]
    end = Block(4, lambda y: s.rule(LEFT, RIGHT, y, BOLD))
    return Table(head(s, PAY_TO, ("付款到", "Where to pay")[s.E]), rows, closing=end)


def _rules(s: Sheet, doc: PledgeSlip) -> list[str]:
    E, rules = s.E, []
    if doc.cash_fen:
        rules.append(
            (
                "附言里写上引用码，款项就会记到本认领；没有写的，由工作人员核对后记入。",
                "With the reference in its message a payment finds this adoption; without it, staff match it by hand.",
            )[E]
        )
    if doc.keep_until:
        until = day_in_prose(doc.keep_until, E)
        rules.append(
            (
                f"本认领保留至 {until}；到期未付的部分自动释放，可由他人认领。",
                f"It is kept until {until}; what is unpaid by then is freed for others.",
            )[E]
        )
    rules.append(
        (
            f"认领完全自愿；如需更改或取消：{doc.contact}",
            f"Adopting is voluntary. To change or cancel it: {doc.contact}",
        )[E]
    )
    return rules
