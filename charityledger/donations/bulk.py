"""Many lines keep their promises at once: what `receipts.pay_pledge` does for one, set by set.

Each match is taken by itself: one whose line or promise changed meanwhile is refused with its reason, and nothing of it
is written. Locks are taken in the order that every writer keeps: promises, need items, months, funds, accounts, lines.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock, local_date, today
from ..errors import CharityLedgerError, Conflict, LineOverused, NotFound, WrongState
from ..identity.actor import Actor
from ..ledger import postings, store
from ..ledger.entry import Entry
from ..ledger.store import Posting
from ..many import among, insert_many, update_many
from ..pipeline import pipelined
from ..projects import capacity
from . import gifts, lines, promises
from .adoption import confirm_by_payment
from .gifts import MoneyGift
from .models import Allocation, LineNote, MoneyAccount, Pledge, StatementLine
from .promises import Promise
from .rules import LIVE_STATES, spread

_LINE = StatementLine.__table__.c


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


@dataclass(slots=True)
class _Line:
    """A line, and what is left of it as match after match is taken. `on`: the day to book it."""

    id: int
    ledger_account: str
    on: date
    amount_fen: int
    left_fen: int
    fee_fen: int
    fee_booked: bool
    kind: str
    held: bool


@dataclass(frozen=True, slots=True)
class _Booked:
    """A part of a line that an entry books: as a gift, or, where that is None, as the fee of a wallet."""

    match: Match
    line: _Line
    entry: Entry
    gift: MoneyGift | None


def confirm_many(tx: Session, matches: Sequence[Match], *, actor: Actor, clock: Clock,
                 fee_fund: str | None = None, held_too: bool = True) -> Outcome:
    """Book the matches inside the caller's transaction. Five hundred to a thousand at a time: the transaction stays
    short, and PostgreSQL has a lock for each entry.

    `fee_fund`: who bears wallets' fees, where that is not the gift's own fund. A fee that whoever bears it cannot pay
    stays where it is; the gift is booked without it. `held_too`: whether lines that a person holds back are taken.
    """
    outcome = Outcome()
    if not matches:
        return outcome
    tx.flush()
    found = _Found(tx, matches, clock, fee_fund)
    numbers = iter(gifts.next_gifts(tx, sum(len(match.parts) for match in matches)))
    booked: list[_Booked] = []
    for match in matches:
        try:
            found.check_held(match, held_too=held_too)
            taken = found.take(match, numbers)
        except CharityLedgerError as error:
            outcome.refused[match.line_id] = error
        else:
            booked += taken
            booked += found.fees(match, taken[0])
    _write(tx, booked, found, actor, clock)
    outcome.confirmed = list(dict.fromkeys(one.line.id for one in sorted(booked, key=lambda one: one.gift is None)))
    return outcome


class _Found:
    """Lines and promises of some matches, locked, and what is left of them and in the books as match after match is
    taken."""

    def __init__(self, tx: Session, matches: Sequence[Match], clock: Clock, fee_fund: str | None) -> None:
        self.fee_fund = fee_fund
        self.promises = promises.locked(tx, (pledge_id for match in matches for pledge_id, _ in match.parts))
        self.kept: dict[int, Promise] = {}
        self.confirmed: dict[int, date] = {}
        wanted = sorted({number for match in matches for number in (match.line_id, *match.fee_line_ids)})
        # Where and when lines came in never changes, so it can be read before they are locked.
        places = {row.id: row for row in tx.connection().execute(
            select(_LINE.id, _LINE.booked_on, MoneyAccount.ledger_account)
            .where(among(tx, _LINE.id, wanted), MoneyAccount.code == _LINE.account_code))}
        self.left = capacity.left(tx, {part.need_item_id for one in self.promises.values() for part in one.lines})
        self.books = store.look(
            tx, {today(clock), *(row.booked_on for row in places.values())},
            {*(promise.fund for promise in self.promises.values()), *([fee_fund] if fee_fund else [])},
            {row.ledger_account for row in places.values()})
        self.lines = _locked_lines(tx, wanted, places, clock)

    def check_held(self, match: Match, *, held_too: bool) -> None:
        """Raises WrongState for a line that a person holds back."""
        line = self.lines.get(match.line_id)
        if line is not None and line.held and not held_too:
            raise WrongState(subject=f"line {line.id}", state="held", wanted="open")

    def take(self, match: Match, numbers: Iterable[int]) -> list[_Booked]:
        """What a match books; its promises are kept in memory. Raises what stands in the way, before anything."""
        line = self.lines.get(match.line_id)
        if line is None:
            raise NotFound(what=f"line {match.line_id}")
        wanted = sum(fen for _, fen in match.parts)
        left_fen = line.left_fen if line.amount_fen > 0 else 0
        if not match.parts or wanted > left_fen or any(fen <= 0 for _, fen in match.parts):
            raise LineOverused(line_id=line.id, left_fen=left_fen, requested_fen=wanted)
        asked: dict[int, int] = defaultdict(int)
        for pledge_id, fen in match.parts:
            asked[pledge_id] += fen
        for pledge_id, fen in asked.items():
            self._check(pledge_id, fen)
        booked = []
        for (pledge_id, fen), number in zip(match.parts, numbers, strict=False):
            promise = self.promises[pledge_id]
            entry = postings.gift(number, line.ledger_account, promise.fund, fen, line.on, kept_fen=fen,
                                  fee_fen=0 if line.fee_booked else line.fee_fen, fee_fund=self.fee_fund)
            store.take(self.books, entry)       # only the first part can fail here: it carries the line's fee
            line.fee_booked, line.left_fen = line.fee_booked or line.fee_fen > 0, line.left_fen - fen
            booked.append(_Booked(match, line, entry, self._gift(number, line, promise, fen)))
        return booked

    def _check(self, pledge_id: int, fen: int) -> None:
        promise = self.promises.get(pledge_id)
        if promise is None:
            raise NotFound(what=f"pledge {pledge_id}")
        if promise.kind != "cash" or promise.state not in ("reserved", *LIVE_STATES) or promise.outstanding < fen:
            raise WrongState(subject=promise.reference, state=promise.state, wanted="pledged")

    def _gift(self, number: int, line: _Line, promise: Promise, fen: int) -> MoneyGift:
        if promise.state == "reserved":
            # As in receipts: the money says what its donor had not said yet.
            self.confirmed[promise.id] = line.on
            promise.pledged_on, promise.expires_at = max(line.on, local_date(promise.reserved_at)), None
        parts = spread(fen, gifts.unpaid_parts(promise))
        gifts.mark_paid(promise, parts)
        self.kept[promise.id] = promise
        return MoneyGift(number, line.id, line.on, fen, parts, promise.donor_id, promise.sub_project_id, promise.id,
                         promise.shown, promise.pledged_on)

    def fees(self, match: Match, first: _Booked) -> list[_Booked]:
        """What the wallet kept of a match, of lines that are whole, as far as who bears it can."""
        booked = []
        for line_id in match.fee_line_ids:
            line = self.lines.get(line_id)
            if line is None or line.kind != "fee" or line.amount_fen >= 0 or line.left_fen != -line.amount_fen \
                    or line.ledger_account != first.line.ledger_account:
                continue
            fund = self.fee_fund or self.promises[match.parts[0][0]].fund
            entry = postings.wallet_fee(line.id, line.ledger_account, fund, line.left_fen, max(line.on, first.line.on))
            try:
                store.take(self.books, entry)
            except Conflict:
                continue
            line.left_fen = 0
            booked.append(_Booked(match, line, entry, None))
        return booked


def _locked_lines(tx: Session, wanted: Sequence[int], places: Mapping[int, Row[Any]], clock: Clock) -> dict[int, _Line]:
    rows = tx.connection().execute(
        select(_LINE.id, _LINE.amount_fen, _LINE.used_fen, _LINE.currency, _LINE.fee_fen, _LINE.fee_booked, _LINE.kind,
               _LINE.held).where(among(tx, _LINE.id, wanted)).order_by(_LINE.id).with_for_update()).all()
    days = lines.booking_days(tx, list(places.values()), clock)
    return {row.id: _Line(row.id, places[row.id].ledger_account, days[row.id], row.amount_fen, lines.left_of(row),
                          row.fee_fen, row.fee_booked, row.kind, row.held) for row in rows}


def _write(tx: Session, booked: Sequence[_Booked], found: _Found, actor: Actor, clock: Clock) -> None:
    """Everything is asked, then each table is written in one statement: the entries before the gifts that name them."""
    if not booked:
        return
    if found.confirmed:
        for pledge in tx.scalars(select(Pledge).where(Pledge.id.in_(found.confirmed)).order_by(Pledge.id)):
            confirm_by_payment(tx, pledge, actor, clock, found.confirmed[pledge.id])
    posted = [Posting(one.entry, actor.user_id) for one in booked]
    entries = store.check_many(tx, posted)
    given = [(one.gift, entry_id) for one, entry_id in zip(booked, entries, strict=True) if one.gift is not None]
    of_gifts = [gift for gift, _ in given]
    with pipelined(tx):
        promises.keep(tx, found.kept.values())
        gifts.take_capacity(tx, of_gifts, found.left)
        store.write_many(tx, posted, entries, clock=clock)
        insert_many(tx, Allocation.__table__, [
            {"statement_line_id": one.line.id, "kind": "fee" if one.gift is None else "donation",
             "subject_id": one.line.id if one.gift is None else one.gift.id, "entry_id": entry_id,
             "amount_fen": -one.line.amount_fen if one.gift is None else one.gift.amount_fen}
            for one, entry_id in zip(booked, entries, strict=True)])
        gifts.record(tx, of_gifts, [entry_id for _, entry_id in given], actor, clock)
        _explain(tx, booked, entries, actor, clock)
    tx.expire_all()     # what the caller had read of promises and lines is old now


def _explain(tx: Session, booked: Sequence[_Booked], entries: Sequence[int], actor: Actor, clock: Clock) -> None:
    """Why each line became what it did; a line that a person had held is no longer."""
    now = clock.now()
    used = {one.line.id: one.line for one in booked}
    update_many(tx, StatementLine.__table__, [
        {"id": line.id, "fee_booked": line.fee_booked, "held": False} for line in used.values()
        if line.held or (line.fee_fen and line.fee_booked)])
    told = dict.fromkeys((one.line.id, one.match) for one in booked)
    insert_many(tx, LineNote.__table__, [
        {"statement_line_id": line_id, "step": "matched", "tier": match.tier, "code": match.code, "facts": match.facts,
         "by": actor.user_id, "at": now} for line_id, match in told])
    events.record_many(tx, [
        events.Told("wallet_fee", ("statement_line", one.line.id), {"amount_fen": -one.line.amount_fen,
                                                                     "entry": entry_id})
        for one, entry_id in zip(booked, entries, strict=True) if one.gift is None], actor_id=actor.user_id, at=now)
