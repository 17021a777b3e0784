"""Amounts, counts and currencies of statements as integers. Pure.

What could mean two amounts is an error, never a guess; `charityledger.money` draws the line.
"""

import re
import unicodedata

from ...money import MAX_FEN, AmountTooLarge, TooManyDecimals, format_fen, parse_yuan
from .currency import DECIMALS
from .errors import AmountAbsent, UnknownCurrency, UnreadableCount
from .lines import LOCAL_CURRENCY

_PLAIN = re.compile(r"([+-]?)([0-9]{1,13})\.([0-9]{2})", re.ASCII)
_GROUPED = re.compile(r"([+-]?)([1-9][0-9]{0,2}(?:,[0-9]{3}){1,3})\.([0-9]{2})", re.ASCII)
_FINE = re.compile(r"([+-]?)([0-9]{1,10})(?:\.([0-9]{1,5}))?", re.ASCII)
_TAIL = re.compile(r"(\.[0-9]{2})0+$", re.ASCII)
_BLANK = ("", "-", "--", "/", "—")
_FINEST = 100_000       # fees have five decimals

_CURRENCIES = {
    "": LOCAL_CURRENCY, "CNY": "CNY", "人民币": "CNY", "人民币元": "CNY", "RMB": "CNY", "元": "CNY", "01": "CNY",
    "001": "CNY", "156": "CNY", "10": "CNY", "美元": "USD", "美金": "USD", "港币": "HKD", "港元": "HKD", "欧元": "EUR",
    "英镑": "GBP", "日元": "JPY", "澳元": "AUD", "澳大利亚元": "AUD", "加元": "CAD", "加拿大元": "CAD",
    "新加坡元": "SGD", "瑞士法郎": "CHF", "澳门元": "MOP", "新台币": "TWD",
}


def is_blank(text: str) -> bool:
    """Whether a cell says that there is no amount."""
    return text in _BLANK


def fen(text: str) -> int:
    """Signed fen of a cell: `¥28.16`, `1,234.56`, `+5000.00`, `100.000`. Raises a kind of InvalidInput."""
    if found := _PLAIN.fullmatch(text):
        value = int(found[2] + found[3])
        if value <= MAX_FEN:
            return -value if found[1] == "-" else value
    elif found := _GROUPED.fullmatch(text):
        value = int(found[2].replace(",", "") + found[3])
        return -value if found[1] == "-" else value
    if text in _BLANK:
        raise AmountAbsent()
    # Decimals beyond the second count only where they are none; TooManyDecimals tells of others.
    return parse_yuan(_TAIL.sub(r"\1", text.removeprefix("CNY")), signed=True)


def optional_fen(text: str) -> int | None:
    """The same; None for an empty cell."""
    return None if text in _BLANK else fen(text)


def smallest(value_fen: int, currency: str, text: str) -> int:
    """An amount read as hundredths, in the smallest unit of its currency. Raises TooManyDecimals."""
    decimals = DECIMALS.get(currency, 2)
    if decimals >= 2:
        return value_fen if decimals == 2 else value_fen * 10
    if value_fen % 100:
        raise TooManyDecimals(text=text)
    return value_fen // 100


def fine(text: str) -> int:
    """A fee with up to five decimals, in hundred-thousandths of a yuan. Raises a kind of InvalidInput."""
    found = _FINE.fullmatch(text)
    if not found:
        return fen(text) * (_FINEST // 100)
    value = int(found[2]) * _FINEST + int((found[3] or "").ljust(5, "0"))
    if value > MAX_FEN * (_FINEST // 100):
        raise AmountTooLarge(text=text, most=format_fen(MAX_FEN))
    return -value if found[1] == "-" else value


def fine_to_fen(value: int) -> int:
    """Rounded to whole fen, halves away from zero."""
    whole = (abs(value) * 2 + _FINEST // 100) // (_FINEST // 100 * 2)
    return -whole if value < 0 else whole


def count(text: str) -> int:
    """How many, where a file counts its rows: `6`, `6.0`, `1,234`, `3笔`. Raises UnreadableCount."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").removesuffix("笔").strip()
    if not re.fullmatch(r"[0-9]{1,9}(?:\.0{1,5})?", plain, re.ASCII):
        raise UnreadableCount(text=text)
    return int(plain.partition(".")[0])


def currency(text: str) -> str:
    """Three letters. Raises UnknownCurrency."""
    known = _CURRENCIES.get(text)
    if known:
        return known
    plain = re.sub(r"\(.*\)", "", unicodedata.normalize("NFKC", text)).strip().upper()
    if plain in _CURRENCIES:
        return _CURRENCIES[plain]
    if re.fullmatch(r"[A-Z]{3}", plain, re.ASCII):
        return plain
    raise UnknownCurrency(text=text)
