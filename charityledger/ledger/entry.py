"""An entry of the books: a header and movements. Pure.

A movement has both sides, so every entry balances by construction, in total and within each fund.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from ..errors import MixedMovement, UnbalancedEntry, UnknownAccount
from .chart import BY_CODE, net_assets_of, parent_of


@dataclass(frozen=True)
class Movement:
    """`amount_fen` > 0 moves from the credit side to the debit side, within one fund."""

    debit: str
    credit: str
    fund: str
    amount_fen: int

    def __post_init__(self) -> None:
        if type(self.amount_fen) is not int or self.amount_fen <= 0:
            raise UnbalancedEntry(why=f"amount {self.amount_fen!r}")
        if self.debit == self.credit:
            raise UnbalancedEntry(why=f"both sides are {self.debit}")
        for code in (self.debit, self.credit):
            if parent_of(code) not in BY_CODE:
                raise UnknownAccount(account=code)
        if BY_CODE[parent_of(self.debit)].memorandum != BY_CODE[parent_of(self.credit)].memorandum:
            raise MixedMovement(debit=self.debit, credit=self.credit)

    def turned(self) -> "Movement":
        """The same amount, back again."""
        return replace(self, debit=self.credit, credit=self.debit)


# What one person may undo alone while its month is open (adr/0011): what a statement line was booked as.
UNDOABLE = frozenset({"gift", "suspense", "suspense_settled", "payout", "wallet_fee", "interest", "management_cost",
                      "other_income", "payment_returned"})

# Entries that record a promise or its end. They move nothing real (promise 3).
PROMISES = frozenset({"pledge", "pledge_freed"})


@dataclass(frozen=True)
class Entry:
    """What the store writes. `kind` says which worked example it follows; `subject` is what it is about."""

    kind: str
    effective_on: date
    movements: tuple[Movement, ...]
    subject: tuple[str, int] = ("", 0)
    reverses_id: int | None = None

    def __post_init__(self) -> None:
        if not self.movements:
            raise UnbalancedEntry(why="no movements")
        if self.kind in PROMISES:
            for m in self.movements:
                if not BY_CODE[parent_of(m.debit)].memorandum:
                    raise MixedMovement(debit=m.debit, credit=m.credit)


def reversal(of: Entry, entry_id: int, on: date, *, but: frozenset[str] = frozenset(),
             kind: Literal["reversal", "match_undone"] = "reversal") -> Entry:
    """The entry that undoes `of`: every movement turned, last first, pointing at what it corrects.

    Income and cost of a year that is over stand in net assets: what undoes them adjusts net assets, and this year's
    statement of activities shows nothing of it (adr/0009). `but`: funds whose movements stay as they are. `kind`:
    "match_undone" is what one person may do alone (`UNDOABLE`).
    """
    turned = tuple(m.turned() for m in reversed(of.movements) if m.fund not in but)
    if of.effective_on.year < on.year:
        turned = tuple(as_net_assets(m) for m in turned)
    return Entry(kind, on, turned, of.subject, entry_id)


def as_net_assets(m: Movement) -> Movement:
    """The movement with net assets in the place of income, cost and transfers."""
    return replace(m, debit=net_assets_of(m.debit, m.fund) or m.debit,
                   credit=net_assets_of(m.credit, m.fund) or m.credit)


def by_account_and_fund(movements: Iterable[Movement]) -> dict[tuple[str, str], int]:
    """Signed balances {(account, fund): fen}, debit positive."""
    sums: dict[tuple[str, str], int] = {}
    for m in movements:
        for code, fen in ((m.debit, m.amount_fen), (m.credit, -m.amount_fen)):
            sums[code, m.fund] = sums.get((code, m.fund), 0) + fen
    return {key: fen for key, fen in sums.items() if fen}


def change_in(movements: Iterable[Movement], holds: str) -> dict[str, int]:
    """What the movements do to each fund's money (`holds="money"`) or stock (`"stock"`), {fund: fen}."""
    change: dict[str, int] = {}
    for (code, fund), fen in by_account_and_fund(movements).items():
        if BY_CODE[parent_of(code)].holds == holds:
            change[fund] = change.get(fund, 0) + fen
    return change
