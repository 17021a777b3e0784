"""Two or three promises of one donor that come to an amount together. Pure."""

from collections.abc import Sequence

from .book import Waiting

# Twenty-four promises make 276 pairs; a donor with more pays by code.
MOST = 24
_MOST_FOUND = 3


def summing(amount_fen: int, waitings: Sequence[Waiting], must: Waiting | None = None) -> list[list[Waiting]]:
    """Pairs, then triples, whose outstanding comes to `amount_fen`; with `must` in each of them if it is given.

    At most three answers; of more than `MOST` promises only the first are looked at.
    """
    pool = [waiting for waiting in waitings if waiting.outstanding < amount_fen and waiting is not must][:MOST]
    if must is not None:
        rest = amount_fen - must.outstanding
        alone = [[must, waiting] for waiting in pool if waiting.outstanding == rest]
        return (alone + [[must, *pair] for pair in _pairs(rest, pool)])[:_MOST_FOUND]
    found = _pairs(amount_fen, pool)
    for at, waiting in enumerate(pool):
        if len(found) >= _MOST_FOUND:
            break
        found += [[waiting, *pair] for pair in _pairs(amount_fen - waiting.outstanding, pool[at + 1 :])]
    return found[:_MOST_FOUND]


def _pairs(amount_fen: int, pool: Sequence[Waiting]) -> list[list[Waiting]]:
    earlier: dict[int, Waiting] = {}
    found = []
    for waiting in pool:
        other = earlier.get(amount_fen - waiting.outstanding)
        if other is not None:
            found.append([other, waiting])
        earlier.setdefault(waiting.outstanding, waiting)
    return found
