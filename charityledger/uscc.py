"""统一社会信用代码: the 18-character number of an enterprise or organisation (GB 32100-2015)."""

import re
import unicodedata

from charityledger.errors import InvalidInput

# Digits and capitals without I O S V Z, which look like others; the place is the value (GB 32100-2015).
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18

_WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))
_MEANT = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}


class UsccMissing(InvalidInput):
    """Facts: none."""

    code = "uscc_missing"


class UsccWrongLength(InvalidInput):
    """Facts: length (how many characters there are), wanted (18)."""

    code = "uscc_wrong_length"


class UsccWrongCharacter(InvalidInput):
    """A character that these codes never have. Facts: character, position (from 1), meant (or "")."""

    code = "uscc_wrong_character"


class UsccWrongCheck(InvalidInput):
    """The last character does not fit the others: one was mistyped or two were swapped. Facts: none."""

    code = "uscc_wrong_check"


def check_character(first: str) -> str:
    """The 18th character for the 17 before it. Requires characters of ALPHABET."""
    total = sum(ALPHABET.index(letter) * weight for letter, weight in zip(first, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def parse_uscc(text: str) -> str:
    """The code in capitals, without spaces and hyphens. Raises a subclass of InvalidInput.

    Nothing is corrected: `O` for `0` is named in the error, because a receipt will carry what we keep.
    """
    code = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
    if not code:
        raise UsccMissing()
    for position, letter in enumerate(code, start=1):
        if letter not in ALPHABET:
            raise UsccWrongCharacter(character=letter, position=position, meant=_MEANT.get(letter, ""))
    if len(code) != LENGTH:
        raise UsccWrongLength(length=len(code), wanted=LENGTH)
    if check_character(code[:-1]) != code[-1]:
        raise UsccWrongCheck()
    return code


def show(code: str) -> str:
    """In groups that the standard gives a meaning: office and kind, area, organisation, check."""
    return f"{code[:2]} {code[2:8]} {code[8:17]} {code[17:]}"
