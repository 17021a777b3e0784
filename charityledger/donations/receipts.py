"""Money in: a line of a bank account or wallet becomes a gift; what is too much waits in suspense.

Income is recognised here and nowhere else, when money has come in (promise 3).
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from .. import reference as references
from ..audit import events
from ..clock import Clock
from ..database import use_case
from ..errors import InvalidInput, LineOverused, NotFound, WrongState
from ..identity.actor import Actor
from ..ledger import postings, store
from ..ledger.chart import GENERAL_FUND
from ..ledger.idempotency import once
from ..projects import capacity
from ..projects.capacity import Change
from ..projects.models import NeedItem, SubProject
from .donors import DonorFacts, find_or_create
from .models import Allocation, Donation, DonationLine, MoneyAccount, Pledge, StatementLine, Suspense
from .rules import ENDED_STATES, LIVE_STATES, Part, spread, state_after_payment


@dataclass(frozen=True)
class ReceivedLine:
    """One inflow of a money account, entered by hand or read from a file. `fee_fen` was kept by the wallet."""

    account_code: str
    booked_on: date
    amount_fen: int
    counterparty: str = ""
    memo: str = ""
    native_id: str | None = None
    fee_fen: int = 0


@use_case
def record_receipt(tx: Session, *, actor: Actor, clock: Clock, line: ReceivedLine, reference: str | None = None,
                   fee_fund: str | None = None, key: str | None = None) -> int:
    """Enter a line by hand and allocate it: to the pledge with this reference, or all of it to suspense.

    What is more than the pledge's outstanding waits in suspense; part payment leaves the rest open. Returns the
    statement line's id. Raises NotFound for an unknown reference, InvalidInput for an amount that is not positive.
    """
    def act() -> int:
        line_id = add_line(tx, line, actor, clock)
        if reference is None:
            hold(tx, line_id=line_id, amount_fen=line.amount_fen, reason="no_reference", actor=actor, clock=clock)
        else:
            pay_pledge(tx, line_id=line_id, pledge=find_pledge(tx, reference), amount_fen=line.amount_fen,
                       fee_fen=line.fee_fen, fee_fund=fee_fund, actor=actor, clock=clock)
        return line_id

    return once(tx, key, {"use": "receipt", "line": line, "reference": reference}, act, clock=clock)


def find_pledge(tx: Session, text: str) -> Pledge:
    """The pledge with this reference, locked. Raises InvalidInput for a wrong code, NotFound for an unknown one."""
    codes = references.parse(text)
    if len(codes) != 1:
        raise InvalidReference(text=text)
    pledge = tx.scalars(select(Pledge).where(Pledge.reference == codes[0]).with_for_update()).first()
    if pledge is None:
        raise NotFound(what=references.show(codes[0]))
    return pledge


class InvalidReference(InvalidInput):
    """Not a ten-digit reference, or its check digits do not agree. Facts: text."""

    code = "invalid_reference"


class AmountNotPositive(InvalidInput):
    """Facts: amount_fen."""

    code = "amount_not_positive"


def add_line(tx: Session, line: ReceivedLine, actor: Actor, clock: Clock) -> int:
    """A statement line entered by hand; nothing is allocated yet."""
    if line.amount_fen <= 0:
        raise AmountNotPositive(amount_fen=line.amount_fen)
    if tx.get(MoneyAccount, line.account_code) is None:
        raise NotFound(what=line.account_code)
    row = StatementLine(account_code=line.account_code, booked_on=line.booked_on, amount_fen=line.amount_fen,
                        used_fen=0, counterparty=line.counterparty, memo=line.memo, native_id=line.native_id,
                        entered_by=actor.user_id, recorded_at=clock.now())
    tx.add(row)
    tx.flush()
    return row.id


def pay_pledge(tx: Session, *, line_id: int, pledge: Pledge, amount_fen: int, actor: Actor, clock: Clock,
               fee_fen: int = 0, fee_fund: str | None = None) -> int:
    """Allocate a line to a pledge, the excess to suspense; returns the donation's id (or the suspense's, if all is
    excess). A reservation that gets paid counts as confirmed: the money says so."""
    if pledge.kind != "cash":
        raise WrongState(subject=pledge.reference, state=pledge.kind, wanted="cash")
    if pledge.state in ENDED_STATES or pledge.state == "fulfilled":
        return hold(tx, line_id=line_id, amount_fen=amount_fen, reason="over_payment", pledge=pledge, actor=actor,
                    clock=clock)
    line = tx.get_one(StatementLine, line_id)
    if pledge.state == "reserved":
        from .adoption import confirm_by_payment

        confirm_by_payment(tx, pledge, actor, clock, line.booked_on)
    kept, excess = min(amount_fen, pledge.outstanding), max(0, amount_fen - pledge.outstanding)
    parts = spread(kept, [Part(row.need_item_id, row.amount - row.paid) for row in pledge.lines])
    donation = _add_donation(tx, actor, clock, line, pledge.donor_id, pledge.sub_project_id, pledge.shown, kept,
                             parts, pledge.id)
    sub = tx.get_one(SubProject, pledge.sub_project_id)
    _mark_paid(pledge, parts)
    tx.flush()
    capacity.apply(tx, [Change(p.need_item_id, paid=p.amount, received=p.amount) for p in parts],
                   subject=("donation", donation.id), on=line.booked_on)
    entry_id = store.post(tx, postings.gift(
        donation.id, _ledger_account(tx, line), sub.code, kept, line.booked_on, kept_fen=kept, suspense_fen=excess,
        fee_fen=fee_fen, fee_fund=fee_fund), clock=clock, made_by=actor.user_id)
    donation.entry_id = entry_id
    tx.flush()
    allocate(tx, line_id, "donation", donation.id, entry_id, kept)
    if excess:
        suspense = _add_suspense(tx, line, excess, "over_payment", entry_id, pledge)
        allocate(tx, line_id, "suspense", suspense.id, entry_id, excess)
    _record_gift(tx, donation, excess, actor, clock)
    return donation.id


@use_case
def record_gift(tx: Session, *, actor: Actor, clock: Clock, line: ReceivedLine, sub_code: str | None,
                donor: DonorFacts | None = None, shown: str = "none", fee_fund: str | None = None,
                key: str | None = None) -> int:
    """A gift without a pledge: to a sub-project (it takes capacity; what is too much waits in suspense) or, without
    `sub_code`, to the general fund. Returns the statement line's id."""
    def act() -> int:
        line_id = add_line(tx, line, actor, clock)
        donor_id = find_or_create(tx, donor, actor=actor, clock=clock) if donor else None
        give(tx, line_id=line_id, amount_fen=line.amount_fen, sub_code=sub_code, donor_id=donor_id, shown=shown,
             actor=actor, clock=clock, fee_fen=line.fee_fen, fee_fund=fee_fund)
        return line_id

    return once(tx, key, {"use": "gift", "line": line, "sub": sub_code, "donor": donor}, act, clock=clock)


def give(tx: Session, *, line_id: int, amount_fen: int, sub_code: str | None, donor_id: int | None, shown: str,
         actor: Actor, clock: Clock, fee_fen: int = 0, fee_fund: str | None = None) -> int:
    """See `record_gift`; returns the donation's id, or the suspense's where nothing fits."""
    line = tx.get_one(StatementLine, line_id)
    sub = None if sub_code is None else tx.scalars(select(SubProject).where(SubProject.code == sub_code)).first()
    if sub_code is not None and sub is None:
        raise NotFound(what=sub_code)
    parts: list[Part] = []
    taken = amount_fen
    if sub is not None:
        parts = spread(amount_fen, open_parts(tx, sub.id))
        taken = sum(p.amount for p in parts)
        if not taken:
            return hold(tx, line_id=line_id, amount_fen=amount_fen, reason="over_payment", donor_id=donor_id,
                        actor=actor, clock=clock)
    donation = _add_donation(tx, actor, clock, line, donor_id, sub.id if sub else None, shown, taken, parts, None)
    capacity.apply(tx, [Change(p.need_item_id, received=p.amount) for p in parts], subject=("donation", donation.id),
                   on=line.booked_on)
    excess = amount_fen - taken
    entry_id = store.post(tx, postings.gift(
        donation.id, _ledger_account(tx, line), sub.code if sub else GENERAL_FUND, taken, line.booked_on,
        suspense_fen=excess, fee_fen=fee_fen, fee_fund=fee_fund), clock=clock, made_by=actor.user_id)
    donation.entry_id = entry_id
    tx.flush()
    allocate(tx, line_id, "donation", donation.id, entry_id, taken)
    if excess:
        suspense = _add_suspense(tx, line, excess, "over_payment", entry_id, None, donor_id)
        allocate(tx, line_id, "suspense", suspense.id, entry_id, excess)
    _record_gift(tx, donation, excess, actor, clock)
    return donation.id


def open_parts(tx: Session, sub_project_id: int) -> list[Part]:
    """What each open cash item of a sub-project can still take, in order, under the writer's lock."""
    ids = list(tx.scalars(select(NeedItem.id).where(NeedItem.sub_project_id == sub_project_id, NeedItem.kind == "cash",
                                                    NeedItem.withdrawn.is_(False)).order_by(NeedItem.line)))
    counters = capacity.lock(tx, ids)
    return [Part(i, counters[i].open) for i in ids]


def hold(tx: Session, *, line_id: int, amount_fen: int, reason: str, actor: Actor, clock: Clock,
         pledge: Pledge | None = None, donor_id: int | None = None) -> int:
    """Put money in suspense; returns the suspense's id."""
    line = tx.get_one(StatementLine, line_id)
    # The entry names the line, because the suspense row needs the entry's id and so comes after it.
    entry_id = store.post(tx, postings.to_suspense(line_id, _ledger_account(tx, line), amount_fen, line.booked_on),
                          clock=clock, made_by=actor.user_id)
    suspense = _add_suspense(tx, line, amount_fen, reason, entry_id, pledge, donor_id)
    allocate(tx, line_id, "suspense", suspense.id, entry_id, amount_fen)
    events.record(tx, kind="money_held", subject=("suspense", suspense.id),
                  payload={"amount_fen": amount_fen, "reason": reason, "entry": entry_id}, actor_id=actor.user_id,
                  at=clock.now())
    return suspense.id


@use_case
def settle_suspense(tx: Session, *, actor: Actor, clock: Clock, suspense_id: int, on: date,
                    reference: str | None = None, sub_code: str | None = None, amount_fen: int | None = None,
                    shown: str = "none", key: str | None = None) -> int:
    """Held money finds its home: the pledge with this reference, the open needs of a sub-project, or, with neither,
    the general fund. `amount_fen`: how much of it (default: all, as far as the home can take it). Returns the
    donation's id. Raises OverNeed when the home cannot take the amount asked for."""
    def act() -> int:
        held = tx.scalars(select(Suspense).where(Suspense.id == suspense_id).with_for_update()).one()
        left = held.amount_fen - held.settled_fen
        if left == 0:
            raise WrongState(subject=f"suspense {suspense_id}", state="settled", wanted="open")
        amount = left if amount_fen is None else amount_fen
        if not 0 < amount <= left:
            raise LineOverused(line_id=held.statement_line_id, left_fen=left, requested_fen=amount)
        return _settle(tx, held, amount, exact=amount_fen is not None, reference=reference, sub_code=sub_code,
                       shown=shown, actor=actor, clock=clock, on=on)

    content = {"use": "settle", "suspense": suspense_id, "reference": reference, "sub": sub_code, "fen": amount_fen}
    return once(tx, key, content, act, clock=clock)


def _settle(tx: Session, held: Suspense, amount: int, *, exact: bool, reference: str | None, sub_code: str | None,
            shown: str, actor: Actor, clock: Clock, on: date) -> int:
    pledge, sub, parts = None, None, []
    if reference is not None:
        pledge = find_pledge(tx, reference)
        if pledge.state not in LIVE_STATES or pledge.kind != "cash":
            raise WrongState(subject=pledge.reference, state=pledge.state, wanted="pledged")
        sub, shown = tx.get_one(SubProject, pledge.sub_project_id), pledge.shown
        parts = spread(amount, [Part(row.need_item_id, row.amount - row.paid) for row in pledge.lines])
    elif sub_code is not None:
        sub = tx.scalars(select(SubProject).where(SubProject.code == sub_code)).first()
        if sub is None:
            raise NotFound(what=sub_code)
        parts = spread(amount, open_parts(tx, sub.id))
    taken = sum(p.amount for p in parts) if sub is not None else amount
    if not taken or (exact and taken < amount):
        raise NothingOpen(sub=sub.code if sub else "", left_fen=taken, requested_fen=amount)
    line = tx.get_one(StatementLine, held.statement_line_id)
    donation = _add_donation(tx, actor, clock, line, pledge.donor_id if pledge else held.donor_id,
                             sub.id if sub else None, shown, taken, parts, pledge.id if pledge else None, on)
    if pledge is not None:
        _mark_paid(pledge, parts)
        tx.flush()
    capacity.apply(tx, [Change(p.need_item_id, paid=p.amount if pledge else 0, received=p.amount) for p in parts],
                   subject=("donation", donation.id), on=on)
    donation.entry_id = store.post(tx, postings.from_suspense(
        donation.id, _ledger_account(tx, line), sub.code if sub else GENERAL_FUND, taken, on,
        kept_fen=taken if pledge else 0), clock=clock, made_by=actor.user_id)
    held.settled_fen += taken
    tx.flush()
    # The line stays used: its money moves from suspense to the gift.
    tx.execute(insert(Allocation.__table__), [
        {"statement_line_id": line.id, "kind": "suspense", "subject_id": held.id, "entry_id": donation.entry_id,
         "amount_fen": -taken},
        {"statement_line_id": line.id, "kind": "donation", "subject_id": donation.id, "entry_id": donation.entry_id,
         "amount_fen": taken}])
    _record_gift(tx, donation, 0, actor, clock)
    return donation.id


class NothingOpen(InvalidInput):
    """The project cannot take this much any more. Facts: sub, left_fen, requested_fen."""

    code = "nothing_open"
    status = 409


def allocate(tx: Session, line_id: int, kind: str, subject_id: int, entry_id: int, amount_fen: int) -> None:
    """Use part of a line. Python's half of promise 5: the counter moves only while something is left."""
    done = tx.execute(update(StatementLine).where(
        StatementLine.id == line_id, StatementLine.used_fen + amount_fen <= StatementLine.amount_fen
    ).values(used_fen=StatementLine.used_fen + amount_fen).execution_options(synchronize_session=False))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        line = tx.get_one(StatementLine, line_id, populate_existing=True)
        raise LineOverused(line_id=line_id, left_fen=line.amount_fen - line.used_fen, requested_fen=amount_fen)
    tx.execute(insert(Allocation.__table__), {"statement_line_id": line_id, "kind": kind, "subject_id": subject_id,
                                              "entry_id": entry_id, "amount_fen": amount_fen})


def _mark_paid(pledge: Pledge, parts: list[Part]) -> None:
    paid = {part.need_item_id: part.amount for part in parts}
    for row in pledge.lines:
        row.paid += paid.get(row.need_item_id, 0)
    pledge.paid += sum(paid.values())
    pledge.state = state_after_payment(pledge.amount, pledge.paid)
    if pledge.state == "fulfilled":
        pledge.expires_at = None


def _add_donation(tx: Session, actor: Actor, clock: Clock, line: StatementLine, donor_id: int | None,
                  sub_project_id: int | None, shown: str, amount_fen: int, parts: list[Part], pledge_id: int | None,
                  on: date | None = None) -> Donation:
    donation = Donation(kind="cash", donor_id=donor_id, pledge_id=pledge_id, sub_project_id=sub_project_id,
                        received_on=on or line.booked_on, amount=amount_fen, value_fen=amount_fen, shown=shown,
                        state="received", statement_line_id=line.id, recorded_by=actor.user_id, evidence="")
    donation.lines = [DonationLine(need_item_id=p.need_item_id, amount=p.amount, value_fen=p.amount, handed_over=0)
                      for p in parts]
    tx.add(donation)
    tx.flush()
    return donation


def _add_suspense(tx: Session, line: StatementLine, amount_fen: int, reason: str, entry_id: int,
                  pledge: Pledge | None, donor_id: int | None = None) -> Suspense:
    held = Suspense(statement_line_id=line.id, account_code=line.account_code, received_on=line.booked_on,
                    donor_id=pledge.donor_id if pledge else donor_id, pledge_id=pledge.id if pledge else None,
                    amount_fen=amount_fen, settled_fen=0, reason=reason, entry_id=entry_id)
    tx.add(held)
    tx.flush()
    return held


def _ledger_account(tx: Session, line: StatementLine) -> str:
    return tx.get_one(MoneyAccount, line.account_code).ledger_account


def _record_gift(tx: Session, donation: Donation, excess: int, actor: Actor, clock: Clock) -> None:
    events.record(tx, kind="gift_received", subject=("donation", donation.id), payload={
        "amount_fen": donation.amount, "suspense_fen": excess, "pledge": donation.pledge_id,
        "entry": donation.entry_id, "line": donation.statement_line_id}, actor_id=actor.user_id, at=clock.now())
