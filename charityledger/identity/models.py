"""Tables of users and of the one-time codes that let them set a new password."""

from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..columns import Instant, RowId
from ..extensions import db
from .actor import Actor

PASSWORD_RESET = "password_reset"


class User(UserMixin, db.Model):
    """Somebody who can sign in, with an e-mail address or a telephone number (or both)."""

    __tablename__ = "user"
    __table_args__ = (
        CheckConstraint("role IN ('donor', 'staff', 'finance', 'auditor', 'admin')", name="role"),
        CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="reachable"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("locale IN ('zh', 'en')", name="locale"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    phone: Mapped[str | None] = mapped_column(String(20), unique=True)  # as `charityledger.phone` writes it
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(10))
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(String(2), default="zh")
    session_epoch: Mapped[int] = mapped_column(default=0)  # one more ends every session of this user
    created_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def actor(self) -> Actor:
        """This user as services know people."""
        return Actor(self.id, self.role, self.name)

    @property
    def is_active(self) -> bool:
        return self.active

    def get_id(self) -> str:
        """What the session keeps: the user and the epoch it was started in."""
        return f"{self.id}.{self.session_epoch}"


class OneTimeCode(db.Model):
    """The hash of a link or code that sets a password, once, until it expires."""

    __tablename__ = "one_time_code"
    __table_args__ = (CheckConstraint("purpose IN ('password_reset')", name="purpose"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
