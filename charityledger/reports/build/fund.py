"""Builds a fund's statement: every movement of its money in a period, with who and what for."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...donations.models import Disbursement, Donation, Donor, Pledge
from ...errors import NotFound
from ...ledger import numbering
from ...ledger.chart import GENERAL_FUND, SUSPENSE_FUND
from ...ledger.models import JournalEntry, LedgerAccount, MovementRow
from ...projects.models import SubProject
from ...reference import show
from ..documents import FundLine, FundStatement
from ..documents.common import Language
from .common import Reading, shown_name, title, word

MEMOS = {
    "gift": ("捐赠", "Gift"), "suspense_settled": ("待确认款转入", "From suspense"), "suspense": ("待确认", "Held"),
    "disbursement": ("拨付", "Payment"), "prepayment": ("预付", "Prepayment"), "refund": ("退款", "Refund"),
    "reversal": ("冲销", "Reversal"), "payment_returned": ("退汇", "Payment returned"),
    "surplus_transfer": ("结余划转", "Surplus transfer"), "interest": ("利息", "Interest"),
    "management_cost": ("管理费用", "Management cost"), "deposit": ("现金送存", "Cash deposited"),
    "payout": ("钱包提现", "Wallet payout"), "cash_gift": ("募捐箱", "Collection box"),
    "fee": ("渠道手续费", "Channel fee"), "wallet_fee": ("渠道手续费", "Channel fee"),
    "other_income": ("其他收入", "Other income"), "opening": ("期初余额", "Opening balance"),
    "match_undone": ("撤销对账", "Match undone"),
}


@dataclass(frozen=True)
class _Row:
    entry_id: int
    kind: str
    on: date
    subject: tuple[str, int]
    in_fen: int
    out_fen: int


def build(session: Session, reading: Reading, *, fund: str, starts_on: date, ends_on: date,
          public: bool) -> FundStatement:
    """`public` shows only donors who chose to be named and no payee; else (auditor, staff) the full names."""
    name, restricted = _name(session, fund, reading.language)
    rows = _rows(session, fund, ends_on)
    opening = sum(r.in_fen - r.out_fen for r in rows if r.on < starts_on)
    period = [r for r in rows if r.on >= starts_on]
    vouchers = numbering.of_entries(session, [r.entry_id for r in period])
    words = _Words(session, reading.language, public, [r.subject for r in period])
    balance, lines = opening, []
    for row in period:
        balance += row.in_fen - row.out_fen
        counterparty, memo = words.of(row)
        lines.append(FundLine(row.on, vouchers.get(row.entry_id, ""), counterparty, memo, row.in_fen, row.out_fen,
                              balance))
    return FundStatement(reading.language, reading.organisation, reading.provenance, fund, name,
                         "restricted" if restricted else "unrestricted", starts_on, ends_on, opening, tuple(lines),
                         sum(r.in_fen for r in period), sum(r.out_fen for r in period), balance)


def _name(session: Session, fund: str, language: Language) -> tuple[str, bool]:
    if fund == GENERAL_FUND:
        return word(language, "非限定性资金", "General fund"), False
    if fund == SUSPENSE_FUND:
        return word(language, "待确认捐赠款", "Gifts in suspense"), False
    sub = session.scalars(select(SubProject).where(SubProject.code == fund)).first()
    if sub is None:
        raise NotFound(what=fund)
    return title(sub, language), True


def _rows(session: Session, fund: str, ends_on: date) -> list[_Row]:
    """One row per movement that brings the fund money in or out; what moves between its own accounts is neither."""
    money = select(LedgerAccount.code).where(LedgerAccount.holds == "money")
    debit, credit = MovementRow.debit_account.in_(money), MovementRow.credit_account.in_(money)
    query = (select(JournalEntry.id, JournalEntry.kind, JournalEntry.effective_on, JournalEntry.subject_kind,
                    JournalEntry.subject_id, debit.label("inward"), func.sum(MovementRow.amount_fen))
             .join(JournalEntry, JournalEntry.id == MovementRow.entry_id)
             .where(MovementRow.fund == fund, JournalEntry.effective_on <= ends_on, debit != credit)
             .group_by(JournalEntry.id, JournalEntry.kind, JournalEntry.effective_on, JournalEntry.subject_kind,
                       JournalEntry.subject_id, debit)
             .order_by(JournalEntry.effective_on, JournalEntry.id, debit.desc()))
    rows = []
    for entry_id, kind, on, subject_kind, subject_id, inward, fen in session.execute(query):
        # What a wallet kept of a gift is an outflow of the gift's own entry.
        kind = "fee" if kind == "gift" and not inward else kind
        rows.append(_Row(entry_id, kind, on, (subject_kind, subject_id), int(fen) if inward else 0,
                         0 if inward else int(fen)))
    return rows


class _Words:
    """Counterparty and memo of each row, read in two queries for the whole statement."""

    def __init__(self, session: Session, language: Language, public: bool, subjects: list[tuple[str, int]]) -> None:
        self.language, self.public = language, public
        gifts = {i for kind, i in subjects if kind == "donation"}
        payments = {i for kind, i in subjects if kind == "disbursement"}
        self.gifts = {row.id: row for row in session.execute(
            select(Donation.id, Donation.shown, Donor.name, Donor.kind, Pledge.reference)
            .outerjoin(Donor, Donor.id == Donation.donor_id).outerjoin(Pledge, Pledge.id == Donation.pledge_id)
            .where(Donation.id.in_(gifts)))} if gifts else {}
        self.payments = {row.id: row for row in session.execute(
            select(Disbursement.id, Disbursement.payee, Disbursement.purpose, Disbursement.bought_zh,
                   Disbursement.bought_en).where(Disbursement.id.in_(payments)))} if payments else {}

    def of(self, row: _Row) -> tuple[str, str]:
        memo = word(self.language, *MEMOS.get(row.kind, ("其他", "Other")))
        gift, payment = self.gifts.get(row.subject[1]), self.payments.get(row.subject[1])
        if row.subject[0] == "donation" and gift is not None:
            if row.kind == "fee":
                return "", memo
            return self._giver(gift), self._with_reference(memo, gift.reference)
        if row.subject[0] == "disbursement" and payment is not None:
            what = word(self.language, payment.bought_zh, payment.bought_en or payment.bought_zh)
            return ("" if self.public else payment.payee), f"{memo} {what}"
        return "", memo

    def _giver(self, gift: object) -> str:
        name, kind, shown = (getattr(gift, field) or "" for field in ("name", "kind", "shown"))
        if not name:
            return word(self.language, "未留名", "No name given")
        return shown_name(name, kind, shown, self.language) if self.public else name

    def _with_reference(self, memo: str, reference: str | None) -> str:
        if not reference or self.public:
            return memo
        return f"{memo} {word(self.language, '引用码', 'ref.')} {show(reference)}"
