"""What the banks' statements have in common. Pure.

A bank sees our account as its debt: 借 is money out, 贷 is money in. An amount stands in two columns, or in one with
its direction beside it, or signed; every bank's layout may use any of these.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from .abroad import SeveralAccounts
from .amounts import currency, fen, is_blank, optional_fen, smallest
from .bank_words import CHARGE, DIRECTIONS, INTEREST, OPENING, PAYOUT, RETURNED, SUM_ROW, WALLETS, WORDS
from .columns import Head, joined, spellings
from .errors import AmountAbsent, DirectionDisagrees, DirectionUnreadable, TwoAmounts
from .layout import Layout
from .lines import Kind, Line
from .originals import Originals
from .stated import StatedReader, said
from .text import Row
from .when import is_clock, moment

NEEDS = (("time", "date"), ("in", "amount"), ("out", "direction", "amount"))


class BankReader(StatedReader):
    """One account's lines."""

    def __init__(self, head: Head, before: Sequence[Row]) -> None:
        self.two_columns = {"in", "out"} <= head.fields
        self.sums = {"in_fen": 0, "out_fen": 0}     # of the two columns, below zero what one of them takes back
        super().__init__(head, before)

    def footer(self, row: dict[str, str], cells: Sequence[str]) -> None:
        super().footer(row, cells)
        if SUM_ROW.match(said(cells)):
            self.take_sums(row)

    def take_sums(self, row: dict[str, str]) -> None:
        """What a row below the lines says that the two columns come to. Raises a kind of InvalidInput."""
        for name in ("in", "out") if self.two_columns else ():
            if not is_blank(row[name]):
                self.stated.totals.setdefault(f"{name}_fen", abs(fen(row[name])))

    def line(self, number: int, row: dict[str, str], evidence: Originals) -> Line | None:
        booked_at, has_time = self.when(row)
        amount_fen = self.amount_fen(row)
        balance_fen = optional_fen(row["balance"])
        unit = currency(row["currency"])
        self._check_account(row["account"])
        if amount_fen == 0:
            if self.stated.opening_fen is None and OPENING.search(row["memo"]):
                self.stated.opening_fen = balance_fen
            return None
        once = self.once
        name, account = self.counterparty(row, amount_fen)
        return Line(
            number, booked_at, smallest(amount_fen, unit, row["amount"]), kind(row, name, amount_fen),
            row["native"], once(name), once(account), once(row["memo"]), row["order"], row["merchant_order"],
            None if balance_fen is None else smallest(balance_fen, unit, row["balance"]), once(unit),
            has_time, evidence)

    def when(self, row: dict[str, str]) -> tuple[datetime, bool]:
        """(instant, whether with a time): date and time in one column, or in two."""
        day, time = row["date"], row["time"]
        if not time:
            return moment(day)
        if day and len(time) < 16 and is_clock(time):
            return moment(day, time)
        return moment(time)

    def amount_fen(self, row: dict[str, str]) -> int:
        """Signed, inflow positive."""
        if self.two_columns:
            incoming, outgoing = between(row["in"], row["out"])
            self.sums["in_fen"] += incoming
            self.sums["out_fen"] += outgoing
            return incoming - outgoing
        given = fen(row["amount"])
        if not row["direction"]:
            if "direction" in self.head.fields:
                raise DirectionUnreadable(text="")
            return given
        sign = direction(row["direction"])
        # A minus beside 借 is how some banks sign it; beside 贷 it takes back money that came in (红字).
        return -abs(given) if sign < 0 else given

    def close(self) -> None:
        """Banks sum their columns; what a column takes back is then no money the other way."""
        if self.two_columns:
            for name, total_fen in self.sums.items():
                if self.stated.totals.get(name) == total_fen:
                    self.stated.found[name] = total_fen

    def counterparty(self, row: dict[str, str], amount_fen: int) -> tuple[str, str]:
        """(name, account) of the other side."""
        return row["name"], row["other"]

    def _check_account(self, account: str) -> None:
        if not account:
            return
        if not self.stated.account_number:
            self.stated.account_number = account
        elif account != self.stated.account_number and "*" not in account + self.stated.account_number:
            raise SeveralAccounts(accounts=f"{self.stated.account_number}, {account}")


def between(money_in: str, money_out: str) -> tuple[int, int]:
    """(in, out) fen of two columns, one of which is empty or nil. Below zero it takes back the other way (红字)."""
    incoming, outgoing = optional_fen(money_in), optional_fen(money_out)
    if incoming is None and outgoing is None:
        raise AmountAbsent()
    if incoming and outgoing:
        raise TwoAmounts()
    return incoming or 0, outgoing or 0


def direction(text: str) -> int:
    """1 for money in, -1 for money out. Raises DirectionUnreadable."""
    for form in spellings(text):
        if found := DIRECTIONS.get(form):
            return found
    raise DirectionUnreadable(text=text[:20])


def signed(given_fen: int, sign: int, text: str) -> int:
    """An amount with its word's direction; its own sign, where it has one, must agree. Raises DirectionDisagrees."""
    if given_fen < 0 < sign:
        raise DirectionDisagrees(text=text)
    return sign * abs(given_fen)


def kind(row: Mapping[str, str], name: str, amount_fen: int) -> Kind:
    """What words say that a line is: the bank's own; the payer's, too, where nobody or a bank is on the other side."""
    says = joined((row["says"], row["memo"])) if not name or "银行" in name else row["says"]
    if RETURNED.search(says):
        return "returned"
    if amount_fen > 0 and INTEREST.search(says):
        return "interest"
    if amount_fen < 0 and CHARGE.search(says):
        return "charge"
    if amount_fen > 0 and WALLETS.search(name) and PAYOUT.search(row["memo"]):
        return "payout"
    return "payment"


def layout(name: str, marks: Sequence[str | tuple[str, ...]], words: Mapping[str, tuple[str, ...]] | None = None, *,
           names: tuple[str, ...] = (), needs: tuple[tuple[str, ...], ...] = NEEDS,
           reader: type[BankReader] = BankReader) -> Layout:
    """A bank's layout: `words` stand before those that all banks use."""
    own = words or {}
    columns = dict(own)
    for field, common in WORDS.items():
        columns[field] = tuple(dict.fromkeys((*own.get(field, ()), *common)))
    return Layout(name, "bank", columns, needs, reader, tuple(marks), names)
