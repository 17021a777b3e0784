"""Money paid out, its evidence, and what waits for a second person."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...columns import Amount, Instant, RowId
from ...extensions import db


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
    """A file that shows what was paid for, what goods are worth, what a request or the end of a promise rests on.

    Staff and auditors see it; the public page counts it.
    """

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    disbursement_id: Mapped[int | None] = mapped_column(ForeignKey("disbursement.id"), index=True)
    donation_id: Mapped[int | None] = mapped_column(ForeignKey("donation.id"), index=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"), index=True)
    pledge_id: Mapped[int | None] = mapped_column(ForeignKey("pledge.id"), index=True)
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
