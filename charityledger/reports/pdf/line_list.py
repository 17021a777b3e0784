"""Lists of an account's lines, with running sums of what came in and went out."""

from charityledger.reports.documents import LineList

from .columns import Column, between, head, row, total
from .furniture import Frame, masthead, verification
from .plan import Block, Plan, Row, Table
from .sheet import BOLD, FINE, LEFT, Sheet
from .words import NONE, Pair, day, day_in_prose, period

TITLES: dict[str, Pair] = {
    "unmatched": ("未对上与暂挂流水清单", "Unmatched and held lines"),
    "matched": ("已对上流水清单", "Matched lines"),
}
SAID: dict[str, Pair] = {"unmatched": ("状态与原因", "State and reason"), "matched": ("成了什么", "Became")}
NOTHING: dict[str, Pair] = {
    "unmatched": ("没有未对上的流水。", "Every line is matched."),
    "matched": ("本期没有已对上的流水。", "No line of this period is matched."),
}


def _columns(doc: LineList) -> tuple[Column, ...]:
    voucher = doc.kind == "matched"
    return (
        Column(("日期", "Date"), 0, one_line=True, width=44),
        Column(("银行流水号", "Bank reference"), 48, width=84, size=7.5),
        Column(("对方与附言", "Counterparty and memo"), 138, width=110 if voucher else 130),
        Column(SAID[doc.kind], 254 if voucher else 274, width=72 if voucher else 104),
        *((Column(("凭证号", "Voucher"), 332, one_line=True, width=50, size=7.5),) if voucher else ()),
        Column(("收入", "In"), 437, "money"),
        Column(("支出", "Out"), 492, "money"),
    )


def frame(doc: LineList) -> Frame:
    E = doc.language == "en"
    return Frame(
        doc.language,
        doc.organisation,
        doc.provenance,
        TITLES[doc.kind][E],
        doc.account,
        period(doc.starts_on, doc.ends_on, E),
    )


def lay_out(s: Sheet, doc: LineList, about: Frame) -> Plan:
    columns = _columns(doc)
    plan = Plan()
    plan.y = 70
    plan.put(_masthead(s, doc, about))
    plan.gap(16)

    def sums_line(label: Pair, top: float, bottom: float, sums: tuple[int, ...]) -> Block:
        return total(s, columns, label[s.E], sums, top, bottom)

    plan.table(
        Table(
            head=head(s, columns),
            groups=[[one] for one in _rows(s, doc, columns)],
            brought=lambda sums: sums_line(("承前页（累计）", "Brought forward"), 0, 0.3, sums),
            carried=lambda sums: sums_line(("过次页（累计）", "Carried forward"), FINE, BOLD, sums),
            closing=sums_line(("合计", "Total"), FINE, BOLD, (doc.in_fen, doc.out_fen)),
            between=lambda y: between(s, y),
            carry_height=16,
            nil=(0, 0),
        )
    )
    plan.gap(16)
    plan.at_foot(verification(s, about))
    return plan


def _masthead(s: Sheet, doc: LineList, about: Frame) -> Block:
    E = s.E
    when = f"{('截至 ', 'up to ')[E]}{day_in_prose(doc.ends_on, E)}" if doc.kind == "unmatched" else about.period
    subtitle = (f"{doc.account}，{when}，单位：元", f"{doc.account}, {when}; yuan")[E]
    facts = [
        (0, ("账号", "Account")[E], doc.account_number),
        (3, ("笔数", "Lines")[E], f"{len(doc.lines):,}"),
    ]
    return masthead(s, about, subtitle, facts)


def _rows(s: Sheet, doc: LineList, columns: tuple[Column, ...]) -> list[Row]:
    rows: list[Row] = []
    came = went = 0
    for line in doc.lines:
        inward = line.amount_fen > 0
        came, went = came + line.amount_fen * inward, went - line.amount_fen * (not inward)
        amounts = (line.amount_fen, None) if inward else (None, -line.amount_fen)
        voucher = (line.voucher or NONE,) if doc.kind == "matched" else ()
        values = (day(line.on), line.reference, line.who, line.said, *voucher, *amounts)
        rows.append(row(s, columns, values, (came, went)))
    if not rows:
        words = NOTHING[doc.kind][s.E]
        rows.append(Row(15, lambda y: s.text(LEFT, y + 10.5, words, 8), (0, 0)))
    return rows
