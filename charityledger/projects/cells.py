"""Readers of one cell: text in, a value out, or the error that says what is wrong. Pure. Forms use them, too."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date

from .. import printable
from ..table_errors import CellTooLong, check_year
from .table_errors import BadCode, ControlCharacter, NotADate, NotAWholeNumber, UnknownWord

_CODE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
_WIDE = str.maketrans("０１２３４５６７８９，", "0123456789,")
_DATE = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})")


def text(most: int, *, lines: bool = False) -> Callable[[str], str]:
    """A reader of text up to `most` characters that documents can show; `lines`: it may have line breaks."""
    def read(given: str) -> str:
        return printed_text(given, most, lines=lines)

    return read


def printed_text(given: str, most: int, *, lines: bool = False) -> str:
    """As `checked_text`. Raises NotPrintable, too: documents name projects and what they need."""
    told = checked_text(given, most, lines=lines)
    printable.check(told)
    return told


def checked_text(given: str, most: int, *, lines: bool = False) -> str:
    """Trimmed text. Raises CellTooLong, and ControlCharacter for what cannot be seen, printed or stored."""
    told = given.replace("\r\n", "\n").strip()
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") and not (lines and letter == "\n") for letter in told):
        raise ControlCharacter()
    if len(told) > most:
        raise CellTooLong(limit=most)
    return told


def code(most: int) -> Callable[[str], str]:
    """A reader of codes such as BM01-1."""
    def read(given: str) -> str:
        if not _CODE.fullmatch(given) or len(given) > most:
            raise BadCode(text=given[:most])
        return given

    return read


def whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of counts: `1200`, `1,200` or `１２００`, never a guess."""
    def read(written: str) -> int:
        given = written.translate(_WIDE)
        plain = given.replace(",", "") if re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+", given, re.ASCII) else given
        if not re.fullmatch(r"\d{1,12}", plain, re.ASCII) or not least <= int(plain) <= most:
            raise NotAWholeNumber(text=written[:20], least=least, most=most)
        return int(plain)

    return read


def day(given: str) -> date | None:
    """`2026-04-15`, or `2026/4/15` as Excel rewrites it. Raises NotADate or DayOutside."""
    if not given:
        return None
    match = _DATE.fullmatch(given)
    try:
        read = date(int(match[1]), int(match[3]), int(match[4])) if match else None
    except ValueError:
        read = None
    if read is None:
        raise NotADate(text=given[:20])
    check_year(read)
    return read


def word(known: Iterable[str]) -> Callable[[str], str]:
    """A reader of one of these words."""
    words = tuple(known)

    def read(given: str) -> str:
        if given not in words:
            raise UnknownWord(text=given[:20], known=" ".join(words))
        return given

    return read
