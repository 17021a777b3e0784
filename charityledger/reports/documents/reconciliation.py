"""余额调节表: the balance by the books and the bank's own, brought to one figure, for one account at a month's end."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from .common import Language, NotADocument, Organisation, Provenance, tie_one

AccountKind = Literal["bank", "wechat", "alipay"]


@dataclass(frozen=True)
class OutstandingItem:
    """What one side has and the other not yet. `amount_fen` is signed, inflow positive, and never zero.

    `side` is who has it. `days` it stood until it was settled, or until the document was made; `settled_on` is None
    while it stands."""

    side: Literal["bank", "books"]
    on: date
    reference: str
    what: str
    amount_fen: int
    days: int
    settled_on: date | None


@dataclass(frozen=True)
class Signer:
    """Who made or checked the statement, and on which day; an empty name leaves a place to sign."""

    name: str = ""
    on: date | None = None


@dataclass(frozen=True)
class ReconciliationStatement:
    """Both balances, what stands between, and what the book balance is made of [(name, fen)].

    `bank_stated` is false where no file says what the bank held: then `bank_fen` is the sum of its lines.
    `opening_fen` is what the bank held before its first file beyond the books. Raises TotalsDoNotTie unless both
    balances come to `adjusted_fen`, or NotADocument."""

    language: Language
    organisation: Organisation
    provenance: Provenance
    kind: AccountKind
    account: str
    account_number: str
    as_at: date
    until: date
    lines: int
    book_fen: int
    bank_fen: int
    bank_stated: bool
    opening_fen: int
    items: tuple[OutstandingItem, ...]
    adjusted_fen: int
    parts: tuple[tuple[str, int], ...]
    maker: Signer
    checker: Signer

    def __post_init__(self) -> None:
        for number, item in enumerate(self.items, 1):
            if not item.amount_fen:
                raise NotADocument(where=f"item {number}", why="nothing is outstanding")
            if item.on > self.as_at or (item.settled_on is not None and item.settled_on <= self.as_at):
                raise NotADocument(where=f"item {number}", why="not outstanding on that day")
        if self.maker.name and self.maker == self.checker:
            raise NotADocument(where="checker", why="is the maker")
        tie_one("books", "adjusted", self.adjusted_fen, self.book_fen + self.for_books_fen)
        tie_one("bank", "adjusted", self.adjusted_fen, self.bank_fen + self.for_bank_fen)
        tie_one("parts", "book", self.book_fen, sum(fen for _, fen in self.parts))

    @property
    def for_books_fen(self) -> int:
        """What the books lack, signed: the bank's items and the opening difference."""
        return self.opening_fen + sum(item.amount_fen for item in self.items if item.side == "bank")

    @property
    def for_bank_fen(self) -> int:
        """What the bank lacks, signed."""
        return sum(item.amount_fen for item in self.items if item.side == "books")

    def of(self, side: Literal["bank", "books"], sign: int) -> tuple[OutstandingItem, ...]:
        """One of the four groups: what `side` has received (+1) or paid (-1) and the other has not."""
        return tuple(item for item in self.items if item.side == side and (item.amount_fen > 0) == (sign > 0))
