"""What every way of receiving shares: the pledge that is kept, the items that take a gift, the gift itself."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from .. import reference as references
from ..audit import events
from ..clock import Clock
from ..errors import InvalidInput, NotFound
from ..identity.actor import Actor
from ..projects import capacity
from ..projects.models import NeedItem, SubProject
from .models import Donation, DonationLine, Pledge
from .rules import Part, next_due, state_after_payment

# Tables, not models, and prepared once: every gift runs these, and building them costs more than running them.
_GIFT, _ITEM = Donation.__table__, NeedItem.__table__.c
_CASH_ITEMS = (select(_ITEM.id).where(_ITEM.sub_project_id == bindparam("sub"), _ITEM.kind == "cash",
                                      _ITEM.withdrawn.is_(False)).order_by(_ITEM.line))
_SUB = SubProject.__table__.c
_HOME = select(_SUB.id, _SUB.code).where(_SUB.code == bindparam("code"))
_ADD_GIFT = insert(_GIFT).returning(_GIFT.c.id)
_ADD_LINES = insert(DonationLine.__table__)
_BOOK = update(_GIFT).where(_GIFT.c.id == bindparam("gift")).values(entry_id=bindparam("entry"))


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


class Home(NamedTuple):
    """Where a gift can go: a sub-project's number and its code, which is its fund's too."""

    id: int
    code: str


def find_sub(tx: Session, code: str) -> Home:
    """The sub-project with this code. Raises NotFound."""
    row = tx.connection().execute(_HOME, {"code": code}).first()
    if row is None:
        raise NotFound(what=code)
    return Home(*row)


def home_of(tx: Session, pledge: Pledge) -> Home:
    """The sub-project of a pledge."""
    sub = tx.get_one(SubProject, pledge.sub_project_id)
    return Home(sub.id, sub.code)


def open_parts(tx: Session, sub_project_id: int) -> list[Part]:
    """What each open cash item of a sub-project can still take, in order, under the writer's lock."""
    ids = list(tx.connection().execute(_CASH_ITEMS, {"sub": sub_project_id}).scalars())
    left = capacity.left(tx, ids)
    return [Part(i, left[i]) for i in ids]


def unpaid_parts(pledge: Pledge) -> list[Part]:
    """What each line of a pledge still waits for."""
    return [Part(row.need_item_id, row.amount - row.paid) for row in pledge.lines]


def mark_paid(pledge: Pledge, parts: list[Part]) -> None:
    """Count what came in; a pledge that is kept in full never expires, one in instalments waits for the next."""
    plan = [(row.due_on, row.amount_fen) for row in pledge.instalments]
    due_before = next_due(pledge.paid, plan)
    paid = {part.need_item_id: part.amount for part in parts}
    for row in pledge.lines:
        row.paid += paid.get(row.need_item_id, 0)
    pledge.paid += sum(paid.values())
    pledge.state = state_after_payment(pledge.amount, pledge.paid)
    due_after = next_due(pledge.paid, plan)
    if pledge.state == "fulfilled":
        pledge.expires_at = None
    elif pledge.expires_at is not None and due_before and due_after:
        pledge.expires_at += due_after - due_before


@dataclass(frozen=True)
class MoneyGift:
    """The rows of a gift of money that has just come in."""

    id: int
    amount_fen: int
    pledge_id: int | None
    line_id: int


def add_money_gift(tx: Session, *, line_id: int, on: date, amount_fen: int, parts: list[Part], donor_id: int | None,
                   sub_project_id: int | None, pledge_id: int | None, shown: str, actor: Actor) -> MoneyGift:
    """The gift's rows; its entry comes after them, because it names the gift (`booked`)."""
    connection = tx.connection()
    donation_id = int(connection.execute(_ADD_GIFT, {
        "kind": "cash", "donor_id": donor_id, "pledge_id": pledge_id, "sub_project_id": sub_project_id,
        "received_on": on, "amount": amount_fen, "value_fen": amount_fen, "shown": shown, "state": "received",
        "entry_id": None, "statement_line_id": line_id, "recorded_by": actor.user_id, "evidence": ""}).scalar_one())
    if parts:
        connection.execute(_ADD_LINES, [
            {"donation_id": donation_id, "need_item_id": p.need_item_id, "amount": p.amount, "value_fen": p.amount,
             "handed_over": 0} for p in parts])
    return MoneyGift(donation_id, amount_fen, pledge_id, line_id)


def booked(tx: Session, gift: MoneyGift, entry_id: int, excess_fen: int, actor: Actor, clock: Clock) -> None:
    """The gift's entry stands: the gift points at it, and the history says so."""
    tx.connection().execute(_BOOK, {"gift": gift.id, "entry": entry_id})
    events.record(tx, kind="gift_received", subject=("donation", gift.id), payload={
        "amount_fen": gift.amount_fen, "suspense_fen": excess_fen, "pledge": gift.pledge_id, "entry": entry_id,
        "line": gift.line_id}, actor_id=actor.user_id, at=clock.now())
