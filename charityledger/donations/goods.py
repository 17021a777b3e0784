"""Goods and hours. Fulfilment is by quantity; goods enter the books only at a value that evidence supports."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock, today
from ..database import use_case
from ..errors import InvalidInput, NotFound, OverNeed, WrongState
from ..identity.actor import Actor
from ..ledger import postings, store
from ..ledger.idempotency import once
from ..projects import capacity
from ..projects.capacity import Change
from ..projects.models import NeedItem, SubProject
from . import gifts, hand_overs, lines, undoing
from .adoption import confirm_by_payment
from .donors import DonorFacts, find_or_create
from .models import Donation, DonationLine, Evidence, HandOver, HandOverLine, Pledge
from .rules import ENDED_STATES, Part, check_booked_on, spread


class QuantityNotPositive(InvalidInput):
    """Facts: quantity."""

    code = "quantity_not_positive"


class MoreThanNeeded(OverNeed):
    """More came in than the item or the promise takes. Facts: item, left, requested, unit."""

    code = "more_than_needed"


class AttestationMissing(InvalidInput):
    """Hours count only when somebody attests that they were served. Facts: none."""

    code = "attestation_missing"


class ValueWithoutEvidence(InvalidInput):
    """A value of goods needs a file that supports it; without one they are only registered. Facts: none."""

    code = "value_without_evidence"


class MoreThanHeld(InvalidInput):
    """More units handed over than this gift still has. Facts: left, requested."""

    code = "more_than_held"
    status = 409


@dataclass(frozen=True)
class KindGift:
    """A gift of goods (`amount` units) or hours, for one need item, or for a promise by its reference.

    `value_fen`: fair value of all units, None where nothing supports one; `basis` says what does, or who attests the
    hours. `files`: (stored file id, its name).
    """

    received_on: date
    amount: int
    need_item_id: int | None = None
    reference: str | None = None
    value_fen: int | None = None
    basis: str = ""
    shown: str = "none"
    files: tuple[tuple[int, str], ...] = ()


@use_case
def receive_goods(tx: Session, *, actor: Actor, clock: Clock, gift: KindGift, donor: DonorFacts | None = None,
                  key: str | None = None) -> int:
    """Goods came in. With evidence of value they enter the books at it; without, they are registered only.

    Returns the donation's id. Raises MoreThanNeeded where the item or the promise takes fewer units,
    ValueWithoutEvidence.
    """
    def act() -> int:
        if gift.value_fen and not gift.files:
            raise ValueWithoutEvidence()
        return _receive(tx, "goods", gift, donor, actor, clock)

    return once(tx, key, {"use": "goods", "gift": gift, "donor": donor}, act, clock=clock)


@use_case
def record_hours(tx: Session, *, actor: Actor, clock: Clock, gift: KindGift, donor: DonorFacts | None = None,
                 key: str | None = None) -> int:
    """Hours were served and attested. They never become movements. Returns the donation's id. Raises MoreThanNeeded,
    AttestationMissing."""
    def act() -> int:
        if not gift.basis.strip():
            raise AttestationMissing()
        return _receive(tx, "hours", gift, donor, actor, clock)

    return once(tx, key, {"use": "hours", "gift": gift, "donor": donor}, act, clock=clock)


def _receive(tx: Session, kind: str, gift: KindGift, donor: DonorFacts | None, actor: Actor, clock: Clock) -> int:
    if gift.amount <= 0:
        raise QuantityNotPositive(quantity=gift.amount)
    check_booked_on(gift.received_on, today(clock))
    pledge = None if gift.reference is None else _promise(tx, gift.reference, kind, actor, clock)
    parts = _parts(tx, kind, gift, pledge)
    value_fen = gift.value_fen or 0
    donor_id = pledge.donor_id if pledge else find_or_create(tx, donor, actor=actor, clock=clock) if donor else None
    item = tx.get_one(NeedItem, parts[0].need_item_id)
    row = Donation(kind=kind, donor_id=donor_id, pledge_id=pledge.id if pledge else None,
                   sub_project_id=item.sub_project_id, received_on=gift.received_on, amount=gift.amount,
                   value_fen=value_fen, shown=pledge.shown if pledge else gift.shown, state="received",
                   recorded_by=actor.user_id, evidence=gift.basis.strip())
    row.lines = [DonationLine(need_item_id=part.need_item_id, amount=part.amount, value_fen=fen, handed_over=0)
                 for part, fen in zip(parts, _values(parts, value_fen), strict=True)]
    tx.add(row)
    tx.flush()
    tx.add_all(Evidence(donation_id=row.id, file_id=file_id, name=name) for file_id, name in gift.files)
    if pledge is not None:
        gifts.mark_paid(pledge, parts)
    tx.flush()
    capacity.apply(tx, [Change(line.need_item_id, paid=line.amount if pledge else 0, received=line.amount,
                               delivered=line.amount if kind == "hours" else 0, received_value_fen=line.value_fen)
                        for line in row.lines], subject=("donation", row.id), on=gift.received_on,
                   promised_on=pledge.pledged_on if pledge else None)
    if value_fen:
        fund = tx.get_one(SubProject, item.sub_project_id).code
        row.entry_id = store.post(tx, postings.goods_in(row.id, fund, value_fen, gift.received_on), clock=clock,
                                  made_by=actor.user_id)
        tx.flush()
    events.record(tx, kind=f"{kind}_received", subject=("donation", row.id), payload={
        "amount": row.amount, "value_fen": row.value_fen, "pledge": row.pledge_id, "entry": row.entry_id,
        "items": [{"item": line.need_item_id, "amount": line.amount} for line in row.lines]},
        actor_id=actor.user_id, at=clock.now())
    return row.id


def _promise(tx: Session, reference: str, kind: str, actor: Actor, clock: Clock) -> Pledge:
    """The promise of this kind, locked. A reservation is confirmed by what came in for it."""
    pledge = gifts.find_pledge(tx, reference)
    if pledge.kind != kind or pledge.state in ENDED_STATES or pledge.state == "fulfilled":
        raise WrongState(subject=pledge.reference, state=pledge.state if pledge.kind == kind else pledge.kind,
                         wanted="pledged")
    if pledge.state == "reserved":
        confirm_by_payment(tx, pledge, actor, clock, today(clock))
    return pledge


def _parts(tx: Session, kind: str, gift: KindGift, pledge: Pledge | None) -> list[Part]:
    """Units or hours over need items. Raises MoreThanNeeded where they do not take that many."""
    if pledge is not None:
        left = gifts.unpaid_parts(pledge)
    else:
        item = tx.get(NeedItem, gift.need_item_id or 0)
        if item is None or item.kind != kind or item.withdrawn:
            raise NotFound(what=f"need item {gift.need_item_id}")
        left = [Part(item.id, capacity.lock(tx, [item.id])[item.id].open)]
    parts = spread(gift.amount, left)
    if sum(part.amount for part in parts) < gift.amount:
        over = capacity.over_need(tx, left[0].need_item_id, sum(part.amount for part in left), gift.amount)
        raise MoreThanNeeded(**over.facts)
    return parts


def _values(parts: list[Part], value_fen: int) -> list[int]:
    """The value by parts in proportion to their units; the last part takes the remainder."""
    total, done, shares = sum(part.amount for part in parts), 0, []
    for part in parts:
        before = value_fen * done // total
        done += part.amount
        shares.append(value_fen * done // total - before)
    return shares


@use_case
def hand_over(tx: Session, *, actor: Actor, clock: Clock, donation_id: int, units: int, on: date,
              files: tuple[tuple[int, str], ...] = (), key: str | None = None) -> int:
    """Units are passed on: their share of the value becomes cost, with its release. Returns the donation's id.

    The last unit takes what rounding left. Raises MoreThanHeld, DateTooEarly.
    """
    def act() -> int:
        row = undoing.locked_gift(tx, donation_id)
        if row.kind != "goods":
            raise WrongState(subject=f"donation {row.id}", state=row.kind, wanted="goods")
        lines.not_before(on, row.received_on)
        check_booked_on(on, today(clock))
        left = row.amount - sum(line.handed_over for line in row.lines)
        if not 0 < units <= left:
            raise MoreThanHeld(left=left, requested=units)
        handed = _hand_out(tx, row, units, on, actor)
        tx.add_all(Evidence(donation_id=row.id, file_id=file_id, name=name) for file_id, name in files)
        tx.flush()
        capacity.apply(tx, [Change(part.line.need_item_id, disbursed=part.units, delivered=part.units,
                                   disbursed_value_fen=part.value_fen) for part in handed.lines],
                       subject=("hand_over", handed.id), on=on)
        if handed.value_fen:
            fund = undoing.fund_of(tx, row)
            assert fund is not None
            handed.entry_id = store.post(tx, postings.goods_out(row.id, fund, handed.value_fen, on), clock=clock,
                                         made_by=actor.user_id)
            tx.flush()
        events.record(tx, kind="goods_handed_over", subject=("donation", row.id), payload={
            "hand_over": handed.id, "units": units, "cost_fen": handed.value_fen, "entry": handed.entry_id},
            actor_id=actor.user_id, at=clock.now())
        return row.id

    content = {"use": "hand_over", "donation": donation_id, "units": units, "on": on, "files": files}
    return once(tx, key, content, act, clock=clock)


def _from_lines(row: Donation, units: int) -> list[int]:
    """How many of the units come from each line, the first line first."""
    taken = []
    for line in row.lines:
        take = min(units, line.amount - line.handed_over)
        taken.append(take)
        units -= take
    return taken


def _hand_out(tx: Session, row: Donation, units: int, on: date, actor: Actor) -> HandOver:
    """The record of what leaves, and the lines' count of it."""
    parts = [HandOverLine(line=line, units=part, value_fen=hand_overs.cost_of_next(tx, line, part))
             for part, line in zip(_from_lines(row, units), row.lines, strict=True) if part]
    for part in parts:
        part.line.handed_over += part.units
    handed = HandOver(donation_id=row.id, handed_on=on, units=units, value_fen=sum(p.value_fen for p in parts),
                      recorded_by=actor.user_id, lines=parts)
    tx.add(handed)
    tx.flush()
    return handed
