"""Tiers 1 and 2: what a code proves, and what speaks against it. Pure.

A code is copied from a neighbour's slip, a poster or last year's transfer. It counts unless the line points to somebody
else who awaits just this amount; a part payment counts only if something about the payer agrees.
"""

from dataclasses import dataclass

from . import names
from .book import Book, Waiting
from .codes import neighbours
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
    agreements,
    rivals,
    who,
)
from .model import Candidate, Facts, Part, Reason

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
    against = _against_exact(seen, book, waiting, by) if exact else _against_part(seen, book, waiting, by)
    if against:
        return Finding(None, against, (waiting,))
    facts: Facts = {"reference": reference, "amount_fen": amount, "by": by}
    if not exact:
        reason = Reason("code_part", {**facts, "outstanding_fen": waiting.outstanding})
    elif amount == waiting.outstanding:
        reason = Reason("code_exact_other" if by == OTHER else "code_exact", facts)
    else:
        reason = Reason("code_instalment", facts)
    return Finding(_candidate(1, seen, [(waiting, amount)], by, reason), reason, (waiting,))


def _against_exact(seen: Seen, book: Book, waiting: Waiting, by: str) -> Reason | None:
    """The amount is what the code's promise awaits; only a pointer to somebody else speaks against it."""
    return _contradiction(seen, book, waiting, _STRONGER[by], {waiting.pledge.id})


def _against_part(seen: Seen, book: Book, waiting: Waiting, by: str) -> Reason | None:
    """The amount is not what the promise awaits: who pays must agree, and no other promise may fit better."""
    pointers = _STRONGER[by] | {by}
    against = _contradiction(seen, book, waiting, pointers, {waiting.pledge.id})
    if against:
        return against
    reference = waiting.pledge.reference
    if by == OTHER:
        return Reason("code_uncorroborated", {"reference": reference, "donor": waiting.pledge.donor_name})
    if by == ABSENT:
        for number in book.by_amount.exact(str(seen.line.amount_fen), seen.line.amount_fen, seen.day, 2):
            other = book.by_id[number]
            if other is not waiting and other.pledge.pledged_on <= seen.line.on + LATEST:
                return Reason("code_unnamed", {"reference": reference, "outstanding_fen": waiting.outstanding})
    return None


def _contradiction(seen: Seen, book: Book, waiting: Waiting, pointers: frozenset[str],
                   but: set[int]) -> Reason | None:
    for by, rival in rivals(seen, book, frozenset(but)):
        if by in pointers:
            return Reason("code_of_another", {
                "reference": waiting.pledge.reference, "donor": waiting.pledge.donor_name,
                "other": rival.pledge.reference, "other_donor": rival.pledge.donor_name, "by": by})
    return None


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
