"""The matcher: promises that wait on one side, one line after the other on the other. Pure."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from . import certain, suggest
from .book import Book
from .evidence import Seen
from .model import Candidate, Incoming, OpenPledge, Part, Reason, Settled, Verdict

_NONE: Mapping[str, Settled] = MappingProxyType({})


class Matcher:
    """Judges lines against the promises that wait. It decides nothing itself: `take` tells it what was confirmed.

    `settled`: reference -> what is known of promises that were fulfilled or ended; a line with such a code is never
    confirmed. `tiers`: which of tiers 1 and 2 confirm; what the others find is suggested.
    Cost of a line: its text, and a few look-ups; it does not grow with the number of promises.
    """

    def __init__(self, pledges: Iterable[OpenPledge], settled: Mapping[str, Settled] = _NONE, *,
                 tiers: frozenset[int] = frozenset({1, 2})) -> None:
        self._book = Book(pledges, settled)
        self._tiers = tiers

    def judge(self, line: Incoming) -> Verdict:
        """Confirmed by tier 1 or 2, or the candidates and why nothing is certain. Changes nothing."""
        seen = Seen(line)
        finding = certain.find(seen, self._book)
        found = finding.candidate
        if found is not None and found.tier in self._tiers:
            return Verdict(line.line_id, found, (), found.reason)
        candidates = suggest.candidates(seen, self._book, finding)
        reason = finding.reason
        if found is not None:
            others = [candidate for candidate in candidates if candidate.parts != found.parts]
            candidates = [found, *others][: suggest.MOST]
            reason = Reason("tier_off", {"tier": found.tier})
        return Verdict(line.line_id, None, tuple(candidates), reason, self._same_amount(line, candidates))

    def take(self, parts: Iterable[Part]) -> None:
        """What was confirmed is awaited no more. Raises ValueError beyond what is outstanding."""
        for part in parts:
            self._book.take(part)

    def _same_amount(self, line: Incoming, candidates: Iterable[Candidate]) -> int:
        shown = sum(len(each.parts) == 1 and self._book.by_id[each.parts[0].pledge_id].awaits(line.amount_fen)
                    for each in candidates)
        return max(0, self._book.by_amount.count(str(line.amount_fen), line.amount_fen) - shown)
