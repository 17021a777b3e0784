"""Tiers 1 and 2: what a code proves, and what speaks against it. Pure.

A code is copied from a neighbour's slip, a poster or last year's transfer. It counts unless the line points to somebody
else who awaits just this amount; a part payment counts only if something about the payer agrees.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from . import names
from .book import Book, Waiting
from .codes import neighbours
from .comparing import agreements
from .evidence import (
    ABSENT,
    ACCOUNT,
    LATEST,
    MASKED,
    MEMO,
    NAME,
    OTHER,
    PHONE,
    SURE,
    Seen,
    days_after,
    who,
)
from .fees import before_usual_fee, is_usual_fee
from .model import Candidate, Facts, Part, Reason
from .pointing import pointers, pointing, rivals
from .sums import summing

# Which pointers may contradict a payer who is known by this. A name beats a memo, an account beats a name.
_STRONGER = {
    ACCOUNT: frozenset[str](),
    NAME: frozenset({ACCOUNT}),
    PHONE: frozenset({ACCOUNT}),
    MEMO: frozenset({ACCOUNT}),
    MASKED: frozenset({ACCOUNT, PHONE, MEMO}),
    ABSENT: frozenset({ACCOUNT, PHONE, MEMO}),
    OTHER: frozenset({ACCOUNT, NAME, PHONE, MEMO, MASKED}),
}


# An amount that so few promises await is no round sum: to hit upon it by chance is unlikely.
_RARE = 2
_RECENT_DAYS = 62


@dataclass(frozen=True, slots=True)
class Finding:
    """What the codes of a line come to: certain, or `reason` why not.

    `coded`: open promises whose whole codes stand there; `corrected`: those one slip away.
    """

    candidate: Candidate | None
    reason: Reason
    coded: tuple[Waiting, ...] = ()
    corrected: tuple[Waiting, ...] = ()


def find(seen: Seen, book: Book) -> Finding:
    """Tier 1 for a line with whole codes, tier 2 for one without, else why neither applies."""
    written = seen.reading.codes
    numbers = [int(code) for code in written]
    coded = tuple(waiting for waiting in map(book.open, numbers) if waiting is not None)
    for code, number in zip(written, numbers, strict=True):
        if book.is_settled(number):
            settled = book.by_number.get(number)
            donor = settled.pledge.donor_name if settled else book.settled[code].donor_name
            return Finding(None, Reason("code_settled", {"reference": code, "donor": donor}), coded)
    if len(coded) < len(written):
        unknown = next(code for code, number in zip(written, numbers, strict=True) if not book.open(number))
        return Finding(None, Reason("code_unknown", {"reference": unknown}), coded)
    if len(coded) > 1:
        return _several(seen, book, coded)
    if coded:
        return _one(seen, book, coded[0])
    return _corrected(seen, book)


def _one(seen: Seen, book: Book, waiting: Waiting) -> Finding:
    amount, reference = seen.line.amount_fen, waiting.pledge.reference
    if amount > waiting.outstanding:
        above: Facts = {"reference": reference, "rest_fen": amount - waiting.outstanding}
        return Finding(None, Reason("code_above", above), (waiting,))
    by = who(seen, waiting)
    exact = waiting.awaits(amount)
    fee = not exact and (is_usual_fee(amount, waiting.outstanding) or is_usual_fee(amount, waiting.due))
    against = (_against_exact if exact or fee else _against_part)(seen, book, waiting, by)
    if against:
        return Finding(None, against, (waiting,))
    facts: Facts = {"reference": reference, "amount_fen": amount, "by": by}
    if fee:
        asked = waiting.due if amount < waiting.due else waiting.outstanding
        reason = Reason("code_fee", {**facts, "gap_fen": asked - amount})
    elif not exact:
        reason = Reason("code_part", {**facts, "outstanding_fen": waiting.outstanding})
    elif amount == waiting.outstanding:
        reason = Reason("code_exact_other" if by == OTHER else "code_exact", facts)
    else:
        reason = Reason("code_instalment", facts)
    return Finding(_candidate(1, seen, [(waiting, amount)], by, reason), reason, (waiting,))


def _against_exact(seen: Seen, book: Book, waiting: Waiting, by: str) -> Reason | None:
    """The amount is what the code's promise awaits; only a pointer to somebody else speaks against it."""
    against = _contradiction(seen, book, waiting, _STRONGER[by], {waiting.pledge.id})
    if against or by != OTHER:
        return against
    # An employee or a relative, or a donor who copied the wrong code and pays several promises or a part of one?
    for rival in _own_promises(seen, book):
        return _of_another(waiting, rival, NAME)
    return None


def _own_promises(seen: Seen, book: Book) -> Iterator[Waiting]:
    """Open promises of the payer himself, where his name tells that it is he, or they explain the amount."""
    if seen.kind != names.FULL:
        return
    amount = seen.line.amount_fen
    mine = [waiting for waiting in pointing(seen, NAME, map(book.by_id.__getitem__, book.by_name.every(seen.name, 8)))
            if waiting.pledge.pledged_on <= seen.line.on + LATEST]
    for rival in mine:
        if (book.names_tell or rival.pledge.donor_kind != "individual"
                or is_usual_fee(amount, rival.outstanding) or is_usual_fee(amount, rival.due)):
            yield rival
    for group in summing(amount, mine):
        yield group[0]


def _against_part(seen: Seen, book: Book, waiting: Waiting, by: str) -> Reason | None:
    """The amount is not what the promise awaits: who pays must agree, and no other promise may fit better."""
    against = _contradiction(seen, book, waiting, _STRONGER[by] | {by}, {waiting.pledge.id})
    if against:
        return against
    reference = waiting.pledge.reference
    if by == OTHER:
        return Reason("code_uncorroborated", {"reference": reference, "donor": waiting.pledge.donor_name})
    if by in (ABSENT, MASKED):
        for pointed_by, word, index in pointers(seen, book):
            if pointed_by != MASKED:
                pointed = map(book.by_id.__getitem__, index.every(word, 2))
                for rival in pointing(seen, pointed_by, pointed):
                    return _of_another(waiting, rival, pointed_by)
        if _awaited_elsewhere(seen, book, waiting, most=None if by == ABSENT else _RARE):
            return Reason("code_unnamed", {"reference": reference, "outstanding_fen": waiting.outstanding})
    return None


def _awaited_elsewhere(seen: Seen, book: Book, waiting: Waiting, most: int | None) -> bool:
    """Whether another promise of the last two months awaits just this amount, with or without a wallet's usual fee.

    `most`: asked only of amounts that no more than so many promises await; of any where it is None.
    """
    amount = seen.line.amount_fen
    for asked in (amount, *before_usual_fee(amount)):
        if most is not None and book.by_amount.count(str(asked), asked, most + 1) > most:
            continue
        for number in book.by_amount.exact(str(asked), asked, seen.day, 2):
            other = book.by_id[number]
            days = days_after(seen, other)
            if other is not waiting and -LATEST.days <= days and (days <= _RECENT_DAYS or other.instalments):
                return True
    return False


def _contradiction(seen: Seen, book: Book, waiting: Waiting, kinds: frozenset[str],
                   but: set[int]) -> Reason | None:
    for by, rival in rivals(seen, book, kinds, but):
        return _of_another(waiting, rival, by)
    return None


def _of_another(waiting: Waiting, rival: Waiting, by: str) -> Reason:
    return Reason("code_of_another", {
        "reference": waiting.pledge.reference, "donor": waiting.pledge.donor_name,
        "other": rival.pledge.reference, "other_donor": rival.pledge.donor_name, "by": by})


def _several(seen: Seen, book: Book, coded: tuple[Waiting, ...]) -> Finding:
    amount = seen.line.amount_fen
    parts = [(waiting, waiting.outstanding) for waiting in coded]
    if sum(part for _, part in parts) != amount:
        parts = [(waiting, waiting.due) for waiting in coded]
    if (total := sum(part for _, part in parts)) != amount:
        return Finding(None, Reason("codes_do_not_sum", {"count": len(coded), "total_fen": total}), coded)
    by = next((by for by in (who(seen, waiting) for waiting in coded) if by in SURE), OTHER)
    ids = {waiting.pledge.id for waiting in coded}
    against = _contradiction(seen, book, coded[0], _STRONGER[by], ids)
    if against:
        return Finding(None, against, coded)
    reason = Reason("codes_sum", {"count": len(coded), "amount_fen": amount})
    return Finding(_candidate(1, seen, parts, by, reason), reason, coded)


def _corrected(seen: Seen, book: Book) -> Finding:
    """One slip in a code. It counts only with the exact amount, one open code near, and a payer who is no stranger."""
    hits: dict[int, str] = {}
    for near in seen.reading.near:
        for number in neighbours(near):
            if number in book.by_number or book.is_settled(number):
                hits.setdefault(number, near)
    found = tuple(waiting for waiting in map(book.open, hits) if waiting is not None)
    if not hits:
        return Finding(None, Reason("code_broken" if seen.reading.near else "no_code"))
    if len(hits) > 1 or not found:
        return Finding(None, Reason("corrected_several" if len(hits) > 1 else "corrected_settled"), (), found)
    waiting = found[0]
    amount, reference = seen.line.amount_fen, waiting.pledge.reference
    facts: Facts = {"reference": reference, "written": hits[int(reference)]}
    if amount not in (waiting.outstanding, waiting.due):
        return Finding(None, Reason("corrected_amount", facts), (), found)
    by = who(seen, waiting)
    if by == OTHER or (by == ABSENT and names.is_intermediary(seen.name)):
        return Finding(None, Reason("corrected_stranger", {**facts, "donor": waiting.pledge.donor_name}), (), found)
    against = _contradiction(seen, book, waiting, _STRONGER[by], {waiting.pledge.id})
    if against:
        return Finding(None, against, (), found)
    reason = Reason("code_corrected", {**facts, "amount_fen": amount, "by": by})
    return Finding(_candidate(2, seen, [(waiting, amount)], by, reason), reason, (), found)


def _candidate(tier: int, seen: Seen, parts: list[tuple[Waiting, int]], by: str, reason: Reason) -> Candidate:
    return Candidate(tier, tuple(Part(waiting.pledge.id, amount) for waiting, amount in parts), reason,
                     agreements(seen, parts, by))
