"""Tiers 3 and 4: the likeliest promises for a line that no code settles. Pure.

A candidate needs a code, whole or broken, or something about its payer. The amount alone makes none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .book import Book, Index, Waiting
from .certain import Finding
from .codes import LENGTH
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
    TAIL,
    Seen,
    days_after,
    is_in_time,
    who,
)
from .fees import is_fee
from .model import Candidate, Facts, Part, Reason
from .pointing import pointers, pointing, rivals
from .sums import MOST as MOST_SUMMED
from .sums import summing

MOST = 5
_PIECE_MOST = 20
# The beginning of a code says enough by itself from six digits on, if few codes begin so.
_TELLING, _FEW = 6, 3
# How much each kind of evidence weighs; tuned on seeds 0 to 9 of benchmarks/matching.
_CODE = {"coded": 60, "corrected": 45, "inside": 40, "piece": 30}
_PAYER = {ACCOUNT: 35, NAME: 35, PHONE: 32, MEMO: 28, TAIL: 18, MASKED: 14, ABSENT: 4, OTHER: 0}
_AMOUNT = {"exact": 30, "sum": 24, "fee": 18, "part": 0, "over": 0}


@dataclass(slots=True)
class Offer:
    """One possible answer with its weight."""

    score: float
    parts: list[tuple[Waiting, int]]
    by: str
    how: str
    code: str = ""
    rest_fen: int = 0


def candidates(seen: Seen, book: Book, finding: Finding) -> list[Candidate]:
    """At most five candidates, the likeliest first."""
    best: dict[tuple[int, ...], Offer] = {}
    for offer in _offers(seen, book, finding):
        key = tuple(sorted(waiting.pledge.id for waiting, _ in offer.parts))
        if key not in best or best[key].score < offer.score:
            best[key] = offer
    ordered = sorted(best.items(), key=lambda item: (-item[1].score, item[0]))
    sure = [offer for _, offer in ordered if _is_third(seen, offer)]
    return [_as_candidate(seen, offer, len(sure)) for _, offer in ordered[:MOST]]


def _offers(seen: Seen, book: Book, finding: Finding) -> Iterator[Offer]:
    yield from _by_code(seen, book, finding)
    yield from _by_payer_and_amount(seen, book)
    for by, word, index in pointers(seen, book):
        yield from _of_word(seen, book, by, word, index)


def _by_code(seen: Seen, book: Book, finding: Finding) -> Iterator[Offer]:
    if len(finding.coded) > 1:
        yield _split(seen, finding.coded)
    for waiting in finding.coded:
        yield _offer(seen, waiting, who(seen, waiting), "coded")
        if seen.line.amount_fen > waiting.outstanding:
            yield from _more_of_donor(seen, book, waiting)
    for waiting in finding.corrected:
        yield _offer(seen, waiting, who(seen, waiting), "corrected")
    for code in seen.reading.inside:
        yield from _if_likely(seen, book.open(int(code)), "inside")
    if finding.coded or finding.corrected:
        return
    for piece in seen.reading.pieces:
        found = book.ending(piece, _PIECE_MOST)
        if piece[0] == "9" and len(piece) < LENGTH:
            found += book.beginning(piece, _PIECE_MOST)
        few = piece[0] == "9" and len(piece) >= _TELLING and len(found) <= _FEW
        for waiting in found:
            if few:
                yield _offer(seen, waiting, who(seen, waiting), "piece")
            else:
                yield from _if_likely(seen, waiting, "piece")


def _if_likely(seen: Seen, waiting: Waiting | None, code: str) -> Iterator[Offer]:
    """Part of a code is a hint: the amount or the payer must agree as well."""
    if waiting is not None:
        by = who(seen, waiting)
        if waiting.awaits(seen.line.amount_fen) or by in SURE:
            yield _offer(seen, waiting, by, code)


def _split(seen: Seen, coded: tuple[Waiting, ...]) -> Offer:
    """Several codes that do not come to the amount: filled in the order in which they stand there."""
    left = seen.line.amount_fen
    parts = []
    for waiting in coded:
        part = min(left, waiting.outstanding)
        if part:
            parts.append((waiting, part))
            left -= part
    return Offer(_CODE["coded"] + _AMOUNT["sum"], parts, who(seen, coded[0]), "over" if left else "part", "coded", left)


def _more_of_donor(seen: Seen, book: Book, waiting: Waiting) -> Iterator[Offer]:
    """More than the code's promise awaits: with one or two others of the same donor it may be just that."""
    pool = [other for other in _open(book, book.by_name.every(waiting.donor, 4 * MOST_SUMMED))
            if other.pledge.donor_id == waiting.pledge.donor_id]
    for group in summing(seen.line.amount_fen, pool, waiting):
        by = who(seen, waiting)
        score = _CODE["coded"] + _PAYER[by] + _AMOUNT["sum"] + _closeness(seen, waiting)
        yield Offer(score, [(each, each.outstanding) for each in group], by, "sum", "coded")


def _by_payer_and_amount(seen: Seen, book: Book) -> Iterator[Offer]:
    for by, waiting in rivals(seen, book):
        yield _offer(seen, waiting, by)
    for tail in seen.reading.tails:
        for waiting in _open(book, book.by_tail.exact(tail, seen.line.amount_fen, seen.day, 8)):
            if waiting.pledge.pledged_on <= seen.line.on + LATEST:
                yield _offer(seen, waiting, TAIL)


def _of_word(seen: Seen, book: Book, by: str, word: str, index: Index) -> Iterator[Offer]:
    """Amounts less a fee; two or three promises together; part and over-payments of one."""
    amount = seen.line.amount_fen
    least, most = amount + amount // 1000, amount * 100 // 99 + 2
    for waiting in pointing(seen, by, _open(book, index.between(word, least, most, 32))):
        if is_fee(amount, waiting.outstanding):
            yield _offer(seen, waiting, by)
    if by == MASKED:
        return
    pool = list(pointing(seen, by, _open(book, index.every(word, 4 * MOST_SUMMED))))
    pool = [waiting for waiting in pool if waiting.pledge.pledged_on <= seen.line.on + LATEST]
    pool.sort(key=lambda waiting: abs(days_after(seen, waiting)))
    donors: dict[int, list[Waiting]] = {}
    for waiting in pool:
        donors.setdefault(waiting.pledge.donor_id, []).append(waiting)
    for group in donors.values():
        if len(group) > 1:
            for found in summing(amount, group):
                score = _PAYER[by] + _AMOUNT["sum"] + _closeness(seen, found[0])
                yield Offer(score, [(each, each.outstanding) for each in found], by, "sum")
    for waiting in pool[:MOST]:
        yield _offer(seen, waiting, by)


def _open(book: Book, numbers: Iterable[int]) -> Iterator[Waiting]:
    return (book.by_id[number] for number in numbers)


def _offer(seen: Seen, waiting: Waiting, by: str, code: str = "") -> Offer:
    amount = seen.line.amount_fen
    rest = max(0, amount - waiting.outstanding)
    if waiting.awaits(amount):
        how = "exact"
    elif rest:
        how = "over"
    else:
        how = "fee" if is_fee(amount, waiting.outstanding) else "part"
    score = _CODE.get(code, 0) + _PAYER[by] + _AMOUNT[how] + _closeness(seen, waiting)
    return Offer(score, [(waiting, amount - rest)], by, how, code, rest)


def _closeness(seen: Seen, waiting: Waiting) -> float:
    """Up to ten for a line soon after the promise, nothing after sixty days or long before it."""
    days = days_after(seen, waiting)
    return max(0.0, 10 - days / 6) if days >= 0 else max(0.0, 7 + days * 2)


def _is_third(seen: Seen, offer: Offer) -> bool:
    """The conditions of tier 3, but for being the only one."""
    return offer.by == NAME and offer.how == "exact" and not offer.code and is_in_time(seen, offer.parts[0][0])


def _as_candidate(seen: Seen, offer: Offer, alike: int) -> Candidate:
    first = offer.parts[0][0]
    only = alike == 1 and _is_third(seen, offer)
    facts: Facts = {
        "by": offer.by, "count": len(offer.parts), "days": days_after(seen, first), "alike": alike,
        "reference": first.pledge.reference, "donor": first.pledge.donor_name, "rest_fen": offer.rest_fen,
        "gap_fen": sum(waiting.outstanding for waiting, _ in offer.parts) - seen.line.amount_fen,
    }
    code = f"{offer.code or 'payer'}_{offer.how}"
    return Candidate(3 if only else 4, tuple(Part(waiting.pledge.id, part) for waiting, part in offer.parts),
                     Reason("payer_only" if only else code, facts), agreements(seen, offer.parts, offer.by),
                     offer.rest_fen)


