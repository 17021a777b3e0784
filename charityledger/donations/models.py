"""Tables of donors, promises, gifts, payments and decisions."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..columns import Amount, Instant, RowId
from ..extensions import db


class Donor(db.Model):
    """Who gives: a person or an enterprise, with or without an account (see Membership)."""

    __tablename__ = "donor"
    __table_args__ = (CheckConstraint("kind IN ('individual', 'enterprise')", name="kind"),
                      Index("ix_donor_phone", "phone"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    uscc: Mapped[str | None] = mapped_column(String(18), index=True)     # 统一社会信用代码 of an enterprise
    created_at: Mapped[datetime] = mapped_column(Instant)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("donor.id"))


class Membership(db.Model):
    """A user who acts for a donor. An individual has one; an enterprise several, at least one of them owner."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("donor_id", "user_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    owner: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime] = mapped_column(Instant)


class Invitation(db.Model):
    """An owner asks someone to act for the enterprise; the token goes by mail or hand and is kept as its hash."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class Pledge(db.Model):
    """A promise, from its reservation (an adoption, 认领) on; never income. States: `rules.PLEDGE_STATES`.

    `amount` and `paid` are in the pledge's measure: fen for cash, units for goods, hours for hours.
    """

    __tablename__ = "pledge"
    __table_args__ = (
        CheckConstraint("kind IN ('cash', 'goods', 'hours')", name="kind"),
        CheckConstraint("amount > 0 AND paid >= 0 AND paid <= amount", name="paid_within"),
        CheckConstraint("shown IN ('full', 'short', 'none')", name="shown"),
        Index("ix_pledge_state", "state", "expires_at"), Index("ix_pledge_donor", "donor_id"),
        Index("ix_pledge_sub_project", "sub_project_id", "state"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(10), unique=True)
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    sub_project_id: Mapped[int] = mapped_column(ForeignKey("sub_project.id"))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(12))
    amount: Mapped[int] = mapped_column(Amount)
    paid: Mapped[int] = mapped_column(Amount, default=0)
    shown: Mapped[str] = mapped_column(String(6))
    agreement_wanted: Mapped[bool] = mapped_column(default=False)
    enforceability: Mapped[str] = mapped_column(String(12), default="ordinary")     # ordinary, public, written
    source: Mapped[str] = mapped_column(String(10), default="online")               # online, offline, import
    external_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    reserved_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)    # never, where staff accepted it
    pledged_on: Mapped[date | None] = mapped_column(Date)
    ended_reason: Mapped[str] = mapped_column(Text, default="")
    donor: Mapped[Donor] = relationship()
    lines: Mapped[list["PledgeLine"]] = relationship(order_by="PledgeLine.id")
    instalments: Mapped[list["Instalment"]] = relationship(order_by="Instalment.number")

    @property
    def outstanding(self) -> int:
        """Promised and not yet come in."""
        return self.amount - self.paid


class PledgeLine(db.Model):
    """The part of a pledge that goes to one need item. `amount` shrinks only when an unpaid part is freed."""

    __tablename__ = "pledge_line"
    __table_args__ = (UniqueConstraint("pledge_id", "need_item_id"),
                      CheckConstraint("amount >= 0 AND paid >= 0 AND paid <= amount", name="paid_within"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    pledge_id: Mapped[int] = mapped_column(ForeignKey("pledge.id"))
    need_item_id: Mapped[int] = mapped_column(ForeignKey("need_item.id"), index=True)
    amount: Mapped[int] = mapped_column(Amount)
    paid: Mapped[int] = mapped_column(Amount, default=0)


class Instalment(db.Model):
    """A dated part of a cash pledge; money pays the oldest due first."""

    __tablename__ = "instalment"
    __table_args__ = (UniqueConstraint("pledge_id", "number"), CheckConstraint("amount_fen > 0", name="positive"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    pledge_id: Mapped[int] = mapped_column(ForeignKey("pledge.id"))
    number: Mapped[int]
    due_on: Mapped[date] = mapped_column(Date)
    amount_fen: Mapped[int] = mapped_column(Amount)


class MoneyAccount(db.Model):
    """A real bank account, wallet or cash box; `ledger_account` is its sub-account in the books."""

    __tablename__ = "money_account"
    __table_args__ = (CheckConstraint("kind IN ('bank', 'wechat', 'alipay', 'cash')", name="kind"),)

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(120))
    ledger_account: Mapped[str] = mapped_column(ForeignKey("ledger_account.code"), unique=True)


class StatementLine(db.Model):
    """One line of a bank or wallet file, or one entered by hand. `used_fen` never passes the amount (promise 5)."""

    __tablename__ = "statement_line"
    __table_args__ = (CheckConstraint("used_fen >= 0 AND used_fen <= abs(amount_fen)", name="used_within"),
                      CheckConstraint("fee_fen >= 0 AND (fee_fen = 0 OR fee_fen < amount_fen)", name="fee_within"),
                      UniqueConstraint("account_code", "native_id"),
                      Index("ix_statement_line_booked_on", "account_code", "booked_on"))

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


class Donation(db.Model):
    """A gift actually received: money, goods or hours. `amount` is in its measure, `value_fen` is money's worth."""

    __tablename__ = "donation"
    __table_args__ = (CheckConstraint("kind IN ('cash', 'goods', 'hours')", name="kind"),
                      CheckConstraint("amount > 0 AND value_fen >= 0", name="positive"),
                      Index("ix_donation_pledge", "pledge_id"), Index("ix_donation_donor", "donor_id"),
                      Index("ix_donation_sub_project", "sub_project_id", "received_on"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    donor_id: Mapped[int | None] = mapped_column(ForeignKey("donor.id"))
    pledge_id: Mapped[int | None] = mapped_column(ForeignKey("pledge.id"))
    sub_project_id: Mapped[int | None] = mapped_column(ForeignKey("sub_project.id"))    # none: the general fund
    received_on: Mapped[date] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(Amount)
    value_fen: Mapped[int] = mapped_column(Amount, default=0)
    shown: Mapped[str] = mapped_column(String(6), default="none")
    state: Mapped[str] = mapped_column(String(10), default="received")      # received, reversed, refunded
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("journal_entry.id"))
    statement_line_id: Mapped[int | None] = mapped_column(ForeignKey("statement_line.id"), index=True)
    evidence: Mapped[str] = mapped_column(String(200), default="")          # how goods were valued, hours attested
    recorded_by: Mapped[int | None] = mapped_column(Integer)
    donor: Mapped[Donor | None] = relationship()
    pledge: Mapped[Pledge | None] = relationship()
    lines: Mapped[list["DonationLine"]] = relationship(order_by="DonationLine.id")


class DonationLine(db.Model):
    """The part of a gift that went to one need item."""

    __tablename__ = "donation_line"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    donation_id: Mapped[int] = mapped_column(ForeignKey("donation.id"), index=True)
    need_item_id: Mapped[int] = mapped_column(ForeignKey("need_item.id"))
    amount: Mapped[int] = mapped_column(Amount)
    value_fen: Mapped[int] = mapped_column(Amount, default=0)
    handed_over: Mapped[int] = mapped_column(Amount, default=0)      # goods: units already passed on


class Allocation(db.Model):
    """Append-only: what part of a statement line became what. A negative amount takes one back."""

    __tablename__ = "allocation"
    __table_args__ = (CheckConstraint("amount_fen <> 0", name="not_zero"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    statement_line_id: Mapped[int] = mapped_column(ForeignKey("statement_line.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))        # donation, suspense, deposit, disbursement, return
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
    state: Mapped[str] = mapped_column(String(10), default="counted")     # counted, agreed, deposited, refused
    account_code: Mapped[str] = mapped_column(ForeignKey("money_account.code"))     # the cash account that holds it
    line_id: Mapped[int | None] = mapped_column(ForeignKey("statement_line.id"))    # once agreed: a line of it
    deposit_line_id: Mapped[int | None] = mapped_column(ForeignKey("statement_line.id"))
    note: Mapped[str] = mapped_column(String(300), default="")                      # why the second person refused
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class Disbursement(db.Model):
    """拨付: money paid out of a sub-project's fund against evidence. States: `rules.DISBURSEMENT_STATES`."""

    __tablename__ = "disbursement"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="positive"),
                      CheckConstraint("decided_by IS NULL OR decided_by <> requested_by", name="four_eyes"),
                      CheckConstraint("state NOT IN ('paid', 'returned') OR decided_by IS NOT NULL", name="approved"),
                      Index("ix_disbursement_sub_project", "sub_project_id", "paid_on"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    sub_project_id: Mapped[int] = mapped_column(ForeignKey("sub_project.id"))
    account_code: Mapped[str] = mapped_column(ForeignKey("money_account.code"))
    amount_fen: Mapped[int] = mapped_column(Amount)
    payee: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(String(300))
    bought_zh: Mapped[str] = mapped_column(String(300))             # what the public page says it bought
    bought_en: Mapped[str] = mapped_column(String(400), default="")
    prepaid: Mapped[bool] = mapped_column(default=False)            # paid before delivery
    state: Mapped[str] = mapped_column(String(10), default="requested")
    requested_by: Mapped[int]
    requested_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decision_note: Mapped[str] = mapped_column(String(300), default="")
    paid_on: Mapped[date | None] = mapped_column(Date)
    delivered_on: Mapped[date | None] = mapped_column(Date)
    returned_on: Mapped[date | None] = mapped_column(Date)          # 退汇: the money came back
    delivery_note_zh: Mapped[str] = mapped_column(String(300), default="")
    delivery_note_en: Mapped[str] = mapped_column(String(400), default="")
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("journal_entry.id"))
    lines: Mapped[list["DisbursementLine"]] = relationship(order_by="DisbursementLine.id")
    evidence: Mapped[list["Evidence"]] = relationship(order_by="Evidence.id")


class DisbursementLine(db.Model):
    """The part of a payment that met one need item."""

    __tablename__ = "disbursement_line"
    __table_args__ = (UniqueConstraint("disbursement_id", "need_item_id"),
                      CheckConstraint("amount_fen > 0", name="positive"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    disbursement_id: Mapped[int] = mapped_column(ForeignKey("disbursement.id"))
    need_item_id: Mapped[int] = mapped_column(ForeignKey("need_item.id"))
    amount_fen: Mapped[int] = mapped_column(Amount)


class Evidence(db.Model):
    """A file that shows what was paid for, what goods are worth, or what a request rests on.

    Staff and auditors see it; the public page counts it.
    """

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    disbursement_id: Mapped[int | None] = mapped_column(ForeignKey("disbursement.id"), index=True)
    donation_id: Mapped[int | None] = mapped_column(ForeignKey("donation.id"), index=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    name: Mapped[str] = mapped_column(String(200))


class Request(db.Model):
    """Something that needs a second person: a reversal, a refund, a merge of donors, a surplus transfer."""

    __tablename__ = "request"
    __table_args__ = (CheckConstraint("decided_by IS NULL OR decided_by <> requested_by", name="four_eyes"),
                      CheckConstraint("state <> 'approved' OR decided_by IS NOT NULL", name="approved"),
                      Index("ix_request_state", "state"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(RowId)
    details: Mapped[str] = mapped_column(Text, default="{}")        # JSON, by kind
    reason: Mapped[str] = mapped_column(String(300))
    # requested, approved, rejected; withdrawn by the person who asked
    state: Mapped[str] = mapped_column(String(10), default="requested")
    requested_by: Mapped[int]
    requested_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decision_note: Mapped[str] = mapped_column(String(300), default="")
