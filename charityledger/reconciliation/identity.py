"""Whether a line of a file is one that is kept already. Pure.

A line with the bank's own number is known by it. One without is known by its content and by how many of the same
content came before it: two genuine identical gifts are two lines, and the file that holds both adds nothing when it
comes again.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from .importers.lines import Line

NUMBER, CONTENT = "n:", "h:"
LONGEST_NUMBER = 80
HAND_DAYS = 3       # a day typed by hand may be that of the paper, not the bank's
_MASK = re.compile(r"[*＊×xX]{2,}|[*＊]")


@dataclass(frozen=True, slots=True)
class Stored:
    """A kept line, as far as it tells whether another is the same.

    `booked_at` is naive, in the account's own time; None where the day alone is known. `currency`: empty where none is
    kept. `layout`: the format of its file, empty where it was entered by hand.
    """

    id: int
    identity: str
    native_id: str
    booked_on: date
    booked_at: datetime | None
    amount_fen: int
    currency: str
    counterparty: str
    counterparty_account: str
    memo: str
    balance_fen: int | None
    layout: str

    @property
    def by_hand(self) -> bool:
        return not self.layout

    @property
    def day(self) -> date:
        """Its own day, also where it came late and is booked on another."""
        return self.booked_at.date() if self.booked_at is not None else self.booked_on


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """One form of a text for comparing: NFKC, blanks as one; every Chinese character stays."""
    return " ".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).split())


def as_kept(text: str, most: int) -> str:
    """A text as it fits its column; what is cut off stands in the line's `original`. PostgreSQL takes no NUL."""
    return text.replace("\0", "")[:most]


def fitted(native_id: str) -> str:
    """The bank's own number as it is kept: one too long for its column ends in its hash instead."""
    native_id = native_id.replace("\0", "")
    if len(native_id) <= LONGEST_NUMBER:
        return native_id
    return f"{native_id[:LONGEST_NUMBER - 33]}~{hashlib.sha256(native_id.encode()).hexdigest()[:32]}"


def of_number(native_id: str) -> str:
    """The identity of a line that the bank numbers; the same as `donations.lines.by_native_id` gives a typed one."""
    return NUMBER + fitted(native_id)


def of_content(account: str, line: Line) -> str:
    """The identity of the first line with this content on this account."""
    told = (account, line.booked_at.isoformat(), str(line.amount_fen), line.currency, plain(line.counterparty_account),
            plain(line.counterparty), plain(line.memo), "" if line.balance_fen is None else str(line.balance_fen))
    return CONTENT + hashlib.sha256("\x1f".join(told).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def nth(identity: str, number: int) -> str:
    """The identity of the line that is the `number`-th of its kind, from 1."""
    return identity if number == 1 else f"{identity}#{number}"


def of_file(account: str, lines: Iterable[Line]) -> list[str]:
    """An identity for each line: the bank's number; else the content with its number within the file.

    Content holds the time, so the number counts within a day, and over the whole account once the file meets what
    is kept: the second of two twins is known only where two are kept.
    """
    seen: dict[str, int] = {}
    found = []
    for line in lines:
        if line.native_id:
            found.append(of_number(line.native_id))
            continue
        content = of_content(account, line)
        seen[content] = number = seen.get(content, 0) + 1
        found.append(nth(content, number))
    return found


def _same_text(given: str, kept: str) -> bool:
    """Whether nothing speaks against two texts being one: equal, missing on a side, or masked and fitting."""
    one, other = plain(given), plain(kept)
    if not one or not other or one == other:
        return True
    return _fits(one, other) or _fits(other, one)


def _fits(mask: str, text: str) -> bool:
    pieces = _MASK.split(mask)
    if len(pieces) == 1:
        return False
    return re.fullmatch(".+".join(map(re.escape, pieces)), text) is not None


def _near(line: Line, kept: Stored) -> bool:
    """The same amount on the same day, from nobody else; by hand only amount and day count, and days are typed."""
    if line.amount_fen != kept.amount_fen or (kept.currency and line.currency != kept.currency):
        return False
    if kept.by_hand:
        return abs((line.booked_at.date() - kept.day).days) <= HAND_DAYS
    return (line.booked_at.date() == kept.day and _same_text(as_kept(line.counterparty, 200), kept.counterparty)
            and _same_text(as_kept(line.counterparty_account, 60), kept.counterparty_account))


def agrees(line: Line, kept: Stored, layout: str) -> bool:
    """Whether a line with a number that is known says what the kept one says.

    Another layout of the same bank may word the memo otherwise; what was typed by hand is compared by amount and day.
    """
    if not _near(line, kept):
        return False
    if kept.by_hand:
        return True
    if line.balance_fen is not None and kept.balance_fen is not None and line.balance_fen != kept.balance_fen:
        return False
    return kept.layout != layout or plain(as_kept(line.memo, 400)) == plain(kept.memo)


def alike(line: Line, kept: Stored) -> bool:
    """Whether a line may be one that was entered by hand, or came in another layout, where no number tells."""
    if not _near(line, kept):
        return False
    timed = line.has_time and kept.booked_at is not None and kept.booked_at.time() != datetime.min.time()
    return kept.by_hand or not timed or line.booked_at == kept.booked_at


def likely_same(line: Line, kept: Stored) -> bool:
    """What is taken for a line that is `alike` where a person confirms all at once: the same, unless names differ."""
    return _same_text(line.counterparty, kept.counterparty)


def pairs(lines: Iterable[tuple[int, Line]], kept: Iterable[Stored]) -> dict[int, Stored]:
    """{number of a line: the kept line that it may be}; each kept line stands for one. The likeliest pairs first: by
    name, then by day, then in the order of the file."""
    by_amount: dict[int, list[Stored]] = {}
    for one in kept:
        by_amount.setdefault(one.amount_fen, []).append(one)
    possible = [((not likely_same(line, one), plain(line.counterparty) != plain(one.counterparty),
                  abs((line.booked_at.date() - one.day).days), number, one.id), one)
                for number, line in lines for one in by_amount.get(line.amount_fen, ()) if alike(line, one)]
    found: dict[int, Stored] = {}
    taken: set[int] = set()
    for (*_, number, kept_id), one in sorted(possible, key=lambda pair: pair[0]):
        if number not in found and kept_id not in taken:
            found[number] = one
            taken.add(kept_id)
    return found
