"""What a line says about its payer, and how that agrees with a promise. Pure."""

import re
from collections.abc import Iterator
from datetime import timedelta

from charityledger.phone import last_four
from charityledger.reference import show

from . import codes, names
from .book import Book, Waiting
from .codes import Reading
from .model import Agreement, Incoming

# 138******00, as Alipay writes the account behind a name.
_MASKED_PHONE = re.compile(r"(1[3-9][0-9])\*+([0-9]{2,4})(?![0-9])")
_BLANKS = re.compile(r"\s+")
_NEAR_DAYS = range(-3, 31)
# A promise that was made more than three days after the line cannot be what it pays.
LATEST = timedelta(days=3)

# Who pays, the surest first. Each is a clause in reconciliation.reasons.
ACCOUNT, NAME, PHONE, MEMO, MASKED, ABSENT, TAIL, OTHER = (
    "account", "name", "phone", "memo", "masked", "absent", "tail", "other")
SURE = frozenset({ACCOUNT, NAME, PHONE, MEMO})


class Seen:
    """One line, read once."""

    __slots__ = ("_memo", "_named", "account", "day", "kind", "line", "masked_phone", "name", "reading")

    def __init__(self, line: Incoming) -> None:
        self.line = line
        self.day = line.on.toordinal()
        self.name = names.clean(line.counterparty)
        self.kind = names.kind(self.name)
        self.account = _BLANKS.sub("", line.counterparty_account)
        self.reading: Reading = codes.read(line.texts)
        shown = self.account if "*" in self.account else line.counterparty
        masked = _MASKED_PHONE.search(codes.plain(shown)) if "*" in shown or "＊" in shown else None
        self.masked_phone = masked.groups() if masked else None
        self._memo: str | None = None
        self._named: list[str] | None = None

    @property
    def memo(self) -> str:
        """All texts in one, without blanks."""
        if self._memo is None:
            self._memo = " ".join(map(names.solid, self.line.texts))
        return self._memo

    def named(self, book: Book) -> list[str]:
        """Donors' names that the texts hold."""
        if self._named is None:
            self._named = book.named_in(self.memo)
        return self._named


def who(seen: Seen, waiting: Waiting) -> str:
    """The surest thing by which the payer of a line is the donor of a promise, `absent` or `other`."""
    pledge = waiting.pledge
    if seen.account and seen.account in pledge.accounts:
        return ACCOUNT
    if seen.kind == names.FULL and seen.name == waiting.donor:
        return NAME
    if pledge.phone and _has_phone(seen, pledge.phone):
        return PHONE
    if seen.line.texts and _is_named(seen, waiting):
        return MEMO
    if seen.kind == names.MASKED:
        return MASKED if names.fits(seen.name, waiting.donor) else OTHER
    return ABSENT if seen.kind == names.ABSENT else OTHER


def _has_phone(seen: Seen, phone: str) -> bool:
    if phone in seen.reading.phones:
        return True
    masked = seen.masked_phone
    return masked is not None and phone.startswith(masked[0]) and phone.endswith(masked[1])


def _is_named(seen: Seen, waiting: Waiting) -> bool:
    if len(waiting.donor) >= 2 and waiting.donor in seen.memo:
        return True
    return waiting.pledge.donor_kind != "individual" and any(
        word in seen.memo for word in names.shorter(waiting.donor))


def rivals(seen: Seen, book: Book, but: frozenset[int], most: int = 4) -> Iterator[tuple[str, Waiting]]:
    """(by what, promise) for other promises that await just this amount and whose donor the line points to.

    The account, name, telephone and memo; a mask that fits. Of a line without any name: every such promise, `absent`.
    """
    amount = seen.line.amount_fen
    for by, waiting in _pointed_at(seen, book, amount, most):
        pledge = waiting.pledge
        if pledge.id not in but and pledge.pledged_on <= seen.line.on + LATEST:
            yield by, waiting


def _pointed_at(seen: Seen, book: Book, amount: int, most: int) -> Iterator[tuple[str, Waiting]]:
    by_id = book.by_id
    if seen.account in book.by_account:
        for number in book.by_account.exact(seen.account, amount, seen.day, most):
            yield ACCOUNT, by_id[number]
    if seen.kind == names.FULL:
        for number in book.by_name.exact(seen.name, amount, seen.day, most):
            if by_id[number].donor == seen.name:
                yield NAME, by_id[number]
    for number in _by_phone(seen, book, amount, most):
        yield PHONE, by_id[number]
    for word in seen.named(book):
        for number in book.by_name.exact(word, amount, seen.day, most):
            yield MEMO, by_id[number]
    if seen.kind == names.MASKED:
        for number in _by_mask(seen, book, amount, 16 * most):
            yield MASKED, by_id[number]


def _by_phone(seen: Seen, book: Book, amount: int, most: int) -> Iterator[int]:
    for phone in seen.reading.phones:
        for number in book.by_tail.exact(phone[-4:], amount, seen.day, 4 * most):
            if book.by_id[number].pledge.phone == phone:
                yield number


def _by_mask(seen: Seen, book: Book, amount: int, most: int) -> Iterator[int]:
    """Individuals whose name a mask can hide; found by its first or last character."""
    first, last = names.ends(seen.name)
    index, word = (book.by_last, last) if last else (book.by_first, first)
    if word:
        for number in index.exact(word, amount, seen.day, most):
            if names.fits(seen.name, book.by_id[number].donor):
                yield number


def by_mask(seen: Seen, book: Book, most: int) -> Iterator[int]:
    """Open promises of this amount whose donor a masked name may be."""
    return _by_mask(seen, book, seen.line.amount_fen, most)


def is_in_time(seen: Seen, waiting: Waiting) -> bool:
    """Whether the line came from three days before the promise to thirty days after it."""
    return days_after(seen, waiting) in _NEAR_DAYS


def days_after(seen: Seen, waiting: Waiting) -> int:
    """Days from the promise to the line."""
    return (seen.line.on - waiting.pledge.pledged_on).days


def agreements(seen: Seen, parts: list[tuple[Waiting, int]], by: str) -> tuple[Agreement, ...]:
    """Field by field, the line beside one or several promises. Amounts are plain yuan, days ISO."""
    line = seen.line
    waitings = [waiting for waiting, _ in parts]
    first = waitings[0].pledge
    asked = sum(waiting.outstanding for waiting in waitings)
    if len(parts) == 1 and waitings[0].awaits(line.amount_fen):
        asked = line.amount_fen
    found = [Agreement("amount", yuan(line.amount_fen),
                       yuan(asked) if len(parts) == 1 else " + ".join(yuan(each.outstanding) for each in waitings),
                       "same" if asked == line.amount_fen else "near" if _is_near(line.amount_fen, asked) else "no")]
    if line.counterparty:
        same = seen.name == waitings[0].donor
        near = seen.kind == names.MASKED and names.fits(seen.name, waitings[0].donor)
        found.append(Agreement("name", line.counterparty, first.donor_name,
                               "same" if same else "near" if near else "no"))
    if by == ACCOUNT:
        found.append(Agreement("account", seen.account[-4:], seen.account[-4:], "same"))
    days = days_after(seen, waitings[0])
    found.append(Agreement("date", line.on.isoformat(), first.pledged_on.isoformat(),
                           "same" if days in _NEAR_DAYS else "no"))
    written = seen.reading.codes
    mine = [waiting.pledge.reference for waiting in waitings]
    found.append(Agreement("code", "、".join(map(show, written)), "、".join(map(show, mine)),
                           "same" if written and set(written) == set(mine) else
                           "near" if any(slips(seen, waiting) for waiting in waitings) else "no"))
    if by in (PHONE, TAIL):
        found.append(Agreement("phone", last_four(first.phone), last_four(first.phone),
                               "same" if by == PHONE else "near"))
    return tuple(found)


def slips(seen: Seen, waiting: Waiting) -> bool:
    """Whether digits of the line are one slip from the code of a promise."""
    number = int(waiting.pledge.reference)
    return any(number in codes.neighbours(near) for near in seen.reading.near)


def is_fee(amount_fen: int, asked_fen: int) -> bool:
    """Whether a wallet may have kept the difference as its fee: from 0.1 to 1 per cent, a fen for rounding."""
    gap = asked_fen - amount_fen
    return gap > 0 and asked_fen <= gap * 1000 + 500 and gap * 100 <= asked_fen + 100


def _is_near(amount_fen: int, asked_fen: int) -> bool:
    return is_fee(amount_fen, asked_fen)


def yuan(fen: int) -> str:
    """`5,040.00`: figures only, the page sets them beside each other."""
    return f"{fen // 100:,}.{fen % 100:02d}"
