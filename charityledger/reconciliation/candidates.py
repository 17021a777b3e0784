"""The likeliest promises for the few lines that a page shows: only promises that could be candidates are read.

The matcher judges by what it is given. A run gives it every promise; here it gets those that a code, a name, an
account, a telephone or the amount of these lines points to, in a fixed number of queries.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from ..clock import local_date
from ..donations import lines as statement_lines
from ..donations.models import BillRow, Donation, Donor, Instalment, MoneyAccount, Pledge, StatementLine
from ..donations.rules import LIVE_STATES, paid_instalments
from .matching import codes, names
from .matching.evidence import LATEST, Seen
from .matching.matcher import Matcher
from .matching.model import Incoming, OpenPledge, Reason, Settled, Verdict

# A reservation may be paid before it is confirmed: the money confirms it.
OPEN_STATES = ("reserved", *LIVE_STATES)
# Of one amount, or of one first character, so many promises are looked at, the newest first.
MOST_ALIKE = 300


def judge(session: Session, rows: Sequence[StatementLine], thorough: int | None = None) -> dict[int, Verdict]:
    """{line id: verdict}. Money that went out, or in another currency, has no candidates.

    `thorough`: the id of the line that somebody looks at; donors named in its memo are looked for too. Ten queries at
    most, however many lines and promises there are.
    """
    found = {row.id: Verdict(row.id, None, (), Reason("outflow" if row.amount_fen < 0 else "foreign")) for row in rows}
    wanted = [row for row in rows if row.amount_fen > 0 and statement_lines.left_of(row)]
    if not wanted:
        return found
    read = _incoming(session, wanted)
    ids, settled = _pointed_at(session, [Seen(line) for line in read], thorough)
    matcher = Matcher(_open_pledges(session, ids), settled)
    found.update((line.line_id, matcher.judge(line)) for line in read)
    return found


def _incoming(session: Session, rows: Sequence[StatementLine]) -> list[Incoming]:
    """The lines as the matcher reads them, what is left of each, with what trade bills say of the same orders."""
    kinds = dict(session.execute(select(MoneyAccount.code, MoneyAccount.kind)).all())
    bills: dict[tuple[str, str], list[BillRow]] = defaultdict(list)
    orders = {row.order_id for row in rows if row.order_id}
    if orders:
        for bill in session.scalars(select(BillRow).where(BillRow.order_id.in_(orders)).order_by(BillRow.id)):
            bills[bill.account_code, bill.order_id].append(bill)
    return [_one(row, bills.get((row.account_code, row.order_id), []), kinds[row.account_code]) for row in rows]


def _one(row: StatementLine, bills: Sequence[BillRow], kind: str) -> Incoming:
    texts = dict.fromkeys((row.memo, row.merchant_order, *(
        text for bill in bills for text in (bill.merchant_order, bill.memo))))
    payer = next((bill for bill in bills if bill.kind == "payment"), None)
    return Incoming(row.id, row.booked_on, statement_lines.left_of(row),
                    row.counterparty or (payer.payer if payer else ""),
                    row.counterparty_account or (payer.payer_account if payer else ""),
                    tuple(text for text in texts if text), kind)


@dataclass
class _Pointers:
    """What the lines of a page point to."""

    codes: set[str] = field(default_factory=set)
    pieces: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    tails: set[str] = field(default_factory=set)
    masks: list[tuple[str, str, int]] = field(default_factory=list)      # first and last character, fen
    amounts: set[int] = field(default_factory=set)
    memo: str = ""

    def add(self, seen: Seen, *, thorough: bool) -> None:
        reading = seen.reading
        self.codes.update(reading.codes, reading.inside)
        self.codes.update(f"{number:010d}" for near in reading.near for number in codes.neighbours(near))
        self.pieces.update(reading.pieces)
        self.phones.update(reading.phones)
        self.tails.update(reading.tails)
        self.amounts.add(seen.line.amount_fen)
        if seen.account:
            self.accounts.add(seen.account)
        if seen.kind == names.FULL:
            self.names.add(seen.name)
        elif seen.kind == names.MASKED:
            self.masks.append((*names.ends(seen.name), seen.line.amount_fen))
        if thorough:
            self.memo = seen.memo


def _pointed_at(session: Session, seen: Sequence[Seen], thorough: int | None) -> tuple[set[int], dict[str, Settled]]:
    """(ids of promises that wait, {reference: settled} of the codes of those that do not)."""
    to = _Pointers()
    for each in seen:
        to.add(each, thorough=each.line.line_id == thorough)
    open_ids: set[int] = set()
    settled: dict[str, Settled] = {}
    if to.codes or to.pieces:
        for number, reference, state, name in session.execute(
                select(Pledge.id, Pledge.reference, Pledge.state, Donor.name)
                .join(Donor, Donor.id == Pledge.donor_id).where(Pledge.kind == "cash", or_(
                    Pledge.reference.in_(to.codes), *(Pledge.reference.endswith(piece) for piece in to.pieces),
                    *(Pledge.reference.startswith(piece) for piece in to.pieces if piece[0] == "9")))):
            if state in OPEN_STATES:
                open_ids.add(number)
            else:
                settled[reference] = Settled(name, number)
    # A promise may have been made with another number than its donor's.
    theirs = _has_phone(Pledge.phone, to)
    if donors := _donors(session, to):
        theirs.append(Pledge.donor_id.in_(donors))
    if theirs:
        open_ids.update(session.scalars(_open(or_(*theirs))))
    latest = max(each.line.on for each in seen) + LATEST
    awaited = or_((Pledge.amount - Pledge.paid).in_(to.amounts),
                  Pledge.id.in_(select(Instalment.pledge_id).where(Instalment.amount_fen.in_(to.amounts))))
    open_ids.update(session.scalars(_open(awaited, func.coalesce(Pledge.pledged_on, latest) <= latest)
                                    .order_by(Pledge.pledged_on.desc(), Pledge.id).limit(MOST_ALIKE)))
    if to.masks:
        open_ids.update(session.scalars(_open(or_(*(_masked(*mask) for mask in to.masks)))
                                        .join(Donor, Donor.id == Pledge.donor_id).limit(MOST_ALIKE)))
    return open_ids, settled


def _open(*conditions: ColumnElement[bool]) -> Any:
    return select(Pledge.id).where(Pledge.kind == "cash", Pledge.state.in_(OPEN_STATES), Pledge.amount > Pledge.paid,
                                   *conditions)


def _masked(first: str, last: str, amount_fen: int) -> ColumnElement[bool]:
    """Individuals whose name begins and ends so, and whose promise, or part of it, is this amount or more."""
    return and_(Donor.kind == "individual", Pledge.amount >= amount_fen,
                Donor.name.startswith(first) if first else true(), Donor.name.endswith(last) if last else true())


def _donors(session: Session, to: _Pointers) -> set[int]:
    """Donors whom a name, telephone or account points to; one reading of their table for all of it."""
    plain = func.replace(func.replace(func.replace(Donor.name, "（", "("), "）", ")"), " ", "")
    ways: list[ColumnElement[bool]] = []
    if to.names:
        ways.append(plain.in_(to.names))
    ways += _has_phone(Donor.phone, to)
    if to.memo:
        ways.append(and_(func.length(Donor.name) > 1, _contains(session, to.memo, plain)))
        # An enterprise's shorter name has four characters at least and begins with the name, or behind its place.
        ways += [and_(Donor.kind == "enterprise", func.length(plain) > start + 2,
                      _contains(session, to.memo, func.substr(plain, start, 4))) for start in (1, 3, 4)]
    found = set(session.scalars(select(Donor.id).where(or_(*ways)).limit(MOST_ALIKE))) if ways else set()
    if to.accounts:
        found.update(session.scalars(select(Pledge.donor_id).where(Pledge.payer_account.in_(to.accounts))))
        found.update(n for n in session.scalars(
            select(Donation.donor_id).join(StatementLine, StatementLine.id == Donation.statement_line_id)
            .where(StatementLine.counterparty_account.in_(to.accounts), Donation.state == "received")) if n)
    return found


def _has_phone(column: InstrumentedAttribute[str], to: _Pointers) -> list[ColumnElement[bool]]:
    """Whether a column's number is one of these lines'; nothing where they have none."""
    whole = [column.in_(to.phones)] if to.phones else []
    return [*whole, *(column.endswith(tail) for tail in to.tails)]


def _contains(session: Session, text: str, column: Any) -> ColumnElement[bool]:
    """Whether `text` holds the column's value."""
    place = func.instr if session.get_bind().dialect.name == "sqlite" else func.strpos
    return place(text, column) > 0


def _open_pledges(session: Session, ids: Collection[int]) -> list[OpenPledge]:
    """These promises as the matcher knows them."""
    if not ids:
        return []
    rows = session.execute(select(Pledge, Donor).join(Donor, Donor.id == Pledge.donor_id)
                           .where(Pledge.id.in_(ids)).order_by(Pledge.id)).all()
    unpaid = _unpaid(session, {pledge.id: pledge.paid for pledge, _ in rows})
    known = _known_accounts(session, {donor.id for _, donor in rows})
    found = []
    for pledge, donor in rows:
        parts = unpaid.get(pledge.id, ())
        accounts = known.get(donor.id, frozenset()) | ({pledge.payer_account} if pledge.payer_account else frozenset())
        found.append(OpenPledge(
            pledge.id, pledge.reference, donor.id, donor.name, donor.kind, pledge.outstanding,
            parts[0] if parts else pledge.outstanding, pledge.pledged_on or local_date(pledge.reserved_at),
            pledge.phone or donor.phone, accounts, parts))
    return found


def _unpaid(session: Session, paid: dict[int, int]) -> dict[int, tuple[int, ...]]:
    """{pledge id: what is unpaid of each instalment, the oldest first}."""
    plans: dict[int, list[int]] = defaultdict(list)
    for pledge_id, fen in session.execute(select(Instalment.pledge_id, Instalment.amount_fen).where(
            Instalment.pledge_id.in_(paid)).order_by(Instalment.pledge_id, Instalment.number)):
        plans[pledge_id].append(fen)
    return {pledge_id: tuple(fen - part for fen, part in zip(plan, paid_instalments(paid[pledge_id], plan), strict=True)
                             if fen > part) for pledge_id, plan in plans.items()}


def _known_accounts(session: Session, donor_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """{donor id: accounts that gifts which stand came from}; those of wallets and clearing houses tell nobody apart."""
    found: dict[int, set[str]] = defaultdict(set)
    for donor_id, account, name in session.execute(
            select(Donation.donor_id, StatementLine.counterparty_account, StatementLine.counterparty)
            .join(StatementLine, StatementLine.id == Donation.statement_line_id)
            .where(Donation.donor_id.in_(set(donor_ids)), Donation.state == "received",
                   StatementLine.counterparty_account != "").distinct()):
        if donor_id is not None and not names.is_intermediary(names.clean(name)):
            found[donor_id].add(account)
    return {donor_id: frozenset(accounts) for donor_id, accounts in found.items()}
