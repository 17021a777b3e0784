"""Money in: a line of a bank account or wallet becomes a gift; what is too much waits in suspense.

Income is recognised here (and where held money finds its home), when money has come in, and never before (promise 3).
"""

from datetime import date

from sqlalchemy.orm import Session

from ..clock import Clock
from ..database import use_case
from ..errors import LineOverused, NotFound, WrongState
from ..identity.actor import Actor
from ..ledger import postings, store
from ..ledger.chart import GENERAL_FUND
from ..ledger.idempotency import once
from ..projects import capacity
from ..projects.capacity import Change
from . import gifts, lines, suspense
from .donors import DonorFacts, find_or_create
from .gifts import InvalidReference as InvalidReference
from .gifts import find_pledge as find_pledge
from .gifts import open_parts as open_parts
from .lines import AmountNotPositive as AmountNotPositive
from .lines import ReceivedLine as ReceivedLine
from .lines import add_line as add_line
from .lines import allocate as allocate
from .models import Pledge, StatementLine
from .rules import ENDED_STATES, Part, spread
from .suspense import NothingOpen as NothingOpen
from .suspense import hold as hold
from .suspense import settle_suspense as settle_suspense


@use_case
def record_receipt(tx: Session, *, actor: Actor, clock: Clock, line: ReceivedLine, reference: str | None = None,
                   fee_fund: str | None = None, key: str | None = None) -> int:
    """Enter a line by hand and allocate it: to the pledge with this reference, or all of it to suspense.

    What is more than the pledge's outstanding waits in suspense; part payment leaves the rest open. Returns the
    statement line's id. Raises NotFound for an unknown reference, AmountNotPositive, FeeTooLarge, LineKnown.
    """
    def act() -> int:
        line_id = add_line(tx, line, actor, clock)
        if reference is None:
            hold(tx, line_id=line_id, amount_fen=line.amount_fen, reason="no_reference", actor=actor, clock=clock)
        else:
            pay_pledge(tx, line_id=line_id, pledge=find_pledge(tx, reference), amount_fen=line.amount_fen,
                       fee_fund=fee_fund, actor=actor, clock=clock)
        return line_id

    return once(tx, key, {"use": "receipt", "line": line, "reference": reference}, act, clock=clock)


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
             actor=actor, clock=clock, fee_fund=fee_fund)
        return line_id

    return once(tx, key, {"use": "gift", "line": line, "sub": sub_code, "donor": donor, "shown": shown}, act,
                clock=clock)


@use_case
def allocate_line(tx: Session, *, actor: Actor, clock: Clock, line_id: int, reference: str | None = None,
                  sub_code: str | None = None, general: bool = False, amount_fen: int | None = None,
                  donor: DonorFacts | None = None, shown: str = "none", fee_fund: str | None = None,
                  key: str | None = None) -> int:
    """What is left of a line (after a reversal, or because part of it was allocated) finds its place: a pledge, a
    sub-project, the general fund, or, with none of them, suspense. `amount_fen`: how much, default all that is left.

    Its day is that of `lines.booking_days`.
    """
    def act() -> int:
        row = tx.get(StatementLine, line_id)
        if row is None:
            raise NotFound(what=f"line {line_id}")
        left_fen = lines.left_of(row) if row.amount_fen > 0 else 0
        fen = left_fen if amount_fen is None else amount_fen
        if not 0 < fen <= left_fen:
            raise LineOverused(line_id=line_id, left_fen=left_fen, requested_fen=fen)
        donor_id = find_or_create(tx, donor, actor=actor, clock=clock) if donor else None
        on = lines.booking_days(tx, [row], clock)[line_id]
        if reference is not None:
            pay_pledge(tx, line_id=line_id, pledge=find_pledge(tx, reference), amount_fen=fen, fee_fund=fee_fund,
                       actor=actor, clock=clock, on=on)
        elif sub_code is not None or general:
            give(tx, line_id=line_id, amount_fen=fen, sub_code=sub_code, donor_id=donor_id, shown=shown,
                 fee_fund=fee_fund, actor=actor, clock=clock, on=on)
        else:
            hold(tx, line_id=line_id, amount_fen=fen, reason="no_reference", donor_id=donor_id, actor=actor,
                 clock=clock, on=on)
        return line_id

    content = {"use": "allocate", "line": line_id, "reference": reference, "sub": sub_code, "general": general,
               "fen": amount_fen, "donor": donor, "shown": shown}
    return once(tx, key, content, act, clock=clock)


def pay_pledge(tx: Session, *, line_id: int, pledge: Pledge, amount_fen: int, actor: Actor, clock: Clock,
               fee_fund: str | None = None, on: date | None = None) -> int:
    """Allocate a line to a pledge, the excess to suspense; returns the donation's id (or the suspense's, if all is
    excess). A reservation that gets paid counts as confirmed: the money says so."""
    if pledge.kind != "cash":
        raise WrongState(subject=pledge.reference, state=pledge.kind, wanted="cash")
    if pledge.state in ENDED_STATES or pledge.state == "fulfilled":
        return hold(tx, line_id=line_id, amount_fen=amount_fen, reason="over_payment", pledge=pledge, actor=actor,
                    clock=clock, on=on)
    line = lines.read(tx, line_id, on)
    if pledge.state == "reserved":
        from .adoption import confirm_by_payment

        confirm_by_payment(tx, pledge, actor, clock, line.booked_on)
    kept = min(amount_fen, pledge.outstanding)
    parts = spread(kept, gifts.unpaid_parts(pledge))
    gifts.mark_paid(pledge, parts)
    tx.flush()
    return _book(tx, line, parts, kept, amount_fen - kept, donor_id=pledge.donor_id, shown=pledge.shown,
                 sub=gifts.home_of(tx, pledge), pledge=pledge, fee_fund=fee_fund, actor=actor,
                 clock=clock)


def give(tx: Session, *, line_id: int, amount_fen: int, sub_code: str | None, donor_id: int | None, shown: str,
         actor: Actor, clock: Clock, fee_fund: str | None = None, on: date | None = None) -> int:
    """See `record_gift`; returns the donation's id, or the suspense's where nothing fits."""
    line = lines.read(tx, line_id, on)
    if sub_code is None:
        return _book(tx, line, [], amount_fen, 0, donor_id=donor_id, shown=shown, sub=None, pledge=None,
                     fee_fund=fee_fund, actor=actor, clock=clock)
    sub = gifts.find_sub(tx, sub_code)
    parts = spread(amount_fen, open_parts(tx, sub.id))
    taken = sum(p.amount for p in parts)
    if not taken:
        return hold(tx, line_id=line_id, amount_fen=amount_fen, reason="over_payment", donor_id=donor_id, actor=actor,
                    clock=clock, on=on)
    return _book(tx, line, parts, taken, amount_fen - taken, donor_id=donor_id, shown=shown, sub=sub, pledge=None,
                 fee_fund=fee_fund, actor=actor, clock=clock)


def _book(tx: Session, line: lines.Line, parts: list[Part], taken: int, excess: int, *, donor_id: int | None,
          shown: str, sub: gifts.Home | None, pledge: Pledge | None, fee_fund: str | None, actor: Actor,
          clock: Clock) -> int:
    """One gift of `taken` fen over `parts`, and `excess` in suspense, in one entry. Returns the donation's id."""
    donation = gifts.add_money_gift(
        tx, line_id=line.id, on=line.booked_on, amount_fen=taken, parts=parts, donor_id=donor_id, shown=shown,
        sub_project_id=sub.id if sub else None, pledge_id=pledge.id if pledge else None, actor=actor)
    capacity.apply(tx, [Change(p.need_item_id, paid=p.amount if pledge else 0, received=p.amount) for p in parts],
                   subject=("donation", donation.id), on=line.booked_on,
                   promised_on=pledge.pledged_on if pledge else None)
    entry_id = store.post(tx, postings.gift(
        donation.id, lines.ledger_account(tx, line.account_code), sub.code if sub else GENERAL_FUND, taken,
        line.booked_on, kept_fen=taken if pledge else 0, suspense_fen=excess,
        fee_fen=lines.take_fee(tx, line.id) if line.fee_fen else 0, fee_fund=fee_fund), clock=clock,
        made_by=actor.user_id)
    allocate(tx, line.id, "donation", donation.id, entry_id, taken)
    if excess:
        held = suspense.add(tx, line, excess, "over_payment", entry_id, pledge, donor_id)
        allocate(tx, line.id, "suspense", held.id, entry_id, excess)
    gifts.booked(tx, donation, entry_id, excess, actor, clock)
    return donation.id
