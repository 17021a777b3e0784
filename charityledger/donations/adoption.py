"""Adoption: reserve, confirm, give up, expire. A reservation becomes a pledge; neither is ever income."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from .. import reference
from ..audit import events
from ..clock import Clock, local_date, today
from ..database import use_case
from ..errors import Conflict, InvalidInput, NotFound, PledgeExpired, WrongState
from ..identity.actor import Actor
from ..ids import Ids
from ..ledger import postings, store
from ..ledger.idempotency import once
from ..projects import capacity
from ..projects.capacity import Change
from ..projects.models import NeedItem, SubProject
from ..projects.rules import ADOPTABLE_STATUSES
from .donors import DonorFacts, find_or_create, living
from .lines import AmountNotPositive
from .models import Instalment, Pledge, PledgeLine
from .rules import LIVE_STATES, Part, check_pledged_on, instalment_plan, spread


class OneItemOnly(InvalidInput):
    """Goods and hours are adopted item by item: units of different things cannot be one amount. Facts: none."""

    code = "one_item_only"


class TooManyInstalments(AmountNotPositive):
    """An instalment is one fen at least. Facts: amount_fen, count."""

    code = "too_many_instalments"


class ExternalIdTaken(Conflict):
    """Another promise was logged with this external_id, with other content. Facts: external_id."""

    code = "external_id_taken"


@dataclass(frozen=True)
class AdoptionWish:
    """What somebody wants to adopt of one sub-project.

    `kind` cash, goods or hours; `amount` in that measure. `parts`: exactly so much for each of these items, together
    `amount`; else the amount is spread in order over `need_item_ids`, or over all open items of the kind. `due_on`:
    days of instalments, empty for one payment. `shown`: full, short or none.
    """

    sub_code: str
    kind: str
    amount: int
    shown: str
    need_item_ids: tuple[int, ...] = ()
    due_on: tuple[date, ...] = ()
    agreement_wanted: bool = False
    parts: tuple[Part, ...] = ()


@use_case
def adopt(tx: Session, *, actor: Actor, clock: Clock, ids: Ids, donor: DonorFacts, wish: AdoptionWish,
          confirm_minutes: int, key: str | None = None) -> int:
    """Reserve what is wished until it is confirmed; returns the pledge's id.

    Raises OverNeed when less is left (nothing is recorded), WrongState when the project takes no adoptions.
    """
    def act() -> int:
        expires_at = clock.now() + timedelta(minutes=confirm_minutes)
        pledge = _reserve(tx, actor, clock, ids, donor, wish, expires_at, today(clock))
        return pledge.id

    return once(tx, key, {"use": "adopt", "donor": donor, "wish": wish, "actor": actor.user_id}, act, clock=clock)


@use_case
def accept(tx: Session, *, actor: Actor, clock: Clock, ids: Ids, donor: DonorFacts, wish: AdoptionWish,
           pledged_on: date | None = None, external_id: str | None = None, enforceability: str = "ordinary",
           source: str = "offline", payer_account: str = "", key: str | None = None) -> int:
    """Staff log a promise made on paper or by phone: reserved and confirmed at once, and it never expires unasked.

    `payer_account`: the account that the money is announced from.
    Raises PledgedOnOutside for a day to come or long past, and what `adopt` raises.
    """
    def act() -> int:
        if external_id and tx.scalar(select(Pledge.id).where(Pledge.external_id == external_id)) is not None:
            raise ExternalIdTaken(external_id=external_id)
        on = pledged_on or today(clock)
        check_pledged_on(on, today(clock))
        pledge = _reserve(tx, actor, clock, ids, donor, wish, None, on)
        pledge.source, pledge.external_id, pledge.enforceability = source, external_id, enforceability
        pledge.payer_account = payer_account
        _confirm(tx, pledge, actor, clock, on, None)
        return pledge.id

    content = {"use": "accept", "donor": donor, "wish": wish, "on": pledged_on, "external_id": external_id,
               "enforceability": enforceability, **({"payer_account": payer_account} if payer_account else {})}
    return once(tx, key, content, act, clock=clock)


def _reserve(tx: Session, actor: Actor, clock: Clock, ids: Ids, facts: DonorFacts, wish: AdoptionWish,
             expires_at: datetime | None, on: date) -> Pledge:
    donor_id = find_or_create(tx, facts, actor=actor, clock=clock)
    if wish.amount < 1:
        raise AmountNotPositive(amount_fen=wish.amount)
    if wish.amount < len(wish.due_on):
        raise TooManyInstalments(amount_fen=wish.amount, count=len(wish.due_on))
    # Shared: many adopt at once, and a change of the project's status waits for them (or they for it).
    sub = tx.scalars(select(SubProject).where(SubProject.code == wish.sub_code).with_for_update(read=True)).first()
    if sub is None:
        raise NotFound(what=wish.sub_code)
    if sub.status not in ADOPTABLE_STATUSES:
        raise WrongState(subject=sub.code, state=sub.status, wanted="open")
    expire_due(tx, clock=clock, sub_project_id=sub.id)
    parts = _parts(tx, sub, wish)
    pledge = Pledge(
        reference=_new_reference(tx, ids), donor_id=donor_id, sub_project_id=sub.id, kind=wish.kind, state="reserved",
        amount=wish.amount, paid=0, shown=wish.shown, agreement_wanted=wish.agreement_wanted,
        reserved_at=clock.now(), expires_at=expires_at, source="online", enforceability="ordinary", phone=facts.phone,
        email=facts.email if facts.donor_id is None else living(tx, donor_id).email)
    pledge.lines = [PledgeLine(need_item_id=part.need_item_id, amount=part.amount, paid=0) for part in parts]
    if wish.due_on:
        pledge.instalments = [Instalment(number=n, due_on=day, amount_fen=fen) for n, (day, fen)
                              in enumerate(instalment_plan(wish.amount, sorted(wish.due_on)), 1)]
    tx.add(pledge)
    tx.flush()
    capacity.apply(tx, [Change(p.need_item_id, reserved=p.amount) for p in parts],
                   subject=("pledge", pledge.id), on=on)
    _record(tx, "adoption_reserved", pledge, actor, clock)
    return pledge


def _parts(tx: Session, sub: SubProject, wish: AdoptionWish) -> list[Part]:
    """The wish split over need items, under the writer's lock; raises OverNeed when they do not have that much left."""
    query = (select(NeedItem.id).where(NeedItem.sub_project_id == sub.id, NeedItem.kind == wish.kind,
                                       NeedItem.withdrawn.is_(False)).order_by(NeedItem.line))
    wanted = [part.need_item_id for part in wish.parts] or list(wish.need_item_ids)
    if wanted:
        query = query.where(NeedItem.id.in_(wanted))
    ids = list(tx.scalars(query))
    if not ids or (wish.parts and sorted(ids) != sorted(wanted)):
        raise NotFound(what=wish.sub_code)
    if wish.kind != "cash" and len(ids) != 1:
        raise OneItemOnly()
    counters = capacity.lock(tx, ids)
    for part in wish.parts:
        if part.amount > counters[part.need_item_id].open:
            raise capacity.over_need(tx, part.need_item_id, counters[part.need_item_id].open, part.amount)
    if wish.parts:
        return list(wish.parts)
    left = [Part(i, counters[i].open) for i in ids]
    parts = spread(wish.amount, left)
    if sum(p.amount for p in parts) < wish.amount:
        raise capacity.over_need(tx, ids[0], sum(p.amount for p in left), wish.amount)
    return parts


def _new_reference(tx: Session, ids: Ids) -> str:
    while True:
        code = reference.make(ids.reference_seven())
        if not tx.scalar(select(Pledge.id).where(Pledge.reference == code)):
            return code


@use_case
def confirm(tx: Session, *, actor: Actor, clock: Clock, pledge_id: int, hold_days: int, grace_days: int,
            agreement_wanted: bool = False, key: str | None = None) -> int:
    """The donor confirms: the reservation becomes a pledge. State and expiry are compared inside the write.

    Raises PledgeExpired after its time, WrongState when it is no longer a reservation. Confirming a pledge that is
    confirmed already changes nothing, so the back button does no harm.
    """
    def act() -> int:
        pledge = _get(tx, pledge_id)
        if pledge.state in LIVE_STATES or pledge.state == "fulfilled":
            return pledge.id
        if pledge.state == "expired" or (pledge.expires_at is not None and pledge.expires_at <= clock.now()):
            raise PledgeExpired(reference=pledge.reference)
        if pledge.state != "reserved":
            raise WrongState(subject=pledge.reference, state=pledge.state, wanted="reserved")
        pledge.agreement_wanted = pledge.agreement_wanted or agreement_wanted
        _confirm(tx, pledge, actor, clock, today(clock), _first_expiry(pledge, clock, hold_days, grace_days))
        return pledge.id

    return once(tx, key, {"use": "confirm", "pledge": pledge_id, "agreement": agreement_wanted}, act, clock=clock)


def _first_expiry(pledge: Pledge, clock: Clock, hold_days: int, grace_days: int) -> datetime:
    if pledge.instalments:
        first = pledge.instalments[0].due_on
        return clock.now() + timedelta(days=max(0, (first - today(clock)).days) + grace_days)
    return clock.now() + timedelta(days=hold_days)


def _confirm(tx: Session, pledge: Pledge, actor: Actor, clock: Clock, on: date, expires_at: datetime | None) -> None:
    pledge.state, pledge.confirmed_at, pledge.pledged_on, pledge.expires_at = "pledged", clock.now(), on, expires_at
    tx.flush()
    capacity.apply(tx, [Change(line.need_item_id, reserved=-line.amount, pledged=line.amount)
                        for line in pledge.lines], subject=("pledge", pledge.id), on=on)
    if pledge.kind == "cash":
        store.post(tx, postings.pledge(pledge.id, _fund(tx, pledge), pledge.amount, on), clock=clock,
                   made_by=actor.user_id)
    _record(tx, "pledge_confirmed", pledge, actor, clock)


def confirm_by_payment(tx: Session, pledge: Pledge, actor: Actor, clock: Clock, on: date) -> None:
    """Money for a reservation has come in before its donor confirmed: the money says it, from `on` at the earliest."""
    _confirm(tx, pledge, actor, clock, max(on, local_date(pledge.reserved_at)), None)


@use_case
def give_up(tx: Session, *, actor: Actor, clock: Clock, pledge_id: int, state: str = "cancelled", reason: str = "",
            key: str | None = None) -> int:
    """End a pledge before it is fulfilled: only its unpaid part is freed. `state`: one of rules.ENDED_STATES."""
    def act() -> int:
        _end(tx, _get(tx, pledge_id), actor, clock, state, reason)
        return pledge_id

    content = {"use": "give_up", "pledge": pledge_id, "state": state, "reason": reason}
    return once(tx, key, content, act, clock=clock)


def expire_due(tx: Session, *, clock: Clock, sub_project_id: int | None = None) -> int:
    """Free every reservation and pledge whose time has passed; returns how many. Pledges that staff accepted stay."""
    query = select(Pledge).where(Pledge.state.in_(("reserved", *LIVE_STATES)), Pledge.expires_at <= clock.now())
    if sub_project_id is not None:
        query = query.where(Pledge.sub_project_id == sub_project_id)
    due = list(tx.scalars(query.order_by(Pledge.id).with_for_update()))
    for pledge in due:
        _end(tx, pledge, Actor.system(), clock, "expired", "")
    return len(due)


@use_case
def expire(tx: Session, *, clock: Clock) -> int:
    """`expire_due` as a use case of its own, for the server's housekeeping."""
    return expire_due(tx, clock=clock)


def _end(tx: Session, pledge: Pledge, actor: Actor, clock: Clock, state: str, reason: str) -> None:
    if pledge.state not in ("reserved", *LIVE_STATES):
        raise WrongState(subject=pledge.reference, state=pledge.state, wanted="pledged")
    reserved = pledge.state == "reserved"
    changes = [Change(line.need_item_id, reserved=-line.amount if reserved else 0,
                      pledged=0 if reserved else line.paid - line.amount)
               for line in pledge.lines if line.amount > line.paid]
    unpaid = pledge.outstanding
    pledge.state, pledge.ended_reason, pledge.expires_at = state, reason, None
    tx.flush()
    capacity.apply(tx, changes, subject=("pledge", pledge.id), on=today(clock))
    if pledge.kind == "cash" and not reserved:
        store.post(tx, postings.pledge_freed(pledge.id, _fund(tx, pledge), unpaid, today(clock)), clock=clock,
                   made_by=actor.user_id)
    _record(tx, f"pledge_{state}", pledge, actor, clock)


def _get(tx: Session, pledge_id: int) -> Pledge:
    pledge = tx.scalars(select(Pledge).where(Pledge.id == pledge_id).with_for_update()).first()
    if pledge is None:
        raise NotFound(what=f"pledge {pledge_id}")
    return pledge


def _fund(tx: Session, pledge: Pledge) -> str:
    return tx.get_one(SubProject, pledge.sub_project_id).code


def facts_of(reference: str, kind: str, amount: int, paid: int, items: Sequence[tuple[int, int]]) -> events.Payload:
    """What an event of a pledge says. `items`: (need item, amount)."""
    return {"reference": reference, "kind": kind, "amount": amount, "paid": paid,
            "items": [{"item": item_id, "amount": part} for item_id, part in items]}


def _record(tx: Session, kind: str, pledge: Pledge, actor: Actor, clock: Clock) -> None:
    events.record(tx, kind=kind, subject=("pledge", pledge.id), payload=facts_of(
        pledge.reference, pledge.kind, pledge.amount, pledge.paid,
        [(line.need_item_id, line.amount) for line in pledge.lines]), actor_id=actor.user_id, at=clock.now())
