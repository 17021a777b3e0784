"""公益事业捐赠票据: the state's own receipt for a gift, as its system issued it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ...columns import Amount, Instant, RowId
from ...extensions import db


class StateReceipt(db.Model):
    """One state receipt, or why there is none. A gift has one that is not void at most; void ones stay as history."""

    __tablename__ = "state_receipt"
    __table_args__ = (
        CheckConstraint("state IN ('issued', 'voided', 'waived', 'anonymous')", name="state"),
        CheckConstraint("state NOT IN ('issued', 'voided') OR (code IS NOT NULL AND number IS NOT NULL)",
                        name="numbered"),
        CheckConstraint("(state = 'voided') = (voided_at IS NOT NULL)", name="voided"),
        UniqueConstraint("code", "number"),
        Index("uq_state_receipt_live", "donation_id", unique=True, sqlite_where=text("state <> 'voided'"),
              postgresql_where=text("state <> 'voided'")),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    donation_id: Mapped[int] = mapped_column(ForeignKey("donation.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    code: Mapped[str | None] = mapped_column(String(20))            # 票据代码
    number: Mapped[str | None] = mapped_column(String(20))          # 票据号码
    check_code: Mapped[str] = mapped_column(String(20), default="")     # 校验码
    amount_fen: Mapped[int] = mapped_column(Amount)
    issued_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(300), default="")    # why waived or voided
    recorded_by: Mapped[int | None] = mapped_column(Integer)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    voided_by: Mapped[int | None] = mapped_column(Integer)
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("state_receipt.id"), unique=True)
