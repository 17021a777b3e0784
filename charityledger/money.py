"""Money as integer fen: read from text once, at the edge, and written the same way everywhere.

Text that could mean two amounts is refused, never guessed: a wrong guess here is a wrong sum in the books.
"""

import re
import unicodedata

from charityledger.errors import InvalidInput

# Far above any gift, far below 2**63: a sum of a million of these still fits the database's integer.
MAX_FEN = 999_999_999_999_999

MINUS = "\N{MINUS SIGN}"

_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]{1,2})?")
# "0,123" is a decimal comma more often than not, so grouping never begins with a zero.
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]{1,2})?")
_SIGNS = "+-" + MINUS


class AmountMissing(InvalidInput):
    """No amount was given. Facts: none."""

    code = "amount_missing"


class AmountNotText(InvalidInput):
    """A float or another object where text was wanted: 0.1 + 0.2 is not money. Facts: kind."""

    code = "amount_not_text"


class AmbiguousAmount(InvalidInput):
    """Separators that could be read in two ways. Facts: text, one, other (the two readings)."""

    code = "ambiguous_amount"


class MixedSigns(InvalidInput):
    """More than one sign, or a sign in the wrong place. Facts: text."""

    code = "mixed_signs"


class NegativeAmount(InvalidInput):
    """An amount below zero where only money one way makes sense. Facts: text."""

    code = "negative_amount"


class TooManyDecimals(InvalidInput):
    """More than two decimals; there is nothing smaller than a fen. Facts: text."""

    code = "too_many_decimals"


class NotANumber(InvalidInput):
    """Words, exponents, NaN, other currencies. Facts: text."""

    code = "not_a_number"


class AmountTooLarge(InvalidInput):
    """Facts: text, most (as text, without a currency sign)."""

    code = "amount_too_large"


def parse_yuan(text: str, *, signed: bool = False) -> int:
    """Fen of a sum written in yuan: `1234`, `1,234.50`, `¥1,234.5`, `１２３４．５０`, `80元`.

    Full-width forms are the same as narrow ones (NFKC). A minus is read only where `signed` is true.
    Raises a subclass of InvalidInput, one for each kind of doubt.
    """
    if not isinstance(text, str):
        raise AmountNotText(kind=type(text).__name__)
    if any(unicodedata.category(letter) in ("No", "Nl") for letter in text):
        raise NotANumber(text=text)  # NFKC would read 5² as 52
    given = unicodedata.normalize("NFKC", text).strip()
    body = given.removesuffix("元").rstrip()
    sign = ""
    if body[:1] and body[0] in _SIGNS:
        sign, body = body[0], body[1:].lstrip()
    if body.startswith("¥"):
        body = body[1:].lstrip()
        if not sign and body[:1] and body[0] in _SIGNS:
            sign, body = body[0], body[1:].lstrip()
    if not body:
        raise MixedSigns(text=text) if sign else AmountMissing()
    fen = _unsigned_fen(body, text)
    if sign not in ("", "+") and fen:
        if not signed:
            raise NegativeAmount(text=text)
        return -fen
    return fen


def _unsigned_fen(body: str, text: str) -> int:
    if not (_PLAIN.fullmatch(body) or _GROUPED.fullmatch(body)):
        raise _doubt(body, text)
    whole, _, part = body.replace(",", "").partition(".")
    # The length first: turning a very long run of digits into an int is slow on purpose in Python.
    if len(whole.lstrip("0")) > 13:
        raise AmountTooLarge(text=text, most=format_fen(MAX_FEN))
    return int(whole) * 100 + int(part.ljust(2, "0"))


def _doubt(body: str, text: str) -> InvalidInput:
    """The error that names what is wrong with a number that is neither plain nor grouped."""
    if any(sign in body for sign in _SIGNS) and re.fullmatch(rf"[0-9.,\s{re.escape(_SIGNS)}]+", body):
        return MixedSigns(text=text)
    if re.fullmatch(r"[0-9]+\.[0-9]{3,}", body):
        return TooManyDecimals(text=text)
    if re.fullmatch(r"[0-9]+(?:[., ][0-9]+)+", body):
        one, other = _readings(body)
        return AmbiguousAmount(text=text, one=one, other=other)
    return NotANumber(text=text)


def _readings(body: str) -> tuple[str, str]:
    """The two ways to read `1,5`: the last separator as the decimal point (1.50), or as grouping (15)."""
    parts = re.split(r"[., ]", body)
    one = "".join(parts[:-1]) + "." + parts[-1].ljust(2, "0")
    grouped = body[-len(parts[-1]) - 1] != "."
    other = re.sub(r"[, ]", "", body) if grouped else parts[0] + "." + "".join(parts[1:])
    return one, other


def format_fen(fen: int) -> str:
    """`1,234.50`; below zero with U+2212, which is as wide as a digit."""
    whole, part = divmod(abs(fen), 100)
    return f"{MINUS if fen < 0 else ''}{whole:,}.{part:02d}"


def format_yuan(fen: int) -> str:
    """`¥3,600.00`: a person's own gift, staff pages, documents."""
    return f"{MINUS if fen < 0 else ''}¥{format_fen(abs(fen))}"


def format_yuan_public(fen: int) -> str:
    """`¥72,000`; fen are shown only where there are any."""
    return format_yuan(fen).removesuffix(".00")


def format_yuan_signed(fen: int, *, plus: str = "\N{FULLWIDTH PLUS SIGN}") -> str:
    """`＋¥5,040.00` or `−¥5,040.00`: money in and money out on staff pages."""
    return format_yuan(fen) if fen < 0 else plus + format_yuan(fen)


def percent_down(part: int, whole: int) -> int:
    """Whole percent, 0 to 100, rounded down, so that 100 is only ever the whole. Of nothing it is 0."""
    if whole <= 0 or part <= 0:
        return 0
    return min(part * 100 // whole, 100)
