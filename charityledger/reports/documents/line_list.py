"""Lists of an account's lines: what is not matched or held at a month's end, and what the month's lines became."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from .common import Language, NotADocument, Organisation, Provenance, tie_one


@dataclass(frozen=True)
class ListedLine:
    """One line, or the part of one that became one thing. `amount_fen` is signed and never zero.

    `said` is why it is open or held, or what it became; `voucher` is empty for what is not booked."""

    on: date
    reference: str
    who: str
    said: str
    voucher: str
    amount_fen: int


@dataclass(frozen=True)
class LineList:
    """Lines in order of day, with their sums. Raises TotalsDoNotTie or NotADocument."""

    language: Language
    organisation: Organisation
    provenance: Provenance
    kind: Literal["unmatched", "matched"]
    account: str
    account_number: str
    starts_on: date
    ends_on: date
    lines: tuple[ListedLine, ...]
    in_fen: int
    out_fen: int

    def __post_init__(self) -> None:
        days = [line.on for line in self.lines]
        if days != sorted(days) or (days and days[-1] > self.ends_on):
            raise NotADocument(where=self.account, why="lines out of order or after the period")
        amounts = [line.amount_fen for line in self.lines]
        if 0 in amounts:
            raise NotADocument(where=self.account, why="a line of nothing")
        tie_one(self.account, "in", self.in_fen, sum(fen for fen in amounts if fen > 0))
        tie_one(self.account, "out", self.out_fen, -sum(fen for fen in amounts if fen < 0))
