"""The ten-digit reference that a donor writes on a transfer.

`9`, seven random digits, two check digits (ISO 7064 MOD 97-10), shown as `9482 7193 22`. Digits survive a
pinyin keyboard; ten of them differ from mobiles (11), identity numbers (18) and cards (16 to 19).
"""

import re
import unicodedata
from collections.abc import Iterator

SEVEN_LIMIT = 10_000_000

# One separator may stand between two groups; two of them, or any word, end the code.
_SEPARATORS = r"\s\-‐‑–—_.·/,"
_DIGITS = re.compile(rf"[0-9]+(?:[{_SEPARATORS}][0-9]+)*")
_FOLDS = str.maketrans("OoIilZzSsB", "0011122558")
_LOOKALIKES = re.compile(rf"[0-9OoIilZzSsB]+(?:[{_SEPARATORS}][0-9OoIilZzSsB]+)*")
_CUT = re.compile(rf"[{_SEPARATORS}]")
# Fewer real digits than this among the ten, and the text is more likely a word than a code badly typed.
_LEAST_DIGITS = 6


def make(seven: int) -> str:
    """The code that carries `seven`. Requires 0 <= seven < 10_000_000; raises ValueError."""
    if not 0 <= seven < SEVEN_LIMIT:
        raise ValueError(f"seven digits wanted, not {seven}")
    body = f"9{seven:07d}"
    return f"{body}{98 - int(body) * 100 % 97:02d}"


def is_valid(code: str) -> bool:
    """Whether `code` is ten plain digits that carry their own check digits."""
    return bool(re.fullmatch(r"9[0-9]{9}", code)) and make(int(code[1:8])) == code


def show(code: str) -> str:
    """`9482 7193 22`, for people. The copied value has no spaces."""
    return f"{code[:4]} {code[4:8]} {code[8:]}"


def parse(text: str) -> list[str]:
    """Every valid code in free text, in order, each once. An empty list is an answer, not an error.

    Reads what people and banks make of a code: full-width digits, groups parted by one separator, the
    prefix 捐, letters for digits (O I l Z S B), two codes run together, a telephone number beside it.
    """
    seen = "".join(
        letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf"
    )
    found: dict[str, int] = {}
    for run in _DIGITS.finditer(seen):
        for at, code in _codes(_CUT.split(run.group())):
            found.setdefault(code, run.start() + at)
    for run in _LOOKALIKES.finditer(seen):
        if run.group().translate(_FOLDS) != run.group():
            for at, code in _codes(_CUT.split(run.group())):
                found.setdefault(code, run.start() + at)
    return sorted(found, key=found.__getitem__)


def _codes(groups: list[str]) -> Iterator[tuple[int, str]]:
    """(position, code) for the valid codes among groups of one run; no group is used twice."""
    start = 0
    offset = 0
    while start < len(groups):
        used = 1
        for end in range(start + 1, len(groups) + 1):
            joined = "".join(groups[start:end])
            # "NO94827l9322": a look-alike that belongs to the word before the code is not part of it.
            joined = joined.lstrip("OoIilZzSsB")
            if len(joined) > 20:
                break
            codes = _whole(joined)
            if codes:
                yield from ((offset + at * 10, code) for at, code in enumerate(codes))
                used = end - start
                break
        offset += sum(len(group) + 1 for group in groups[start : start + used])
        start += used


def _whole(letters: str) -> list[str]:
    """The code or the two codes that `letters` is exactly, else nothing."""
    digits = letters.translate(_FOLDS)
    codes = [digits[at : at + 10] for at in range(0, len(digits), 10)]
    if len(digits) not in (10, 20) or not all(is_valid(code) for code in codes):
        return []
    return codes if sum(letter.isdigit() for letter in letters) >= _LEAST_DIGITS * len(codes) else []
