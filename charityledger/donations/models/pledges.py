"""Promises, from their reservation on; never income."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...columns import Amount, Instant, RowId
from ...extensions import db
from .donors import Donor


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
    payer_account: Mapped[str] = mapped_column(String(60), default="", server_default="")   # announced by an import
    # As they were given with this promise: a donor that is found again keeps what was given at first.
    phone: Mapped[str] = mapped_column(String(20), default="", server_default="")
    email: Mapped[str] = mapped_column(String(254), default="", server_default="")      # letters about it go here only
    donor: Mapped[Donor] = relationship()
    lines: Mapped[list["PledgeLine"]] = relationship(order_by="PledgeLine.id")
    instalments: Mapped[list["Instalment"]] = relationship(order_by="Instalment.number")

    @property
    def outstanding(self) -> int:
        """Promised and not yet come in."""
        return self.amount - self.paid

    @hybrid_property
    def may_be_named(self) -> bool:
        """Whether the public may read the name, where its donor chose so. Anybody can type anybody's name, also into an
        account: it is published once something has come in under it, or where staff logged the promise."""
        return (self.paid > 0) | (self.source != "online")

    @property
    def contact_phone(self) -> str:
        """The number that was given with it, else the donor's."""
        return self.phone or self.donor.phone


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
