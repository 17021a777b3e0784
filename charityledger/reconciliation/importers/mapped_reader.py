"""Reads the rows of a table that people mapped: dates in any order, directions in their own words. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from ...errors import CharityLedgerError
from .amounts import fen, is_blank
from .bank import BankReader, between, direction
from .bank_words import OPENING
from .columns import Head, spellings
from .errors import DirectionUnreadable
from .lines import Line
from .originals import Originals
from .text import Row

if TYPE_CHECKING:
    from .mapped import TableMapping

DateOrder = Literal["ymd", "dmy", "mdy"]

_AMOUNTS = ("in", "out", "amount")
_YEAR = r"(?P<year>(?:19|20|21)\d\d|\d\d)"
_REST = r"(?:[ ,T]+(?P<rest>.*))?"
_NUMBERS = {
    "ymd": re.compile(rf"(?P<year>\d\d)[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_REST}", re.ASCII),
    "dmy": re.compile(rf"(?P<day>\d{{1,2}})[-/. ](?P<month>\d{{1,2}})[-/. ]{_YEAR}{_REST}", re.ASCII),
    "mdy": re.compile(rf"(?P<month>\d{{1,2}})[-/. ](?P<day>\d{{1,2}})[-/. ]{_YEAR}{_REST}", re.ASCII),
}
_DIGITS = {
    "dmy": re.compile(rf"(?P<day>\d\d)(?P<month>\d\d)(?P<year>(?:19|20|21)\d\d){_REST}", re.ASCII),
    "mdy": re.compile(rf"(?P<month>\d\d)(?P<day>\d\d)(?P<year>(?:19|20|21)\d\d){_REST}", re.ASCII),
}
# With the month's name nothing is ambiguous, whatever the order.
_NAMED = (re.compile(rf"(?P<day>\d{{1,2}})[-/. ]?(?P<month>[A-Za-z]{{3,9}})[-/., ]+{_YEAR}{_REST}", re.ASCII),
          re.compile(rf"(?P<month>[A-Za-z]{{3,9}})[-/. ]+(?P<day>\d{{1,2}})[-/., ]+{_YEAR}{_REST}", re.ASCII))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_HALF_DAY = re.compile(r"(?P<before>.*?)(?P<cn>上午|下午)? ?(?P<hour>\d{1,2})(?P<rest>:\d\d(?::\d\d)?)"
                       r" ?(?P<en>[AaPp]\.?[Mm]\.?)?", re.ASCII)

_TOTAL = re.compile(r"(?:grand ?)?totals?\b|sum\b", re.IGNORECASE)
_NOTE = re.compile(r"sub-?totals?\b|(?:opening|closing) balance|balance (?:brought|carried)|page \d|printed|end of ",
                   re.IGNORECASE)
_CARRIED = re.compile(r"(?:opening|closing|previous) balance|(?:brought|carried) forward|\b[bc]/f\b|期末余额",
                      re.IGNORECASE)


class MappedReader(BankReader):
    """As a bank's, with the conventions that a person chose."""

    def __init__(self, head: Head, before: Sequence[Row], *, mapping: "TableMapping") -> None:
        self.mapping = mapping
        own = [(word, 1) for word in mapping.in_words] + [(word, -1) for word in mapping.out_words]
        self.directions = {form.casefold(): sign for word, sign in own for form in spellings(word)[:1]}
        super().__init__(head, before)
        self.two_columns = bool({"in", "out"} & head.fields)

    def is_footer(self, row: dict[str, str], cells: Sequence[str]) -> bool:
        if super().is_footer(row, cells):
            return True
        first = next((cell.strip() for cell in cells if cell.strip()), "")
        if all(is_blank(row[name]) for name in _AMOUNTS) or _TOTAL.match(first) or _NOTE.match(first):
            return not self.is_dated(row)
        return False

    def is_dated(self, row: dict[str, str]) -> bool:
        try:
            self.when(row)
        except CharityLedgerError:
            return False
        return True

    def footer(self, row: dict[str, str], cells: Sequence[str]) -> None:
        super().footer(row, cells)
        if _TOTAL.match(next((cell.strip() for cell in cells if cell.strip()), "")):
            self.take_sums(row)

    def line(self, number: int, row: dict[str, str], evidence: Originals) -> Line | None:
        if all(is_blank(row[name]) for name in _AMOUNTS) and not is_blank(row["balance"]):
            says = f"{row['memo']} {row['says']}"
            if OPENING.search(says) or _CARRIED.search(says):
                return None
        row["currency"] = row["currency"] or self.mapping.currency
        return super().line(number, row, evidence)

    def when(self, row: dict[str, str]) -> tuple[datetime, bool]:
        order = self.mapping.dates
        return super().when({"date": in_order(row["date"], order), "time": whole_day(row["time"])})

    def amount_fen(self, row: dict[str, str]) -> int:
        if self.two_columns:
            incoming, outgoing = between(row["in"], row["out"])
            if self.mapping.out_below_zero:
                outgoing = -outgoing
            self.sums["in_fen"] += incoming
            self.sums["out_fen"] += outgoing
            return incoming - outgoing
        given_fen = fen(row["amount"])
        if "direction" not in self.head.fields:
            return given_fen if self.mapping.positive == "in" else -given_fen
        return -abs(given_fen) if self._sign(row["direction"]) < 0 else given_fen

    def _sign(self, text: str) -> int:
        for form in spellings(text):
            if found := self.directions.get(form.casefold()):
                return found
        if not text:
            raise DirectionUnreadable(text="")
        return direction(text)


@lru_cache(maxsize=4096)
def in_order(text: str, order: DateOrder) -> str:
    """A date (with or without a time) with its year first, as `when.moment` reads it; anything else as it is."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    patterns = [_NUMBERS[order], *([_DIGITS[order]] if order in _DIGITS else []), *_NAMED]
    found = next((match for pattern in patterns if (match := pattern.fullmatch(plain))), None)
    if found is None:
        day, mark, rest = plain.partition(" ")
        return f"{day} {whole_day(rest)}" if mark else text
    month, year = found["month"], found["year"]
    if month.isalpha():
        if month[:3].lower() not in _MONTHS:
            return text
        month = str(_MONTHS.index(month[:3].lower()) + 1)
    century = "20" if len(year) == 2 else ""
    return f"{century}{year}-{month}-{found['day']} {whole_day(found['rest'] or '')}".strip()


def whole_day(text: str) -> str:
    """`3:05 PM` and `下午3:05` as 15:05; anything else as it is."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    found = _HALF_DAY.fullmatch(plain)
    if found is None or not (found["cn"] or found["en"]) or int(found["hour"]) > 12:
        return text
    late = found["cn"] == "下午" or (found["en"] or "a")[0] in "Pp"
    hour = int(found["hour"]) % 12 + (12 if late else 0)
    return f"{found['before']}{hour:02}{found['rest']}"
