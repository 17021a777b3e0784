"""What a line says about its payer, and how that agrees with a promise. Pure."""

import re
from datetime import timedelta

from . import codes, names
from .book import Book, Waiting
from .codes import Reading
from .model import Incoming

# 138******00, as Alipay writes the account behind a name.
_MASKED_PHONE = re.compile(r"(1[3-9][0-9])\*+([0-9]{2,4})(?![0-9])")
_BLANKS = re.compile(r"\s+")
NEAR_DAYS = range(-3, 31)
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
        account = _BLANKS.sub("", line.counterparty_account)
        hidden = "*" in account
        # Thousands share 138******00: it is part of a telephone, not an account that one knows.
        self.account = "" if hidden else account
        self.reading: Reading = codes.read(line.texts)
        shown = account if hidden else line.counterparty
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
    if pledge.phone and has_phone(seen, pledge.phone):
        return PHONE
    if seen.line.texts and _is_named(seen, waiting):
        return MEMO
    if seen.kind == names.MASKED:
        return MASKED if names.fits(seen.name, waiting.donor) else OTHER
    return ABSENT if seen.kind == names.ABSENT else OTHER


def has_phone(seen: Seen, phone: str) -> bool:
    """Whether the line has this telephone, in its texts or masked behind the payer's name."""
    if phone in seen.reading.phones:
        return True
    masked = seen.masked_phone
    return masked is not None and phone.startswith(masked[0]) and phone.endswith(masked[1])


def _is_named(seen: Seen, waiting: Waiting) -> bool:
    if len(waiting.donor) >= 2 and waiting.donor in seen.memo:
        return True
    return any(word in seen.memo for word in waiting.shorter)


def is_in_time(seen: Seen, waiting: Waiting) -> bool:
    """Whether the line came from three days before the promise to thirty days after it."""
    return days_after(seen, waiting) in NEAR_DAYS


def days_after(seen: Seen, waiting: Waiting) -> int:
    """Days from the promise to the line."""
    return (seen.line.on - waiting.pledge.pledged_on).days
