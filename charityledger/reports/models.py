"""Issued documents: their bytes are kept and served for ever."""

from datetime import datetime

from sqlalchemy import Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from ..columns import Instant, RowId
from ..extensions import db


class IssuedDocument(db.Model):
    """One issued PDF. The two languages of one document share its number.

    `read_at_event` is how many events the history had (documents issued not counted) when the figures were read;
    0 for a document that is issued once for its subject, such as a receipt.
    """

    __tablename__ = "issued_document"
    __table_args__ = (UniqueConstraint("kind", "subject", "parameters", "read_at_event", "language"),
                      UniqueConstraint("number", "language"), Index("ix_issued_document_sha256", "sha256"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(40))
    parameters: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(2))
    read_at_event: Mapped[int]
    number: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    issued_by: Mapped[int | None] = mapped_column(Integer)
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
