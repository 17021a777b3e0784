"""What a donor reads about a pledge: its parts, instalments, payments, and where the money went. Read only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ..errors import NotFound
from ..ledger.models import JournalEntry
from ..projects.models import NeedItem, SubProject
from .models import Disbursement, Donation, DonationLine, Pledge
from .rules import COUNTED_STATES, LIVE_STATES, paid_instalments
from .tracing import Use, uses_of


@dataclass(frozen=True)
class StoryLine:
    """The part of a pledge for one need item, in the item's measure."""

    item: NeedItem
    amount: int
    paid: int

    @property
    def units(self) -> int | None:
        """Whole units that the part comes to; None for a share that is none."""
        if self.item.kind != "cash":
            return self.amount
        price = self.item.unit_price_fen
        return self.amount // price if price and self.amount % price == 0 else None


@dataclass(frozen=True)
class StoryInstalment:
    """One instalment and how much of it has come in."""

    number: int
    due_on: date
    amount_fen: int
    paid_fen: int

    @property
    def open_fen(self) -> int:
        return self.amount_fen - self.paid_fen


@dataclass(frozen=True)
class StoryPayment:
    """A payment that the pledge's money went into; `amount_fen` is the pledge's part of it."""

    disbursement: Disbursement
    amount_fen: int


@dataclass(frozen=True)
class StoryRefund:
    """A gift of money that went back to who gave it."""

    gift: Donation
    refunded_on: date

    @property
    def amount_fen(self) -> int:
        return self.gift.amount


@dataclass(frozen=True)
class Story:
    """A pledge from its reservation to what it bought."""

    pledge: Pledge
    sub: SubProject
    lines: tuple[StoryLine, ...]
    instalments: tuple[StoryInstalment, ...]
    gifts: tuple[Donation, ...]
    payments: tuple[StoryPayment, ...]
    handed_over: int                    # goods: units passed on
    refunds: tuple[StoryRefund, ...]

    @property
    def live(self) -> bool:
        """Whether something promised is still awaited."""
        return self.pledge.state in LIVE_STATES

    @property
    def counted(self) -> bool:
        """Whether it is a promise that stands, kept or not: what has papers."""
        return self.pledge.state in COUNTED_STATES

    @property
    def outstanding(self) -> int:
        """Promised and still awaited, in the pledge's measure."""
        return self.pledge.outstanding if self.live else 0

    @property
    def next_instalment(self) -> StoryInstalment | None:
        """The oldest one that is not all in, while the pledge lives."""
        return next((i for i in self.instalments if i.open_fen), None) if self.live else None

    @property
    def to_pay_fen(self) -> int:
        """What to pay next: the oldest instalment's open part, or all that is open."""
        return self.next_instalment.open_fen if self.next_instalment else self.outstanding

    @property
    def refunded_fen(self) -> int:
        return sum(refund.amount_fen for refund in self.refunds)

    @property
    def disbursed_fen(self) -> int:
        return sum(payment.amount_fen for payment in self.payments)

    @property
    def delivered(self) -> tuple[StoryPayment, ...]:
        """Payments whose purchase has arrived and was accepted."""
        return tuple(p for p in self.payments if p.disbursement.delivered_on is not None)

    @property
    def delivered_fen(self) -> int:
        return sum(payment.amount_fen for payment in self.delivered)

    @property
    def step(self) -> str:
        """The step of the chain that the pledge has reached last."""
        if self.pledge.state == "reserved":
            return "adopted"
        if self.delivered or (self.handed_over and self.pledge.kind == "goods"):
            return "delivered"
        if self.payments:
            return "disbursed"
        return "received" if self.pledge.paid else "pledged"


def pledge_told(session: Session, pledge_id: int) -> Story:
    """The story of one pledge. Raises NotFound."""
    pledge = session.get(Pledge, pledge_id)
    if pledge is None:
        raise NotFound(what=f"pledge {pledge_id}")
    return of_pledges(session, [pledge])[0]


def of_pledges(session: Session, pledges: Sequence[Pledge]) -> list[Story]:
    """The stories of these pledges, in their order; the number of queries does not grow with them."""
    ids = [pledge.id for pledge in pledges]
    # One query each fills the relationships of all of them.
    session.scalars(select(Pledge).where(Pledge.id.in_(ids)).options(
        selectinload(Pledge.lines), selectinload(Pledge.instalments)).execution_options(populate_existing=True)).all()
    items = {item.id: item for item in session.scalars(select(NeedItem).where(
        NeedItem.id.in_({line.need_item_id for pledge in pledges for line in pledge.lines})))}
    subs = {sub.id: sub for sub in session.scalars(select(SubProject).where(
        SubProject.id.in_({pledge.sub_project_id for pledge in pledges})))}
    gifts: dict[int, list[Donation]] = {pledge_id: [] for pledge_id in ids}
    back: dict[int, list[Donation]] = {pledge_id: [] for pledge_id in ids}
    for gift in session.scalars(select(Donation).where(Donation.pledge_id.in_(ids),
                                                       Donation.state.in_(("received", "refunded")))
                                .options(selectinload(Donation.lines)).order_by(Donation.received_on, Donation.id)):
        (gifts if gift.state == "received" else back)[gift.pledge_id or 0].append(gift)
    refunded_on = _refunded_on(session, [gift.id for many in back.values() for gift in many])
    uses = uses_of(session, [g.id for many in gifts.values() for g in many if g.kind == "cash"])
    paid_out = disbursements(session, uses.values())
    return [_story(pledge, subs[pledge.sub_project_id], items, gifts[pledge.id], uses, paid_out,
                   [StoryRefund(gift, refunded_on[gift.id]) for gift in back[pledge.id]]) for pledge in pledges]


def _refunded_on(session: Session, gift_ids: Sequence[int]) -> dict[int, date]:
    """The days on which these gifts were booked as sent back, by gift."""
    if not gift_ids:
        return {}
    return dict(session.execute(select(JournalEntry.subject_id, JournalEntry.effective_on).where(
        JournalEntry.kind == "refund", JournalEntry.subject_kind == "donation",
        JournalEntry.subject_id.in_(gift_ids))).all())


def disbursements(session: Session, uses: Iterable[Iterable[Use]]) -> dict[int, Disbursement]:
    """The payments behind some uses, by id."""
    ids = {use.disbursement_id for many in uses for use in many}
    return {d.id: d for d in session.scalars(select(Disbursement).where(Disbursement.id.in_(ids)))}


def _story(pledge: Pledge, sub: SubProject, items: dict[int, NeedItem], gifts: Sequence[Donation],
           uses: dict[int, list[Use]], paid_out: dict[int, Disbursement], refunds: Iterable[StoryRefund]) -> Story:
    shares: dict[int, int] = {}
    for gift in gifts:
        for use in uses.get(gift.id, ()):
            shares[use.disbursement_id] = shares.get(use.disbursement_id, 0) + use.amount_fen
    amounts = [i.amount_fen for i in pledge.instalments]
    parts: Iterable[DonationLine] = (line for gift in gifts for line in gift.lines)
    return Story(
        pledge, sub, tuple(StoryLine(items[row.need_item_id], row.amount, row.paid) for row in pledge.lines),
        tuple(StoryInstalment(i.number, i.due_on, i.amount_fen, paid) for i, paid in
              zip(pledge.instalments, paid_instalments(pledge.paid, amounts), strict=True)),
        tuple(gifts), tuple(StoryPayment(paid_out[i], fen) for i, fen in sorted(
            shares.items(), key=lambda share: (paid_out[share[0]].paid_on or date.min, share[0]))),
        sum(line.handed_over for line in parts), tuple(refunds))
