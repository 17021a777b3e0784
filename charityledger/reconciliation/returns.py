"""退汇 and gifts sent back: the line is paired with what it undoes. Neither is a donation, and neither is a payment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ..clock import Clock
from ..database import use_case
from ..donations import disbursements, lines, refunds
from ..donations.models import Disbursement, Donation, StatementLine, Suspense
from ..errors import NotFound
from ..identity.actor import Actor
from ..ledger.idempotency import once
from ..ledger.models import JournalEntry
from . import fees, handling
from .handling import LineDiffers, OtherAccount

# How long after a gift its money may be sent back, or a payment may come back.
DAYS = 62
What = Literal["donation", "suspense"]


@dataclass(frozen=True)
class SentBack:
    """A gift, or money in suspense, that an outflow may have sent back. `same_order`: by the wallet's own number."""

    what: What
    subject_id: int
    on: date
    amount_fen: int
    counterparty: str
    same_order: bool


@use_case
def came_back(tx: Session, *, actor: Actor, clock: Clock, line_id: int, disbursement_id: int,
              key: str | None = None) -> int:
    """退汇, in: the line is our own payment, returned. The payment counts as returned and the fund has its money again.

    Returns the entry's id. Raises SamePerson for the one who asked for the payment, LineDiffers where the amounts
    differ, OtherAccount, WrongDirection, WrongState.
    """
    def act() -> int:
        line, left_fen = handling.waiting(tx, line_id)
        handling.check_direction(line, inward=True)
        payment = tx.get(Disbursement, disbursement_id)
        if payment is None:
            raise NotFound(what=f"disbursement {disbursement_id}")
        if payment.account_code != line.account_code:
            raise OtherAccount(account=payment.account_code)
        if payment.amount_fen != left_fen:
            raise LineDiffers(amount_fen=left_fen, other_fen=payment.amount_fen)
        on = lines.booking_days(tx, [line], clock)[line.id]
        disbursements.returned.inside(tx, actor=actor, clock=clock, disbursement_id=payment.id, on=on)
        entry_id = tx.scalars(select(JournalEntry.id).where(
            JournalEntry.subject_kind == "disbursement", JournalEntry.subject_id == payment.id,
            JournalEntry.kind == "payment_returned").order_by(JournalEntry.id.desc())).first()
        assert entry_id is not None
        lines.allocate(tx, line.id, "returned", payment.id, entry_id, left_fen)
        handling.settled(tx, line)
        handling.note(tx, line, "explained", "came_back", actor=actor, clock=clock, facts={
            "entry": entry_id, "amount_fen": left_fen, "disbursement": payment.id})
        return entry_id

    return once(tx, key, {"use": "came_back", "line": line_id, "payment": disbursement_id}, act, clock=clock)


@use_case
def sent_back(tx: Session, *, actor: Actor, clock: Clock, line_id: int, what: What, subject_id: int, reason: str,
              fault: str = "donor", general_pays: bool = False, key: str | None = None) -> int:
    """退汇, out, and refunds that the wallet has paid already: asks for the refund of what came in; once a second
    person approves, it is booked and this line is used for it.

    Of money in suspense, as much as the line is; a gift goes back whole, or less the fee that the wallet gives back
    with it (WeChat's 退款总金额50.00元;含手续费0.30元 is a line of 49.70). Returns the request's id. Raises LineDiffers
    where the gift is more than the line, WrongDirection, NothingLeft, and what `refunds.request` raises.
    """
    def act() -> int:
        line, left_fen = handling.waiting(tx, line_id)
        handling.check_direction(line, inward=False)
        amount_fen, fee_back = None, None
        if what == "suspense":
            held = tx.get(Suspense, subject_id)
            if held is None:
                raise NotFound(what=f"suspense {subject_id}")
            amount_fen = min(left_fen, held.amount_fen - held.settled_fen)
        else:
            gift = tx.get(Donation, subject_id)
            if gift is None:
                raise NotFound(what=f"donation {subject_id}")
            fee_back = _fee_back(tx, line, gift.amount - left_fen)
            if gift.amount - (fee_back[1] if fee_back else 0) > left_fen:
                raise LineDiffers(amount_fen=left_fen, other_fen=gift.amount)
        request_id = refunds.request.inside(
            tx, actor=actor, clock=clock, what=what, subject_id=subject_id, account_code=line.account_code,
            reason=reason, fault=fault, general_pays=general_pays, amount_fen=amount_fen or None, line_id=line.id,
            fee_back=fee_back)
        handling.note(tx, line, "asked", "refund", actor=actor, clock=clock, facts={"request": request_id},
                      text=reason)
        return request_id

    content = {"use": "sent_back", "line": line_id, "what": what, "id": subject_id, "reason": reason, "fault": fault,
               "general": general_pays}
    return once(tx, key, content, act, clock=clock)


def payments_back(session: Session, line: StatementLine) -> Sequence[Disbursement]:
    """Payments that a line may be the return of: its amount and account, paid before it, the nearest first."""
    rows = session.scalars(select(Disbursement).where(
        Disbursement.state == "paid", Disbursement.account_code == line.account_code,
        Disbursement.amount_fen == lines.left_of(line),
        Disbursement.paid_on.between(line.booked_on - timedelta(days=DAYS), line.booked_on)))
    return sorted(rows, key=lambda row: (row.payee != line.counterparty, line.booked_on - (row.paid_on or date.min)))


def gifts_back(session: Session, line: StatementLine) -> list[SentBack]:
    """What an outflow may have sent back: the same order of the wallet, or the same party and no more money. Three
    queries."""
    ties = [getattr(StatementLine, name) == value for name in ("order_id", "counterparty_account", "counterparty")
            if (value := getattr(line, name))]
    if not ties:
        return []
    rows = session.scalars(select(StatementLine).where(
        StatementLine.account_code == line.account_code, StatementLine.amount_fen > 0,
        StatementLine.booked_on.between(line.booked_on - timedelta(days=DAYS), line.booked_on),
        or_(*ties)).order_by(StatementLine.booked_on.desc())).all()
    by_id = {row.id: row for row in rows}
    fee_fen = booked[1] if line.kind == "refund" and (booked := fees.booked_of(session, line)) else 0
    gifts = session.scalars(select(Donation).where(
        Donation.statement_line_id.in_(by_id), Donation.state == "received", Donation.kind == "cash",
        Donation.amount <= lines.left_of(line) + fee_fen)).all()
    held = session.scalars(select(Suspense).where(Suspense.statement_line_id.in_(by_id),
                                                  Suspense.settled_fen < Suspense.amount_fen)).all()
    found = [_candidate(line, by_id[gift.statement_line_id or 0], "donation", gift.id, gift.amount) for gift in gifts]
    found += [_candidate(line, by_id[row.statement_line_id or 0], "suspense", row.id, row.amount_fen - row.settled_fen)
              for row in held]
    left_fen = lines.left_of(line)
    return sorted(found, key=lambda f: (not f.same_order, f.amount_fen not in (left_fen, left_fen + fee_fen),
                                        line.booked_on - f.on))


def _fee_back(tx: Session, line: StatementLine, gap_fen: int) -> tuple[str, int] | None:
    """(fund, fen) of the fee of the same order where it is just what the line lacks of the gift."""
    booked = fees.booked_of(tx, line) if gap_fen > 0 else None
    return booked if booked is not None and booked[1] == gap_fen else None


def _candidate(line: StatementLine, source: StatementLine, what: What, subject_id: int, amount_fen: int) -> SentBack:
    return SentBack(what, subject_id, source.booked_on, amount_fen, source.counterparty,
                    bool(line.order_id) and source.order_id == line.order_id)
