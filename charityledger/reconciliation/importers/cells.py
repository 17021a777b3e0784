"""Amounts, moments and directions as files write them. Pure."""

import re
import unicodedata
from datetime import date, datetime, time

from ...errors import InvalidInput
from ...money import parse_yuan
from .errors import DirectionUnreadable, MomentUnreadable, StatementFormula
from .table import FORMULA

_DAY = re.compile(r"([0-9]{4})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?")
_CLOCK = re.compile(r"([0-9]{1,2}):?([0-9]{2}):?([0-9]{2})?(?:\.[0-9]+)?")
IN_WORDS = ("贷", "收入", "来账", "转入", "存入", "收", "c", "cr", "credit", "入账")
OUT_WORDS = ("借", "支出", "往账", "转出", "支取", "支", "付", "d", "dr", "debit", "出账")
NOTHING = ("", "/", "-", "--", "—", "0", "0.0", "0.00")


def normal(text: str) -> str:
    """For comparing: full-width forms narrow, no blanks, small letters."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def signed_fen(text: str, column: str) -> int:
    """An amount with or without a sign; empty is 0. Raises what parse_yuan raises, StatementFormula."""
    if text == FORMULA:
        raise StatementFormula(column=column)
    return 0 if text.strip() in NOTHING else parse_yuan(text, signed=True)


def moment(day: str, clock: str = "") -> tuple[datetime, bool]:
    """(when, whether the time of day is known) from one cell or two. Raises MomentUnreadable."""
    told = " ".join(unicodedata.normalize("NFKC", f"{day} {clock}").replace("T", " ").split())
    first, _, rest = told.partition(" ")
    try:
        found = _DAY.fullmatch(first)
        if found is None and len(first) == 14 and first.isdecimal():
            found, rest = _DAY.fullmatch(first[:8]), first[8:]
        if found is None:
            raise MomentUnreadable(text=told)
        on = date(*map(int, found.groups()))
        if not rest:
            return datetime.combine(on, time()), False
        hands = _CLOCK.fullmatch(rest.split(" ")[-1])
        if hands is None:
            raise MomentUnreadable(text=told)
        hour, minute, second = (int(part or 0) for part in hands.groups())
        return datetime.combine(on, time(hour, minute, second)), True
    except ValueError:
        raise MomentUnreadable(text=told) from None


def is_moment(text: str) -> bool:
    """Whether a cell holds a day, with or without a time."""
    try:
        moment(text)
    except InvalidInput:
        return False
    return True


def direction(text: str) -> int:
    """1 for money in, -1 for money out: 贷, 贷 Cr, 收入… Raises DirectionUnreadable."""
    word = normal(text)
    for sign, words in ((1, IN_WORDS), (-1, OUT_WORDS)):
        if word in words or any(word.startswith(known) for known in words if len(known) > 1 or not known.isascii()):
            return sign
    raise DirectionUnreadable(text=text)
