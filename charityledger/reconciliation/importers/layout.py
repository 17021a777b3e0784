"""A layout: which column names mean what, found by their words in any order. Pure.

Layouts drift, so nothing goes by position or row number; columns that we do not know are kept and not read.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ...errors import CharityLedgerError
from .cells import direction, is_moment, moment, normal, signed_fen
from .lines import LOCAL_CURRENCY, Fault, Kind, Line, Parsed, Source, Total
from .table import Row

HEAD_WITHIN = 60        # rows: preambles are long, but not longer
_UNIT = re.compile(r"\((?:[+-]?元|rmb|cny|人民币)[^)]*\)$")
_ENGLISH = re.compile(r"\[[^\]]*\]")
_CURRENCIES = {"": "CNY", "人民币": "CNY", "人民币元": "CNY", "rmb": "CNY", "cny": "CNY", "美元": "USD", "欧元": "EUR",
               "港币": "HKD", "日元": "JPY", "英镑": "GBP"}
# Row of a table → what its cells say that the layout itself cannot: None where it is no booked line.
Finish = Callable[["Cells", Line], Line | None]


def word(name: str) -> str:
    """A column's name for comparing: no English in brackets, no unit, no blanks."""
    return _UNIT.sub("", _ENGLISH.sub("", normal(name)))


@dataclass(frozen=True)
class Layout:
    """`names`: {field: accepted column names}, the preferred first. `wanted`: groups of fields; a head row has all of
    one group. `marks`: column names that only this layout has; more of them win. `finish` looks at a row once more."""

    format: str
    source: Source
    names: Mapping[str, Sequence[str]]
    wanted: Sequence[Sequence[str]]
    marks: Sequence[str] = ()
    books: bool = True
    finish: Finish | None = None
    totals: Callable[[Parsed, Sequence[list[str]]], Iterable[Total]] | None = None

    def columns(self, cells: Sequence[str]) -> dict[str, list[int]] | None:
        """{field: its columns} where this row is a head of this layout."""
        places: dict[str, list[int]] = {}
        for place, cell in enumerate(cells):
            places.setdefault(word(cell), []).append(place)
        found = {name: [place for known in words for place in places.get(word(known), ())]
                 for name, words in self.names.items()}
        found = {name: columns for name, columns in found.items() if columns}
        if any(word(mark) not in places for mark in self.marks):
            return None
        return found if any(all(name in found for name in group) for group in self.wanted) else None


@dataclass
class Cells:
    """One row by its fields."""

    columns: Mapping[str, list[int]]
    values: Sequence[str]

    def all(self, name: str) -> list[str]:
        return [self.values[place] for place in self.columns.get(name, ()) if place < len(self.values)]

    def get(self, name: str) -> str:
        """The first cell of the field that says something; `/` says nothing."""
        return next((value for value in self.all(name) if value not in ("", "/")), "")


@dataclass
class Reader:
    """Reads the rows after a head. `outside`: rows before and after the table, for the file's own totals. `first`: the
    first row of the table."""

    layout: Layout
    columns: Mapping[str, list[int]]
    parsed: Parsed
    faults: list[Fault] = field(default_factory=list)
    outside: list[list[str]] = field(default_factory=list)
    first: list[str] = field(default_factory=list)

    def take(self, number: int, values: list[str]) -> None:
        cells = Cells(self.columns, values)
        if not any(is_moment(text) for name in ("when", "day") for text in cells.all(name)):
            # Headlines, footers, sums. A row that has an amount and a broken day is a fault and never skipped.
            if _looks_booked(cells):
                self._fault(number, cells)
            else:
                self.outside.append(values)
            return
        try:
            line = _line(number, cells, values)
            if line is not None and self.layout.finish is not None:
                line = self.layout.finish(cells, line)
        except CharityLedgerError as error:
            self.faults.append((number, error))
            return
        self.first = self.first or values
        if line is None or not line.amount_fen:
            self.parsed.neutral += 1
        else:
            self.parsed.lines.append(line)

    def _fault(self, number: int, cells: Cells) -> None:
        try:
            moment(cells.get("day") or cells.get("when"))
        except CharityLedgerError as error:
            self.faults.append((number, error))

    def closed(self) -> tuple[Parsed, list[Fault]]:
        """The whole file, with everything that it says of itself."""
        parsed = self.parsed
        _in_order(parsed)
        checks: list[Total] = list(_balances(parsed))
        if self.layout.totals is not None:
            checks += self.layout.totals(parsed, self.outside)
        parsed.totals = tuple(checks)
        days = [line.booked_at.date() for line in parsed.lines]
        parsed.period = (min(days), max(days)) if days else None
        return parsed, self.faults


def _looks_booked(cells: Cells) -> bool:
    """Whether a row without a readable day fills the columns that every booked line fills."""
    filled = [name for name in ("when", "day") if cells.get(name)]
    return bool(filled and len(cells.values) >= max(max(places) for places in cells.columns.values())
                and any(cells.get(name) for name in ("in", "out", "amount")) and _digits(cells.get(filled[0])))


def _digits(text: str) -> bool:
    return sum(letter.isdigit() for letter in text) >= 6


def _line(number: int, cells: Cells, values: list[str]) -> Line | None:
    day, when = cells.get("day"), cells.get("when")
    at, has_time = moment(when) if is_moment(when) else moment(day, when)
    fen = _amount(cells)
    balance = cells.get("balance")
    own = cells.get("own_account")
    name, account = cells.get("name"), cells.get("account")
    if "payer" in cells.columns:
        side = "payer" if fen > 0 else "payee"
        name, account = cells.get(side), cells.get(f"{side}_account")
        own = cells.get(("payee" if fen > 0 else "payer") + "_account")
    memo = " ".join(dict.fromkeys(text for text in cells.all("memo") if text not in ("", "/")))
    return Line(
        row=number, booked_at=at, has_time=has_time, amount_fen=fen, kind=kind_of(fen, cells.get("type"), memo, name),
        native_id=cells.get("native"), counterparty=name, counterparty_account=account if account != own else "",
        memo=memo, order_id=cells.get("order"), merchant_order=cells.get("merchant_order"),
        balance_fen=signed_fen(balance, "balance") if balance else None,
        currency=_CURRENCIES.get(normal(cells.get("currency")), cells.get("currency").upper()[:3]) or LOCAL_CURRENCY,
        original=json.dumps(values, ensure_ascii=False))


def _amount(cells: Cells) -> int:
    """Signed fen from two columns, from a direction and an amount, or from a signed amount."""
    if "in" in cells.columns or "out" in cells.columns:
        into, out = signed_fen(cells.get("in"), "in"), abs(signed_fen(cells.get("out"), "out"))
        if into and out:
            direction(f"{cells.get('in')} {cells.get('out')}")
        return into - out
    fen = signed_fen(cells.get("amount"), "amount")
    told = cells.get("direction")
    if not told or fen < 0:
        return fen
    return fen * direction(told)


_KIND_WORDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("returned", ("退汇", "汇款退回", "退票")), ("interest", ("结息", "利息", "存款息")),
    ("fee", ("扣除交易手续费", "服务费", "技术服务费")), ("payout", ("提现", "结算款")),
    ("charge", ("手续费", "账户管理费", "工本费", "年费", "收费", "回单费")), ("refund", ("退款",)))


def kind_of(fen: int, kind: str, memo: str, name: str) -> Kind:
    """What words say that a line is: those of the bank's own column first. A memo is the payer's word where there is a
    payer, so interest and charges are read from it only where nobody, or a bank, stands on the other side."""
    own = _kind(fen, kind)
    if own != "payment":
        return own
    told = _kind(fen, memo)
    return told if told in ("returned", "payout") or not name or "银行" in name else "payment"


def _kind(fen: int, text: str) -> Kind:
    """Interest comes in; fees, charges and refunds go out."""
    told = normal(text)
    for kind, words in _KIND_WORDS:
        wrong_way = (kind == "interest" and fen < 0) or (kind in ("fee", "charge", "refund") and fen > 0)
        if not wrong_way and any(known in told for known in words):
            return kind
    return "payment"


def _in_order(parsed: Parsed) -> None:
    """Oldest first, as books are read; many banks print the newest first."""
    lines = parsed.lines
    if len(lines) > 1 and lines[0].booked_at > lines[-1].booked_at:
        lines.reverse()


def _balances(parsed: Parsed) -> Iterable[Total]:
    """Whether each balance follows from the one before; opening and closing where balances are printed."""
    local = [line for line in parsed.local if line.balance_fen is not None]
    if not local or len(local) != len(parsed.local):
        return
    first, last = local[0], local[-1]
    assert first.balance_fen is not None
    parsed.opening_fen, parsed.closing_fen = first.balance_fen - first.amount_fen, last.balance_fen
    follows = sum(1 for one, two in pairwise(local)
                  if (one.balance_fen or 0) + two.amount_fen == two.balance_fen)
    yield Total("balances", len(local) - 1, follows)


def head_of(rows: Sequence[Row], layouts: Sequence[Layout]) -> tuple[int, Layout, dict[str, list[int]]] | None:
    """(index of the head row, its layout, columns): the layout that knows most of the first head row that any knows."""
    for index, (_, cells) in enumerate(rows[:HEAD_WITHIN]):
        known = [(len(layout.marks), len(columns), -place, layout, columns) for place, layout in enumerate(layouts)
                 if (columns := layout.columns(cells)) is not None]
        if known:
            *_, layout, columns = max(known, key=lambda one: one[:3])
            return index, layout, columns
    return None

