"""冲正: what was recorded wrongly is undone by its opposite, on one person's request and another's approval.

The line is free afterwards and can be allocated again, to where the money really belongs.
"""

from datetime import date
from typing import Literal, NamedTuple

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
from . import deliveries, hand_overs, lines, requests, undoing
from .models import Allocation, CashCount, Donation, Pledge, StatementLine, Suspense
from .rules import ENDED_STATES
from .state_receipts import check_no_live_receipt
from .undoing import GiftSpent, locked_gift

KIND = "reversal"
What = Literal["donation", "suspense", "deposit", "hand_over", "delivery"]
HOLD = frozenset({chart.SUSPENSE_FUND})


class SuspenseSettled(Conflict):
    """Part of this money in suspense has gone elsewhere since; undo that first. Facts: settled_fen."""

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
    """Ask that a gift, money in suspense, a deposit, a hand-over of goods or a delivery be reversed; `subject_id` is
    the payment's for a delivery. Returns the request's id.

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
        return tx.get_one(StatementLine, _deposited(tx, subject_id).deposit_line_id).amount_fen
    if what == "hand_over":
        return hand_overs.standing(tx, subject_id).value_fen
    if what == "delivery":
        return deliveries.standing(tx, subject_id).amount_fen
    if what == "suspense":
        return _held_alone(tx, subject_id).amount_fen
    donation = locked_gift(tx, subject_id)
    beside = _beside(tx, donation)
    _unused(tx, donation)
    if donation.entry_id is not None:
        _check_money(tx, store.load(tx, donation.entry_id), HOLD if _moved_on(beside) else frozenset())
    return donation.value_fen


def approve(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str) -> None:
    """A second person agrees, and everything that the entry did is undone, dated today."""
    row = requests.decide(tx, request_id, kind=KIND, state="approved", note=note, actor=actor, clock=clock)
    what = requests.wanted(row)["of"]
    undo = {"donation": undo_gift, "suspense": undo_suspense, "deposit": _undo_deposit,
            "hand_over": _undo_hand_over, "delivery": _undo_delivery}[str(what)]
    people = People(row.requested_by, requests.person(actor))
    reversal_id = undo(tx, row.subject_id, today(clock), people, clock)
    events.record(tx, kind=f"{what}_reversed", subject=(str(what), row.subject_id),
                  payload={"request": row.id, "entry": reversal_id}, actor_id=actor.user_id, at=clock.now())


def reject(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str) -> None:
    """A second person declines; nothing changes."""
    requests.decide(tx, request_id, kind=KIND, state="rejected", note=note, actor=actor, clock=clock)


class People(NamedTuple):
    """Who undoes something. Without a second person the entry is of kind `match_undone` (adr/0011)."""

    made_by: int
    approved_by: int | None = None


def undo_gift(tx: Session, donation_id: int, on: date, people: People, clock: Clock) -> int | None:
    """Everything that a gift's entry did, undone; returns the reversing entry's id, None where there were only hours.

    Raises what `request` does.
    """
    donation = locked_gift(tx, donation_id)
    beside = _beside(tx, donation)
    _unused(tx, donation)
    from_held = _came_from(tx, donation)
    pledge = None if donation.pledge_id is None else tx.scalars(
        select(Pledge).where(Pledge.id == donation.pledge_id).with_for_update()).one()
    freed_fen = donation.amount if pledge is not None and pledge.state in ENDED_STATES else 0
    undoing.give_back_capacity(tx, donation, pledge, on=on, end=False)
    reversal_id = None
    if donation.entry_id is not None:
        # What waited beside it and moved on (was refunded, say) cannot come back: it stays as it is, all of it.
        but = HOLD if _moved_on(beside) else frozenset()
        reversal_id = turn(tx, donation.entry_id, on, people, clock, but=but)
        fund = undoing.fund_of(tx, donation)
        if pledge is not None and fund is not None and donation.kind == "cash":
            # Reversing the gift made the promise awaited again; one that had ended is not.
            undoing.free_promise(tx, pledge, fund, freed_fen, on=on, clock=clock, made_by=people.made_by)
    donation.state = "reversed"
    for held in () if _moved_on(beside) else beside:
        held.settled_fen = held.amount_fen          # it does not wait any more
    if from_held is not None:
        from_held.settled_fen -= donation.amount    # and this waits again
    tx.flush()
    return reversal_id


def undo_suspense(tx: Session, suspense_id: int, on: date, people: People, clock: Clock) -> int:
    """Money in suspense, untouched since, undone. Raises PartOfGift, SuspenseSettled and what `request` does."""
    held = _held_alone(tx, suspense_id)
    reversal_id = turn(tx, held.entry_id, on, people, clock)
    held.settled_fen = held.amount_fen
    tx.flush()
    return reversal_id


def _undo_deposit(tx: Session, count_id: int, on: date, people: People, clock: Clock) -> int:
    count = _deposited(tx, count_id)
    entry_id = tx.scalars(select(Allocation.entry_id).where(
        Allocation.kind == "deposit", Allocation.subject_id == count.id, Allocation.reverses_id.is_(None))
        .order_by(Allocation.id.desc())).first()
    assert entry_id is not None
    reversal_id = turn(tx, entry_id, on, people, clock)
    count.state, count.deposit_line_id = "agreed", None
    for held in tx.scalars(select(Suspense).where(Suspense.statement_line_id == count.line_id).with_for_update()):
        held.account_code = count.account_code
    tx.flush()
    return reversal_id


def _undo_hand_over(tx: Session, gift_id: int, on: date, people: People, clock: Clock) -> int | None:
    handed = hand_overs.standing(tx, gift_id)
    hand_overs.take_back(tx, handed, on)
    return None if handed.entry_id is None else turn(tx, handed.entry_id, on, people, clock)


def _undo_delivery(tx: Session, delivery_id: int, on: date, people: People, clock: Clock) -> int | None:
    entry_id = deliveries.take_back(tx, deliveries.standing(tx, delivery_id), on)
    return None if entry_id is None else turn(tx, entry_id, on, people, clock)


def turn(tx: Session, entry_id: int, on: date, people: People, clock: Clock, *,
         but: frozenset[str] = frozenset()) -> int:
    """Post the opposite of an entry and free the lines that it used; `but`: without what it did to these funds.
    Raises GiftSpent."""
    original = store.load(tx, entry_id)
    _check_money(tx, original, but)
    kind: Literal["reversal", "match_undone"] = "match_undone" if people.approved_by is None else "reversal"
    reversal_id = store.post(tx, entry.reversal(original, entry_id, on, kind=kind, but=but), clock=clock,
                             made_by=people.made_by, approved_by=people.approved_by)
    lines.take_back(tx, entry_id, reversal_id, but="suspense" if but else "",
                    fee=any(m.debit == chart.FUNDRAISING_COST for m in original.movements))
    return reversal_id


def _check_money(tx: Session, original: entry.Entry, but: frozenset[str]) -> None:
    """Money that was used since cannot go back. Raises GiftSpent, which says what to do."""
    for fund, fen in sorted(change_in(original.movements, "money").items()):
        if fen > 0 and fund not in but and store.free(tx, fund) < fen:
            raise GiftSpent(fund=fund, available_fen=store.free(tx, fund), requested_fen=fen)


def _beside(tx: Session, donation: Donation) -> list[Suspense]:
    """What was put in suspense by the gift's own entry, locked."""
    if donation.entry_id is None:
        return []
    return list(tx.scalars(select(Suspense).where(Suspense.entry_id == donation.entry_id).order_by(Suspense.id)
                           .with_for_update()))


def _moved_on(held: list[Suspense]) -> bool:
    return any(row.settled_fen for row in held)


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
