"""Builds the lists of an account's lines: unmatched and held ones up to a month's end, and what the month's became."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from ...clock import local_date
from ...donations.models import Allocation, Donation, MoneyAccount, Pledge, StatementLine
from ...ledger import numbering
from ...ledger.models import Voucher
from ...projects.models import SubProject
from ...reconciliation import months, outstanding, readiness
from ...reconciliation.months import Month
from ...reference import show
from ..documents import LineList, ListedLine
from ..documents.common import Language
from .common import Reading, title, word
from .reconciliation import account_of, number_of

# What a line became (Allocation.kind), and why one is held where nobody wrote it (LineNote.code).
BECAME = {
    "suspense": ("待确认", "Held in suspense"), "deposit": ("钱箱现金存入", "Cash deposited"),
    "refund": ("退款", "Refund"), "disbursement": ("拨付", "Payment"), "returned": ("退汇", "Payment returned"),
    "payout": ("账户间转账", "Transfer between accounts"), "fee": ("渠道手续费", "Channel fee"),
    "interest": ("利息", "Interest"), "charge": ("银行收费", "Bank charge"),
    "other_income": ("其他收入", "Other income"),
}
HELD = {"copy_of": ("与文件里的一行是同一笔", "Same as a line of a file")}


@dataclass(frozen=True)
class Row:
    """One row of either list, before it is written in a language. `state`: open, held, settled or done."""

    on: date
    reference: str
    counterparty: str
    memo: str
    state: str
    said: str
    voucher: str
    amount_fen: int

    @property
    def who(self) -> str:
        return " ".join(filter(None, (self.counterparty, self.memo)))


def build(session: Session, reading: Reading, *, account_code: str, period: str, kind: str) -> LineList:
    """Raises NotFound for an unknown account, NotAMonth."""
    account, month = account_of(session, account_code), months.parse(period)
    rows = listed(session, account, month, kind, reading.language, local_date(reading.provenance.made_at))
    lines = tuple(ListedLine(row.on, row.reference, row.who, row.said, row.voucher, row.amount_fen) for row in rows)
    return LineList(reading.language, reading.organisation, reading.provenance, kind,  # type: ignore[arg-type]
                    account.name, number_of(account, reading.language), month.starts_on, month.ends_on, lines,
                    sum(line.amount_fen for line in lines if line.amount_fen > 0),
                    -sum(line.amount_fen for line in lines if line.amount_fen < 0))


def listed(session: Session, account: MoneyAccount, month: Month, kind: str, language: Language,
           until: date) -> list[Row]:
    """The rows of a list; `kind` is unmatched or matched. A fixed number of queries."""
    return (unmatched(session, account, month, language, max(until, month.ends_on)) if kind == "unmatched"
            else matched(session, account, month, language))


def unmatched(session: Session, account: MoneyAccount, month: Month, language: Language, until: date) -> list[Row]:
    """What the bank's lines had left at the end of the month, and lines entered by hand that have no place yet."""
    standing = outstanding.read(session, account, month.ends_on, until=until)
    reasons = {held.line.id: held for held in readiness.held_lines(session, account.code, month.ends_on)}
    by_hand = session.scalars(select(StatementLine).where(
        *readiness.unallocated(account.code, month.ends_on), StatementLine.statement_id.is_(None)))
    rows = []
    for item in standing.only_bank:
        reason = reasons.get(item.id)
        state = "settled" if item.settled_on else "held" if reason else "open"
        said = word(language, "未处理", "Open")
        if item.settled_on:
            said = word(language, f"已于 {item.settled_on} 核销", f"Settled on {item.settled_on}")
        elif reason:
            said = _held(reason, language)
        rows.append(Row(item.on, item.reference, item.party, item.memo, state, said, "", item.amount_fen))
    for line in by_hand:
        reason = reasons.get(line.id)
        said = word(language, "手工登记，还没有去处", "Entered by hand, no place yet")
        left_fen = abs(line.amount_fen) - line.used_fen
        rows.append(Row(line.booked_on, line.native_id or "", line.counterparty, line.memo,
                        "held" if reason else "open", _held(reason, language) if reason else said, "",
                        left_fen if line.amount_fen > 0 else -left_fen))
    return sorted(rows, key=lambda row: row.on)


def _held(held: readiness.Held, language: Language) -> str:
    why = held.note or word(language, *HELD.get(held.code, (held.code, held.code)))
    return word(language, f"暂挂：{why}", f"Held: {why}")


def matched(session: Session, account: MoneyAccount, month: Month, language: Language) -> list[Row]:
    """One row for each thing that a line of the month became; what was taken back is gone."""
    fen = func.sum(Allocation.amount_fen)
    parts = (select(Allocation.statement_line_id.label("line_id"), Allocation.kind, Allocation.subject_id,
                    fen.label("fen"), func.max(Allocation.entry_id).label("entry_id"),
                    func.min(Allocation.id).label("first_id"))
             .join(StatementLine, StatementLine.id == Allocation.statement_line_id).where(*_of_month(account, month))
             .group_by(Allocation.statement_line_id, Allocation.kind, Allocation.subject_id)
             .having(fen != 0).subquery())
    found = session.execute(
        select(StatementLine.booked_on, StatementLine.native_id, StatementLine.order_id, StatementLine.counterparty,
               StatementLine.memo, StatementLine.amount_fen, parts.c.kind, parts.c.subject_id, parts.c.fen,
               Voucher.series, Voucher.period, Voucher.number)
        .join(parts, parts.c.line_id == StatementLine.id)
        .outerjoin(Voucher, Voucher.entry_id == parts.c.entry_id)
        .order_by(StatementLine.booked_on, StatementLine.id, parts.c.first_id)).all()
    gifts = _gifts(session, month, account, language)
    return [Row(row.booked_on, row.native_id or row.order_id, row.counterparty, row.memo, "done",
                gifts.get(row.subject_id, "") if row.kind == "donation" else
                word(language, *BECAME.get(row.kind, (row.kind, row.kind))),
                numbering.show(row.series, row.period, row.number) if row.number else "",
                int(row.fen) if row.amount_fen > 0 else -int(row.fen))
            for row in found]


def _of_month(account: MoneyAccount, month: Month) -> list[ColumnElement[bool]]:
    return [StatementLine.account_code == account.code,
            StatementLine.booked_on.between(month.starts_on, month.ends_on)]


def _gifts(session: Session, month: Month, account: MoneyAccount, language: Language) -> dict[int, str]:
    """{gift: its project and reference} of the gifts that the month's lines became."""
    ids = (select(Allocation.subject_id).join(StatementLine, StatementLine.id == Allocation.statement_line_id)
           .where(Allocation.kind == "donation", *_of_month(account, month)))
    rows = session.execute(
        select(Donation.id, SubProject, Pledge.reference)
        .outerjoin(SubProject, SubProject.id == Donation.sub_project_id)
        .outerjoin(Pledge, Pledge.id == Donation.pledge_id).where(Donation.id.in_(ids)))
    return {gift: _home(sub, reference, language) for gift, sub, reference in rows}


def _home(sub: SubProject | None, reference: str | None, language: Language) -> str:
    if sub is None:
        return word(language, "捐赠 非限定性资金", "Gift: general fund")
    return " ".join(_parts(sub, reference, language))


def _parts(sub: SubProject, reference: str | None, language: Language) -> Iterable[str]:
    yield sub.code
    yield title(sub, language)
    if reference:
        yield show(reference)
