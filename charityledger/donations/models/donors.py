"""Who gives: donors, the users who act for them, and invitations to do so."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ...columns import Instant, RowId
from ...extensions import db


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
