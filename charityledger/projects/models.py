"""Tables of the catalogue, of capacity and measures, and of what is told about a project."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..columns import Amount, Instant, RowId
from ..extensions import db


class Category(db.Model):
    """大类, five of them."""

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    title_zh: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    position: Mapped[int]
    majors: Mapped[list["MajorProject"]] = relationship(back_populates="category", order_by="MajorProject.position")


class MajorProject(db.Model):
    """大项目, twenty-five."""

    __tablename__ = "major_project"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"))
    title_zh: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    position: Mapped[int]
    category: Mapped[Category] = relationship(back_populates="majors")
    subs: Mapped[list["SubProject"]] = relationship(back_populates="major", order_by="SubProject.position")


class SubProject(db.Model):
    """子项目: what is adopted. Its code is also the code of its fund. `status` is one of `rules.STATUSES`."""

    __tablename__ = "sub_project"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    major_code: Mapped[str] = mapped_column(ForeignKey("major_project.code"))
    title_zh: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    summary_zh: Mapped[str] = mapped_column(Text, default="")
    summary_en: Mapped[str] = mapped_column(Text, default="")
    street: Mapped[str] = mapped_column(String(60), index=True)
    community: Mapped[str] = mapped_column(String(60))
    beneficiaries_zh: Mapped[str] = mapped_column(String(120), default="")
    beneficiaries_en: Mapped[str] = mapped_column(String(200), default="")
    beneficiary_count: Mapped[int] = mapped_column(default=0)
    pinyin: Mapped[str] = mapped_column(String(400), default="")    # initials of title, street, community
    status: Mapped[str] = mapped_column(String(20), default="draft")
    position: Mapped[int] = mapped_column(default=0)
    opened_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    published_on: Mapped[date | None] = mapped_column(Date)      # last disclosure of funds and progress
    major: Mapped[MajorProject] = relationship(back_populates="subs")
    items: Mapped[list["NeedItem"]] = relationship(back_populates="sub", order_by="NeedItem.line")


class NeedItem(db.Model):
    """需求明细. `quantity` units at `unit_price_fen` make `amount_fen`; goods are valued, hours never are."""

    __tablename__ = "need_item"
    __table_args__ = (UniqueConstraint("sub_project_id", "line"),
                      CheckConstraint("kind IN ('cash', 'goods', 'hours')", name="kind"),
                      CheckConstraint("quantity > 0 AND unit_price_fen >= 0", name="positive"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    sub_project_id: Mapped[int] = mapped_column(ForeignKey("sub_project.id"), index=True)
    line: Mapped[int]
    title_zh: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
    unit_zh: Mapped[str] = mapped_column(String(20))
    unit_en: Mapped[str] = mapped_column(String(40))
    quantity: Mapped[int]
    unit_price_fen: Mapped[int] = mapped_column(Amount)
    amount_fen: Mapped[int] = mapped_column(Amount)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    sub: Mapped[SubProject] = relationship(back_populates="items")
    progress: Mapped["ItemProgress"] = relationship(lazy="joined")


class ItemProgress(db.Model):
    """The one counter per need item, in the item's own measure: fen, units or hours. A trigger adds every row of
    `need_movement` to it (`capacity` is the sum of `need`); the check is the database's half of promise 4."""

    __tablename__ = "item_progress"
    __table_args__ = (
        CheckConstraint("reserved >= 0 AND pledged >= 0 AND paid >= 0 AND received >= 0 AND disbursed >= 0 "
                        "AND delivered >= 0 AND paid <= pledged", name="not_negative"),
        CheckConstraint("reserved + (pledged - paid) + received <= capacity", name="not_oversold"),
    )

    need_item_id: Mapped[int] = mapped_column(ForeignKey("need_item.id"), primary_key=True, autoincrement=False)
    capacity: Mapped[int] = mapped_column(Amount)
    reserved: Mapped[int] = mapped_column(Amount, default=0)
    pledged: Mapped[int] = mapped_column(Amount, default=0)
    paid: Mapped[int] = mapped_column(Amount, default=0)
    received: Mapped[int] = mapped_column(Amount, default=0)
    disbursed: Mapped[int] = mapped_column(Amount, default=0)
    delivered: Mapped[int] = mapped_column(Amount, default=0)
    received_value_fen: Mapped[int] = mapped_column(Amount, default=0)     # goods only, at fair value
    disbursed_value_fen: Mapped[int] = mapped_column(Amount, default=0)

    @property
    def open(self) -> int:
        """What can still be adopted: need less received, outstanding promises and reservations."""
        return self.capacity - self.received - (self.pledged - self.paid) - self.reserved


class NeedMovement(db.Model):
    """Append-only: what one event did to the measures of one need item. Measures as at a day are sums of these, and
    so are the need itself and the catalogue's price: `need` and `unit_price_fen` are changes of them too."""

    __tablename__ = "need_movement"
    __table_args__ = (Index("ix_need_movement_item", "need_item_id", "effective_on"),
                      Index("ix_need_movement_subject", "subject_kind", "subject_id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    need_item_id: Mapped[int] = mapped_column(ForeignKey("need_item.id"))
    # need_item (the catalogue), pledge, donation, hand_over, disbursement, delivery
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(RowId)
    effective_on: Mapped[date] = mapped_column(Date)
    need: Mapped[int] = mapped_column(Amount, default=0, server_default="0")
    unit_price_fen: Mapped[int] = mapped_column(Amount, default=0, server_default="0")
    reserved: Mapped[int] = mapped_column(Amount, default=0)
    pledged: Mapped[int] = mapped_column(Amount, default=0)
    paid: Mapped[int] = mapped_column(Amount, default=0)
    received: Mapped[int] = mapped_column(Amount, default=0)
    disbursed: Mapped[int] = mapped_column(Amount, default=0)
    delivered: Mapped[int] = mapped_column(Amount, default=0)
    received_value_fen: Mapped[int] = mapped_column(Amount, default=0)
    disbursed_value_fen: Mapped[int] = mapped_column(Amount, default=0)


class StoredFile(db.Model):
    """A picture or PDF in the uploads folder, named by the SHA-256 of what is stored (after re-encoding)."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int]
    width_px: Mapped[int | None]
    height_px: Mapped[int | None]
    added_by: Mapped[int | None] = mapped_column(Integer)
    added_at: Mapped[datetime] = mapped_column(Instant)


class ProjectUpdate(db.Model):
    """近况: news of a sub-project; `disclosure` marks a publication of funds and progress (rules.md, article 79)."""

    __tablename__ = "project_update"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    sub_project_id: Mapped[int] = mapped_column(ForeignKey("sub_project.id"), index=True)
    published_on: Mapped[date] = mapped_column(Date)
    body_zh: Mapped[str] = mapped_column(Text)
    body_en: Mapped[str] = mapped_column(Text, default="")
    quotation_zh: Mapped[str] = mapped_column(Text, default="")
    quotation_en: Mapped[str] = mapped_column(Text, default="")
    disclosure: Mapped[bool] = mapped_column(default=False)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    withdrawn_on: Mapped[date | None] = mapped_column(Date)
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")     # for staff; the row stays in the history
    pictures: Mapped[list["ProjectPicture"]] = relationship(order_by="ProjectPicture.position")


class ProjectPicture(db.Model):
    """A photo of a sub-project, or of one of its updates, with the text that stands for it."""

    __tablename__ = "project_picture"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    sub_project_id: Mapped[int] = mapped_column(ForeignKey("sub_project.id"), index=True)
    update_id: Mapped[int | None] = mapped_column(ForeignKey("project_update.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    position: Mapped[int] = mapped_column(default=0)
    alt_zh: Mapped[str] = mapped_column(String(200))
    alt_en: Mapped[str] = mapped_column(String(300), default="")
    withdrawn: Mapped[bool] = mapped_column(default=False)
    file: Mapped[StoredFile] = relationship(lazy="joined")


class SiteFact(db.Model):
    """Small facts of this deployment: whether it is a demonstration, how many declarations came in."""

    __tablename__ = "site_fact"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
