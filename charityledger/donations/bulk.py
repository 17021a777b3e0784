"""Many lines keep their promises at once: what `receipts.pay_pledge` does for one, set by set.

Each match is taken by itself: one whose line or promise changed meanwhile is refused with its reason, and nothing of it
is written. Locks are taken in the order that every writer keeps: pledges, need items, funds, accounts.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ..audit import events
from ..clock import Clock
from ..errors import CharityLedgerError, LineOverused, NotFound, WrongState
from ..identity.actor import Actor
from ..ledger import postings, store
from ..ledger.store import Posting
from ..many import insert_many, next_ids, update_many
from ..projects import capacity
from ..projects.capacity import Change, Step
from ..projects.models import SubProject
from . import gifts, lines
from .adoption import confirm_by_payment
from .models import (
    Allocation,
    Donation,
    DonationLine,
    LineNote,
    MoneyAccount,
    Pledge,
    PledgeLine,
    StatementLine,
)
from .rules import LIVE_STATES, Part, spread


@dataclass(frozen=True, slots=True)
class Match:
    """One line that keeps promises. `parts`: (pledge id, fen), at most what is left of the line in all.

    `code` and `facts` (JSON) say why, for the line's history; `tier` is None where a person decided. `fee_line_ids`:
    what the wallet kept of the same order, on the same account.
    """

    line_id: int
    parts: tuple[tuple[int, int], ...]
    tier: int | None
    code: str
    facts: str = "{}"
    fee_line_ids: tuple[int, ...] = ()


@dataclass
class Outcome:
    """`confirmed`: line ids, of fees too. `refused`: why nothing was written of a line."""

    confirmed: list[int] = field(default_factory=list)
    refused: dict[int, CharityLedgerError] = field(default_factory=dict)


@dataclass(frozen=True)
class _Gift:
    """One part of a match that can be written."""

    match: Match
    line: StatementLine
    pledge: Pledge
    fen: int
    on: date
    parts: list[Part]
    fund: str


@dataclass(frozen=True)
class _Fee:
    """A fee line that goes with a gift."""

    line: StatementLine
    fund: str
    on: date


def confirm_many(tx: Session, matches: Sequence[Match], *, actor: Actor, clock: Clock,
                 fee_fund: str | None = None) -> Outcome:
    """Book the matches inside the caller's transaction; a few hundred at a time keep it short.

    `fee_fund`: who bears wallets' fees, where that is not the gift's own fund.
    """
    if not matches:
        return Outcome()
    found = _Found(tx, matches, actor, clock)
    outcome = Outcome()
    written: list[_Gift] = []
    for match in matches:
        try:
            written += found.take(match)
        except CharityLedgerError as error:
            outcome.refused[match.line_id] = error
    fees = found.fees(tx, written, fee_fund)
    _write(tx, written, fees, found.accounts, fee_fund, actor, clock)
    outcome.confirmed = [*dict.fromkeys(gift.line.id for gift in written), *(fee.line.id for fee in fees)]
    return outcome


class _Found:
    """Lines and promises of some matches, locked, and what is left of them as match after match is taken."""

    def __init__(self, tx: Session, matches: Sequence[Match], actor: Actor, clock: Clock) -> None:
        wanted = {pledge_id for match in matches for pledge_id, _ in match.parts}
        query = (select(Pledge).where(Pledge.id.in_(wanted)).order_by(Pledge.id).with_for_update()
                 .options(selectinload(Pledge.lines), selectinload(Pledge.instalments))
                 .execution_options(populate_existing=True))
        self.pledges: Mapping[int, Pledge] = {pledge.id: pledge for pledge in tx.scalars(query)}
        ids = {number for match in matches for number in (match.line_id, *match.fee_line_ids)}
        rows = tx.scalars(select(StatementLine).where(StatementLine.id.in_(ids)).order_by(StatementLine.id)
                          .with_for_update().execution_options(populate_existing=True))
        self.lines: Mapping[int, StatementLine] = {line.id: line for line in rows}
        self.left = {line.id: lines.left_of(line) for line in self.lines.values()}
        self.days = lines.booking_days(tx, list(self.lines.values()), clock)
        self.accounts: Mapping[str, str] = dict(tx.execute(
            select(MoneyAccount.code, MoneyAccount.ledger_account)).all())
        self.funds: Mapping[int, str] = dict(tx.execute(select(SubProject.id, SubProject.code).where(
            SubProject.id.in_({pledge.sub_project_id for pledge in self.pledges.values()}))).all())
        for match in matches:
            for pledge_id, _ in match.parts:
                pledge = self.pledges.get(pledge_id)
                if pledge is not None and pledge.state == "reserved" and match.line_id in self.lines:
                    confirm_by_payment(tx, pledge, actor, clock, self.days[match.line_id])

    def take(self, match: Match) -> list[_Gift]:
        """The gifts of a match, and its promises kept in memory. Raises what stands in the way, before anything."""
        line = self.lines.get(match.line_id)
        if line is None:
            raise NotFound(what=f"line {match.line_id}")
        wanted = sum(fen for _, fen in match.parts)
        if not match.parts or wanted > self.left[line.id] or any(fen <= 0 for _, fen in match.parts):
            raise LineOverused(line_id=line.id, left_fen=self.left[line.id], requested_fen=wanted)
        asked: dict[int, int] = defaultdict(int)
        for pledge_id, fen in match.parts:
            asked[pledge_id] += fen
        for pledge_id, fen in asked.items():
            pledge = self.pledges.get(pledge_id)
            if pledge is None:
                raise NotFound(what=f"pledge {pledge_id}")
            if pledge.kind != "cash" or pledge.state not in LIVE_STATES or pledge.outstanding < fen:
                raise WrongState(subject=pledge.reference, state=pledge.state, wanted="pledged")
        self.left[line.id] -= wanted
        return [self._gift(match, line, self.pledges[pledge_id], fen) for pledge_id, fen in match.parts]

    def _gift(self, match: Match, line: StatementLine, pledge: Pledge, fen: int) -> _Gift:
        parts = spread(fen, gifts.unpaid_parts(pledge))
        gifts.mark_paid(pledge, parts)
        return _Gift(match, line, pledge, fen, self.days[line.id], parts, self.funds[pledge.sub_project_id])

    def fees(self, tx: Session, written: Sequence[_Gift], fee_fund: str | None) -> list[_Fee]:
        """What the wallet kept of these gifts, as far as it is whole, and as far as the general fund can bear it."""
        first: dict[int, _Gift] = {}
        for gift in written:
            first.setdefault(gift.match.line_id, gift)
        bearable = store.free(tx, fee_fund) if fee_fund is not None else None
        fees = []
        for gift in first.values():
            for line_id in gift.match.fee_line_ids:
                line = self.lines.get(line_id)
                if line is None or line.amount_fen >= 0 or line.account_code != gift.line.account_code or \
                        self.left[line_id] != -line.amount_fen:
                    continue
                if bearable is not None:
                    if bearable + line.amount_fen < 0:
                        continue
                    bearable += line.amount_fen
                self.left[line_id] = 0
                fees.append(_Fee(line, fee_fund or gift.fund, max(self.days[line_id], gift.on)))
        return fees


def _write(tx: Session, written: Sequence[_Gift], fees: Sequence[_Fee], accounts: Mapping[str, str],
           fee_fund: str | None, actor: Actor, clock: Clock) -> None:
    """Each table in one statement; the entries of the books before the gifts that point at them."""
    tx.expunge_all()        # promises were kept in memory only: they are written set by set below
    _keep_promises(tx, written)
    numbers = next_ids(tx, Donation.__table__, len(written))
    capacity.apply_many(tx, [
        Step([Change(part.need_item_id, paid=part.amount, received=part.amount) for part in gift.parts],
             ("donation", number), gift.on, gift.pledge.pledged_on)
        for number, gift in zip(numbers, written, strict=True)])
    carried = _carried(written)
    entries = store.post_many(tx, [
        *(Posting(postings.gift(number, accounts[gift.line.account_code], gift.fund, gift.fen, gift.on,
                                kept_fen=gift.fen, fee_fen=carried[n], fee_fund=fee_fund), actor.user_id)
          for n, (number, gift) in enumerate(zip(numbers, written, strict=True))),
        *(Posting(postings.wallet_fee(fee.line.id, accounts[fee.line.account_code], fee.fund, -fee.line.amount_fen,
                                      fee.on), actor.user_id) for fee in fees)], clock=clock)
    insert_many(tx, Donation.__table__, [
        {"id": number, "kind": "cash", "donor_id": gift.pledge.donor_id, "pledge_id": gift.pledge.id,
         "sub_project_id": gift.pledge.sub_project_id, "received_on": gift.on, "amount": gift.fen,
         "value_fen": gift.fen, "shown": gift.pledge.shown, "entry_id": entry_id, "statement_line_id": gift.line.id,
         "recorded_by": actor.user_id}
        for number, entry_id, gift in zip(numbers, entries, written, strict=False)])
    insert_many(tx, DonationLine.__table__, [
        {"donation_id": number, "need_item_id": part.need_item_id, "amount": part.amount, "value_fen": part.amount}
        for number, gift in zip(numbers, written, strict=True) for part in gift.parts])
    _explain(tx, numbers, entries, written, fees, actor, clock)


def _keep_promises(tx: Session, written: Sequence[_Gift]) -> None:
    pledges = {gift.pledge.id: gift.pledge for gift in written}
    update_many(tx, Pledge.__table__, [
        {"id": pledge.id, "paid": pledge.paid, "state": pledge.state, "expires_at": pledge.expires_at}
        for pledge in pledges.values()])
    update_many(tx, PledgeLine.__table__, [
        {"id": line.id, "paid": line.paid} for pledge in pledges.values() for line in pledge.lines])


def _carried(written: Sequence[_Gift]) -> list[int]:
    """The fee that each gift's entry carries: that of a line entered by hand with one, in its first entry."""
    seen: set[int] = set()
    carried = []
    for gift in written:
        first = gift.line.id not in seen and not gift.line.fee_booked
        carried.append(gift.line.fee_fen if first else 0)
        seen.add(gift.line.id)
    return carried


def _explain(tx: Session, numbers: Sequence[int], entries: Sequence[int], written: Sequence[_Gift],
             fees: Sequence[_Fee], actor: Actor, clock: Clock) -> None:
    """What each line became, why, and the history."""
    now = clock.now()
    of_gifts, of_fees = entries[:len(written)], entries[len(written):]
    insert_many(tx, Allocation.__table__, [
        *({"statement_line_id": gift.line.id, "kind": "donation", "subject_id": number, "entry_id": entry_id,
           "amount_fen": gift.fen} for number, entry_id, gift in zip(numbers, of_gifts, written, strict=True)),
        *({"statement_line_id": fee.line.id, "kind": "fee", "subject_id": fee.line.id, "entry_id": entry_id,
           "amount_fen": -fee.line.amount_fen} for entry_id, fee in zip(of_fees, fees, strict=True))])
    used = {gift.line.id: gift.line for gift in written}
    update_many(tx, StatementLine.__table__, [
        {"id": line.id, "fee_booked": line.fee_booked or line.fee_fen > 0, "held": False}
        for line in used.values() if line.held or (line.fee_fen and not line.fee_booked)])
    matches = {gift.match.line_id: gift.match for gift in written}
    insert_many(tx, LineNote.__table__, [
        {"statement_line_id": line_id, "step": "matched", "tier": match.tier, "code": match.code,
         "facts": match.facts, "by": actor.user_id, "at": now}
        for match in matches.values() for line_id in (match.line_id, *(
            fee.line.id for fee in fees if fee.line.id in match.fee_line_ids))])
    events.record_many(tx, [
        *(events.Told("gift_received", ("donation", number), {
            "amount_fen": gift.fen, "suspense_fen": 0, "pledge": gift.pledge.id, "entry": entry_id,
            "line": gift.line.id}) for number, entry_id, gift in zip(numbers, of_gifts, written, strict=True)),
        *(events.Told("wallet_fee", ("statement_line", fee.line.id), {
            "amount_fen": -fee.line.amount_fen, "entry": entry_id})
          for entry_id, fee in zip(of_fees, fees, strict=True))], actor_id=actor.user_id, at=now)
