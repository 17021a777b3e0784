"""What recording a receipt would do, worked out before it is confirmed. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from .. import reference as references
from ..errors import NotFound
from ..projects.models import ItemProgress, NeedItem, SubProject
from .gifts import InvalidReference, find_sub, unpaid_parts
from .lines import ReceivedLine
from .models import Pledge, StatementLine
from .rules import ENDED_STATES, Part, spread


@dataclass(frozen=True)
class Foreseen:
    """`parts`: what each need item would get; `held_fen` would wait in suspense; `sub` None for the general fund.

    `twins` are lines of the same account, day and amount: perhaps the same line, entered before.
    """

    pledge: Pledge | None
    sub: SubProject | None
    parts: tuple[tuple[NeedItem, int], ...]
    taken_fen: int
    held_fen: int
    twins: tuple[StatementLine, ...]

    @property
    def ended(self) -> bool:
        """Whether the promise waits for nothing more, so that all of it would be held."""
        return self.pledge is not None and (self.pledge.state in ENDED_STATES or self.pledge.state == "fulfilled")


def one_reference(*texts: str) -> str | None:
    """The only valid reference in the first text that has any; None where there is none.

    Raises InvalidReference where one text has several, or the first (what was typed as a reference) has none.
    """
    typed, *others = texts
    if typed.strip():
        found = references.parse(typed)
        if len(found) != 1:
            raise InvalidReference(text=typed)
        return found[0]
    for text in others:
        found = references.parse(text)
        if found:
            return found[0] if len(found) == 1 else None
    return None


def find_pledge(session: Session, code: str) -> Pledge:
    """The promise with this reference. Raises NotFound."""
    pledge = session.scalars(select(Pledge).where(Pledge.reference == code)).first()
    if pledge is None:
        raise NotFound(what=references.show(code))
    return pledge


def foresee(session: Session, line: ReceivedLine, *, reference: str | None = None, sub_code: str | None = None,
            general: bool = False) -> Foreseen:
    """The same choice as `receipts.record_receipt` and `record_gift` make. Raises NotFound."""
    twins = _twins(session, line)
    if reference is not None:
        pledge = find_pledge(session, reference)
        sub = session.get_one(SubProject, pledge.sub_project_id)
        ended = pledge.state in ENDED_STATES or pledge.state == "fulfilled"
        parts = [] if ended else spread(line.amount_fen, unpaid_parts(pledge))
        return _foreseen(session, line, parts, twins, pledge, sub)
    if sub_code is not None:
        sub = session.get_one(SubProject, find_sub(session, sub_code).id)
        return _foreseen(session, line, spread(line.amount_fen, open_now(session, sub.id)), twins, None, sub)
    taken = line.amount_fen if general else 0
    return Foreseen(None, None, (), taken, line.amount_fen - taken, twins)


def open_now(session: Session, sub_project_id: int) -> list[Part]:
    """What each cash item could take just now, in order."""
    rows = session.scalars(select(ItemProgress).join(NeedItem, NeedItem.id == ItemProgress.need_item_id).where(
        NeedItem.sub_project_id == sub_project_id, NeedItem.kind == "cash", NeedItem.withdrawn.is_(False))
        .order_by(NeedItem.line))
    return [Part(row.need_item_id, row.open) for row in rows]


def _foreseen(session: Session, line: ReceivedLine, parts: Sequence[Part], twins: tuple[StatementLine, ...],
              pledge: Pledge | None, sub: SubProject) -> Foreseen:
    items = {item.id: item for item in session.scalars(select(NeedItem).where(
        NeedItem.id.in_([part.need_item_id for part in parts])))}
    taken = sum(part.amount for part in parts)
    return Foreseen(pledge, sub, tuple((items[part.need_item_id], part.amount) for part in parts), taken,
                    line.amount_fen - taken, twins)


def _twins(session: Session, line: ReceivedLine) -> tuple[StatementLine, ...]:
    return tuple(session.scalars(select(StatementLine).where(
        StatementLine.account_code == line.account_code, StatementLine.booked_on == line.booked_on,
        StatementLine.amount_fen == line.amount_fen).order_by(StatementLine.id)))
