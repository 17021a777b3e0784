"""Which payments a gift met: per need item, first in, first out.

The money of one fund is one pot, so this is a convention and not a fact of the books; it is the same on every page,
and no payment is ever shown as met twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from .models import Disbursement, DisbursementLine, Donation, DonationLine


@dataclass(frozen=True)
class GiftPart:
    """So much of a gift for one need item, in the order in which gifts came."""

    donation_id: int
    need_item_id: int
    amount_fen: int


@dataclass(frozen=True)
class PaymentPart:
    """So much of a payment for one need item, in the order in which payments were made."""

    disbursement_id: int
    need_item_id: int
    amount_fen: int
    paid_on: date | None
    delivered_on: date | None


@dataclass(frozen=True)
class Use:
    """So much of a gift went into a payment."""

    donation_id: int
    need_item_id: int
    amount_fen: int
    disbursement_id: int
    paid_on: date | None
    delivered_on: date | None


def match(gifts: Iterable[GiftPart], payments: Iterable[PaymentPart]) -> list[Use]:
    """Each payment takes from the oldest gifts to its item that have something left. Pure. Both in their order."""
    queues: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for gift in gifts:
        queues[gift.need_item_id].append((gift.donation_id, gift.amount_fen))
    heads: dict[int, int] = defaultdict(int)
    taken: dict[int, int] = defaultdict(int)    # of the gift at the head
    uses = []
    for payment in payments:
        item, wanted, queue = payment.need_item_id, payment.amount_fen, queues[payment.need_item_id]
        while wanted and heads[item] < len(queue):
            donation_id, amount_fen = queue[heads[item]]
            part = min(wanted, amount_fen - taken[item])
            uses.append(Use(donation_id, item, part, payment.disbursement_id, payment.paid_on, payment.delivered_on))
            wanted -= part
            taken[item] += part
            if taken[item] == amount_fen:
                heads[item], taken[item] = heads[item] + 1, 0
    return uses


def uses_of(session: Session, donation_ids: Sequence[int]) -> dict[int, list[Use]]:
    """What these gifts of money met so far, by donation. Two queries over the items that they went to."""
    if not donation_ids:
        return {}
    items = list(session.scalars(select(DonationLine.need_item_id).distinct()
                                 .where(DonationLine.donation_id.in_(donation_ids))))
    gifts = session.execute(
        select(DonationLine.donation_id, DonationLine.need_item_id, DonationLine.amount)
        .join(Donation, Donation.id == DonationLine.donation_id)
        .where(DonationLine.need_item_id.in_(items), Donation.kind == "cash", Donation.state == "received",
               DonationLine.amount > 0)
        .order_by(Donation.received_on, Donation.id, DonationLine.id))
    payments = session.execute(
        select(DisbursementLine.disbursement_id, DisbursementLine.need_item_id, DisbursementLine.amount_fen,
               Disbursement.paid_on, Disbursement.delivered_on)
        .join(Disbursement, Disbursement.id == DisbursementLine.disbursement_id)
        .where(DisbursementLine.need_item_id.in_(items), Disbursement.state == "paid")
        .order_by(Disbursement.paid_on, Disbursement.id, DisbursementLine.id))
    wanted = set(donation_ids)
    found: dict[int, list[Use]] = {donation_id: [] for donation_id in donation_ids}
    for use in match((GiftPart(*row) for row in gifts), (PaymentPart(*row) for row in payments)):
        if use.donation_id in wanted:
            found[use.donation_id].append(use)
    return found
