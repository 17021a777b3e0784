"""Who adopted a project. Nobody is named who did not choose it: names of the others never leave the database query.

`shown` full: the name as given; short: a form of address; none: only counted (promise 10).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import case, func, literal, select
from sqlalchemy.orm import Session

from ..donations.models import Donation, DonationLine, Donor, Pledge, PledgeLine
from ..donations.rules import COUNTED_STATES, short_name


@dataclass
class Adopter:
    """One row of the table, in the measure of `kind`; `items` is what it was for: need item id and amount.

    A row without a name counts `people` who did not want theirs shown, or `gifts` whose giver nobody knows.
    """

    kind: str
    name: str
    since: date
    people: int = 0
    gifts: int = 0
    pledged: int = 0
    received: int = 0
    items: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Share:
    """Part of a pledge or gift."""

    id: int
    donor_id: int | None
    shown: str
    name: str
    donor_kind: str
    kind: str
    on: date
    need_item_id: int
    pledged: int
    received: int


def of_project(session: Session, sub_project_id: int) -> list[Adopter]:
    """The table's rows, oldest first within each kind, those only counted last. Two queries.

    Never ordered by amount: giving is no contest.
    """
    rows: dict[tuple[object, ...], Adopter] = {}
    counted: dict[tuple[object, ...], set[int]] = {}
    for share in [*_pledged(session, sub_project_id), *_given(session, sub_project_id)]:
        row, key = _row(rows, share)
        row.pledged += share.pledged
        row.received += share.received
        row.since = min(row.since, share.on)
        row.items[share.need_item_id] = row.items.get(share.need_item_id, 0) + (share.pledged or share.received)
        if not row.name:
            known = counted.setdefault(key, set())
            known.add(share.id if share.donor_id is None else share.donor_id)
            row.people, row.gifts = (0, len(known)) if share.donor_id is None else (len(known), 0)
    order = {"cash": 0, "goods": 1, "hours": 2}
    return sorted(rows.values(), key=lambda row: (order[row.kind], not row.name, row.since))


def _row(rows: dict[tuple[object, ...], Adopter], share: _Share) -> tuple[Adopter, tuple[object, ...]]:
    """The row that a share belongs to, and its key."""
    key: tuple[object, ...] = (share.kind, "counted" if share.donor_id is not None else "unknown")
    name = ""
    if share.shown != "none" and share.name:
        key = (share.kind, share.donor_id, share.shown)
        name = share.name if share.shown == "full" else short_name(share.name, share.donor_kind)
    return rows.setdefault(key, Adopter(share.kind, name, share.on)), key


# A merged donor counts as the one that stayed.
_DONOR = func.coalesce(Donor.merged_into_id, Donor.id)


def _pledged(session: Session, sub_project_id: int) -> Iterable[_Share]:
    whole = Pledge.state.in_(COUNTED_STATES)
    shown = case((Pledge.may_be_named, Pledge.shown), else_=literal("none"))
    query = (select(Pledge.id, _DONOR, shown, case((shown != "none", Donor.name), else_=literal("")),
                    Donor.kind, Pledge.kind, Pledge.pledged_on, PledgeLine.need_item_id,
                    case((whole, PledgeLine.amount), else_=PledgeLine.paid), PledgeLine.paid)
             .join(Pledge, Pledge.id == PledgeLine.pledge_id).join(Donor, Donor.id == Pledge.donor_id)
             .where(Pledge.sub_project_id == sub_project_id, Pledge.pledged_on.is_not(None),
                    whole | (PledgeLine.paid > 0)).order_by(Pledge.pledged_on, Pledge.id, PledgeLine.id))
    return [_Share(*row) for row in session.execute(query)]


def _given(session: Session, sub_project_id: int) -> Iterable[_Share]:
    """Gifts that no pledge announced."""
    shown = case((Donation.donor_id.is_(None), literal("none")), else_=Donation.shown)
    query = (select(Donation.id, _DONOR, shown, case((shown != "none", Donor.name), else_=literal("")), Donor.kind,
                    Donation.kind, Donation.received_on, DonationLine.need_item_id, literal(0), DonationLine.amount)
             .join(Donation, Donation.id == DonationLine.donation_id)
             .outerjoin(Donor, Donor.id == Donation.donor_id)
             .where(Donation.sub_project_id == sub_project_id, Donation.pledge_id.is_(None),
                    Donation.state == "received").order_by(Donation.received_on, Donation.id, DonationLine.id))
    return [_Share(*row) for row in session.execute(query)]
