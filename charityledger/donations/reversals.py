"""冲正: what was recorded wrongly is undone by its opposite, on one person's request and another's approval.

The line is free afterwards and can be allocated again, to where the money really belongs.
"""

from datetime import date
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock, today
from ..database import use_case
from ..errors import Conflict, NotFound, WrongState
from ..identity.actor import Actor
from ..ledger import chart, entry, store
from ..ledger.entry import change_in
from ..ledger.idempotency import once
from . import lines, requests, undoing
from .models import Allocation, CashCount, Donation, Pledge, Request, Suspense
from .rules import ENDED_STATES
from .state_receipts import check_no_live_receipt
from .undoing import GiftSpent, locked_gift

KIND = "reversal"
What = Literal["donation", "suspense", "deposit"]


class SuspenseSettled(Conflict):
    """Part of the money that waited beside this gift has gone elsewhere since; undo that first. Facts: settled_fen."""

    code = "suspense_settled"


class PartOfGift(Conflict):
    """This money waits in the same entry as a gift: reverse the gift. Facts: donation_id."""

    code = "part_of_gift"


class CashDeposited(Conflict):
    """The cash lies at the bank; undo the deposit first. Facts: none."""

    code = "cash_deposited"


class HandedOverAlready(Conflict):
    """Some of the goods were passed on. Facts: units."""

    code = "handed_over_already"


@use_case
def request(tx: Session, *, actor: Actor, clock: Clock, what: What, subject_id: int, reason: str,
            files: tuple[tuple[int, str], ...] = (), key: str | None = None) -> int:
    """Ask that a gift, money in suspense or a deposit be reversed. Returns the request's id.

    Raises what the reversal itself would raise as things stand now.
    """
    def act() -> int:
        amount_fen = _check(tx, what, subject_id)
        return requests.ask(tx, kind=KIND, subject_id=subject_id, details={"of": what, "amount_fen": amount_fen},
                            reason=reason, files=files, actor=actor, clock=clock).id

    content = {"use": "ask_reversal", "what": what, "id": subject_id, "reason": reason, "files": files,
               "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


def _check(tx: Session, what: What, subject_id: int) -> int:
    """Whether it could be reversed now; returns its amount in fen (0 for what has no money's worth)."""
    if what == "deposit":
        return _deposited(tx, subject_id).amount_fen
    if what == "suspense":
        held = _held_alone(tx, subject_id)
        return held.amount_fen
    donation = locked_gift(tx, subject_id)
    _beside(tx, donation)
    _unused(tx, donation)
    if donation.entry_id is not None:
        _check_money(tx, store.load(tx, donation.entry_id))
    return donation.value_fen


def approve(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str) -> None:
    """A second person agrees, and everything that the entry did is undone, dated today."""
    row = requests.decide(tx, request_id, kind=KIND, state="approved", note=note, actor=actor, clock=clock)
    what = requests.wanted(row)["of"]
    undo = {"donation": _undo_gift, "suspense": _undo_suspense, "deposit": _undo_deposit}[str(what)]
    reversal_id = undo(tx, row, today(clock), requests.person(actor), clock)
    events.record(tx, kind=f"{what}_reversed", subject=(str(what), row.subject_id),
                  payload={"request": row.id, "entry": reversal_id}, actor_id=actor.user_id, at=clock.now())


def reject(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str) -> None:
    """A second person declines; nothing changes."""
    requests.decide(tx, request_id, kind=KIND, state="rejected", note=note, actor=actor, clock=clock)


def _undo_gift(tx: Session, row: Request, on: date, approved_by: int, clock: Clock) -> int | None:
    donation = locked_gift(tx, row.subject_id)
    beside = _beside(tx, donation)
    _unused(tx, donation)
    from_held = _came_from(tx, donation)
    pledge = None if donation.pledge_id is None else tx.scalars(
        select(Pledge).where(Pledge.id == donation.pledge_id).with_for_update()).one()
    freed_fen = donation.amount if pledge is not None and pledge.state in ENDED_STATES else 0
    undoing.give_back_capacity(tx, donation, pledge, on=on, end=False)
    reversal_id = None
    if donation.entry_id is not None:
        reversal_id = _turn(tx, donation.entry_id, on, row.requested_by, approved_by, clock)
        fund = undoing.fund_of(tx, donation)
        if pledge is not None and fund is not None and donation.kind == "cash":
            # Reversing the gift made the promise awaited again; one that had ended is not.
            undoing.free_promise(tx, pledge, fund, freed_fen, on=on, clock=clock, made_by=row.requested_by)
    donation.state = "reversed"
    for held in beside:
        held.settled_fen = held.amount_fen          # it does not wait any more
    if from_held is not None:
        from_held.settled_fen -= donation.amount    # and this waits again
    tx.flush()
    return reversal_id


def _undo_suspense(tx: Session, row: Request, on: date, approved_by: int, clock: Clock) -> int:
    held = _held_alone(tx, row.subject_id)
    reversal_id = _turn(tx, held.entry_id, on, row.requested_by, approved_by, clock)
    held.settled_fen = held.amount_fen
    tx.flush()
    return reversal_id


def _undo_deposit(tx: Session, row: Request, on: date, approved_by: int, clock: Clock) -> int:
    count = _deposited(tx, row.subject_id)
    entry_id = tx.scalars(select(Allocation.entry_id).where(
        Allocation.kind == "deposit", Allocation.subject_id == count.id, Allocation.reverses_id.is_(None))
        .order_by(Allocation.id.desc())).first()
    assert entry_id is not None
    reversal_id = _turn(tx, entry_id, on, row.requested_by, approved_by, clock)
    count.state, count.deposit_line_id = "agreed", None
    for held in tx.scalars(select(Suspense).where(Suspense.statement_line_id == count.line_id).with_for_update()):
        held.account_code = count.account_code
    tx.flush()
    return reversal_id


def _turn(tx: Session, entry_id: int, on: date, made_by: int, approved_by: int, clock: Clock) -> int:
    """Post the opposite of an entry and free the lines that it used."""
    original = store.load(tx, entry_id)
    _check_money(tx, original)
    reversal_id = store.post(tx, entry.reversal(original, entry_id, on), clock=clock, made_by=made_by,
                             approved_by=approved_by)
    lines.take_back(tx, entry_id, reversal_id,
                    fee=any(m.debit == chart.FUNDRAISING_COST for m in original.movements))
    return reversal_id


def _check_money(tx: Session, original: entry.Entry) -> None:
    """Money that was used since cannot go back. Raises GiftSpent, which says what to do."""
    for fund, fen in sorted(change_in(original.movements, "money").items()):
        if fen > 0 and store.free(tx, fund) < fen:
            raise GiftSpent(fund=fund, available_fen=store.free(tx, fund), requested_fen=fen)


def _beside(tx: Session, donation: Donation) -> list[Suspense]:
    """What waits in suspense by the gift's own entry. Raises SuspenseSettled where some of it moved on."""
    if donation.entry_id is None:
        return []
    held = list(tx.scalars(select(Suspense).where(Suspense.entry_id == donation.entry_id).order_by(Suspense.id)
                           .with_for_update()))
    settled = sum(row.settled_fen for row in held)
    if settled:
        raise SuspenseSettled(settled_fen=settled)
    return held


def _came_from(tx: Session, donation: Donation) -> Suspense | None:
    """The money in suspense that became this gift, where it did."""
    suspense_id = tx.scalars(select(Allocation.subject_id).where(
        Allocation.entry_id == donation.entry_id, Allocation.kind == "suspense", Allocation.amount_fen < 0)).first()
    if suspense_id is None:
        return None
    return tx.scalars(select(Suspense).where(Suspense.id == suspense_id).with_for_update()).one()


def _held_alone(tx: Session, suspense_id: int) -> Suspense:
    """Money in suspense that an entry of its own put there, untouched since."""
    held = tx.scalars(select(Suspense).where(Suspense.id == suspense_id).with_for_update()).first()
    if held is None:
        raise NotFound(what=f"suspense {suspense_id}")
    gift = tx.scalars(select(Donation.id).where(Donation.entry_id == held.entry_id)).first()
    if gift is not None:
        raise PartOfGift(donation_id=gift)
    if held.settled_fen:
        raise SuspenseSettled(settled_fen=held.settled_fen)
    _check_deposit(tx, held.statement_line_id)
    return held


def _unused(tx: Session, donation: Donation) -> None:
    """Raises ReceiptStands for a state receipt that is issued, HandedOverAlready for goods passed on, CashDeposited
    for cash that lies at the bank."""
    check_no_live_receipt(tx, donation.id)
    units = sum(line.handed_over for line in donation.lines)
    if units:
        raise HandedOverAlready(units=units)
    _check_deposit(tx, donation.statement_line_id)


def _check_deposit(tx: Session, line_id: int | None) -> None:
    if line_id is not None and tx.scalars(select(CashCount.id).where(
            CashCount.line_id == line_id, CashCount.state == "deposited")).first() is not None:
        raise CashDeposited()


def _deposited(tx: Session, count_id: int) -> CashCount:
    count = tx.scalars(select(CashCount).where(CashCount.id == count_id).with_for_update()).first()
    if count is None:
        raise NotFound(what=f"cash count {count_id}")
    if count.state != "deposited":
        raise WrongState(subject=f"cash count {count_id}", state=count.state, wanted="deposited")
    return count
