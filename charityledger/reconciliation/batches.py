"""Many lines at once, by kind, each with the one thing that it would become; a person looks and confirms each kind.

Only what leaves no choice is offered: one candidate whose amount and payer or code agree, fees and interest that the
bank calls so, payments and transfers with a single partner. The rest stays for the desk.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..donations import lines
from ..donations.models import StatementLine
from . import candidates, queue
from .matching.model import Verdict
from .offers import Offer, of_line

MOST = 200
# What stands in a group, in the order of the page. `no_match`: lines of nobody, for the rule of the setting.
GROUPS = ("promise", "entry", "transfer", "twin", "fee", "interest", "charge", "no_match")


@dataclass(frozen=True)
class Row:
    """A line and what it would become."""

    line: StatementLine
    offer: Offer


@dataclass
class Group:
    """Lines of one kind. `fen`: their sum, signed as the bank has it."""

    name: str
    rows: list[Row] = field(default_factory=list)

    @property
    def fen(self) -> int:
        return sum(row.line.amount_fen for row in self.rows)


def look(session: Session, wanted: queue.Filter) -> tuple[list[Group], int]:
    """(groups that have lines, how many lines were looked at): the first MOST lines that wait."""
    where = queue.conditions(wanted, list(queue.asked(session)))
    rows = session.scalars(select(StatementLine).where(*where, StatementLine.currency == "CNY").order_by(
        StatementLine.booked_on, StatementLine.id).limit(MOST)).all()
    verdicts = candidates.judge(session, rows)
    groups = {name: Group(name) for name in GROUPS}
    taken: set[str] = set()
    for line in rows:
        found = clear(of_line(session, line, verdicts[line.id]), verdicts[line.id], line)
        # Two lines for one partner leave a choice.
        if found is not None and (found.kind not in ("entry", "transfer", "twin") or found.value not in taken):
            taken.update((found.value, f"line:{line.id}"))
            groups["no_match" if found.value == "no_match" else found.kind].rows.append(Row(line, found))
    return [group for group in groups.values() if group.rows], len(rows)


NOBODY = Offer("found", "no_match")
# Payer and amount agree to the letter, and no other promise does.
SURE_TIER = 3


def clear(offered: Sequence[Offer], verdict: Verdict, line: StatementLine) -> Offer | None:
    """The one thing that a line may be without a choice; NOBODY for an inflow that nothing is offered for."""
    if not offered:
        return NOBODY if line.amount_fen > 0 and lines.left_of(line) and not verdict.same_amount else None
    first = offered[0]
    if first.kind in ("fee", "interest", "charge"):
        return first
    if first.candidate is not None:
        return first if first.candidate.tier <= SURE_TIER else None
    return first if len(offered) == 1 and first.exact and first.kind in GROUPS else None
