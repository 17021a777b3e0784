"""余额调节表: two balances side by side, what is added and taken on either, one figure below both."""

from datetime import date

from charityledger.reports.documents import OutstandingItem, ReconciliationStatement, Signer

from .columns import Column, between, head, row, total
from .furniture import Frame, masthead, section, verification
from .plan import Block, Plan, Row, Table
from .sheet import BOLD, FINE, LEFT, RIGHT, SOFT, Sheet
from .text import fitting
from .words import Pair, day, day_in_prose

TITLES: dict[str, Pair] = {
    "bank": ("银行存款余额调节表", "Bank reconciliation statement"),
    "wallet": ("其他货币资金余额调节表", "Wallet reconciliation statement"),
}
HOLDERS: dict[str, Pair] = {
    "bank": ("银行", "bank"),
    "wechat": ("微信", "WeChat"),
    "alipay": ("支付宝", "Alipay"),
}

HALF, GAP = 234.0, 24.0
RIGHT_HALF = LEFT + HALF + GAP
# So many items to a half fit the first page beside everything else; more stand in the table only.
LISTED = 9

ITEMS = (
    Column(("日期", "Date"), 0, one_line=True, width=44),
    Column(("凭证 / 流水", "Voucher / line"), 48, width=76, size=7.5),
    Column(("摘要", "Memo"), 130, width=150),
    Column(("未达天数", "Days"), 322, "whole"),
    Column(("核销日", "Settled"), 374, "right"),
    Column(("调本会账", "For the books"), 433, "money"),
    Column(("调对账单", "For the bank"), 492, "money"),
)


def title(doc: ReconciliationStatement) -> str:
    return TITLES["bank" if doc.kind == "bank" else "wallet"][doc.language == "en"]


def frame(doc: ReconciliationStatement) -> Frame:
    as_at = (f"截至 {day(doc.as_at)}", f"As at {day(doc.as_at)}")[doc.language == "en"]
    return Frame(doc.language, doc.organisation, doc.provenance, title(doc), doc.account, as_at)


def lay_out(s: Sheet, doc: ReconciliationStatement, about: Frame) -> Plan:
    plan = Plan()
    plan.y = 70
    plan.put(_masthead(s, doc, about))
    plan.gap(14)
    left, right = _books(s, doc), _bank(s, doc)
    height = max(left.height, right.height)
    plan.put(Block(height, lambda y: (left.draw(y), right.draw(y))))
    plan.gap(8)
    plan.put(_adjusted(s, doc))
    plan.gap(10)
    plan.table(_items(s, doc))
    plan.gap(12)
    proof = verification(s, about)
    # Who signed stands on the page that says how to check it, where that is not much further.
    plan.put(_foot(s, doc), keep=6 + proof.height)
    plan.gap(6)
    plan.at_foot(proof)
    return plan


def _masthead(s: Sheet, doc: ReconciliationStatement, about: Frame) -> Block:
    E = s.E
    as_at = day_in_prose(doc.as_at, E)
    subtitle = (f"{doc.account}，截至 {as_at}，单位：元", f"{doc.account}, as at {as_at}; yuan")[E]
    lines = (f"共 {doc.lines:,} 行", f"{doc.lines:,} lines")[E]
    facts = [
        (0, ("账号", "Account")[E], doc.account_number),
        (3, ("对账单", "Statement")[E], f"{lines}{('，至 ', ', to ')[E]}{day(doc.as_at)}"),
    ]
    return masthead(s, about, subtitle, facts)


def _books(s: Sheet, doc: ReconciliationStatement) -> Block:
    who = HOLDERS[doc.kind][s.E]
    label = ("本会日记账余额", "Balance by our books")[s.E]
    groups = [
        ((f"加：{who}已收、本会未收", f"Add: received by {who}, not booked")[s.E], doc.of("bank", 1)),
        ((f"减：{who}已付、本会未付", f"Less: paid by {who}, not booked")[s.E], doc.of("bank", -1)),
    ]
    return _half(s, LEFT, label, doc.book_fen, groups, doc)


def _bank(s: Sheet, doc: ReconciliationStatement) -> Block:
    who = HOLDERS[doc.kind][s.E]
    label = (f"{who}对账单余额", f"Balance by {who}")[s.E]
    if not doc.bank_stated:
        label = (f"{who}流水合计（文件未列余额）", f"Sum of {who} lines (no balance stated)")[s.E]
    groups = [
        ((f"加：本会已收、{who}未收", f"Add: booked, not received by {who}")[s.E], doc.of("books", 1)),
        ((f"减：本会已付、{who}未付", f"Less: booked, not paid by {who}")[s.E], doc.of("books", -1)),
    ]
    return _half(s, RIGHT_HALF, label, doc.bank_fen, groups, None)


Groups = list[tuple[str, tuple[OutstandingItem, ...]]]


def _half(
    s: Sheet, x: float, label: str, fen: int, groups: Groups, opening: ReconciliationStatement | None
) -> Block:
    """One side: its balance, then what is added to it and taken from it; the opening difference with the books."""
    right = x + HALF
    listed = max(sum(len(items) for _, items in groups), 0) <= LISTED
    difference = opening.opening_fen if opening else 0

    def draw(y: float) -> None:
        s.rule(x, right, y, BOLD)
        s.text(x, y + 17, label, fitting(label, HALF - 84, (9.5, 9, 8.5, 8, 7.5), True), True)
        s.money(right, y + 17, fen, 9.5, True)
        s.rule(x, right, y + 25, FINE)
        y += 25
        if difference:
            words = ("期初差额", "Opening difference")[s.E]
            words = f"{(('加：', '减：'), ('Add: ', 'Less: '))[s.E][difference < 0]}{words}"
            y = _group(s, x, y, words, abs(difference), (), True)
        for words, items in groups:
            y = _group(s, x, y, words, abs(sum(item.amount_fen for item in items)), items, listed)

    height = 25 + sum(_group_height(items, listed) for _, items in groups)
    return Block(height + (_group_height((), True) if difference else 0), draw)


def _group_height(items: tuple[OutstandingItem, ...], listed: bool) -> float:
    return 28 + 14 * (len(items) if listed else bool(items))


def _group(
    s: Sheet, x: float, y: float, label: str, fen: int, items: tuple[OutstandingItem, ...], listed: bool
) -> float:
    right = x + HALF
    s.text(x, y + 18, label, fitting(label, HALF - 70, (8.5, 8, 7.5, 7), True), True)
    s.money(right, y + 18, fen, 8.5, True)
    y += 24
    for item in items if listed else ():
        on = f"{item.on:%m-%d}" if item.on.year == _year(items) else day(item.on)
        s.text(x, y + 10, on, 8)
        s.text(x + 48, y + 10, item.reference, fitting(item.reference, 118, (8, 7.5, 7, 6.5, 6, 5)))
        s.money(right, y + 10, abs(item.amount_fen), 8)
        y += 14
    if items and not listed:
        words = (f"共 {len(items):,} 项，逐项见下表", f"{len(items):,} items, listed below")[s.E]
        s.text(x, y + 10, words, 8, color=SOFT)
        y += 14
    s.rule(x, right, y + 4)
    return y + 4


def _year(items: tuple[OutstandingItem, ...]) -> int:
    """The year that goes without saying: that of the newest item."""
    return max(item.on for item in items).year


def _adjusted(s: Sheet, doc: ReconciliationStatement) -> Block:
    """The same figure on both sides, under the only double rules."""
    label = ("调节后余额", "Adjusted balance")[s.E]

    def draw(y: float) -> None:
        for x in (LEFT, RIGHT_HALF):
            s.rule(x, x + HALF, y, FINE)
            s.text(x, y + 19, label, 10, True)
            s.money(x + HALF, y + 19, doc.adjusted_fen, 11, True)
            s.rule(x, x + HALF, y + 28, FINE)
            s.rule(x, x + HALF, y + 30.5, FINE)
        s.text(LEFT + HALF + GAP / 2, y + 19, "=", 12, True, "c")

    return Block(34, draw)


def _items(s: Sheet, doc: ReconciliationStatement) -> Table:
    """Every item, whom it adjusts, and when it was settled."""
    name = ("未达账项及期后核销", "Outstanding items and when they were settled")[s.E]
    until = (f"至 {day(doc.until)}", f"up to {day(doc.until)}")[s.E]

    def sums_line(label: Pair, top: float, bottom: float, sums: tuple[int, ...]) -> Block:
        return total(s, ITEMS, label[s.E], sums, top, bottom)

    return Table(
        head=head(s, ITEMS, name, until),
        groups=[[one] for one in _rows(s, doc)],
        brought=lambda sums: sums_line(("承前页（累计）", "Brought forward"), 0, 0.3, sums),
        carried=lambda sums: sums_line(("过次页（累计）", "Carried forward"), FINE, BOLD, sums),
        closing=sums_line(("合计", "Total"), FINE, BOLD, (doc.for_books_fen, doc.for_bank_fen)),
        between=lambda y: between(s, y),
        carry_height=16,
        nil=(0, 0),
    )


def _rows(s: Sheet, doc: ReconciliationStatement) -> list[Row]:
    rows: list[Row] = []
    books = bank = 0
    if doc.opening_fen:
        books = doc.opening_fen
        words = (
            "期初差额：启用对账单文件以前的账",
            "Opening difference: before the first statement file",
        )[s.E]
        rows.append(row(s, ITEMS, ("", "", words, None, "", doc.opening_fen, None), (books, bank)))
    for item in doc.items:
        if item.side == "bank":
            books += item.amount_fen
        else:
            bank += item.amount_fen
        settled = day(item.settled_on) if item.settled_on else ("未核销", "standing")[s.E]
        amounts = (item.amount_fen, None) if item.side == "bank" else (None, item.amount_fen)
        values = (day(item.on), item.reference, item.what, item.days, settled, *amounts)
        rows.append(row(s, ITEMS, values, (books, bank)))
    if not rows:
        words = ("没有未达账项。", "Nothing is outstanding.")[s.E]
        rows.append(Row(15, lambda y: s.text(LEFT, y + 10.5, words, 8), (0, 0)))
    return rows


def _foot(s: Sheet, doc: ReconciliationStatement) -> Block:
    """What the book balance is made of, and who made and checked the statement."""
    height = 12 + 14 * len(doc.parts) + 24

    def draw(y: float) -> None:
        section(s, y + 10, ("日记账余额的构成", "What the book balance is made of")[s.E])
        at = y + 12
        for name, fen in doc.parts:
            at += 14
            s.text(LEFT, at, name, fitting(name, HALF - 70, (8, 7.5, 7)))
            s.money(LEFT + HALF, at, fen, 8)
        s.rule(LEFT, LEFT + HALF, at + 5)
        s.text(LEFT, at + 16, ("本会日记账余额", "Balance by our books")[s.E], 8, True)
        s.money(LEFT + HALF, at + 16, doc.book_fen, 8, True)
        s.rule(LEFT, LEFT + HALF, at + 22, FINE)
        _signer(s, y + 10, ("编制", "Made by")[s.E], doc.maker)
        _signer(s, y + 42, ("复核（不是编制人）", "Checked by (another person)")[s.E], doc.checker)

    return Block(max(height, 68), draw)


def _signer(s: Sheet, y: float, label: str, signer: Signer) -> None:
    """A name and a day, or a line to sign on."""
    s.text(RIGHT_HALF, y, label, 7, color=SOFT)
    if not signer.name:
        s.rule(RIGHT_HALF, RIGHT, y + 18)
        return
    on = _on(signer.on)
    name_room = HALF - 70
    s.text(RIGHT_HALF, y + 13, signer.name, fitting(signer.name, name_room, (9, 8.5, 8, 7.5, 7, 6)))
    s.text(RIGHT, y + 13, on, 9, align="r")


def _on(on: date | None) -> str:
    return day(on) if on else ""
