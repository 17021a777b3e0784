"""Files of banks and wallets: what was imported, rows that only say more, and tables that people mapped."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ...columns import Amount, Instant, RowId
from ...extensions import db


class BankStatement(db.Model):
    """One imported file, append-only: what it is, what it says of itself, what a person confirmed about it."""

    __tablename__ = "bank_statement"
    __table_args__ = (UniqueConstraint("account_code", "sha256"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    account_code: Mapped[str] = mapped_column(ForeignKey("money_account.code"))
    sha256: Mapped[str] = mapped_column(String(64))
    format: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(20))
    books: Mapped[bool]
    size: Mapped[int]
    lines: Mapped[int]
    neutral: Mapped[int]
    new: Mapped[int]
    known: Mapped[int]
    doubtful: Mapped[int]
    in_fen: Mapped[int] = mapped_column(Amount)
    out_fen: Mapped[int] = mapped_column(Amount)
    opening_fen: Mapped[int | None] = mapped_column(Amount)
    closing_fen: Mapped[int | None] = mapped_column(Amount)
    first_on: Mapped[date | None] = mapped_column(Date)
    last_on: Mapped[date | None] = mapped_column(Date)
    ties: Mapped[bool]
    confirmed: Mapped[str] = mapped_column(String(200), default="")     # codes of what a person confirmed, by comma
    imported_by: Mapped[int | None] = mapped_column(Integer)
    imported_at: Mapped[datetime] = mapped_column(Instant)


class StatementFile(db.Model):
    """What may name a person about a file: its name and head; its bytes lie in statements/ by their SHA-256."""

    __tablename__ = "statement_file"

    statement_id: Mapped[int] = mapped_column(ForeignKey("bank_statement.id"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(200))
    header: Mapped[str] = mapped_column(Text, default="[]")     # column names, a JSON list


class BillRow(db.Model):
    """A row of a trade bill. It never books: it says more about the booked line that has the same order."""

    __tablename__ = "bill_row"
    __table_args__ = (UniqueConstraint("account_code", "identity"),
                      Index("ix_bill_row_order_id", "account_code", "order_id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("bank_statement.id"), index=True)
    account_code: Mapped[str] = mapped_column(ForeignKey("money_account.code"))
    identity: Mapped[str] = mapped_column(String(100))
    row: Mapped[int]
    order_id: Mapped[str] = mapped_column(String(80))
    booked_at: Mapped[datetime] = mapped_column(Instant)
    amount_fen: Mapped[int] = mapped_column(Amount)
    kind: Mapped[str] = mapped_column(String(10))
    payer: Mapped[str] = mapped_column(String(200), default="")
    payer_account: Mapped[str] = mapped_column(String(60), default="")
    merchant_order: Mapped[str] = mapped_column(String(80), default="")
    memo: Mapped[str] = mapped_column(String(400), default="")


class ColumnMapping(db.Model):
    """Which column of a table means what, made once from a preview and remembered by the table's own head.

    Rows stay: a removed one gives up its hash, and its options say who removed it and when.
    """

    __tablename__ = "column_mapping"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    head_hash: Mapped[str] = mapped_column(String(64), unique=True)     # SHA-256 of the head's words, or `removed <id>`
    name: Mapped[str] = mapped_column(String(80))
    head: Mapped[str] = mapped_column(Text)             # JSON list of column names
    columns: Mapped[str] = mapped_column(Text)          # JSON {field: [numbers of columns from 1]}
    options: Mapped[str] = mapped_column(Text, default="{}")    # JSON: the rest of importers.mapped.TableMapping
    made_by: Mapped[int | None] = mapped_column(Integer)
    made_at: Mapped[datetime] = mapped_column(Instant)


class MatchRun(db.Model):
    """One run of the matcher over the lines that wait, with its progress; a run that was cut off goes on."""

    __tablename__ = "match_run"
    __table_args__ = (CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state"),
                      Index("ix_match_run_state", "state"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    account_code: Mapped[str | None] = mapped_column(ForeignKey("money_account.code"))      # none: all accounts
    state: Mapped[str] = mapped_column(String(10), default="queued")
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    confirmed: Mapped[int] = mapped_column(default=0)
    suggested: Mapped[int] = mapped_column(default=0)
    asked_by: Mapped[int | None] = mapped_column(Integer)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class AccountClosing(db.Model):
    """Append-only: what an account's statement and our books said when a month was closed, and what stood between."""

    __tablename__ = "account_closing"
    __table_args__ = (UniqueConstraint("period", "account_code"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    period: Mapped[str] = mapped_column(ForeignKey("period.code"))
    account_code: Mapped[str] = mapped_column(ForeignKey("money_account.code"))
    bank_fen: Mapped[int | None] = mapped_column(Amount)        # none: no file reaches the month's end
    book_fen: Mapped[int] = mapped_column(Amount)
    only_bank_fen: Mapped[int] = mapped_column(Amount)          # lines that the books do not have yet, signed
    only_books_fen: Mapped[int] = mapped_column(Amount)         # entries that the bank does not have yet, signed
    items: Mapped[int]                                          # how many lines and entries stand between
