"""What every way of receiving shares: the pledge that is kept, the items that take a gift, the gift itself."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from .. import reference as references
from ..audit import events
from ..clock import Clock
from ..errors import InvalidInput, NotFound
from ..identity.actor import Actor
from ..projects import capacity
from ..projects.models import NeedItem, SubProject
from .models import Donation, DonationLine, Pledge
from .rules import Part, state_after_payment


class InvalidReference(InvalidInput):
    """Not a ten-digit reference, or its check digits do not agree. Facts: text."""

    code = "invalid_reference"


def find_pledge(tx: Session, text: str) -> Pledge:
    """The pledge with this reference, locked. Raises InvalidReference for a wrong code, NotFound for an unknown one."""
    codes = references.parse(text)
    if len(codes) != 1:
        raise InvalidReference(text=text)
    pledge = tx.scalars(select(Pledge).where(Pledge.reference == codes[0]).with_for_update()).first()
    if pledge is None:
        raise NotFound(what=references.show(codes[0]))
    return pledge


def find_sub(tx: Session, code: str) -> SubProject:
    """The sub-project with this code. Raises NotFound."""
    sub = tx.scalars(select(SubProject).where(SubProject.code == code)).first()
    if sub is None:
        raise NotFound(what=code)
    return sub


def open_parts(tx: Session, sub_project_id: int) -> list[Part]:
    """What each open cash item of a sub-project can still take, in order, under the writer's lock."""
    ids = list(tx.scalars(select(NeedItem.id).where(NeedItem.sub_project_id == sub_project_id, NeedItem.kind == "cash",
                                                    NeedItem.withdrawn.is_(False)).order_by(NeedItem.line)))
    counters = capacity.lock(tx, ids)
    return [Part(i, counters[i].open) for i in ids]


def unpaid_parts(pledge: Pledge) -> list[Part]:
    """What each line of a pledge still waits for."""
    return [Part(row.need_item_id, row.amount - row.paid) for row in pledge.lines]


def mark_paid(pledge: Pledge, parts: list[Part]) -> None:
    """Count what came in; a pledge that is kept in full never expires."""
    paid = {part.need_item_id: part.amount for part in parts}
    for row in pledge.lines:
        row.paid += paid.get(row.need_item_id, 0)
    pledge.paid += sum(paid.values())
    pledge.state = state_after_payment(pledge.amount, pledge.paid)
    if pledge.state == "fulfilled":
        pledge.expires_at = None


def add_money_gift(tx: Session, *, line_id: int, on: date, amount_fen: int, parts: list[Part], donor_id: int | None,
                   sub_project_id: int | None, pledge_id: int | None, shown: str, actor: Actor) -> Donation:
    """The gift's rows; its entry comes after them, because it names the gift."""
    donation = Donation(kind="cash", donor_id=donor_id, pledge_id=pledge_id, sub_project_id=sub_project_id,
                        received_on=on, amount=amount_fen, value_fen=amount_fen, shown=shown, state="received",
                        statement_line_id=line_id, recorded_by=actor.user_id, evidence="")
    donation.lines = [DonationLine(need_item_id=p.need_item_id, amount=p.amount, value_fen=p.amount, handed_over=0)
                      for p in parts]
    tx.add(donation)
    tx.flush()
    return donation


def record(tx: Session, donation: Donation, excess_fen: int, actor: Actor, clock: Clock) -> None:
    """The event of a gift of money."""
    events.record(tx, kind="gift_received", subject=("donation", donation.id), payload={
        "amount_fen": donation.amount, "suspense_fen": excess_fen, "pledge": donation.pledge_id,
        "entry": donation.entry_id, "line": donation.statement_line_id}, actor_id=actor.user_id, at=clock.now())
