"""One money account at the end of a day: what the bank says, what the books say, and what stands between. Pure."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ..donations.models import MoneyAccount
from ..ledger.chart import GENERAL_FUND, SUSPENSE_FUND
from .bank_balance import BankBalance

Side = Literal["bank", "books"]


@dataclass(frozen=True)
class Item:
    """Something that one side has and the other not yet. `amount_fen` is signed, inflow positive.

    `kind` is the line's or the entry's; `reference` the bank's number or the voucher; `settled_on` the day on which
    the other side caught up, where it has by now.
    """

    side: Side
    id: int
    kind: str
    on: date
    reference: str
    party: str
    memo: str
    amount_fen: int
    settled_on: date | None = None
    held: bool = False

    def days(self, until: date) -> int:
        """How long it stood, up to the day it was settled or `until`."""
        return ((self.settled_on or until) - self.on).days


@dataclass(frozen=True)
class Standing:
    """One account at the end of `as_at`. Amounts in fen; `bank` is None where no file says what the bank held.

    `lines_fen` is the sum of the bank's lines, `opening_fen` what is not explained by lines and entries since the
    first file. The parts of `book_fen`: `funds` {fund: fen}.
    """

    account: MoneyAccount
    as_at: date
    book_fen: int
    funds: dict[str, int]
    bank: BankBalance | None
    lines_fen: int
    lines: int
    items: tuple[Item, ...]
    earlier_fen: int        # entries before the first file's month that no line has

    @property
    def has_files(self) -> bool:
        """Whether the bank has said anything up to that day."""
        return self.bank is not None or self.lines > 0

    @property
    def bank_fen(self) -> int:
        """What the bank's side begins with: its balance, or, where nothing says that, the sum of its lines; without
        any file there is nothing to compare the books with."""
        if not self.has_files:
            return self.book_fen
        return self.lines_fen if self.bank is None else self.bank.fen

    @property
    def opening_fen(self) -> int:
        """Held by the bank before its first file and not in the books, signed."""
        return self.bank_fen - self.lines_fen - self.earlier_fen

    @property
    def only_bank(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.side == "bank")

    @property
    def only_books(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.side == "books")

    @property
    def adjusted_fen(self) -> int:
        """Both balances brought to one figure, from the books' side."""
        return self.book_fen + sum(item.amount_fen for item in self.only_bank) + self.opening_fen

    @property
    def adjusted_bank_fen(self) -> int:
        """The same from the bank's side."""
        return self.bank_fen + sum(item.amount_fen for item in self.only_books)


def parts(standing: Standing) -> dict[str, int]:
    """The book balance by what it is for: restricted (all sub-projects together), general, suspense; zeros left out."""
    sums: dict[str, int] = defaultdict(int)
    for fund, fen in standing.funds.items():
        sums[{GENERAL_FUND: "general", SUSPENSE_FUND: "suspense"}.get(fund, "restricted")] += fen
    return {name: sums[name] for name in ("restricted", "general", "suspense") if sums[name]}
