"""What a wallet kept: lines of their own that share the order of the gift, whose fund bears them."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..clock import Clock
from ..donations import lines
from ..donations.models import Allocation, Donation, StatementLine
from ..identity.actor import Actor
from ..ledger import chart, postings, store
from ..ledger.models import MovementRow
from ..projects.models import SubProject
from . import handling


def lines_of(tx: Session, line: StatementLine) -> Sequence[StatementLine]:
    """The fees that were kept of the order which this gift was, and that nobody has booked."""
    if not line.order_id:
        return ()
    return tx.scalars(select(StatementLine).where(
        StatementLine.account_code == line.account_code, StatementLine.order_id == line.order_id,
        StatementLine.kind == "fee", StatementLine.amount_fen < 0, StatementLine.used_fen == 0,
        StatementLine.currency == line.currency).order_by(StatementLine.id).with_for_update()).all()


def book(tx: Session, line: StatementLine, *, fee_fund: str | None, actor: Actor, clock: Clock,
         approved_by: int | None = None, made_by: int | None = None) -> int:
    """筹资费用 in the gift's fund, with its release; `fee_fund` where another bears it. Where the gift's own entry
    carries the fee already, the line is paired with that and nothing is booked twice. Returns the entry's id."""
    left_fen = lines.left_of(line)
    carried = _carried(tx, line, left_fen)
    if carried is not None:
        entry_id = carried
    else:
        on = lines.booking_days(tx, [line], clock)[line.id]
        entry_id = store.post(tx, postings.wallet_fee(
            line.id, lines.ledger_account(tx, line.account_code), fee_fund or _fund_of_gift(tx, line), left_fen, on),
            clock=clock, made_by=made_by if made_by is not None else actor.user_id, approved_by=approved_by)
    lines.allocate(tx, line.id, "fee", line.id, entry_id, left_fen)
    handling.settled(tx, line)
    handling.note(tx, line, "explained", "fee" if carried is None else "fee_carried", actor=actor, clock=clock,
                  facts={"entry": entry_id, "amount_fen": left_fen})
    return entry_id


def booked_of(tx: Session, line: StatementLine) -> tuple[str, int] | None:
    """(fund, fen) of the fees that the wallet kept of a line's order, as they are booked; None where there are none, or
    several funds bore them."""
    if not line.order_id:
        return None
    entries = select(Allocation.entry_id).join(StatementLine, StatementLine.id == Allocation.statement_line_id).where(
        StatementLine.account_code == line.account_code, StatementLine.order_id == line.order_id,
        Allocation.kind.in_(("fee", "donation")), lines.standing())
    rows = tx.execute(select(MovementRow.fund, func.sum(MovementRow.amount_fen)).where(
        MovementRow.entry_id.in_(entries), MovementRow.debit_account == chart.FUNDRAISING_COST)
        .group_by(MovementRow.fund)).all()
    return (rows[0][0], int(rows[0][1])) if len(rows) == 1 else None


def _gift_allocations(tx: Session, line: StatementLine) -> Sequence[Allocation]:
    """What the inflows of the same order are now."""
    if not line.order_id:
        return ()
    return tx.scalars(select(Allocation).join(StatementLine, StatementLine.id == Allocation.statement_line_id).where(
        StatementLine.account_code == line.account_code, StatementLine.order_id == line.order_id,
        StatementLine.amount_fen > 0, lines.standing()).order_by(Allocation.id)).all()


def _fund_of_gift(tx: Session, line: StatementLine) -> str:
    """The fund of the order's gift; the general fund where there is none yet, or it waits in suspense."""
    for row in _gift_allocations(tx, line):
        if row.kind == "donation" and row.amount_fen > 0:
            sub_id = tx.get_one(Donation, row.subject_id).sub_project_id
            if sub_id is not None:
                return tx.get_one(SubProject, sub_id).code
    return chart.GENERAL_FUND


def _carried(tx: Session, line: StatementLine, fee_fen: int) -> int | None:
    """The entry of the order's gift that booked this very fee, as gifts entered by hand do."""
    for row in _gift_allocations(tx, line):
        booked = tx.scalar(select(func.sum(MovementRow.amount_fen)).where(
            MovementRow.entry_id == row.entry_id, MovementRow.debit_account == chart.FUNDRAISING_COST))
        if booked == fee_fen and tx.scalar(select(Allocation.id).where(
                Allocation.entry_id == row.entry_id, Allocation.kind == "fee", lines.standing()).limit(1)) is None:
            return row.entry_id
    return None
