"""捐赠收据: our own receipt for one gift; its first line says that it is not the state's 票据."""

from charityledger.capital import capital, english
from charityledger.money import format_yuan
from charityledger.reports.documents import ChainStep, DonationReceipt

from .columns import Column, between, head, row, total
from .furniture import Frame, verification
from .grid import Fact, grid
from .plan import Block, Plan, Table
from .sheet import BOLD, FINE, INK, LEFT, RIGHT, SOFT, STEP, WIDTH, Sheet
from .text import fitting, wrap
from .words import NONE, Pair, day, reference

TITLE: Pair = ("捐赠收据", "Donation receipt")
SUBTITLE: dict[str, Pair] = {
    "cash": ("收款凭证，由账本直接生成", "Proof of money received, made directly from the ledger"),
    "goods": ("收到物资的凭证，由账本直接生成", "Proof of goods received, made directly from the ledger"),
}
NOT_OURS: tuple[Pair, Pair] = (
    (
        "本收据不是财政部门监制的《公益事业捐赠票据》，不能用于税前扣除。",
        "This is not the state's donation invoice (公益事业捐赠票据) and cannot be used for tax relief.",
    ),
    (
        "国家票据的开具情况载于下方；需要时请向本会索取。",
        "Whether that invoice has been issued is stated below; please ask us for it.",
    ),
)
STEP_WORDS: dict[str, Pair] = {
    "declared": ("已申报", "Declared"),
    "adopted": ("已认领", "Adopted"),
    "pledged": ("已承诺", "Pledged"),
    "received": ("已到账", "Received"),
    "disbursed": ("已拨付", "Disbursed"),
    "delivered": ("已送达", "Delivered"),
}
INVOICE: dict[str, Pair] = {
    "none": ("未申请", "Not requested"),
    "requested": ("已申请，未开具", "Requested, not issued"),
    "issued": ("已开具", "Issued"),
    "voided": ("已作废", "Voided"),
    "waived": ("捐赠人放弃", "Waived by the donor"),
    "anonymous": ("匿名捐赠，不开具", "Anonymous, not issued"),
}


def frame(doc: DonationReceipt) -> Frame:
    E = doc.language == "en"
    arrived = f"{('到账', 'Received')[E]} {day(doc.received_on)}"
    return Frame(doc.language, doc.organisation, doc.provenance, TITLE[E], doc.donor, arrived)


def lay_out(s: Sheet, doc: DonationReceipt, about: Frame) -> Plan:
    plan = Plan()
    plan.y = 70
    plan.put(_title(s, doc, about))
    plan.put(_donor(s, doc))
    plan.put(_amount(s, doc))
    plan.put(_facts(s, doc))
    plan.gap(10)
    if doc.goods:
        plan.table(_goods(s, doc))
        plan.gap(12)
    if len(doc.designations) > 1:
        plan.table(_designations(s, doc))
        plan.gap(12)
    # A last page with nothing but the verification would look like a mistake.
    proof = verification(s, about)
    plan.put(_chain(s, doc.steps), keep=proof.height)
    plan.at_foot(proof)
    return plan


def _title(s: Sheet, doc: DonationReceipt, about: Frame) -> Block:
    def draw(y: float) -> None:
        s.text(LEFT - 1.2, y + 24, about.title, 25, True, track=2 * (not s.E))
        s.text(RIGHT, y + 24, about.number, 12, True, "r")
        s.text(LEFT, y + 46, SUBTITLE[doc.kind][s.E], 10)
        s.rule(LEFT, RIGHT, y + 64, BOLD)
        for i, words in enumerate(NOT_OURS):
            size = (10.5, 8.5)[i]
            s.text(
                LEFT, y + 84 + i * 15, words[s.E], fitting(words[s.E], WIDTH, (size, size - 1), not i), not i
            )
        s.rule(LEFT, RIGHT, y + 110)
        s.bookmark(about.title, 0, y)

    return Block(110, draw)


def _donor(s: Sheet, doc: DonationReceipt) -> Block:
    size = fitting(doc.donor, WIDTH, (16, 15, 14, 13), True)
    lines = wrap(doc.donor, WIDTH, size, True)

    def draw(y: float) -> None:
        s.text(LEFT, y + 18, ("捐赠人", "Donor")[s.E], 7, color=SOFT)
        s.lines(LEFT, y + 38, lines, size, 20, True)

    return Block(28 + 20 * len(lines), draw)


def _amount(s: Sheet, doc: DonationReceipt) -> Block:
    """The sum in figures and in words; goods at value, or only registered where nothing shows their value."""
    E, goods = s.E, doc.kind == "goods"
    label = (("物资折价", "Goods at value") if goods else ("金额", "Amount"))[E]
    large = format_yuan(doc.amount_fen) if doc.amount_fen else ("仅登记，未折价", "Registered, not valued")[E]
    size = fitting(large, 6 * STEP - 14, (34, 30, 26, 22, 19), True)
    words = capital(doc.amount_fen)
    room = RIGHT - LEFT - 6 * STEP
    words_size = fitting(words, room, (13, 12, 11, 10, 9), True)
    below = [line for text in _amount_notes(s, doc) for line in wrap(text, room, 8)]
    in_words = wrap(words, room, words_size, True) if doc.amount_fen else ()

    def draw(y: float) -> None:
        s.text(LEFT, y + 16, label, 7, color=SOFT)
        s.text(LEFT - 1, y + 50, large, size, True)
        x = LEFT + 6 * STEP
        if in_words:
            s.text(x, y + 16, ("人民币大写", "In words")[E], 7, color=SOFT)
        end = s.lines(x, y + 35, in_words, words_size, 16, True)
        s.lines(x, end, below, 8, 11)
        s.rule(LEFT, RIGHT, y + height)

    height = max(72.0, 35 + 16 * len(in_words) + 11 * len(below) + 4)
    return Block(height, draw)


def _amount_notes(s: Sheet, doc: DonationReceipt) -> list[str]:
    notes = [english(doc.amount_fen)] if s.E and doc.amount_fen else []
    if not doc.amount_fen:
        return [("没有价值凭证，按数量登记。", "Nothing shows its value; registered by quantity.")[s.E]]
    kind = (("限定性", "restricted") if doc.restricted else ("非限定性", "unrestricted"))[s.E]
    if doc.held_fen:
        used, held = format_yuan(doc.amount_fen - doc.held_fen), format_yuan(doc.held_fen)
        notes.append(
            (
                f"{used} 计入{kind}捐赠收入，{held} 待确认",
                f"{used} is {kind} donation income, {held} is held",
            )[s.E]
        )
    else:
        notes.append((f"全数计入{kind}捐赠收入", f"All of it is {kind} donation income")[s.E])
    return notes


def _facts(s: Sheet, doc: DonationReceipt) -> Block:
    E = s.E
    one = doc.designations[0] if len(doc.designations) == 1 else None
    count = len(doc.designations)
    use: Fact
    item = NONE
    if one:
        use = f"{('用途', 'For')[E]} {one.code}", one.name
        item = one.item or ("项目整体", "The whole project")[E]
    elif count:
        use = ("用途", "For")[E], (f"{count} 项，见下表", f"{count} parts, see below")[E]
    else:
        use = ("用途", "For")[E], ("待确认", "Held, to be decided")[E]
    facts: list[Fact] = [
        (("收到日期", "Received on")[E], day(doc.received_on)),
        (("收款渠道", "Channel")[E], doc.channel),
        (("引用码", "Reference")[E], reference(doc.reference)),
        (("凭证号", "Voucher")[E], doc.voucher),
        use,
        (("需求明细", "Need item")[E], item),
        (("统一社会信用代码", "Donor's credit code")[E], doc.credit_code),
        (("形式", "Kind")[E], {"cash": ("资金", "Cash"), "goods": ("物资", "Goods")}[doc.kind][E]),
        (("国家票据状态", "State invoice")[E], INVOICE[doc.invoice.state][E]),
        (("票据代码", "Its code")[E], doc.invoice.code),
        (("票据号码", "Its number")[E], doc.invoice.number),
        (("校验码", "Check code")[E], doc.invoice.check_code),
    ]
    return grid(s, facts)


GOODS = (
    Column(("物资", "Goods"), 0, width=220),
    Column(("数量", "Quantity"), 300, "right"),
    Column(("单价（元）", "Unit value"), 396, "money"),
    Column(("折价（元）", "Value (yuan)"), 492, "money"),
)
USES = (
    Column(("项目与需求明细", "Project and need item"), 0, width=390),
    Column(("金额（元）", "Yuan"), 492, "money"),
)


def _goods(s: Sheet, doc: DonationReceipt) -> Table:
    groups = []
    for line in doc.goods:
        not_valued = ("未折价", "not valued")[s.E] if line.value_fen is None else ""
        name = (
            f"{line.name}（{not_valued}）"
            if not_valued and not s.E
            else f"{line.name} ({not_valued})"
            if not_valued
            else line.name
        )
        groups.append(
            [row(s, GOODS, [name, f"{line.quantity:,} {line.unit}", line.unit_value_fen, line.value_fen])]
        )
    return Table(
        head(s, GOODS, ("收到的物资", "Goods received")[s.E]),
        groups,
        closing=total(s, GOODS, ("物资折价合计", "Total at value")[s.E], (doc.amount_fen,)),
        between=lambda y: between(s, y),
    )


def _designations(s: Sheet, doc: DonationReceipt) -> Table:
    groups = []
    for part in doc.designations:
        words = (f"{part.code} {part.name}", part.item)
        groups.append([row(s, USES, [words, part.amount_fen])])
    return Table(
        head(s, USES, ("这笔捐赠的用途", "What this gift is for")[s.E]),
        groups,
        closing=total(s, USES, ("合计", "Total")[s.E], (doc.amount_fen - doc.held_fen,)),
        between=lambda y: between(s, y),
    )


def _chain(s: Sheet, steps: tuple[ChainStep, ...]) -> Block:
    """How far the gift has come: solid is done, hollow is to come, "—" is a step that this gift did not take."""
    done = max((i for i, step in enumerate(steps) if step.on), default=0)
    x1, gap = LEFT + 5, (WIDTH - 70) / 5

    def draw(y: float) -> None:
        s.text(LEFT, y + 18, ("这笔捐赠走到哪一步", "How far this gift has come")[s.E], 9.5, True)
        middle = y + 40
        s.rule(x1, x1 + done * gap, middle, BOLD)
        s.rule(x1 + done * gap, x1 + 5 * gap, middle, FINE, dash=[2, 2])
        for i, step in enumerate(steps):
            _station(s, x1 + i * gap, middle, step, passed=i < done)

    return Block(82, draw)


def _station(s: Sheet, x: float, y: float, step: ChainStep, passed: bool) -> None:
    s.c.setFillColor(INK) if step.on else s.c.setFillColorRGB(1, 1, 1)
    s.c.setLineWidth(FINE)
    s.c.setDash([])
    s.c.setStrokeColor(INK)
    s.c.circle(x, s.h - y, 4, fill=1)
    s.text(x - 5, y + 18, STEP_WORDS[step.step][s.E], 8.5, step.on is not None)
    waiting = NONE if passed else ("待办", "to come")[s.E]
    s.text(x - 5, y + 30, day(step.on) if step.on else waiting, 7.5)
