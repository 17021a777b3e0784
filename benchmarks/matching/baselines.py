"""What simpler rules would do with the same lines: confirm where the amount, or name and amount, fit one promise."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from charityledger.reconciliation.matching.model import Incoming, OpenPledge

from .judging import Outcome


def amount_only(pledges: Iterable[OpenPledge], outcomes: Sequence[Outcome]) -> dict[int, int]:
    """line -> pledge, where exactly one open promise has the line's amount."""
    return _unique(pledges, outcomes, lambda pledge: (pledge.due_fen,), lambda line: (line.amount_fen,))


def name_and_amount(pledges: Iterable[OpenPledge], outcomes: Sequence[Outcome]) -> dict[int, int]:
    """line -> pledge, where exactly one open promise has the line's amount and its payer's name."""
    return _unique(pledges, outcomes, lambda pledge: (pledge.due_fen, pledge.donor_name),
                   lambda line: (line.amount_fen, line.counterparty))


def _unique(pledges: Iterable[OpenPledge], outcomes: Sequence[Outcome],
            of_pledge: Callable[[OpenPledge], object], of_line: Callable[[Incoming], object]) -> dict[int, int]:
    waiting: defaultdict[object, set[int]] = defaultdict(set)
    for pledge in pledges:
        waiting[of_pledge(pledge)].add(pledge.id)
    found = {}
    for outcome in outcomes:
        fitting = waiting[of_line(outcome.line)]
        if len(fitting) == 1:
            found[outcome.line.line_id] = fitting.pop()
    return found
