"""Whether a file belongs to an account: its kind, its one booking source, its number. Pure."""

import re
import unicodedata
from typing import Protocol

from .errors import OtherAccountKind, OtherAccountNumber, OtherSource
from .importers.lines import Parsed


class Account(Protocol):
    """What is asked of a money account."""

    code: str
    kind: str
    source: str
    number: str


def kind_of(source: str) -> str:
    """The kind of account that a source belongs to: bank, wechat or alipay."""
    return source.partition("_")[0]


def check_account(account: Account, parsed: Parsed) -> None:
    """Raises OtherAccountKind, OtherSource or OtherAccountNumber. Trade bills book nothing: only their kind counts."""
    if account.kind != kind_of(parsed.source):
        raise OtherAccountKind(account=account.code, format=parsed.format)
    if not parsed.books:
        return
    if account.source and account.source != parsed.source:
        raise OtherSource(account=account.code, has=account.source)
    if account.number and parsed.account_number and not _one_number(account.number, parsed.account_number):
        raise OtherAccountNumber(account=account.code, has=account.number, number=parsed.account_number)


def _one_number(one: str, other: str) -> bool:
    """Whether two writings can be of one account: blanks and hyphens do not count, stars hide digits."""
    one, other = _bare(one), _bare(other)
    return one == other or _fits(one, other) or _fits(other, one)


def _bare(number: str) -> str:
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", number)).upper()[:60]


def _fits(mask: str, number: str) -> bool:
    pieces = re.split(r"\*+", mask)
    return len(pieces) > 1 and re.fullmatch(".*".join(map(re.escape, pieces)), number) is not None
