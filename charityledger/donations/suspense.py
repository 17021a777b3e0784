"""待确认: money without a home, or beyond a pledge, waits in fund HOLD until donor or staff decide (promise 4)."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock, today
from ..database import use_case
from ..errors import InvalidInput, LineOverused, NotFound, WrongState
from ..identity.actor import Actor
from ..ledger import postings, store
from ..ledger.chart import GENERAL_FUND
from ..ledger.idempotency import once
from . import gifts, lines
from .models import Pledge, Suspense
from .rules import LIVE_STATES, Part, check_booked_on, spread


class NothingOpen(InvalidInput):
    """The project cannot take this much any more. Facts: sub, left_fen, requested_fen."""

    code = "nothing_open"
    status = 409


def hold(tx: Session, *, line_id: int, amount_fen: int, reason: str, actor: Actor, clock: Clock,
         pledge: Pledge | None = None, donor_id: int | None = None, on: date | None = None) -> int:
    """Put money of a line in suspense; returns the suspense's id. It pays no wallet's fee: the general fund does."""
    return hold_line(tx, lines.read(tx, line_id, on), amount_fen, reason=reason, actor=actor, clock=clock,
                     pledge=pledge, donor_id=donor_id)


def hold_line(tx: Session, line: lines.Line, amount_fen: int, *, reason: str, actor: Actor, clock: Clock,
              pledge: Pledge | None = None, donor_id: int | None = None) -> int:
    """`hold`, of a line that was read already."""
    # The entry names the line, because the suspense row needs the entry's id and so comes after it.
    entry_id = store.post(tx, postings.to_suspense(
        line.id, line.ledger_account, amount_fen, line.booked_on,
        fee_fen=lines.take_fee(tx, line.id) if line.fee_fen else 0), clock=clock, made_by=actor.user_id)
    held = add(tx, line, amount_fen, reason, entry_id, pledge, donor_id)
    lines.allocate(tx, line.id, "suspense", held.id, entry_id, amount_fen, line.left_fen)
    events.record(tx, kind="money_held", subject=("suspense", held.id),
                  payload={"amount_fen": amount_fen, "reason": reason, "entry": entry_id}, actor_id=actor.user_id,
                  at=clock.now())
    return held.id


def add(tx: Session, line: lines.Line, amount_fen: int, reason: str, entry_id: int, pledge: Pledge | None,
        donor_id: int | None = None) -> Suspense:
    """The row of money that waits; `entry_id` booked it."""
    held = Suspense(statement_line_id=line.id, account_code=line.account_code, received_on=line.booked_on,
                    donor_id=pledge.donor_id if pledge else donor_id, pledge_id=pledge.id if pledge else None,
                    amount_fen=amount_fen, settled_fen=0, reason=reason, entry_id=entry_id)
    tx.add(held)
    tx.flush()
    return held


def locked(tx: Session, suspense_id: int) -> Suspense:
    """The row, locked. Raises NotFound."""
    held = tx.scalars(select(Suspense).where(Suspense.id == suspense_id).with_for_update()).first()
    if held is None:
        raise NotFound(what=f"suspense {suspense_id}")
    return held


def part_of(held: Suspense, amount_fen: int | None) -> int:
    """`amount_fen`, or all that waits. Raises WrongState where nothing does, LineOverused where it is less."""
    left_fen = held.amount_fen - held.settled_fen
    if left_fen == 0:
        raise WrongState(subject=f"suspense {held.id}", state="settled", wanted="open")
    if amount_fen is None:
        return left_fen
    if not 0 < amount_fen <= left_fen:
        raise LineOverused(line_id=held.statement_line_id, left_fen=left_fen, requested_fen=amount_fen)
    return amount_fen


@use_case
def settle_suspense(tx: Session, *, actor: Actor, clock: Clock, suspense_id: int, on: date,
                    reference: str | None = None, sub_code: str | None = None, amount_fen: int | None = None,
                    shown: str = "none", key: str | None = None) -> int:
    """Held money finds its home: the pledge with this reference, the open needs of a sub-project, or, with neither,
    the general fund. `amount_fen`: how much of it (default: all, as far as the home can take it). Returns the
    donation's id. Raises NothingOpen when the home cannot take the amount asked for, DateTooEarly."""
    def act() -> int:
        held = locked(tx, suspense_id)
        lines.not_before(on, held.received_on)
        check_booked_on(on, today(clock))
        return _settle(tx, held, part_of(held, amount_fen), exact=amount_fen is not None, reference=reference,
                       sub_code=sub_code, shown=shown, actor=actor, clock=clock, on=on)

    content = {"use": "settle", "suspense": suspense_id, "reference": reference, "sub": sub_code, "fen": amount_fen,
               "on": on, "shown": shown}
    return once(tx, key, content, act, clock=clock)


def _settle(tx: Session, held: Suspense, amount: int, *, exact: bool, reference: str | None, sub_code: str | None,
            shown: str, actor: Actor, clock: Clock, on: date) -> int:
    pledge, sub, open_now = _home(tx, reference, sub_code)
    parts: list[Part] = []
    taken = amount
    if sub is not None:
        parts = spread(amount, open_now)
        taken = sum(p.amount for p in parts)
        if not taken or (exact and taken < amount):
            raise NothingOpen(sub=sub.code, left_fen=taken, requested_fen=amount)
    assert held.statement_line_id is not None
    if pledge is not None:
        gifts.mark_paid(pledge, parts)
        tx.flush()
    [number] = gifts.next_gifts(tx, 1)
    gift = gifts.MoneyGift(
        number, held.statement_line_id, on, taken, parts, pledge.donor_id if pledge else held.donor_id,
        sub.id if sub else None, pledge.id if pledge else None, pledge.shown if pledge else shown,
        pledge.pledged_on if pledge else None)
    gifts.take_capacity(tx, [gift])
    entry_id = store.post(tx, postings.from_suspense(
        number, lines.ledger_account(tx, held.account_code), sub.code if sub else GENERAL_FUND, taken, on,
        kept_fen=taken if pledge else 0), clock=clock, made_by=actor.user_id)
    held.settled_fen += taken
    tx.flush()
    lines.turn(tx, held.statement_line_id, entry_id, taken, out_of=("suspense", held.id), into=("donation", number))
    gifts.record(tx, [gift], [entry_id], actor, clock)
    return number


def _home(tx: Session, reference: str | None,
          sub_code: str | None) -> tuple[Pledge | None, gifts.Home | None, list[Part]]:
    """The promise or project that the money is for, and what each item can take of it."""
    if reference is not None:
        pledge = gifts.find_pledge(tx, reference)
        if pledge.state not in LIVE_STATES or pledge.kind != "cash":
            raise WrongState(subject=pledge.reference, state=pledge.state, wanted="pledged")
        return pledge, gifts.home_of(tx, pledge), gifts.unpaid_parts(pledge)
    return None, *((None, []) if sub_code is None else gifts.open_parts(tx, sub_code))
