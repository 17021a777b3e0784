"""What a donor's own page adds up: promised and awaited, received, and what of it was paid out. Money only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, selectinload

from ..projects.models import SubProject
from .models import Donation, Instalment, Pledge
from .rules import LIVE_STATES, next_due
from .tracing import uses_of


@dataclass(frozen=True)
class Giving:
    """A donor's figures in fen; goods and hours are told pledge by pledge. `left_in`: projects with money not used."""

    outstanding_fen: int
    next_due: date | None
    received_fen: int
    gifts: int
    disbursed_fen: int
    left_in: int
    years: tuple[int, ...]

    @property
    def left_fen(self) -> int:
        return self.received_fen - self.disbursed_fen


@dataclass(frozen=True)
class LooseGift:
    """A gift that no pledge announced."""

    gift: Donation
    sub: SubProject | None
    used_fen: int


def figures(session: Session, donor_id: int) -> Giving:
    """A donor's figures, over all pledges and gifts."""
    outstanding_fen = session.scalar(
        select(func.coalesce(func.sum(Pledge.amount - Pledge.paid), 0)).where(
            Pledge.donor_id == donor_id, Pledge.kind == "cash", Pledge.state.in_(LIVE_STATES))) or 0
    gifts = session.scalars(select(Donation).where(Donation.donor_id == donor_id, Donation.state == "received")).all()
    money = {gift.id: gift for gift in gifts if gift.kind == "cash"}
    used = {gift_id: sum(use.amount_fen for use in uses) for gift_id, uses in uses_of(session, list(money)).items()}
    left_in = {gift.sub_project_id for gift in money.values() if used.get(gift.id, 0) < gift.amount}
    return Giving(int(outstanding_fen), _next_due(session, donor_id), sum(gift.amount for gift in money.values()),
                  len(money), sum(used.values()), len(left_in),
                  tuple(sorted({gift.received_on.year for gift in gifts}, reverse=True)))


def _next_due(session: Session, donor_id: int) -> date | None:
    """The earliest instalment that is not all in."""
    live = session.scalars(select(Pledge).where(
        Pledge.donor_id == donor_id, Pledge.state.in_(LIVE_STATES), Pledge.id.in_(select(Instalment.pledge_id)),
    ).options(selectinload(Pledge.instalments))).all()
    days = [next_due(pledge.paid, [(i.due_on, i.amount_fen) for i in pledge.instalments]) for pledge in live]
    return min((day for day in days if day), default=None)


def page_of_pledges(session: Session, donor_id: int, *, page: int, size: int) -> tuple[Sequence[Pledge], int]:
    """(one page of a donor's pledges, how many there are): those that wait for the donor first, then the newest."""
    query = select(Pledge).where(Pledge.donor_id == donor_id)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    waiting = case((Pledge.state == "reserved", 0), else_=1)
    return session.scalars(query.order_by(waiting, Pledge.id.desc()).limit(size).offset((page - 1) * size)).all(), total


def loose_gifts(session: Session, donor_id: int, *, most: int) -> list[LooseGift]:
    """Gifts without a pledge, newest first."""
    rows = session.scalars(select(Donation).where(
        Donation.donor_id == donor_id, Donation.pledge_id.is_(None), Donation.state == "received")
        .order_by(Donation.received_on.desc(), Donation.id.desc()).limit(most)).all()
    uses = uses_of(session, [row.id for row in rows if row.kind == "cash"])
    subs = {sub.id: sub for sub in session.scalars(select(SubProject).where(
        SubProject.id.in_({row.sub_project_id for row in rows if row.sub_project_id})))}
    return [LooseGift(row, subs.get(row.sub_project_id or 0), sum(use.amount_fen for use in uses.get(row.id, ())))
            for row in rows]
