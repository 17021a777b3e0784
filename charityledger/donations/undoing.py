"""What a gift did to its promise and its items, undone: shared by reversals and refunds."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..clock import Clock
from ..errors import FundOverdrawn, NotFound, WrongState
from ..ledger import postings, store
from ..projects import capacity
from ..projects.capacity import Change
from ..projects.models import SubProject
from .models import Donation, Pledge
from .rules import ENDED_STATES, state_after_payment


class GiftSpent(FundOverdrawn):
    """The fund has used the money that is to leave it. Facts: fund, available_fen, requested_fen."""

    code = "gift_spent"


def locked_gift(tx: Session, donation_id: int) -> Donation:
    """A gift that stands, locked. Raises NotFound, or WrongState where it was reversed or refunded."""
    donation = tx.scalars(select(Donation).where(Donation.id == donation_id).with_for_update()).first()
    if donation is None:
        raise NotFound(what=f"donation {donation_id}")
    if donation.state != "received":
        raise WrongState(subject=f"donation {donation_id}", state=donation.state, wanted="received")
    return donation


def fund_of(tx: Session, donation: Donation) -> str | None:
    """The sub-project's code, None for the general fund."""
    return None if donation.sub_project_id is None else tx.get_one(SubProject, donation.sub_project_id).code


def give_back_capacity(tx: Session, donation: Donation, pledge: Pledge | None, *, on: date, end: bool) -> None:
    """The items can be given to again. `end`: the promise ends too, else its part is awaited again.

    A promise that had ended counted only what was paid of it, so nothing of it is awaited afterwards either.
    """
    ended = pledge is not None and pledge.state in ENDED_STATES
    gone = {line.need_item_id: line.amount for line in donation.lines}
    value = {line.need_item_id: line.value_fen for line in donation.lines if donation.kind == "goods"}
    unpledged = dict.fromkeys(gone, 0)
    if pledge is not None:
        for row in pledge.lines:
            row.paid -= gone.get(row.need_item_id, 0)
            if end and not ended:
                unpledged[row.need_item_id] = row.amount - row.paid
            elif ended:
                unpledged[row.need_item_id] = gone.get(row.need_item_id, 0)
        pledge.paid -= donation.amount
        if end and not ended:
            pledge.state, pledge.expires_at = "cancelled", None
        elif not ended:
            # Its time may be over, but the mistake was ours: it waits until it is paid or staff end it.
            pledge.state, pledge.expires_at = state_after_payment(pledge.amount, pledge.paid), None
    tx.flush()
    capacity.apply(tx, [
        Change(item, pledged=-unpledged[item], paid=-gone.get(item, 0) if pledge is not None else 0,
               received=-gone.get(item, 0), received_value_fen=-value.get(item, 0),
               delivered=-gone.get(item, 0) if donation.kind == "hours" else 0)
        for item in unpledged if unpledged[item] or gone.get(item)], subject=("donation", donation.id), on=on)


def free_promise(tx: Session, pledge: Pledge, fund: str, unpaid_fen: int, *, on: date, clock: Clock,
                 made_by: int) -> None:
    """The memorandum of a promise that ended falls by what is no longer awaited."""
    if unpaid_fen:
        store.post(tx, postings.pledge_freed(pledge.id, fund, unpaid_fen, on), clock=clock, made_by=made_by)


def check_spent(tx: Session, fund: str, amount_fen: int) -> int:
    """How much of `amount_fen` the fund lacks, in fen; money asked for by open requests counts as spent."""
    return max(0, amount_fen - store.free(tx, fund))
