"""What is in the books already: a line is paired with the entry that booked it, and nothing is posted twice.

Payments, refunds and transfers are booked when they are decided; the bank's line comes later. A line entered by hand
is replaced by the same line of the bank's file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from ..clock import Clock
from ..database import use_case
from ..donations import lines, requests
from ..donations.models import (
    Allocation,
    CashCount,
    Disbursement,
    Donation,
    MoneyAccount,
    Request,
    StatementLine,
    Suspense,
)
from ..errors import NotFound
from ..identity.actor import Actor
from ..ledger.idempotency import once
from ..ledger.models import JournalEntry, MovementRow
from . import handling
from .handling import LineDiffers, OtherAccount

# Entry kind → what a line that is paired with it is allocated as.
KINDS = {"disbursement": "disbursement", "prepayment": "disbursement", "refund": "refund", "payout": "payout",
         "payment_returned": "returned"}
DAYS_BEFORE, DAYS_AFTER = 31, 10


@dataclass(frozen=True)
class OpenEntry:
    """An entry that moved money of the line's account, the same way, and that no line stands for yet.

    `left_fen`: what no line is paired with. `who`: the payee, or who is refunded; empty for a transfer.
    """

    entry_id: int
    kind: str
    on: date
    left_fen: int
    who: str = ""


@use_case
def pair(tx: Session, *, actor: Actor, clock: Clock, line_id: int, entry_id: int, key: str | None = None) -> int:
    """Pair a line, as far as it goes, with an entry that the books have already. Returns the entry's id.

    Raises NothingLeft for the line, LineDiffers where the entry has nothing left of this account and direction.
    """
    def act() -> int:
        line, left_fen = handling.waiting(tx, line_id)
        # Locked, so that two lines at once cannot stand for one payment.
        entry = tx.scalars(select(JournalEntry).where(JournalEntry.id == entry_id).with_for_update()).first()
        if entry is None or entry.kind not in KINDS:
            raise NotFound(what=f"entry {entry_id}")
        open_fen = unpaired(tx, line.account_code, line.amount_fen > 0, [entry_id]).get(entry_id, 0)
        if not open_fen:
            raise LineDiffers(amount_fen=left_fen, other_fen=0)
        fen = min(left_fen, open_fen)
        lines.allocate(tx, line.id, KINDS[entry.kind], _subject(tx, entry), entry.id, fen)
        handling.settled(tx, line)
        handling.note(tx, line, "explained", "paired", actor=actor, clock=clock, facts={
            "entry": entry.id, "amount_fen": fen, "kind": entry.kind})
        return entry.id

    return once(tx, key, {"use": "pair", "line": line_id, "entry": entry_id}, act, clock=clock)


def _subject(tx: Session, entry: JournalEntry) -> int:
    """What the allocation names: the payment, the refund's request, the line that a transfer began with."""
    if entry.kind != "refund":
        return entry.subject_id
    asked = tx.scalars(select(Request).where(Request.kind == "refund", Request.state == "approved",
                                             Request.subject_id == entry.subject_id).order_by(Request.id)).all()
    same = [row for row in asked if requests.wanted(row)["of"] == entry.subject_kind]
    exact = [row for row in same if requests.wanted(row)["amount_fen"] == entry.total_fen]
    return (exact or same)[-1].id


def unpaired(session: Session, account_code: str, inward: bool, entry_ids: Sequence[int]) -> dict[int, int]:
    """{entry id: fen} of what these entries moved into (or out of) an account that no line stands for. What was
    reversed is nothing. Three queries."""
    account = session.get_one(MoneyAccount, account_code).ledger_account
    sign = 1 if inward else -1
    fen = case((MovementRow.debit_account == account, MovementRow.amount_fen), else_=-MovementRow.amount_fen)
    turned = select(JournalEntry.reverses_id).where(JournalEntry.reverses_id.in_(entry_ids))
    moved = {entry_id: sign * int(net) for entry_id, net in session.execute(
        select(MovementRow.entry_id, func.sum(fen)).where(
            MovementRow.entry_id.in_(entry_ids), MovementRow.entry_id.not_in(turned),
            or_(MovementRow.debit_account == account, MovementRow.credit_account == account))
        .group_by(MovementRow.entry_id))}
    paired = {entry_id: int(used) for entry_id, used in session.execute(
        select(Allocation.entry_id, func.sum(Allocation.amount_fen))
        .join(StatementLine, StatementLine.id == Allocation.statement_line_id)
        .where(Allocation.entry_id.in_(entry_ids), StatementLine.account_code == account_code,
               StatementLine.amount_fen * sign > 0).group_by(Allocation.entry_id))}
    return {entry_id: net - paired.get(entry_id, 0) for entry_id, net in moved.items()
            if net - paired.get(entry_id, 0) > 0}


def open_entries(session: Session, line: StatementLine) -> list[OpenEntry]:
    """What a line may be paired with: the same amount first, then the nearest day. A fixed number of queries."""
    inward, left_fen = line.amount_fen > 0, lines.left_of(line)
    since, until = line.booked_on - timedelta(days=DAYS_BEFORE), line.booked_on + timedelta(days=DAYS_AFTER)
    ids = {*_transfers(session, line), *(_returned(session, line, since, until) if inward else
                                         (*_payments(session, line, since, until), *_refunds(session, since, until)))}
    left = unpaired(session, line.account_code, inward, sorted(ids))
    entries = session.scalars(select(JournalEntry).where(JournalEntry.id.in_(left))).all()
    payees = dict(session.execute(select(Disbursement.id, Disbursement.payee).where(
        Disbursement.id.in_([e.subject_id for e in entries if e.subject_kind == "disbursement"]))).all())
    found = [OpenEntry(e.id, e.kind, e.effective_on, left[e.id],
                       payees.get(e.subject_id, "") if e.subject_kind == "disbursement" else "") for e in entries]
    return sorted(found, key=lambda e: (e.left_fen != left_fen, abs((e.on - line.booked_on).days), e.entry_id))


def _payments(session: Session, line: StatementLine, since: date, until: date) -> list[int]:
    return [n for n in session.scalars(select(Disbursement.entry_id).where(
        Disbursement.account_code == line.account_code, Disbursement.state.in_(("paid", "returned")),
        Disbursement.paid_on.between(since, until))) if n is not None]


def _returned(session: Session, line: StatementLine, since: date, until: date) -> list[int]:
    return list(session.scalars(select(JournalEntry.id).join(Disbursement, Disbursement.id == JournalEntry.subject_id)
                                .where(JournalEntry.subject_kind == "disbursement",
                                       JournalEntry.kind == "payment_returned",
                                       Disbursement.account_code == line.account_code,
                                       Disbursement.returned_on.between(since, until))))


def _refunds(session: Session, since: date, until: date) -> list[int]:
    asked = session.execute(select(Request.subject_id).where(Request.kind == "refund", Request.state == "approved"))
    return list(session.scalars(select(JournalEntry.id).where(
        JournalEntry.subject_kind.in_(("donation", "suspense")), JournalEntry.kind == "refund",
        JournalEntry.subject_id.in_({n for (n,) in asked}), JournalEntry.effective_on.between(since, until))))


def _transfers(session: Session, line: StatementLine) -> list[int]:
    """Transfers of this amount that a line of another account began, about the same day."""
    return list(session.scalars(
        select(Allocation.entry_id).join(StatementLine, StatementLine.id == Allocation.statement_line_id)
        .where(Allocation.kind == "payout", lines.standing(), StatementLine.account_code != line.account_code,
               StatementLine.amount_fen == -line.amount_fen, StatementLine.booked_on.between(
                   line.booked_on - timedelta(days=DAYS_AFTER), line.booked_on + timedelta(days=DAYS_AFTER)))))


def twins(session: Session, line: StatementLine) -> Sequence[StatementLine]:
    """Lines entered by hand that may be this line of a file: same account and amount, within days."""
    if line.statement_id is None or line.used_fen:
        return ()
    return session.scalars(select(StatementLine).where(
        StatementLine.account_code == line.account_code, StatementLine.amount_fen == line.amount_fen,
        StatementLine.statement_id.is_(None), StatementLine.used_fen > 0, StatementLine.id != line.id,
        StatementLine.booked_on.between(line.booked_on - timedelta(days=DAYS_AFTER),
                                        line.booked_on + timedelta(days=DAYS_AFTER)))
        .order_by(StatementLine.booked_on, StatementLine.id)).all()


@use_case
def take_over(tx: Session, *, actor: Actor, clock: Clock, line_id: int, twin_id: int, key: str | None = None) -> int:
    """The line of a file stands for a line that was entered by hand: what that became hangs on this one from now on,
    and the one entered by hand is held as its copy. Returns the line's id.

    Raises NothingLeft, OtherAccount, LineDiffers (also where part of either is used).
    """
    def act() -> int:
        handling.lock(tx, line_id, twin_id)
        line, left_fen = handling.waiting(tx, line_id)
        twin = handling.find(tx, twin_id)
        if twin.account_code != line.account_code or twin.statement_id is not None:
            raise OtherAccount(account=twin.account_code)
        if twin.amount_fen != line.amount_fen or left_fen != abs(line.amount_fen):
            raise LineDiffers(amount_fen=line.amount_fen, other_fen=twin.amount_fen)
        move(tx, twin, line)
        twin.held = True
        handling.settled(tx, line)
        handling.note(tx, twin, "held", "copy_of", actor=actor, clock=clock, facts={"line": line.id})
        handling.note(tx, line, "explained", "taken_over", actor=actor, clock=clock, facts={"line": twin.id})
        return line.id

    return once(tx, key, {"use": "take_over", "line": line_id, "twin": twin_id}, act, clock=clock)


def move(tx: Session, source: StatementLine, target: StatementLine) -> None:
    """What one line became hangs on another from now on; the entries stay as they are."""
    lines.hand_on(tx, source.id, target.id)
    for gift in tx.scalars(select(Donation).where(Donation.statement_line_id == source.id)):
        gift.statement_line_id = target.id
    for held in tx.scalars(select(Suspense).where(Suspense.statement_line_id == source.id)):
        held.statement_line_id = target.id
    for count in tx.scalars(select(CashCount).where(CashCount.deposit_line_id == source.id)):
        count.deposit_line_id = target.id
    tx.flush()
