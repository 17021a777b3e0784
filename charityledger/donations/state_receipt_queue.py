"""The queue of state receipts: every gift that one is due for, by what became of it. Read only.

Due are gifts of money, and goods at a value that evidence supports. To apply for is a gift that stands and has no
receipt that is not void; a page takes a fixed number of queries.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from .. import reference as references
from ..audit.models import Event
from ..errors import NotFound
from ..projects.models import SubProject
from .models import Donation, Donor, Pledge, StateReceipt
from .state_receipt_rows import row_id

PAGE_SIZE = 50
TO_APPLY = "to_apply"
STATES = (TO_APPLY, "issued", "voided", "waived", "anonymous")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_LIVE = aliased(StateReceipt, name="live")


@dataclass(frozen=True)
class Wanted:
    """What staff look for. `month`: 2026-04, when the gift came in. `words`: part of the donor's name, a credit code,
    a pledge's reference, the gift's own number, or the number of a receipt."""

    state: str = TO_APPLY
    month: str = ""
    words: str = ""


@dataclass(frozen=True)
class Row:
    """One gift: its live receipt (None: to apply for) and its void ones, the oldest first."""

    gift: Donation
    donor: Donor | None
    sub: SubProject | None
    reference: str
    live: StateReceipt | None
    voids: tuple[StateReceipt, ...] = ()

    @property
    def state(self) -> str:
        """As the queue sorts it; a gift that was undone has its void receipts and nothing to apply for."""
        if self.live is not None:
            return str(self.live.state)
        return TO_APPLY if self.gift.state == "received" else "undone"


@dataclass(frozen=True)
class Tally:
    """How many gifts of one state there are, and what they come to in fen."""

    gifts: int
    amount_fen: int


def first_of(month: str) -> date | None:
    """The first day of `2026-04`; None for what is no month."""
    found = _MONTH.fullmatch(month)
    return date(int(found[1]), int(found[2]), 1) if found and int(found[1]) else None


def tallies(session: Session, wanted: Wanted) -> dict[str, Tally]:
    """Of every state, under the same month and words. One query."""
    columns: list[ColumnElement[Any]] = []
    for state in STATES:
        columns += [func.count().filter(_in(state)),
                    func.coalesce(func.sum(Donation.value_fen).filter(_in(state)), 0)]
    found = session.execute(_looked_for(_joined(*columns), wanted)).one()
    return {state: Tally(found[2 * n], int(found[2 * n + 1])) for n, state in enumerate(STATES)}


def to_apply(session: Session) -> Tally:
    """How much waits altogether, for the desk. One query."""
    count, fen = session.execute(
        select(func.count(), func.coalesce(func.sum(Donation.value_fen), 0))
        .outerjoin(_LIVE, _IS_LIVE).where(_in(TO_APPLY))).one()
    return Tally(count, int(fen))


def page_of(session: Session, wanted: Wanted, page: int = 1) -> list[Row]:
    """One page: what is to be applied for by age, everything else the newest first. Two queries."""
    return _rows(session, _listed(wanted).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))


def listed(session: Session, wanted: Wanted) -> list[Row]:
    """All of them, in the order of the pages. Two queries."""
    return _rows(session, _listed(wanted))


def chosen(session: Session, donation_ids: Sequence[int]) -> list[Row]:
    """Of these gifts those that a receipt can be applied for: they stand and have none that is issued."""
    return _rows(session, _columns().where(
        Donation.id.in_(donation_ids), _DUE, Donation.state == "received",
        or_(_LIVE.id.is_(None), _LIVE.state != "issued")).order_by(Donation.received_on, Donation.id))


def of_gifts(session: Session, donation_ids: Sequence[int]) -> dict[int, StateReceipt]:
    """What became of these gifts' receipts, for the donor's own pages: the live one, else the last void one."""
    found: dict[int, StateReceipt] = {}
    if donation_ids:
        for row in session.scalars(select(StateReceipt).where(StateReceipt.donation_id.in_(donation_ids))
                                   .order_by(StateReceipt.id)):
            known = found.get(row.donation_id)
            if known is None or known.state == "voided":
                found[row.donation_id] = row
    return found


def tell(session: Session, donation_id: int) -> tuple[Row, list[Event]]:
    """One gift, and everything that happened to its receipts, oldest first. Raises NotFound, also for a gift that no
    state receipt is due for."""
    rows = _rows(session, _columns().where(Donation.id == donation_id, _DUE))
    if not rows:
        raise NotFound(what=f"gift {donation_id}")
    happened = session.scalars(select(Event).where(
        Event.subject_kind == "donation", Event.subject_id == str(donation_id),
        Event.kind.startswith("state_receipt_", autoescape=True)).order_by(Event.id))
    return rows[0], list(happened)


_DUE = or_(Donation.kind == "cash", and_(Donation.kind == "goods", Donation.value_fen > 0))
_IS_LIVE = and_(_LIVE.donation_id == Donation.id, _LIVE.state != "voided")
_VOIDED = exists().where(StateReceipt.donation_id == Donation.id, StateReceipt.state == "voided")


def _in(state: str) -> ColumnElement[bool]:
    if state == "voided":
        return _VOIDED
    if state == TO_APPLY:
        return and_(_DUE, Donation.state == "received", _LIVE.id.is_(None))
    return and_(Donation.state == "received", _LIVE.state == state)


def _joined(*columns: Any) -> Select[Any]:
    return (select(*columns).select_from(Donation).outerjoin(_LIVE, _IS_LIVE)
            .outerjoin(Donor, Donor.id == Donation.donor_id).outerjoin(Pledge, Pledge.id == Donation.pledge_id))


def _columns() -> Select[Any]:
    return _joined(Donation, Donor, SubProject, Pledge.reference, _LIVE).outerjoin(
        SubProject, SubProject.id == Donation.sub_project_id)


def _listed(wanted: Wanted) -> Select[Any]:
    query = _looked_for(_columns(), wanted).where(_in(wanted.state))
    if wanted.state == TO_APPLY:
        return query.order_by(Donation.received_on, Donation.id)
    return query.order_by(Donation.received_on.desc(), Donation.id.desc())


def _looked_for(query: Select[Any], wanted: Wanted) -> Select[Any]:
    first = first_of(wanted.month)
    if first is not None:
        after = date(first.year + first.month // 12, first.month % 12 + 1, 1) if first.year < 9999 else date.max
        query = query.where(Donation.received_on >= first, Donation.received_on < after)
    words = wanted.words.strip()
    if words:
        plain = "".join(words.split())
        tests = [Donor.name.contains(words, autoescape=True), Donor.uscc == plain.upper(),
                 Pledge.reference.in_(references.parse(words)),
                 exists().where(StateReceipt.donation_id == Donation.id, StateReceipt.number == plain)]
        number = row_id(plain)
        query = query.where(or_(*tests, *([Donation.id == number] if number is not None else [])))
    return query


def _rows(session: Session, query: Select[Any]) -> list[Row]:
    found = session.execute(query).all()
    voids: dict[int, list[StateReceipt]] = {}
    for receipt in session.scalars(select(StateReceipt).where(
            StateReceipt.donation_id.in_([gift.id for gift, *_more in found]), StateReceipt.state == "voided")
            .order_by(StateReceipt.id)):
        voids.setdefault(receipt.donation_id, []).append(receipt)
    return [Row(gift, donor, sub, reference or "", live, tuple(voids.get(gift.id, ())))
            for gift, donor, sub, reference, live in found]
