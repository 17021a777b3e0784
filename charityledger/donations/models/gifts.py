"""Gifts actually received."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...columns import Amount, RowId
from ...extensions import db
from .donors import Donor
from .pledges import Pledge


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


class HandOver(db.Model):
    """Goods of one gift passed on at once. `undone_on`: the day on which a record that was wrong was taken back."""

    __tablename__ = "hand_over"
    __table_args__ = (CheckConstraint("units > 0 AND value_fen >= 0", name="positive"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    donation_id: Mapped[int] = mapped_column(ForeignKey("donation.id"), index=True)
    handed_on: Mapped[date] = mapped_column(Date)
    units: Mapped[int] = mapped_column(Amount)
    value_fen: Mapped[int] = mapped_column(Amount, default=0)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("journal_entry.id"))
    recorded_by: Mapped[int | None] = mapped_column(Integer)
    undone_on: Mapped[date | None] = mapped_column(Date)
    lines: Mapped[list["HandOverLine"]] = relationship(order_by="HandOverLine.id")


class HandOverLine(db.Model):
    """The units of a hand-over that one line of the gift gave, and their part of its value."""

    __tablename__ = "hand_over_line"
    __table_args__ = (UniqueConstraint("hand_over_id", "donation_line_id"),
                      CheckConstraint("units > 0 AND value_fen >= 0", name="positive"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    hand_over_id: Mapped[int] = mapped_column(ForeignKey("hand_over.id"))
    donation_line_id: Mapped[int] = mapped_column(ForeignKey("donation_line.id"))
    units: Mapped[int] = mapped_column(Amount)
    value_fen: Mapped[int] = mapped_column(Amount, default=0)
    line: Mapped[DonationLine] = relationship()
