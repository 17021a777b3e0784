"""子项目资金明细账: every movement of one fund's money in a period, with the balance carried from page to page."""

from collections.abc import Callable
from datetime import date

from charityledger.money import format_fen
from charityledger.reports.documents import FundLine, FundStatement

from .furniture import Frame, heads, masthead, verification
from .plan import Block, Plan, Row, Table
from .sheet import BOLD, FINE, LEFT, RIGHT, STEP, Align, Sheet
from .text import fitting, wrap
from .words import NONE, Pair, day, month_in_prose, period

TITLE: Pair = ("子项目资金明细账", "Fund statement")
RESTRICTION: dict[str, Pair] = {
    "restricted": ("限定性资金", "restricted money"),
    "unrestricted": ("非限定性资金", "unrestricted money"),
}

# Left edges of date, voucher, counterparty, memo; right edges of in, out, balance.
VOUCHER, PARTY, MEMO, IN, OUT, BALANCE = LEFT + 47, LEFT + 102, LEFT + 224, LEFT + 374, LEFT + 431, RIGHT
PARTY_WIDTH, MEMO_WIDTH = MEMO - PARTY - 8, 98.0
ROW, LEAD = 15.0, 9.5

Sums = tuple[int, ...]  # in, out, balance, since the start of the period


def frame(doc: FundStatement) -> Frame:
    E = doc.language == "en"
    subject = f"{doc.fund_name} {doc.fund_code}"
    return Frame(
        doc.language,
        doc.organisation,
        doc.provenance,
        TITLE[E],
        subject,
        period(doc.starts_on, doc.ends_on, E),
    )


def lay_out(s: Sheet, doc: FundStatement, about: Frame) -> Plan:
    plan = Plan()
    plan.y = 70
    plan.put(_masthead(s, doc, about))
    plan.put(_equation(s, doc))
    plan.table(
        Table(
            head=Block(18, lambda y: heads(s, y, _columns(s))),
            groups=_rows(s, doc) or [[_nothing(s, doc)]],
            opening=_sums_line(s, ("期初余额", "Opening balance"), 0, 0.3, day(doc.starts_on))(
                (0, 0, doc.opening_fen)
            ),
            brought=_sums_line(s, ("承前页（本期累计）", "Brought forward"), 0, 0.3),
            carried=_sums_line(s, ("过次页（本期累计）", "Carried forward"), FINE, BOLD),
            closing=_sums_line(s, ("期末余额", "Closing balance"), FINE, BOLD)(
                (doc.total_in_fen, doc.total_out_fen, doc.closing_fen)
            ),
            between=lambda y: s.rule(LEFT, RIGHT, y),
            carry_height=ROW,
            nil=(0, 0, doc.opening_fen),
        )
    )
    plan.gap(20)
    plan.at_foot(verification(s, about))
    return plan


def _masthead(s: Sheet, doc: FundStatement, about: Frame) -> Block:
    E = s.E
    kind = RESTRICTION[doc.restriction][E]
    subtitle = (
        f"{doc.fund_name}（{doc.fund_code}） · {kind}，单位：元",
        f"{doc.fund_name} ({doc.fund_code}) · {kind}; yuan",
    )[E]
    facts = [
        (0, ("期间", "Period")[E], about.period),
        (4, ("笔数", "Lines")[E], f"{len(doc.lines):,}"),
    ]
    return masthead(s, about, subtitle, facts)


def _equation(s: Sheet, doc: FundStatement) -> Block:
    """Opening and in less out is closing: the whole statement in one line."""
    parts: list[tuple[Pair, int, str]] = [
        (("期初余额", "Opening balance"), doc.opening_fen, ""),
        (("加 本期收入", "plus in"), doc.total_in_fen, "+"),
        (("减 本期支出", "less out"), doc.total_out_fen, "−"),
        (("期末余额", "Closing balance"), doc.closing_fen, "="),
    ]
    sizes = (13, 12.5, 12, 11.5, 11, 10.5, 10, 9.5, 9)
    size = min(fitting(format_fen(fen), 3 * STEP - 24, sizes, True) for _, fen, _ in parts)

    def draw(y: float) -> None:
        for i, (label, fen, sign) in enumerate(parts):
            x, bold = LEFT + i * 3 * STEP, sign in ("", "=")
            s.text(x, y + 20, label[s.E], 8, bold)
            if sign:
                s.text(x - 20, y + 37, sign, size)
            s.text(x, y + 37, format_fen(fen), size, bold)

    return Block(54, draw)


def _columns(s: Sheet) -> list[tuple[float, str, Align]]:
    columns: list[tuple[float, Pair, Align]] = [
        (LEFT, ("日期", "Date"), "l"),
        (VOUCHER, ("凭证号", "Voucher"), "l"),
        (PARTY, ("对方", "Counterparty"), "l"),
        (MEMO, ("摘要", "Memo"), "l"),
        (IN, ("收入", "In"), "r"),
        (OUT, ("支出", "Out"), "r"),
        (BALANCE, ("余额", "Balance"), "r"),
    ]
    return [(x, words[s.E], align) for x, words, align in columns]


def _sums_line(s: Sheet, label: Pair, top: float, bottom: float, date: str = "") -> Callable[[Sums], Block]:
    """A line of running sums between two rules; the opening line has a date and only its balance."""

    def block(sums: Sums) -> Block:
        def draw(y: float) -> None:
            if top:
                s.rule(LEFT, RIGHT, y, top)
            if date:
                s.text(LEFT, y + 10.5, date, 8)
            s.text(PARTY, y + 10.5, label[s.E], 8, True)
            for x, fen in zip((IN, OUT, BALANCE), sums, strict=True):
                s.money(x, y + 10.5, fen, 8, True, nil=not date or x == BALANCE)
            s.rule(LEFT, RIGHT, y + ROW, bottom)

        return Block(ROW, draw)

    return block


def _rows(s: Sheet, doc: FundStatement) -> list[list[Row]]:
    """A row per line, and one that closes each month."""
    groups: list[list[Row]] = []
    came = went = month_in = month_out = 0
    several_years = doc.starts_on.year != doc.ends_on.year
    last = len(doc.lines) - 1
    for k, line in enumerate(doc.lines):
        came, went = came + line.in_fen, went + line.out_fen
        month_in, month_out = month_in + line.in_fen, month_out + line.out_fen
        sums = (came, went, line.balance_fen)
        groups.append([_line(s, line, sums)])
        if k == last or _month(doc.lines[k + 1].on) != _month(line.on):
            label = _month_label(line.on, several_years, s.E)
            # The month's sum stays with its last line.
            groups[-1].append(_month_row(s, label, (month_in, month_out, line.balance_fen), sums))
            month_in = month_out = 0
    return groups


def _month(on: date) -> tuple[int, int]:
    return on.year, on.month


def _month_label(on: date, several_years: bool, E: int) -> str:
    if several_years or E:
        return (f"{month_in_prose(on, 0)}合计", f"Total of {month_in_prose(on, 1)}")[E]
    return f"{on.month} 月合计"


def _line(s: Sheet, line: FundLine, sums: Sums) -> Row:
    party, memo = wrap(line.counterparty, PARTY_WIDTH, 8), wrap(line.memo, MEMO_WIDTH, 8)

    def draw(y: float) -> None:
        y += 10.5
        s.text(LEFT, y, line.on.isoformat(), 8)
        s.text(VOUCHER, y, line.voucher or NONE, 7.5)
        s.lines(PARTY, y, party, 8, LEAD)
        s.lines(MEMO, y, memo, 8, LEAD)
        s.money(IN, y, line.in_fen, 8, nil=False)
        s.money(OUT, y, line.out_fen, 8, nil=False)
        s.money(BALANCE, y, line.balance_fen, 8)

    return Row(ROW + LEAD * (max(len(party), len(memo)) - 1), draw, sums)


def _month_row(s: Sheet, label: str, month: Sums, sums: Sums) -> Row:
    def draw(y: float) -> None:
        s.rule(PARTY, RIGHT, y + 1)
        s.text(PARTY, y + 12, label, 8, True)
        s.bookmark(label, 1, y)
        for x, fen in zip((IN, OUT, BALANCE), month, strict=True):
            s.money(x, y + 12, fen, 8, True)

    return Row(ROW + 7, draw, sums, ruled=True)


def _nothing(s: Sheet, doc: FundStatement) -> Row:
    words = ("本期没有收支。", "Nothing came in or went out in this period.")[s.E]
    return Row(ROW, lambda y: s.text(PARTY, y + 10.5, words, 8), (0, 0, doc.opening_fen))
