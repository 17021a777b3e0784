"""拨付: money out of a sub-project's fund, asked for by one person and approved by another (promise 9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .. import printable
from ..audit import events
from ..clock import Clock, local_date, today
from ..database import use_case
from ..errors import InvalidInput, NotFound, SamePerson, WrongState
from ..identity.actor import Actor
from ..ledger import postings, store
from ..ledger.entry import Entry
from ..ledger.idempotency import once
from ..projects import capacity
from ..projects.capacity import Change
from ..projects.models import NeedItem, SubProject
from .lines import AmountNotPositive, not_before
from .models import Disbursement, DisbursementLine, Evidence, MoneyAccount
from .requests import NotRequester
from .rules import Part, check_booked_on


@dataclass(frozen=True)
class PaymentWish:
    """A payment asked for. `parts`: how much of it for which cash item (fen). `files`: (stored file id, its name)."""

    sub_code: str
    account_code: str
    payee: str
    purpose: str
    bought_zh: str
    parts: tuple[Part, ...]
    bought_en: str = ""
    prepaid: bool = False
    files: tuple[tuple[int, str], ...] = ()

    @property
    def amount_fen(self) -> int:
        return sum(part.amount for part in self.parts)


class NoEvidence(InvalidInput):
    """A payment needs at least one file that shows what it is for. Facts: none."""

    code = "no_evidence"


class PaidBeyondNeed(InvalidInput):
    """An item is never paid more than it needs, open requests included; where it costs more, its need is revised first.
    Facts: item_id, item, left_fen, requested_fen."""

    code = "paid_beyond_need"
    status = 409


class ItemOfOtherProject(InvalidInput):
    """Facts: item_id."""

    code = "item_of_other_project"


@use_case
def request(tx: Session, *, actor: Actor, clock: Clock, wish: PaymentWish, key: str | None = None) -> int:
    """Ask for a payment; its amount is set aside in the fund until it is decided. Returns the disbursement's id.

    Raises FundOverdrawn when less is free, PaidBeyondNeed, NoEvidence without a file, ItemOfOtherProject for foreign
    items, AmountNotPositive where no item gets anything, NotPrintable for words that no document could show.
    """
    def act() -> int:
        sub = tx.scalars(select(SubProject).where(SubProject.code == wish.sub_code)).first()
        if sub is None or tx.get(MoneyAccount, wish.account_code) is None:
            raise NotFound(what=wish.sub_code if sub is None else wish.account_code)
        if not wish.files:
            raise NoEvidence()
        for told in (wish.payee, wish.purpose, wish.bought_zh, wish.bought_en):
            printable.check(told)
        if not wish.parts or any(part.amount <= 0 for part in wish.parts):
            raise AmountNotPositive(amount_fen=min((part.amount for part in wish.parts), default=0))
        own = set(tx.scalars(select(NeedItem.id).where(NeedItem.sub_project_id == sub.id, NeedItem.kind == "cash")))
        for part in wish.parts:
            if part.need_item_id not in own:
                raise ItemOfOtherProject(item_id=part.need_item_id)
        _within_need(tx, wish.parts, asked=True)
        store.reserve(tx, sub.code, wish.amount_fen)
        row = Disbursement(
            sub_project_id=sub.id, account_code=wish.account_code, amount_fen=wish.amount_fen, payee=wish.payee,
            purpose=wish.purpose, bought_zh=wish.bought_zh, bought_en=wish.bought_en, prepaid=wish.prepaid,
            state="requested", requested_by=_person(actor), requested_at=clock.now())
        row.lines = [DisbursementLine(need_item_id=p.need_item_id, amount_fen=p.amount) for p in wish.parts]
        row.evidence = [Evidence(file_id=file_id, name=name) for file_id, name in wish.files]
        tx.add(row)
        tx.flush()
        _record(tx, "disbursement_requested", row, actor, clock)
        return row.id

    return once(tx, key, {"use": "disburse", "wish": wish, "by": actor.user_id}, act, clock=clock)


@use_case
def approve(tx: Session, *, actor: Actor, clock: Clock, disbursement_id: int, paid_on: date, note: str = "",
            key: str | None = None) -> int:
    """A second person approves and the payment is booked. Raises SamePerson for the one who asked for it, DateTooEarly
    for a day before it was asked for, PaidBeyondNeed where the need has been lowered since."""
    def act() -> int:
        row = _deciding(tx, disbursement_id, actor)
        # Dated back, the fund would have paid what it had not received: its statement would dip below zero.
        not_before(paid_on, local_date(row.requested_at))
        check_booked_on(paid_on, today(clock))
        _within_need(tx, [Part(p.need_item_id, p.amount_fen) for p in row.lines], asked=False)
        sub = tx.get_one(SubProject, row.sub_project_id)
        build = postings.prepayment if row.prepaid else postings.disbursement
        entry: Entry = build(row.id, tx.get_one(MoneyAccount, row.account_code).ledger_account, sub.code,
                             row.amount_fen, paid_on)
        capacity.apply(tx, [Change(p.need_item_id, disbursed=p.amount_fen) for p in row.lines],
                       subject=("disbursement", row.id), on=paid_on)
        # After the counters: every writer locks pledge, items, funds and accounts in this order.
        store.unreserve(tx, sub.code, row.amount_fen)
        row.entry_id = store.post(tx, entry, clock=clock, made_by=row.requested_by, approved_by=_person(actor))
        row.state, row.decided_by, row.decided_at, row.paid_on = "paid", _person(actor), clock.now(), paid_on
        row.decision_note = note
        tx.flush()
        _record(tx, "disbursement_paid", row, actor, clock)
        return row.id

    content = {"use": "approve", "id": disbursement_id, "on": paid_on, "note": note, "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


@use_case
def reject(tx: Session, *, actor: Actor, clock: Clock, disbursement_id: int, note: str, key: str | None = None) -> int:
    """A second person declines; the money is free again."""
    def act() -> int:
        row = _deciding(tx, disbursement_id, actor)
        row.decided_by = _person(actor)
        _free(tx, row, "rejected", note, actor, clock)
        return row.id

    return once(tx, key, {"use": "reject", "id": disbursement_id, "note": note, "by": actor.user_id}, act, clock=clock)


@use_case
def withdraw(tx: Session, *, actor: Actor, clock: Clock, disbursement_id: int, note: str = "",
             key: str | None = None) -> int:
    """The person who asked takes the request back."""
    def act() -> int:
        row = _requested(tx, disbursement_id)
        if row.requested_by != actor.user_id:
            raise NotRequester(role=actor.role)
        _free(tx, row, "withdrawn", note, actor, clock)
        return row.id

    return once(tx, key, {"use": "withdraw", "id": disbursement_id, "note": note}, act, clock=clock)


@use_case
def deliver(tx: Session, *, actor: Actor, clock: Clock, disbursement_id: int, on: date, note_zh: str,
            note_en: str = "", key: str | None = None) -> int:
    """落地: what was paid for has arrived and was accepted. A prepayment becomes cost here, with its release.
    Raises DateTooEarly for a day before it was asked for (paid in advance: before it was paid)."""
    def act() -> int:
        row = _locked(tx, disbursement_id)
        if row.state != "paid" or row.delivered_on is not None:
            raise WrongState(subject=f"disbursement {row.id}", state=row.state, wanted="paid")
        printable.check(note_zh + note_en)
        # What is paid for in advance cannot have been delivered before; the rest may have been, once it was asked for.
        not_before(on, row.paid_on if row.prepaid else local_date(row.requested_at))
        check_booked_on(on, today(clock))
        sub = tx.get_one(SubProject, row.sub_project_id)
        capacity.apply(tx, [Change(p.need_item_id, delivered=p.amount_fen) for p in row.lines],
                       subject=("delivery", row.id), on=on)
        if row.prepaid:
            store.post(tx, postings.delivery(row.id, sub.code, row.amount_fen, on), clock=clock,
                       made_by=actor.user_id)
        row.delivered_on, row.delivery_note_zh, row.delivery_note_en = on, note_zh, note_en
        tx.flush()
        _record(tx, "disbursement_delivered", row, actor, clock)
        return row.id

    content = {"use": "deliver", "id": disbursement_id, "on": on, "note": note_zh, "note_en": note_en}
    return once(tx, key, content, act, clock=clock)


@use_case
def returned(tx: Session, *, actor: Actor, clock: Clock, disbursement_id: int, on: date,
             key: str | None = None) -> int:
    """退汇: our payment came back. Disbursed falls; paying again needs a new request and approval.

    Never recorded by the one who asked for the payment: nobody takes their own payment out of sight. Raises SamePerson.
    """
    def act() -> int:
        row = _locked(tx, disbursement_id)
        if row.state != "paid":
            raise WrongState(subject=f"disbursement {row.id}", state=row.state, wanted="paid")
        _not_who_asked(row, actor)
        not_before(on, row.paid_on)
        check_booked_on(on, today(clock))
        sub = tx.get_one(SubProject, row.sub_project_id)
        delivered = row.delivered_on is not None
        capacity.apply(tx, [Change(p.need_item_id, disbursed=-p.amount_fen,
                                   delivered=-p.amount_fen if delivered else 0) for p in row.lines],
                       subject=("disbursement", row.id), on=on)
        store.post(tx, postings.payment_returned(
            row.id, tx.get_one(MoneyAccount, row.account_code).ledger_account, sub.code, row.amount_fen, on,
            prepaid=row.prepaid and not delivered, spent_in=_spent_in(row)), clock=clock, made_by=actor.user_id)
        row.state, row.returned_on = "returned", on
        tx.flush()
        _record(tx, "disbursement_returned", row, actor, clock)
        return row.id

    return once(tx, key, {"use": "returned", "id": disbursement_id, "on": on}, act, clock=clock)


def _within_need(tx: Session, parts: Sequence[Part], *, asked: bool) -> None:
    """Raises PaidBeyondNeed. `asked`: what open requests ask for counts too. The counters are locked, so that requests
    at once are looked at one after the other."""
    counters = capacity.lock(tx, [part.need_item_id for part in parts])
    waiting = dict(tx.execute(
        select(DisbursementLine.need_item_id, func.sum(DisbursementLine.amount_fen))
        .join(Disbursement, Disbursement.id == DisbursementLine.disbursement_id)
        .where(DisbursementLine.need_item_id.in_(counters), Disbursement.state == "requested")
        .group_by(DisbursementLine.need_item_id)).all()) if asked else {}
    for part in parts:
        counter = counters[part.need_item_id]
        left_fen = max(0, counter.capacity - counter.disbursed - int(waiting.get(part.need_item_id, 0)))
        if part.amount > left_fen:
            raise PaidBeyondNeed(item_id=part.need_item_id, item=tx.get_one(NeedItem, part.need_item_id).title_zh,
                                 left_fen=left_fen, requested_fen=part.amount)


def _spent_in(row: Disbursement) -> int | None:
    """The year in which the payment became cost: what is paid in advance does on delivery."""
    day = row.delivered_on if row.prepaid else row.paid_on
    return day.year if day is not None else None


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise SamePerson()
    return actor.user_id


def _locked(tx: Session, disbursement_id: int) -> Disbursement:
    row = tx.scalars(select(Disbursement).where(Disbursement.id == disbursement_id).with_for_update()).first()
    if row is None:
        raise NotFound(what=f"disbursement {disbursement_id}")
    return row


def _requested(tx: Session, disbursement_id: int) -> Disbursement:
    row = _locked(tx, disbursement_id)
    if row.state != "requested":
        raise WrongState(subject=f"disbursement {row.id}", state=row.state, wanted="requested")
    return row


def _deciding(tx: Session, disbursement_id: int, actor: Actor) -> Disbursement:
    row = _requested(tx, disbursement_id)
    _not_who_asked(row, actor)
    return row


def _not_who_asked(row: Disbursement, actor: Actor) -> None:
    if row.requested_by == _person(actor):
        raise SamePerson()


def _free(tx: Session, row: Disbursement, state: str, note: str, actor: Actor, clock: Clock) -> None:
    store.unreserve(tx, tx.get_one(SubProject, row.sub_project_id).code, row.amount_fen)
    row.state, row.decided_at, row.decision_note = state, clock.now(), note
    tx.flush()
    _record(tx, f"disbursement_{state}", row, actor, clock)


def _record(tx: Session, kind: str, row: Disbursement, actor: Actor, clock: Clock) -> None:
    events.record(tx, kind=kind, subject=("disbursement", row.id), payload={
        "amount_fen": row.amount_fen, "entry": row.entry_id,
        "items": [{"item": p.need_item_id, "amount_fen": p.amount_fen} for p in row.lines]},
        actor_id=actor.user_id, at=clock.now())
