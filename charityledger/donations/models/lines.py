"""Money accounts, their lines, and what each part of a line became."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from ...columns import Amount, Instant, RowId
from ...extensions import db


class MoneyAccount(db.Model):
    """A real bank account, wallet or cash box; `ledger_account` is its sub-account in the books.

    `source`: the one kind of file that books its lines (reconciliation.importers.lines.Source), empty until the first.
    """

    __tablename__ = "money_account"
    __table_args__ = (CheckConstraint("kind IN ('bank', 'wechat', 'alipay', 'cash')", name="kind"),)

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(120))
    ledger_account: Mapped[str] = mapped_column(ForeignKey("ledger_account.code"), unique=True)
    source: Mapped[str] = mapped_column(String(20), default="", server_default="")
    number: Mapped[str] = mapped_column(String(60), default="", server_default="")      # as its files say


class StatementLine(db.Model):
    """One line of a bank or wallet file, or one entered by hand. `used_fen` never passes the amount (promise 5).

    `identity` is what makes importing a line again add nothing (reconciliation.identity); a line entered by hand has
    one where the bank's own number was typed. Amounts of another `currency` are kept and never used or summed.
    """

    __tablename__ = "statement_line"
    __table_args__ = (CheckConstraint("used_fen >= 0 AND used_fen <= abs(amount_fen)", name="used_within"),
                      CheckConstraint("fee_fen >= 0 AND (fee_fen = 0 OR fee_fen < amount_fen)", name="fee_within"),
                      CheckConstraint("currency = 'CNY' OR used_fen = 0", name="foreign_unused"),
                      UniqueConstraint("account_code", "identity"),
                      Index("ix_statement_line_booked_on", "account_code", "booked_on"),
                      Index("ix_statement_line_order_id", "account_code", "order_id"),
                      Index("ix_statement_line_native_id", "account_code", "native_id"),
                      Index("ix_statement_line_counterparty_account", "counterparty_account"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    account_code: Mapped[str] = mapped_column(ForeignKey("money_account.code"))
    booked_on: Mapped[date] = mapped_column(Date)
    amount_fen: Mapped[int] = mapped_column(Amount)             # signed, inflow positive
    used_fen: Mapped[int] = mapped_column(Amount, default=0)
    fee_fen: Mapped[int] = mapped_column(Amount, default=0)     # kept by the wallet out of the amount
    fee_booked: Mapped[bool] = mapped_column(default=False)     # the first entry made of the line carries the fee
    counterparty: Mapped[str] = mapped_column(String(200), default="")
    memo: Mapped[str] = mapped_column(String(400), default="")
    native_id: Mapped[str | None] = mapped_column(String(80))
    entered_by: Mapped[int | None] = mapped_column(Integer)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    identity: Mapped[str | None] = mapped_column(String(100))
    statement_id: Mapped[int | None] = mapped_column(ForeignKey("bank_statement.id"), index=True)   # none: by hand
    row: Mapped[int | None]                                     # in the file
    booked_at: Mapped[datetime | None] = mapped_column(Instant)     # none where only the day is known
    kind: Mapped[str] = mapped_column(String(10), default="payment", server_default="payment")  # importers.lines.Kind
    counterparty_account: Mapped[str] = mapped_column(String(60), default="", server_default="")
    order_id: Mapped[str] = mapped_column(String(80), default="", server_default="")
    merchant_order: Mapped[str] = mapped_column(String(80), default="", server_default="")
    balance_fen: Mapped[int | None] = mapped_column(Amount)
    currency: Mapped[str] = mapped_column(String(3), default="CNY", server_default="CNY")
    # Not allocated, with a reason that stands in a LineNote.
    held: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Its own month was closed when it came: it is booked on the first open day.
    late: Mapped[bool] = mapped_column(default=False, server_default=false())
    original: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")     # the file's cells, a JSON list


class LineNote(db.Model):
    """One step of a line's history: why it was matched, held, explained or undone. Rows are only added.

    `code` and `facts` (JSON) make the sentence (reconciliation.reasons); `note` is what a person wrote.
    """

    __tablename__ = "line_note"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    statement_line_id: Mapped[int] = mapped_column(ForeignKey("statement_line.id"), index=True)
    step: Mapped[str] = mapped_column(String(20))       # imported, matched, suggested, explained, held, undone
    tier: Mapped[int | None]
    code: Mapped[str] = mapped_column(String(40), default="")
    facts: Mapped[str] = mapped_column(Text, default="{}")
    note: Mapped[str] = mapped_column(String(300), default="")
    by: Mapped[int | None] = mapped_column(Integer)     # none: the matcher
    at: Mapped[datetime] = mapped_column(Instant)


class Allocation(db.Model):
    """Append-only: what part of a statement line became what. A negative amount takes one back."""

    __tablename__ = "allocation"
    __table_args__ = (CheckConstraint("amount_fen <> 0", name="not_zero"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    statement_line_id: Mapped[int] = mapped_column(ForeignKey("statement_line.id"), index=True)
    # donation, suspense, deposit, refund; disbursement, returned; payout, fee, interest, charge, other_income
    kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(RowId)
    entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"))
    amount_fen: Mapped[int] = mapped_column(Amount)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("allocation.id"), unique=True)


class Suspense(db.Model):
    """待确认: money that came in beyond a pledge or without a home. It waits until donor or staff decide."""

    __tablename__ = "suspense"
    __table_args__ = (CheckConstraint("settled_fen >= 0 AND settled_fen <= amount_fen AND amount_fen > 0",
                                      name="settled_within"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    statement_line_id: Mapped[int | None] = mapped_column(ForeignKey("statement_line.id"))
    account_code: Mapped[str] = mapped_column(ForeignKey("money_account.code"))
    donor_id: Mapped[int | None] = mapped_column(ForeignKey("donor.id"))
    pledge_id: Mapped[int | None] = mapped_column(ForeignKey("pledge.id"))
    received_on: Mapped[date] = mapped_column(Date)
    amount_fen: Mapped[int] = mapped_column(Amount)
    settled_fen: Mapped[int] = mapped_column(Amount, default=0)
    reason: Mapped[str] = mapped_column(String(30))      # over_payment, no_reference
    entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"))


class CashCount(db.Model):
    """A cash box opened and counted by two people; its money is deposited later.

    What the money became hangs on the line: its allocations lead to the gift and to what waits in suspense.
    """

    __tablename__ = "cash_count"
    __table_args__ = (CheckConstraint("counted_by <> witnessed_by", name="two_people"),
                      CheckConstraint("amount_fen > 0", name="positive"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    box: Mapped[str] = mapped_column(String(60))
    counted_on: Mapped[date] = mapped_column(Date)
    counted_by: Mapped[int]
    witnessed_by: Mapped[int | None]                    # signs in and agrees; only then is the money booked
    amount_fen: Mapped[int] = mapped_column(Amount)
    sub_project_id: Mapped[int | None] = mapped_column(ForeignKey("sub_project.id"))
    # counted, agreed, deposited, refused; paid_back where nothing is left to bring to the bank
    state: Mapped[str] = mapped_column(String(10), default="counted")
    account_code: Mapped[str] = mapped_column(ForeignKey("money_account.code"))     # the cash account that holds it
    line_id: Mapped[int | None] = mapped_column(ForeignKey("statement_line.id"))    # once agreed: a line of it
    deposit_line_id: Mapped[int | None] = mapped_column(ForeignKey("statement_line.id"))
    note: Mapped[str] = mapped_column(String(300), default="")                      # why the second person refused
    recorded_at: Mapped[datetime] = mapped_column(Instant)
