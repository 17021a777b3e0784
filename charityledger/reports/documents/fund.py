"""子项目资金明细账: every movement of one fund's money in a period, with its running balance."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from .common import Language, NotADocument, Organisation, Provenance, tie_one


@dataclass(frozen=True)
class FundLine:
    """One line. Exactly one of `in_fen` and `out_fen` is above zero; `voucher` is empty while it has no
    number.

    `counterparty` is what this reader may see: a name, or the words for a donor who is not named."""

    on: date
    voucher: str
    counterparty: str
    memo: str
    in_fen: int
    out_fen: int
    balance_fen: int


@dataclass(frozen=True)
class FundStatement:
    """Opening balance, lines in order, closing balance; both days of the period belong to it.

    Raises TotalsDoNotTie or NotADocument when built from figures that do not tie."""

    language: Language
    organisation: Organisation
    provenance: Provenance
    fund_code: str
    fund_name: str
    restriction: Literal["restricted", "unrestricted"]
    starts_on: date
    ends_on: date
    opening_fen: int
    lines: tuple[FundLine, ...]
    total_in_fen: int
    total_out_fen: int
    closing_fen: int

    def __post_init__(self) -> None:
        if self.ends_on < self.starts_on:
            raise NotADocument(where=self.fund_code, why="the period ends before it starts")
        balance, came, went, before = self.opening_fen, 0, 0, self.starts_on
        for number, line in enumerate(self.lines, 1):
            if not before <= line.on <= self.ends_on:
                raise NotADocument(where=f"line {number}", why="out of order or outside the period")
            if min(line.in_fen, line.out_fen) != 0 or max(line.in_fen, line.out_fen) <= 0:
                raise NotADocument(where=f"line {number}", why="neither one amount in nor one amount out")
            came, went, before = came + line.in_fen, went + line.out_fen, line.on
            balance += line.in_fen - line.out_fen
            if balance != line.balance_fen:
                tie_one(f"line {number}", "balance", line.balance_fen, balance)
        tie_one(self.fund_code, "total_in", self.total_in_fen, came)
        tie_one(self.fund_code, "total_out", self.total_out_fen, went)
        tie_one(self.fund_code, "closing", self.closing_fen, balance)
