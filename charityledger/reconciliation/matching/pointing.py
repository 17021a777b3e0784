"""From what a line says of its payer to the promises of those donors. Pure."""

from collections.abc import Iterable, Iterator

from . import names
from .book import Book, Index, Waiting, hidden
from .evidence import ACCOUNT, LATEST, MASKED, MEMO, NAME, PHONE, Seen, has_phone

ALL = frozenset({ACCOUNT, NAME, PHONE, MEMO, MASKED})


def rivals(seen: Seen, book: Book, kinds: frozenset[str] = ALL, but: Iterable[int] = (),
           most: int = 4) -> Iterator[tuple[str, Waiting]]:
    """(by what, promise) for promises that await just this amount and whose donor the line points to.

    `kinds`: account, name, telephone, memo, mask. `but`: pledges that are not asked for.
    """
    amount = seen.line.amount_fen
    for by, waiting in _pointed_at(seen, book, kinds, amount, most):
        pledge = waiting.pledge
        if pledge.id not in but and pledge.pledged_on <= seen.line.on + LATEST:
            yield by, waiting


def _pointed_at(seen: Seen, book: Book, kinds: frozenset[str], amount: int,
                most: int) -> Iterator[tuple[str, Waiting]]:
    by_id = book.by_id
    if ACCOUNT in kinds and seen.account in book.by_account:
        for number in book.by_account.exact(seen.account, amount, seen.day, most):
            yield ACCOUNT, by_id[number]
    if NAME in kinds and seen.kind == names.FULL:
        for number in book.by_name.exact(seen.name, amount, seen.day, most):
            if by_id[number].donor == seen.name:
                yield NAME, by_id[number]
    if PHONE in kinds:
        for number in _by_phone(seen, book, amount, most):
            yield PHONE, by_id[number]
    if MEMO in kinds:
        for word in seen.named(book):
            for number in book.by_name.exact(word, amount, seen.day, most):
                yield MEMO, by_id[number]
    if MASKED in kinds and seen.kind == names.MASKED:
        for number in _by_mask(seen, book, amount, 16 * most):
            yield MASKED, by_id[number]


def _by_phone(seen: Seen, book: Book, amount: int, most: int) -> Iterator[int]:
    for phone in seen.reading.phones:
        for number in book.by_tail.exact(phone[-4:], amount, seen.day, 4 * most):
            if book.by_id[number].pledge.phone == phone:
                yield number
    if seen.masked_phone:
        for number in book.by_hidden.exact(hidden("".join(seen.masked_phone)), amount, seen.day, 4 * most):
            if has_phone(seen, book.by_id[number].pledge.phone):
                yield number


def _by_mask(seen: Seen, book: Book, amount: int, most: int) -> Iterator[int]:
    """Individuals whose name a mask can hide; found by its first or last character."""
    first, last = names.ends(seen.name)
    index, word = (book.by_last, last) if last else (book.by_first, first)
    if word:
        for number in index.exact(word, amount, seen.day, most):
            if names.fits(seen.name, book.by_id[number].donor):
                yield number


def pointers(seen: Seen, book: Book) -> Iterator[tuple[str, str, Index]]:
    """What of the line points to donors by a word: (by, word, index). `pointing` then checks masks and telephones."""
    if seen.account in book.by_account:
        yield ACCOUNT, seen.account, book.by_account
    if seen.kind == names.FULL and seen.name in book.by_name:
        yield NAME, seen.name, book.by_name
    for word in seen.named(book):
        yield MEMO, word, book.by_name
    for phone in seen.reading.phones:
        yield PHONE, phone[-4:], book.by_tail
    if seen.masked_phone:
        yield PHONE, hidden("".join(seen.masked_phone)), book.by_hidden
    if seen.kind == names.MASKED:
        first, last = names.ends(seen.name)
        if first or last:
            yield MASKED, last or first, book.by_last if last else book.by_first


def pointing(seen: Seen, by: str, waitings: Iterable[Waiting]) -> Iterator[Waiting]:
    """Those that the word really points to: a tail is not yet the telephone, a first character not the mask."""
    for waiting in waitings:
        if ((by == PHONE and not has_phone(seen, waiting.pledge.phone))
                or (by == MASKED and not names.fits(seen.name, waiting.donor))
                or (by == NAME and waiting.donor != seen.name)):
            continue
        yield waiting
