"""Reference codes in free text: whole, one slip away, cut short, or inside a longer number. Pure.

Telephone, identity and card numbers are no codes and no slips of codes.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from charityledger import reference

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_ENOUGH = re.compile(r"[0-9](?:[^0-9]*[0-9]){3}")
# What people put between groups beyond the single separator of `reference`: two blanks, " - ", a colon.
_BETWEEN = re.compile(r"(?<=[0-9])[\s\-‐‑–—_.·/,、:|+~]{1,3}(?=[0-9])")
_RUN = re.compile(r"[0-9]+(?: [0-9]+)*")
_FOLDED_RUN = re.compile(r"(?<![A-Za-z0-9])[0-9OoIilZzSsB]+(?: [0-9OoIilZzSsB]+)*(?![A-Za-z0-9])")
_FOLDS = str.maketrans("OoIilZzSsB", "0011122558")
_LEAST_DIGITS = 6
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_IDENTITY = re.compile(r"[1-8][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{5}[0-9Xx]")
_DAY = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])")
_CARD_LENGTHS = range(15, 20)
_LEAST_PIECE = 5
LENGTH = 10


@dataclass(slots=True)
class Reading:
    """What the texts of one line say in digits.

    `codes`: valid codes, each once. `near`: nine to eleven digits that may be a code with one slip. `pieces`: five to
    nine digits that may be part of one. `inside`: valid codes within longer numbers, no evidence of their own.
    `phones`: mobiles. `tails`: four digits that stand alone.
    """

    codes: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    pieces: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()


NOTHING = Reading()


def plain(text: str) -> str:
    """NFKC, without invisible characters; separators between digits are one blank."""
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return _BETWEEN.sub(" ", text)


def read(texts: Iterable[str]) -> Reading:
    """Everything in digits that the texts hold. Most texts hold none: `NOTHING`."""
    codes: dict[str, None] = {}
    near: dict[str, None] = {}
    pieces: dict[str, None] = {}
    inside: dict[str, None] = {}
    phones: dict[str, None] = {}
    tails: dict[str, None] = {}
    for given in texts:
        text = plain(given)
        if not _ENOUGH.search(text):
            continue
        found = reference.parse(text)
        codes.update(dict.fromkeys(found))
        for run in _RUN.findall(text):
            groups = run.split(" ")
            _sort(groups, near, pieces, inside, phones)
            if len(groups) == 1 and len(run) == 4:
                tails[run] = None
        if not found:
            for run in _FOLDED_RUN.findall(text):
                if not run.replace(" ", "").isdigit() and sum(map(str.isdigit, run)) >= _LEAST_DIGITS:
                    near.update(dict.fromkeys(_spans(run.translate(_FOLDS).split(" "), 9, 11)))
    if not (codes or near or pieces or inside or phones or tails):
        return NOTHING
    return Reading(tuple(codes), tuple(number for number in near if number not in codes), tuple(pieces),
                   tuple(inside), tuple(phones), tuple(tails))


def _sort(groups: list[str], near: dict[str, None], pieces: dict[str, None], inside: dict[str, None],
          phones: dict[str, None]) -> None:
    """Put the numbers of one run where they belong. Groups of telephones, identities and cards go nowhere else."""
    whole = "".join(groups)
    if len(groups) > 1 and _MOBILE.fullmatch(whole):
        phones[whole] = None
        return
    for part in filter(None, _between_phones(groups, phones)):
        joined = "".join(part)
        if _IDENTITY.fullmatch(joined) or (len(joined) in _CARD_LENGTHS and _is_card(part)):
            continue
        near.update(dict.fromkeys(number for number in _spans(part, 9, 11) if not _MOBILE.fullmatch(number)))
        pieces.update(dict.fromkeys(number for number in _spans(part, _LEAST_PIECE, 9)
                                    if not _DAY.fullmatch(number)))
        for group in part:
            if len(group) == 2 * LENGTH:
                near.update({group[:LENGTH]: None, group[LENGTH:]: None})
            if len(group) > LENGTH + 1:
                inside.update(dict.fromkeys(
                    group[at : at + LENGTH] for at in range(len(group) - LENGTH + 1)
                    if group[at] == "9" and reference.is_valid(group[at : at + LENGTH])))


def _is_card(groups: list[str]) -> bool:
    if groups[0][0] == "9":
        return False
    return len(groups) == 1 or all(len(group) == 4 for group in groups[:-1])


def _between_phones(groups: list[str], phones: dict[str, None]) -> Iterator[list[str]]:
    """The groups between mobiles, and between cards and identities written in one piece."""
    part: list[str] = []
    for group in groups:
        mobile = _MOBILE.fullmatch(group)
        if mobile or (len(group) in _CARD_LENGTHS and group[0] != "9"):
            if mobile:
                phones[group] = None
            yield part
            part = []
        else:
            part.append(group)
    yield part


def _spans(groups: list[str], least: int, most: int) -> Iterator[str]:
    """Neighbouring groups joined to between `least` and `most` digits."""
    for start in range(len(groups)):
        joined = ""
        for group in groups[start:]:
            joined += group
            if len(joined) > most:
                break
            if len(joined) >= least:
                yield joined


_TENS = tuple(10**at for at in range(LENGTH + 1))


def neighbours(digits: str) -> Iterator[int]:
    """Codes (as numbers) that one slip turns into `digits`, and `digits` itself: at most some 110.

    Ten digits: one substituted, or two neighbours swapped. Nine: one was left out. Eleven: one too many. Others: none.
    Only numbers of ten digits that begin with 9.
    """
    number = int(digits)
    if len(digits) == LENGTH:
        if digits[0] != "9":
            # The first digit is known, so only it, or it and the second, can be wrong.
            yield 9 * _TENS[9] + number % _TENS[9]
            if digits[1] == "9":
                yield int("9" + digits[0] + digits[2:])
            return
        yield number
        for at in range(1, LENGTH):
            place = _TENS[LENGTH - 1 - at]
            base = number - int(digits[at]) * place
            yield from range(base, base + 10 * place, place)
            if at > 1 and digits[at] != digits[at - 1]:
                yield number + (int(digits[at]) - int(digits[at - 1])) * 9 * place
    elif len(digits) == LENGTH - 1:
        if digits[0] != "9":
            yield 9 * _TENS[9] + number
            return
        yield 9 * _TENS[9] + number
        for at in range(1, LENGTH):
            place = _TENS[LENGTH - 1 - at]
            head, tail = divmod(number, place)
            base = head * 10 * place + tail
            yield from range(base, base + 10 * place, place)
    elif len(digits) == LENGTH + 1:
        for at in range(LENGTH + 1):
            short = digits[:at] + digits[at + 1 :]
            if short[0] == "9":
                yield int(short)
