"""What the matcher reads, from the database: promises that wait, those that wait no more, and lines that wait."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.orm import Session

from ..clock import local_date
from ..donations.models import (
    Allocation,
    BillRow,
    Donation,
    Donor,
    Instalment,
    MoneyAccount,
    Pledge,
    StatementLine,
)
from ..donations.rules import LIVE_STATES, paid_instalments
from .matching import names
from .matching.matcher import Matcher
from .matching.model import Incoming, OpenPledge, Settled

# A reservation is paid before it was confirmed: then the money confirms it.
OPEN_STATES = ("reserved", *LIVE_STATES)
_LINE, _BILL, _PLEDGE = StatementLine.__table__.c, BillRow.__table__.c, Pledge.__table__.c
_DONATION, _DONOR, _PART = Donation.__table__.c, Donor.__table__.c, Instalment.__table__.c


@dataclass(frozen=True)
class Book:
    """The matcher with every promise of money, and {pledge id: reference} of those that wait."""

    matcher: Matcher
    references: Mapping[int, str]


def load(session: Session, *, tiers: frozenset[int] = frozenset({1, 2})) -> Book:
    """Every promise of money, in a fixed number of queries. `tiers`: which of tiers 1 and 2 confirm."""
    pledges = _open_pledges(session)
    settled = {reference: Settled(name, number) for reference, name, number in session.connection().execute(
        select(_PLEDGE.reference, _DONOR.name, _PLEDGE.id).join(Donor.__table__, _DONOR.id == _PLEDGE.donor_id)
        .where(_PLEDGE.kind == "cash", _PLEDGE.state.not_in(OPEN_STATES)))}
    return Book(Matcher(pledges, settled, tiers=tiers), {pledge.id: pledge.reference for pledge in pledges})


def _open_pledges(session: Session) -> list[OpenPledge]:
    known, unpaid = _known_accounts(session), _unpaid_instalments(session)
    rows = session.connection().execute(
        select(_PLEDGE.id, _PLEDGE.reference, _PLEDGE.donor_id, _DONOR.name, _DONOR.kind,
               func.coalesce(func.nullif(_PLEDGE.phone, ""), _DONOR.phone),
               _PLEDGE.amount - _PLEDGE.paid, _PLEDGE.pledged_on, _PLEDGE.reserved_at, _PLEDGE.payer_account)
        .join(Donor.__table__, _DONOR.id == _PLEDGE.donor_id)
        .where(_PLEDGE.kind == "cash", _PLEDGE.state.in_(OPEN_STATES), _PLEDGE.amount > _PLEDGE.paid)
        .order_by(_PLEDGE.id))
    found = []
    for number, reference, donor_id, name, kind, phone, outstanding, pledged_on, reserved_at, announced in rows:
        parts = unpaid.get(number, ())
        accounts = known.get(donor_id, _NONE)
        found.append(OpenPledge(
            number, reference, donor_id, name, kind, outstanding, parts[0] if parts else outstanding,
            pledged_on or local_date(reserved_at), phone, accounts | {announced} if announced else accounts, parts))
    return found


_NONE: frozenset[str] = frozenset()


def _unpaid_instalments(session: Session) -> dict[int, tuple[int, ...]]:
    """{pledge id: what is unpaid of each instalment, the oldest first}."""
    plans: dict[int, list[int]] = defaultdict(list)
    paid: dict[int, int] = {}
    for number, fen, already in session.connection().execute(
            select(_PART.pledge_id, _PART.amount_fen, _PLEDGE.paid)
            .join(Pledge.__table__, _PLEDGE.id == _PART.pledge_id)
            .where(_PLEDGE.state.in_(OPEN_STATES)).order_by(_PART.pledge_id, _PART.number)):
        plans[number].append(fen)
        paid[number] = already
    return {number: tuple(fen - part for fen, part in zip(plan, paid_instalments(paid[number], plan), strict=True)
                          if fen > part) for number, plan in plans.items()}


def _known_accounts(session: Session) -> dict[int, frozenset[str]]:
    """{donor id: accounts that gifts which stand came from}; those of wallets and clearing houses tell nobody apart."""
    stands = (_DONATION.state == "received", _DONATION.donor_id.is_not(None))
    own = (select(_DONATION.donor_id, _LINE.counterparty_account, _LINE.counterparty)
           .join(StatementLine.__table__, _LINE.id == _DONATION.statement_line_id)
           .where(*stands, _LINE.counterparty_account != "").distinct())
    billed = (select(_DONATION.donor_id, _BILL.payer_account, _BILL.payer)
              .join(StatementLine.__table__, _LINE.id == _DONATION.statement_line_id)
              .join(BillRow.__table__, (_BILL.account_code == _LINE.account_code)
                    & (_BILL.order_id == _LINE.order_id))
              .where(*stands, _LINE.order_id != "", _BILL.payer_account != "").distinct())
    found: dict[int, set[str]] = defaultdict(set)
    for query in (own, billed):
        for donor_id, account, name in session.connection().execute(query):
            if not names.is_intermediary(names.clean(name)):
                found[donor_id].add(account)
    return {donor_id: frozenset(accounts) for donor_id, accounts in found.items()}


def waits(account_code: str | None = None) -> tuple[ColumnElement[bool], ...]:
    """Conditions for lines that the matcher looks at: gifts, perhaps, of which nothing is used yet. A line that
    somebody holds back is theirs."""
    conditions = (StatementLine.currency == "CNY", StatementLine.amount_fen > 0, StatementLine.used_fen == 0,
                  StatementLine.kind == "payment", StatementLine.held.is_(False))
    return conditions if account_code is None else (*conditions, StatementLine.account_code == account_code)


def count_waiting(session: Session, account_code: str | None = None) -> int:
    """How many lines wait for the matcher."""
    return session.scalar(select(func.count()).select_from(StatementLine).where(*waits(account_code))) or 0


@dataclass(frozen=True)
class Batch:
    """Lines that wait, by their ids. `fees`: {line id: ids of what the wallet kept of the same order}; `undone`: lines
    whose match somebody took back, which are never confirmed by themselves again; `last`: the highest id."""

    lines: Sequence[Incoming]
    fees: Mapping[int, tuple[int, ...]]
    undone: frozenset[int]
    last: int


def next_batch(session: Session, after: int, most: int, account_code: str | None = None,
               line_ids: Sequence[int] | None = None) -> Batch:
    """The next lines that wait, with everything that is known of their orders. `line_ids`: of these only."""
    query = (select(_LINE.id, _LINE.booked_on, _LINE.amount_fen, _LINE.counterparty, _LINE.counterparty_account,
                    _LINE.memo, _LINE.merchant_order, _LINE.account_code, _LINE.order_id, MoneyAccount.kind)
             .join(MoneyAccount, MoneyAccount.code == _LINE.account_code)
             .where(_LINE.id > after, *waits(account_code)).order_by(_LINE.id).limit(most))
    if line_ids is not None:
        query = query.where(_LINE.id.in_(line_ids))
    rows = session.connection().execute(query).all()
    if not rows:
        return Batch((), {}, frozenset(), after)
    orders = sorted({(row.account_code, row.order_id) for row in rows if row.order_id})
    bills = _bills(session, orders)
    fees = _fees(session, orders)
    undone = frozenset(session.scalars(select(Allocation.statement_line_id).where(
        Allocation.statement_line_id.in_([row.id for row in rows]), Allocation.reverses_id.is_not(None))))
    return Batch(
        [_incoming(row, bills.get((row.account_code, row.order_id), ())) for row in rows],
        {row.id: fees[row.account_code, row.order_id] for row in rows if (row.account_code, row.order_id) in fees},
        undone, rows[-1].id)


def _incoming(row: Any, bills: Sequence[Any]) -> Incoming:
    texts = dict.fromkeys((row.memo, row.merchant_order, *(
        text for bill in bills for text in (bill.merchant_order, bill.memo))))
    payer = next((bill for bill in bills if bill.kind == "payment"), None)
    return Incoming(row.id, row.booked_on, row.amount_fen, row.counterparty or (payer.payer if payer else ""),
                    row.counterparty_account or (payer.payer_account if payer else ""),
                    tuple(text for text in texts if text), row.kind)


def _bills(session: Session, orders: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[Any]]:
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    if orders:
        for row in session.connection().execute(
                select(_BILL.account_code, _BILL.order_id, _BILL.kind, _BILL.payer, _BILL.payer_account,
                       _BILL.merchant_order, _BILL.memo)
                .where(_among(_BILL, orders)).order_by(_BILL.id)):
            found[row.account_code, row.order_id].append(row)
    return found


def _fees(session: Session, orders: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, ...]]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    if orders:
        for account, order, number in session.connection().execute(
                select(_LINE.account_code, _LINE.order_id, _LINE.id).where(
                    _among(_LINE, orders), _LINE.kind == "fee", _LINE.amount_fen < 0, _LINE.used_fen == 0,
                    _LINE.currency == "CNY").order_by(_LINE.id)):
            found[account, order].append(number)
    return {key: tuple(numbers) for key, numbers in found.items()}


def _among(columns: Any, orders: Sequence[tuple[str, str]]) -> ColumnElement[bool]:
    """By the index over account and order, on both databases."""
    accounts = {account for account, _ in orders}
    if len(accounts) == 1:
        return and_(columns.account_code == accounts.pop(), columns.order_id.in_([order for _, order in orders]))
    return tuple_(columns.account_code, columns.order_id).in_(orders)
