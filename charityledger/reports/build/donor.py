"""Builds a donor's annual statement: gifts, promises and what the projects bought, never added to each other."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...donations.models import Disbursement, Donation, Donor, Instalment, Pledge
from ...donations.rules import LIVE_STATES, paid_instalments
from ...errors import NotFound
from ...ledger import numbering
from ...projects.models import SubProject
from ..documents import BoughtLine, DonorStatement, GiftLine, PledgeLine
from ..models import IssuedDocument
from .common import Reading, title, word


def build(session: Session, reading: Reading, *, donor_id: int, year: int) -> DonorStatement:
    """Raises NotFound for an unknown donor."""
    donor = session.get(Donor, donor_id)
    if donor is None:
        raise NotFound(what=f"donor {donor_id}")
    starts_on, ends_on = date(year, 1, 1), date(year, 12, 31)
    gifts = session.scalars(
        select(Donation).where(Donation.donor_id == donor_id, Donation.state == "received",
                               Donation.received_on.between(starts_on, ends_on))
        .order_by(Donation.received_on, Donation.id)).all()
    subs = {s.id: s for s in session.scalars(select(SubProject))}
    lines = tuple(_gift(session, g, subs, reading) for g in gifts)
    totals = {kind: sum(line.amount for line in lines if line.kind == kind) for kind in ("cash", "goods", "hours")}
    return DonorStatement(
        reading.language, reading.organisation, reading.provenance, donor.name, donor.uscc or "", starts_on, ends_on,
        lines, totals["cash"], totals["goods"], totals["hours"], _pledges(session, donor_id, subs, reading),
        _bought(session, {g.sub_project_id for g in gifts if g.sub_project_id}, min(
            (g.received_on for g in gifts), default=starts_on), ends_on, subs, reading))


def _gift(session: Session, gift: Donation, subs: dict[int, SubProject], reading: Reading) -> GiftLine:
    sub = subs.get(gift.sub_project_id or 0)
    receipt = session.scalar(select(IssuedDocument.number).where(
        IssuedDocument.kind == "receipt", IssuedDocument.subject == str(gift.id))
        .order_by(IssuedDocument.id.desc()).limit(1))
    what = ""
    if gift.kind == "goods":
        what = word(reading.language, f"{gift.amount:,} 件", f"{gift.amount:,} units")
    return GiftLine(
        gift.received_on, sub.code if sub else "GEN",
        title(sub, reading.language) if sub else word(reading.language, "非限定性资金", "General fund"),
        gift.kind, what, gift.amount if gift.kind == "hours" else gift.value_fen,  # type: ignore[arg-type]
        receipt or word(reading.language, "未开", "none yet"))


def _pledges(session: Session, donor_id: int, subs: dict[int, SubProject], reading: Reading) -> tuple[PledgeLine, ...]:
    """What is promised and has not come in, as it stands when the statement is read."""
    rows = session.scalars(select(Pledge).where(Pledge.donor_id == donor_id, Pledge.state.in_(LIVE_STATES))
                           .order_by(Pledge.id)).all()
    return tuple(PledgeLine(
        p.pledged_on or p.reserved_at.date(), p.reference, subs[p.sub_project_id].code,
        title(subs[p.sub_project_id], reading.language), p.kind, _value(session, p, p.amount),  # type: ignore[arg-type]
        _value(session, p, p.paid), _value(session, p, p.amount) - _value(session, p, p.paid), _next_due(session, p))
        for p in rows)


def _value(session: Session, pledge: Pledge, amount: int) -> int:
    """Fen for money, fen at the catalogue's price for goods (one item to a pledge of goods), hours for hours."""
    if pledge.kind != "goods":
        return amount
    from ...projects.models import NeedItem

    return amount * session.get_one(NeedItem, pledge.lines[0].need_item_id).unit_price_fen


def _next_due(session: Session, pledge: Pledge) -> date | None:
    plan = session.scalars(select(Instalment).where(Instalment.pledge_id == pledge.id)
                           .order_by(Instalment.number)).all()
    paid = paid_instalments(pledge.paid, [i.amount_fen for i in plan])
    return next((i.due_on for i, fen in zip(plan, paid, strict=True) if fen < i.amount_fen), None)


def _bought(session: Session, sub_ids: set[int], since: date, until: date, subs: dict[int, SubProject],
            reading: Reading) -> tuple[BoughtLine, ...]:
    if not sub_ids:
        return ()
    rows = session.scalars(select(Disbursement).where(
        Disbursement.sub_project_id.in_(sub_ids), Disbursement.state == "paid",
        Disbursement.paid_on.between(since, until)).order_by(Disbursement.paid_on, Disbursement.id)).all()
    vouchers = numbering.of_entries(session, [r.entry_id for r in rows if r.entry_id])
    return tuple(BoughtLine(
        r.paid_on or until, subs[r.sub_project_id].code, title(subs[r.sub_project_id], reading.language),
        word(reading.language, r.bought_zh, r.bought_en or r.bought_zh), vouchers.get(r.entry_id or 0, ""),
        r.amount_fen, r.delivered_on) for r in rows)
