"""Tables of the books. What is append-only is kept so by triggers too (`triggers.py`)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..columns import Amount, Instant, RowId
from ..extensions import db


class LedgerAccount(db.Model):
    """One account: the chart's own, and a sub-account for each real bank account and wallet."""

    __tablename__ = "ledger_account"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    holds: Mapped[str] = mapped_column(String(10), default="")
    memorandum: Mapped[bool] = mapped_column(default=False)


class Fund(db.Model):
    """The money of one sub-project (its code), the general fund GEN, or the suspense fund HOLD."""

    __tablename__ = "fund"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    restricted: Mapped[bool]


class Period(db.Model):
    """A month of the books: 202604. After its close nothing is dated in it any more; closing takes two people."""

    __tablename__ = "period"
    __table_args__ = (CheckConstraint("asked_by IS NULL OR asked_by <> closed_by", name="four_eyes"),)

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    asked_by: Mapped[int | None] = mapped_column(Integer)
    closed_by: Mapped[int | None] = mapped_column(Integer)


class JournalEntry(db.Model):
    """Header of an entry. It is inserted after its movements and seals them: a trigger compares count and sum."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        # Promise 9 in the database: maker and approver differ, and what pays money out has an approver.
        CheckConstraint("approved_by IS NULL OR approved_by <> made_by", name="four_eyes"),
        CheckConstraint("kind NOT IN ('disbursement', 'prepayment', 'refund', 'reversal', 'surplus_transfer') "
                        "OR (approved_by IS NOT NULL AND made_by IS NOT NULL)", name="approved"),
        CheckConstraint("movement_count > 0 AND total_fen > 0", name="not_empty"),
        Index("ix_journal_entry_subject", "subject_kind", "subject_id"),
        Index("ix_journal_entry_effective_on", "effective_on"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(30))
    effective_on: Mapped[date] = mapped_column(Date)
    period: Mapped[str] = mapped_column(ForeignKey("period.code"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[int | None] = mapped_column(Integer)
    approved_by: Mapped[int | None] = mapped_column(Integer)
    subject_kind: Mapped[str] = mapped_column(String(30), default="")
    subject_id: Mapped[int] = mapped_column(RowId, default=0)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("journal_entry.id"), unique=True)
    movement_count: Mapped[int]
    total_fen: Mapped[int] = mapped_column(Amount)


class MovementRow(db.Model):
    """One row of an entry. The header comes later in the same transaction, hence the deferred key."""

    __tablename__ = "movement"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="positive"),
        CheckConstraint("debit_account <> credit_account", name="two_sides"),
        UniqueConstraint("entry_id", "line"),
        Index("ix_movement_fund", "fund", "entry_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(
        ForeignKey("journal_entry.id", deferrable=True, initially="DEFERRED"))
    line: Mapped[int]
    debit_account: Mapped[str] = mapped_column(ForeignKey("ledger_account.code"))
    credit_account: Mapped[str] = mapped_column(ForeignKey("ledger_account.code"))
    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"))
    amount_fen: Mapped[int] = mapped_column(Amount)


class Voucher(db.Model):
    """凭证号: gap-free per series and month, filled by `numbering.assign` and never changed."""

    __tablename__ = "voucher"
    __table_args__ = (UniqueConstraint("series", "period", "number"),
                      CheckConstraint("number > 0", name="positive"))

    entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"), primary_key=True, autoincrement=False)
    series: Mapped[str] = mapped_column(String(4))
    period: Mapped[str] = mapped_column(String(6))
    number: Mapped[int]


class Balance(db.Model):
    """Running balance of one account in one fund, debit positive; kept by a trigger on every movement."""

    __tablename__ = "balance"

    account: Mapped[str] = mapped_column(ForeignKey("ledger_account.code"), primary_key=True)
    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    amount_fen: Mapped[int] = mapped_column(Amount)


class FundBalance(db.Model):
    """What a fund really holds. The checks are the database's half of promise 1."""

    __tablename__ = "fund_balance"
    __table_args__ = (CheckConstraint("cash_fen >= 0", name="cash"), CheckConstraint("stock_fen >= 0", name="stock"),
                      CheckConstraint("reserved_fen >= 0 AND reserved_fen <= cash_fen", name="reserved"))

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    cash_fen: Mapped[int] = mapped_column(Amount, default=0)
    stock_fen: Mapped[int] = mapped_column(Amount, default=0)
    # Asked for in requests that nobody has decided yet.
    reserved_fen: Mapped[int] = mapped_column(Amount, default=0)


class AccountBalance(db.Model):
    """What a money account holds over all funds."""

    __tablename__ = "account_balance"
    __table_args__ = (CheckConstraint("amount_fen >= 0", name="not_overdrawn"),)

    account: Mapped[str] = mapped_column(ForeignKey("ledger_account.code"), primary_key=True)
    amount_fen: Mapped[int] = mapped_column(Amount, default=0)


class RequestKey(db.Model):
    """Promise 6: the form's token is the idempotency key; what it led to is kept beside it."""

    __tablename__ = "request_key"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Instant)
