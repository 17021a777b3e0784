"""公益事业捐赠票据: the state's own system issues it for a gift; here we record that it did, or why it did not.

A gift has one row at most that is not void: issued, waived (the donor wants none) or anonymous (the donor is not
named: none is issued, or one without a name). A void one stays, and what is issued in its place points at it. While
one is issued the gift cannot be undone: the money would be gone and the donor could still deduct it.
"""

from datetime import date
from typing import Literal

from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session, aliased

from ..audit import events
from ..clock import Clock, today
from ..database import is_postgresql, use_case
from ..errors import Conflict, InvalidInput, NotFound, WrongState
from ..identity.actor import Actor
from ..ledger.idempotency import once
from ..projects.cells import checked_text
from ..projects.errors import ReasonMissing
from .lines import not_before
from .models import Donation, StateReceipt
from .state_receipt_rows import Issued, parse_check_code, parse_code, parse_number
from .undoing import locked_gift

# Two of them fit the column: why it was waived, and why what was issued after all was voided.
MAX_REASON, MAX_REASONS = 140, 300
BETWEEN = " → "
_LOCK = 0x73_74_72


class ReceiptStands(Conflict):
    """The gift's state receipt is issued and has to be voided before the gift is undone. Facts: code, number."""

    code = "state_receipt_stands"


class IssuedAlready(Conflict):
    """The gift has its state receipt; another takes its place only after it was voided. Facts: code, number."""

    code = "state_receipt_issued"


class ReceiptNumberTaken(Conflict):
    """This code and number are another receipt's, void ones too: the state gives each once. Facts: code, number."""

    code = "receipt_number_taken"


class ReceiptAmountDiffers(InvalidInput):
    """A state receipt is for the whole gift. Facts: amount_fen, gift_fen."""

    code = "receipt_amount_differs"


class ReceiptNotYet(InvalidInput):
    """It would be dated in the future. Facts: issued_on (as text)."""

    code = "receipt_not_yet"


class NoReceiptDue(Conflict):
    """Hours, and goods without a supported value, have no state receipt. Facts: kind."""

    code = "no_receipt_due"


class DonorNamed(Conflict):
    """The donor is named in public, so the gift is not anonymous. Facts: none."""

    code = "donor_named"


def check_no_live_receipt(tx: Session, donation_id: int) -> None:
    """Before a gift is reversed, refunded or its match undone. Raises ReceiptStands where its state receipt is issued.

    The gift's row must be locked. The database refuses the same (`donation_undone` in donations.triggers).
    """
    row = tx.scalars(select(StateReceipt).where(StateReceipt.donation_id == donation_id,
                                                StateReceipt.state == "issued")).first()
    if row is not None:
        raise ReceiptStands(code=row.code, number=row.number)


def check_issued(gift: Donation, issued: Issued, on: date) -> None:
    """Whether this receipt can be the gift's, as far as the two of them show. `on`: today.

    Raises NoReceiptDue, ReceiptAmountDiffers, DateTooEarly, ReceiptNotYet, ReceiptNumberWrong.
    """
    parse_code(issued.code), parse_number(issued.number)
    if issued.check_code:
        parse_check_code(issued.check_code)
    _check_due(gift)
    if issued.amount_fen != gift.value_fen:
        raise ReceiptAmountDiffers(amount_fen=issued.amount_fen, gift_fen=gift.value_fen)
    not_before(issued.issued_on, gift.received_on)
    if issued.issued_on > on:
        raise ReceiptNotYet(issued_on=issued.issued_on.isoformat())


@use_case
def record_issued(tx: Session, *, actor: Actor, clock: Clock, donation_id: int, issued: Issued,
                  key: str | None = None) -> int:
    """The state's system issued a receipt for a gift. Returns the receipt's id.

    After a void one it is its reissue and points at it; a gift that was waived or anonymous has one after all (of an
    anonymous donor: without a name). Raises what `check_issued` does, IssuedAlready, ReceiptNumberTaken, and
    NotFound or WrongState for a gift that does not stand.
    """
    def act() -> int:
        if is_postgresql(tx):       # of two that bring the same number at once, the second finds the first one's
            tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        gift = locked_gift(tx, donation_id)
        check_issued(gift, issued, today(clock))
        row = _live(tx, donation_id)
        if row is not None and row.state == "issued":
            raise IssuedAlready(code=row.code, number=row.number)
        if tx.scalar(select(exists().where(StateReceipt.code == issued.code,
                                           StateReceipt.number == issued.number))):
            raise ReceiptNumberTaken(code=issued.code, number=issued.number)
        row = _settled(tx, gift, row, "issued", actor, clock)
        row.code, row.number, row.check_code = issued.code, issued.number, issued.check_code
        row.issued_on, row.amount_fen = issued.issued_on, issued.amount_fen
        row.replaces_id = _last_void(tx, donation_id)
        tx.add(row)
        tx.flush()
        _record(tx, row, {"code": issued.code, "number": issued.number, "amount_fen": issued.amount_fen,
                          "issued_on": issued.issued_on.isoformat(), "replaces": row.replaces_id}, actor, clock)
        return row.id

    content = {"use": "state_receipt_issued", "donation": donation_id, "issued": issued, "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


@use_case
def waive(tx: Session, *, actor: Actor, clock: Clock, donation_id: int, reason: str, key: str | None = None) -> int:
    """The donor wants no state receipt. Returns the row's id. Raises ReasonMissing, IssuedAlready, NoReceiptDue, and
    WrongState where it is waived already."""
    def act() -> int:
        return _settle_without(tx, donation_id, "waived", _reason(reason), actor, clock)

    content = {"use": "state_receipt_waived", "donation": donation_id, "reason": reason, "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


@use_case
def mark_anonymous(tx: Session, *, actor: Actor, clock: Clock, donation_id: int, key: str | None = None) -> int:
    """Nobody is named as the donor: no receipt is applied for, and one that is issued after all bears no name.

    Returns the row's id. Raises DonorNamed where the donor is named in public, IssuedAlready, NoReceiptDue, WrongState.
    """
    def act() -> int:
        gift = locked_gift(tx, donation_id)
        if gift.donor_id is not None and gift.shown != "none":
            raise DonorNamed()
        return _settle_without(tx, donation_id, "anonymous", "", actor, clock)

    content = {"use": "state_receipt_anonymous", "donation": donation_id, "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


@use_case
def void(tx: Session, *, actor: Actor, clock: Clock, receipt_id: int, reason: str, key: str | None = None) -> int:
    """An issued receipt was voided in the state's system. Its gift waits for another, or can be undone.

    Returns the receipt's id. Raises NotFound, ReasonMissing, WrongState where it is not issued.
    """
    def act() -> int:
        why = _reason(reason)
        donation_id = tx.scalar(select(StateReceipt.donation_id).where(StateReceipt.id == receipt_id))
        if donation_id is None:
            raise NotFound(what=f"state receipt {receipt_id}")
        # The gift first, as everywhere; then its receipt.
        tx.execute(select(Donation.id).where(Donation.id == donation_id).with_for_update())
        row = tx.scalars(select(StateReceipt).where(StateReceipt.id == receipt_id).with_for_update()
                         .execution_options(populate_existing=True)).one()
        if row.state != "issued":
            raise WrongState(subject=f"state receipt {receipt_id}", state=row.state, wanted="issued")
        row.state, row.voided_by, row.voided_at = "voided", actor.user_id, clock.now()
        row.reason = _with(row.reason, why)
        tx.flush()
        _record(tx, row, {"code": row.code, "number": row.number}, actor, clock)
        return row.id

    content = {"use": "state_receipt_voided", "receipt": receipt_id, "reason": reason, "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


def _reason(text: str) -> str:
    reason = checked_text(text, MAX_REASON)
    if not reason:
        raise ReasonMissing()
    return reason


def _with(reasons: str, reason: str) -> str:
    """What stood there, then this; of more than the column takes, the newest."""
    return BETWEEN.join(filter(None, (reasons, reason)))[-MAX_REASONS:]


def _check_due(gift: Donation) -> None:
    if gift.kind == "hours" or not gift.value_fen:
        raise NoReceiptDue(kind=gift.kind)


def _live(tx: Session, donation_id: int) -> StateReceipt | None:
    """The gift's receipt that is not void, locked."""
    return tx.scalars(select(StateReceipt).where(StateReceipt.donation_id == donation_id,
                                                 StateReceipt.state != "voided").with_for_update()).first()


def _last_void(tx: Session, donation_id: int) -> int | None:
    """The gift's latest void receipt that none has replaced."""
    later = aliased(StateReceipt)
    return tx.scalars(select(StateReceipt.id).where(
        StateReceipt.donation_id == donation_id, StateReceipt.state == "voided",
        ~exists().where(later.replaces_id == StateReceipt.id)).order_by(StateReceipt.id.desc())).first()


def _settled(tx: Session, gift: Donation, row: StateReceipt | None, state: str, actor: Actor,
             clock: Clock) -> StateReceipt:
    """The gift's live row, new where there is none, in another state."""
    if row is None:
        row = StateReceipt(donation_id=gift.id, amount_fen=gift.value_fen, check_code="", reason="")
    row.state, row.recorded_by, row.recorded_at = state, actor.user_id, clock.now()
    return row


def _settle_without(tx: Session, donation_id: int, state: Literal["waived", "anonymous"], reason: str, actor: Actor,
                    clock: Clock) -> int:
    gift = locked_gift(tx, donation_id)
    _check_due(gift)
    row = _live(tx, donation_id)
    if row is not None and row.state == "issued":
        raise IssuedAlready(code=row.code, number=row.number)
    if row is not None and row.state == state:
        raise WrongState(subject=f"donation {donation_id}", state=state, wanted="to_apply")
    row = _settled(tx, gift, row, state, actor, clock)
    row.reason = _with(row.reason, reason)
    tx.add(row)
    tx.flush()
    _record(tx, row, {}, actor, clock)
    return row.id


def _record(tx: Session, row: StateReceipt, payload: dict[str, str | int | None], actor: Actor, clock: Clock) -> None:
    """An event about the gift. The check code opens the receipt, with the payer's name, on the state's site: it stays
    in the row, and so does the reason."""
    events.record(tx, kind=f"state_receipt_{row.state}", subject=("donation", row.donation_id),
                  payload={"receipt": row.id, **payload}, actor_id=actor.user_id, at=clock.now())
