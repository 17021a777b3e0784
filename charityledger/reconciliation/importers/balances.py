"""Whether each line's balance follows from the one before. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from .lines import Line


@dataclass(frozen=True)
class Balances:
    """`pairs`: neighbours that both have a balance; `follow`: of these, how many tie. `reversed_at`: the row where
    amounts turn out to have the wrong sign throughout; 0 where they do not."""

    pairs: int = 0
    follow: int = 0
    opening_fen: int | None = None
    closing_fen: int | None = None
    reversed_at: int = 0


def checked(lines: Sequence[Line]) -> Balances:
    """The balances of one account in one currency, oldest first or newest first, whichever ties better."""
    if not lines:
        return Balances()
    pairs, old_first, new_first, wrong_old, wrong_new = 0, 0, 0, 0, 0
    before = lines[0]
    for line in lines[1:]:
        if line.balance_fen is not None and before.balance_fen is not None:
            moved = line.balance_fen - before.balance_fen
            pairs += 1
            old_first += moved == line.amount_fen
            new_first += -moved == before.amount_fen
            wrong_old += moved == -line.amount_fen
            wrong_new += -moved == -before.amount_fen
        before = line
    follow = max(old_first, new_first)
    newest_first = new_first > old_first or (new_first == old_first and lines[0].booked_at > lines[-1].booked_at)
    first, last = (lines[-1], lines[0]) if newest_first else (lines[0], lines[-1])
    # One line alone may seem to go against its balance, where the file leaves out others; not most of them.
    wrong = max(wrong_old, wrong_new)
    backwards = pairs > 1 and wrong > follow and wrong * 2 > pairs
    opening = None if first.balance_fen is None else first.balance_fen - first.amount_fen
    return Balances(pairs, follow, opening, last.balance_fen, lines[1].row if backwards else 0)
