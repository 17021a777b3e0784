"""Dates and times in every shape that statements have. Pure."""

import re
import unicodedata
from datetime import datetime, time
from functools import lru_cache

from openpyxl.utils.datetime import from_excel

from .errors import MomentUnreadable

_SHORT = re.compile(r"(?P<year>(?:19|20|21)\d\d)(?P<month>\d\d)(?P<day>\d\d)", re.ASCII)
_LONG = re.compile(_SHORT.pattern + r"(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?:\.?\d{3,6})?", re.ASCII)
_MARKED = re.compile(r"(?P<year>(?:19|20|21)\d\d)(?P<mark>[-/.年])(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
                     r"(?P<rest>.*)", re.ASCII | re.DOTALL)
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?P<colon>[:.时]?)(?P<minute>\d\d)(?:(?:(?P=colon)|分)(?P<second>\d\d)秒?"
                    r"(?:\.\d{1,6})?)?", re.ASCII)
# Days since 1899-12-30, as spreadsheets count: 1982 to 2118. Shorter and longer numbers are something else.
_SERIAL = re.compile(r"[3-7]\d{4}(?:\.\d+)?", re.ASCII)
_FRACTION = re.compile(r"0?\.\d+", re.ASCII)


def moment(text: str, clock: str = "") -> tuple[datetime, bool]:
    """(naive instant, whether a time of day was given). `clock`: the cell with the time, where that is another one.

    Raises MomentUnreadable.
    """
    if len(text) == 19 and not clock and text[4] == "-":       # nearly every line of nearly every file
        try:
            return _iso(text), True
        except ValueError:
            pass
    try:
        day, had_time = _dated(_plain(text))
        if clock:
            at = _clock(_plain(clock))
            return datetime.combine(day, at), True
    except (ValueError, OverflowError):
        raise MomentUnreadable(text=f"{text} {clock}".strip()[:40]) from None
    return day, had_time


def is_clock(text: str) -> bool:
    """Whether a cell holds a time of day and no date."""
    try:
        _clock(_plain(text))
    except ValueError:
        return False
    return True


def _iso(text: str) -> datetime:
    if text[7] != "-" or text[10] not in " T" or text[13] != ":" or text[16] != ":":
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _plain(text: str) -> str:
    """One kind of digits and colons, single spaces."""
    return " ".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).split())


@lru_cache(maxsize=4096)
def _dated(text: str) -> tuple[datetime, bool]:
    found = _LONG.fullmatch(text)
    if found:
        return _built(found, found), True
    head, _, rest = text.partition(" ")
    found = _SHORT.fullmatch(head)
    if not found and (found := _MARKED.fullmatch(head)):
        rest = rest or found["rest"].lstrip("T-")
        if found["rest"] and rest != found["rest"].lstrip("T-"):
            raise ValueError(text)
    if found:
        day = datetime(int(found["year"]), int(found["month"]), int(found["day"]))     # noqa: DTZ001
        return (datetime.combine(day, _clock(rest)), True) if rest else (day, False)
    if _SERIAL.fullmatch(text):
        given = from_excel(float(text))
        if isinstance(given, datetime):
            return given, "." in text
    raise ValueError(text)


def _built(day: re.Match[str], clock: re.Match[str]) -> datetime:
    return datetime(int(day["year"]), int(day["month"]), int(day["day"]),      # noqa: DTZ001
                    int(clock["hour"]), int(clock["minute"]), int(clock["second"] or 0))


@lru_cache(maxsize=4096)
def _clock(text: str) -> time:
    if len(text) == 8 and text[2] == text[5] == ":" and text[:2].isdigit():
        return time.fromisoformat(text)
    if text.isascii() and text.isdigit() and 4 < len(text) <= 6:
        text = text.zfill(6)        # a spreadsheet took 093000 for a number
    if _FRACTION.fullmatch(text):
        seconds = round(float(text) * 86_400)
        return time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    found = _CLOCK.fullmatch(text)
    if not found:
        raise ValueError(text)
    return time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
