"""What every way of receiving shares: the pledge that is kept, the items that take a gift, the gift itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from .. import reference as references
from ..audit import events
from ..clock import Clock
from ..errors import InvalidInput, NotFound
from ..identity.actor import Actor
from ..many import insert_many, next_ids
from ..projects import capacity
from ..projects.capacity import Change, Step
from ..projects.models import SubProject
from .models import Donation, DonationLine, Pledge
from .promises import Promise
from .rules import Part, next_due, state_after_payment

# Tables, not models, and prepared once: every gift runs these, and building them costs more than running them.
_SUB = SubProject.__table__.c
_HOME = select(_SUB.id, _SUB.code).where(_SUB.code == bindparam("code"))


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


def open_parts(tx: Session, sub_code: str) -> tuple[Home, list[Part]]:
    """A sub-project, and what each of its open cash items can still take, in order, under the writer's lock.
    Raises NotFound."""
    sub_id, left = capacity.open_cash(tx, sub_code)
    home = find_sub(tx, sub_code) if sub_id is None else Home(sub_id, sub_code)
    return home, [Part(item_id, open_fen) for item_id, open_fen in left.items()]


def unpaid_parts(pledge: Pledge | Promise) -> list[Part]:
    """What each line of a pledge still waits for."""
    return [Part(row.need_item_id, row.amount - row.paid) for row in pledge.lines]


def mark_paid(pledge: Pledge | Promise, parts: list[Part]) -> None:
    """Count what came in; a pledge that is kept in full never expires, one in instalments waits for the next."""
    plan = [(row.due_on, row.amount_fen) for row in pledge.instalments]
    due_before = next_due(pledge.paid, plan) if plan else None
    paid = {part.need_item_id: part.amount for part in parts}
    for row in pledge.lines:
        row.paid += paid.get(row.need_item_id, 0)
    pledge.paid += sum(paid.values())
    pledge.state = state_after_payment(pledge.amount, pledge.paid)
    due_after = next_due(pledge.paid, plan) if plan else None
    if pledge.state == "fulfilled":
        pledge.expires_at = None
    elif pledge.expires_at is not None and due_before and due_after:
        pledge.expires_at += due_after - due_before


@dataclass(frozen=True, slots=True)
class MoneyGift:
    """A gift of money that has come in by a line. `parts`: what of it goes to which need item, none for the general
    fund; `excess_fen` came with it and waits in suspense."""

    id: int
    line_id: int
    on: date
    amount_fen: int
    parts: Sequence[Part]
    donor_id: int | None
    sub_project_id: int | None
    pledge_id: int | None
    shown: str
    promised_on: date | None = None
    excess_fen: int = 0


def next_gifts(tx: Session, count: int) -> list[int]:
    """Ids of gifts to come: an entry names the gift that it books, and the gift its entry."""
    return next_ids(tx, Donation.__table__, count)


def take_capacity(tx: Session, gifts: Sequence[MoneyGift], known: Mapping[int, int] | None = None) -> None:
    """What gifts do to their items: those of a promise keep it, others take what is open. See capacity.apply_many."""
    capacity.apply_many(tx, [
        Step([Change(part.need_item_id, paid=part.amount if gift.pledge_id else 0, received=part.amount)
              for part in gift.parts], ("donation", gift.id), gift.on, gift.promised_on) for gift in gifts], known)


def record(tx: Session, gifts: Sequence[MoneyGift], entries: Sequence[int], actor: Actor, clock: Clock) -> None:
    """The gifts whose entries stand, one each, and what the history says of them."""
    insert_many(tx, Donation.__table__, [
        {"id": gift.id, "kind": "cash", "donor_id": gift.donor_id, "pledge_id": gift.pledge_id,
         "sub_project_id": gift.sub_project_id, "received_on": gift.on, "amount": gift.amount_fen,
         "value_fen": gift.amount_fen, "shown": gift.shown, "entry_id": entry_id, "statement_line_id": gift.line_id,
         "recorded_by": actor.user_id} for gift, entry_id in zip(gifts, entries, strict=True)])
    insert_many(tx, DonationLine.__table__, [
        {"donation_id": gift.id, "need_item_id": part.need_item_id, "amount": part.amount, "value_fen": part.amount}
        for gift in gifts for part in gift.parts])
    events.record_many(tx, [
        events.Told("gift_received", ("donation", gift.id), {
            "amount_fen": gift.amount_fen, "suspense_fen": gift.excess_fen, "pledge": gift.pledge_id,
            "entry": entry_id, "line": gift.line_id})
        for gift, entry_id in zip(gifts, entries, strict=True)], actor_id=actor.user_id, at=clock.now())
