"""Undo of one match, any time before its month is closed: by a reversing record with actor and reason.

Up to the set amount one person does it alone (entry kind `match_undone`); above it a second person decides. A line that
was only paired with what the books have gives its pairing back: nothing is posted, and no amount limits it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..clock import Clock, period_of, today
from ..database import use_case
from ..donations import lines, requests, reversals
from ..donations.models import Allocation, Disbursement, LineNote, StatementLine
from ..donations.reversals import People
from ..errors import Conflict, NotUndoable, PeriodClosed
from ..identity.actor import Actor
from ..ledger import periods
from ..ledger.idempotency import once
from ..ledger.models import JournalEntry
from ..projects import capacity
from ..projects.capacity import Change
from . import handling, pairing, transfer
from .handling import Facts

KIND = "undo_match"


class NothingToUndo(Conflict):
    """The line is nothing yet, or not any more. Facts: line_id."""

    code = "nothing_to_undo"


@dataclass(frozen=True)
class Step:
    """One thing that a line is, and how it is undone. `posts`: its entry was made of this line and is reversed;
    else only the pairing goes."""

    row: Allocation
    entry: JournalEntry
    posts: bool


@use_case
def undo(tx: Session, *, actor: Actor, clock: Clock, line_id: int, reason: str, second_above_yuan: int,
         key: str | None = None) -> int:
    """Everything that a line became is undone, and what goes with it: the wallet's fee of the same order, the other
    line of a transfer. The lines wait again.

    Returns 0, or the request's id where the amount needs a second person and so nothing is undone yet. Raises
    NoteMissing, NothingToUndo, PeriodClosed, NotUndoable (a refund that was paid; cash that was brought to the bank),
    GiftSpent, SuspenseSettled, AskedAlready.
    """
    def act() -> int:
        why, person = handling.reason(reason), requests.person(actor)
        handling.lock(tx, line_id)
        steps = _steps(tx, line_id)
        fen = sum(step.row.amount_fen for step in steps if step.posts)
        if handling.needs_second(fen, second_above_yuan) and any(step.posts for step in steps):
            line = handling.find(tx, line_id)
            asked = requests.ask(tx, kind=KIND, subject_id=line_id, reason=why, actor=actor, clock=clock,
                                 details={"of": "line", "amount_fen": fen})
            handling.note(tx, line, "asked", "undo", actor=actor, clock=clock, facts={"request": asked.id}, text=why)
            return asked.id
        _carry_out(tx, line_id, steps, People(person), why, actor, clock)
        return 0

    return once(tx, key, {"use": "undo", "line": line_id, "reason": reason}, act, clock=clock)


def approve(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str) -> None:
    """A second person agrees, and the match is undone."""
    row = requests.decide(tx, request_id, kind=KIND, state="approved", note=note, actor=actor, clock=clock)
    handling.lock(tx, row.subject_id)
    _carry_out(tx, row.subject_id, _steps(tx, row.subject_id), People(row.requested_by, requests.person(actor)),
               row.reason, actor, clock)


def reject(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str) -> None:
    """A second person declines; the line stays what it is, and its history says so."""
    row = requests.decide(tx, request_id, kind=KIND, state="rejected", note=note, actor=actor, clock=clock)
    handling.note(tx, handling.find(tx, row.subject_id), "refused", "undo", actor=actor, clock=clock,
                  facts={"request": row.id}, text=note)


def amount_of(session: Session, line_id: int) -> int:
    """What undoing a line would reverse in the books, in fen; 0 where it only gives pairings back. Raises what stands
    in the way."""
    return sum(step.row.amount_fen for step in _steps(session, line_id) if step.posts)


def _steps(tx: Session, line_id: int) -> list[Step]:
    """What the line is now, the latest first. Raises NothingToUndo, PeriodClosed, NotUndoable."""
    line = handling.find(tx, line_id)
    now = lines.became(tx, line.id)
    rows = tx.execute(
        select(Allocation, JournalEntry).join(JournalEntry, JournalEntry.id == Allocation.entry_id)
        .where(Allocation.statement_line_id == line.id, Allocation.amount_fen > 0, lines.standing())
        .order_by(Allocation.id.desc())).all()
    steps = [Step(row, entry, _posts(tx, line, row, entry)) for row, entry in rows if (row.kind, row.subject_id) in now]
    if not steps:
        raise NothingToUndo(line_id=line.id)
    for step in steps:
        if (step.row.kind == "refund" and line.amount_fen > 0) or step.row.kind == "deposit":
            raise NotUndoable(kind=step.entry.kind)
    closed = periods.closed(tx)
    days = [step.entry.effective_on for step in steps if step.posts]
    if not line.late:       # a late line's own month was closed before it came
        days.append(line.booked_on)
    for code in sorted({period_of(day) for day in days}):
        if code in closed:
            raise PeriodClosed(period=code)
    return steps


def _posts(tx: Session, line: StatementLine, row: Allocation, entry: JournalEntry) -> bool:
    if row.kind in ("donation", "suspense"):
        return True
    if row.kind == "returned":
        return tx.scalars(select(LineNote.id).where(
            LineNote.statement_line_id == line.id, LineNote.code == "came_back",
            LineNote.facts.contains(f'"entry": {entry.id}'))).first() is not None
    return (entry.subject_kind, entry.subject_id) == ("statement_line", line.id)


def _carry_out(tx: Session, line_id: int, steps: Sequence[Step], people: People, why: str, actor: Actor,
               clock: Clock) -> None:
    line = handling.find(tx, line_id)
    twin = _twin(tx, line)
    if twin is not None:
        pairing.move(tx, line, twin)
        handling.settled(tx, twin)
        _tell(tx, [line, twin], why, actor, clock, {})
        return
    on = periods.closed(tx).first_open(today(clock))
    touched = {line.id}
    # What the fund paid of the gift comes back before the gift goes.
    for fee in _fees(tx, line) if any(step.row.kind == "donation" for step in steps) else ():
        touched.add(fee.statement_line_id)
        reversals.turn(tx, fee.entry_id, on, people, clock)
    done: set[int] = set()
    for step in steps:
        if not step.posts:
            lines.unpair(tx, step.row)
        elif step.entry.id not in done:
            done.add(step.entry.id)
            touched |= set(tx.scalars(select(Allocation.statement_line_id).where(
                Allocation.entry_id == step.entry.id, lines.standing())))
            _reverse(tx, step, steps, on, people, clock)
    _tell(tx, [handling.find(tx, number) for number in sorted(touched)], why, actor, clock,
          {"amount_fen": sum(step.row.amount_fen for step in steps)})


def _reverse(tx: Session, step: Step, steps: Sequence[Step], on: date, people: People, clock: Clock) -> None:
    """The entry of one step, with what else it did."""
    # A gift and what waits beside it stand in one entry: it goes with the gift.
    gift = next((s.row for s in steps if s.entry.id == step.entry.id and s.row.kind == "donation"), None)
    if gift is not None:
        reversals.undo_gift(tx, gift.subject_id, on, people, clock)
    elif step.row.kind == "suspense":
        reversals.undo_suspense(tx, step.row.subject_id, on, people, clock)
    elif step.row.kind == "returned":
        _pay_again(tx, step, on, people, clock)
    else:
        entry_id = step.entry.id
        if step.row.kind == "payout":
            transfer.come_back(tx, entry_id)
        reversals.turn(tx, entry_id, on, people, clock)


def _pay_again(tx: Session, step: Step, on: date, people: People, clock: Clock) -> None:
    """The payment did not come back after all: it counts as paid again, as it was approved."""
    payment = tx.scalars(select(Disbursement).where(Disbursement.id == step.row.subject_id).with_for_update()).one()
    delivered = payment.delivered_on is not None
    capacity.apply(tx, [Change(p.need_item_id, disbursed=p.amount_fen, delivered=p.amount_fen if delivered else 0)
                        for p in payment.lines], subject=("disbursement", payment.id), on=on)
    reversals.turn(tx, step.entry.id, on, people, clock)
    payment.state, payment.returned_on = "paid", None
    tx.flush()


def _fees(tx: Session, line: StatementLine) -> Iterable[Allocation]:
    """Fees of the same order that were booked as lines of their own."""
    if not line.order_id:
        return ()
    return tx.scalars(select(Allocation).join(StatementLine, StatementLine.id == Allocation.statement_line_id)
                      .join(JournalEntry, JournalEntry.id == Allocation.entry_id).where(
        StatementLine.account_code == line.account_code, StatementLine.order_id == line.order_id,
        Allocation.kind == "fee", JournalEntry.kind == "wallet_fee", lines.standing()).order_by(Allocation.id)).all()


def _twin(tx: Session, line: StatementLine) -> StatementLine | None:
    """The line entered by hand that this one stands for, where it took over what that was."""
    last = tx.scalars(select(LineNote).where(
        LineNote.statement_line_id == line.id, LineNote.code.in_(("taken_over", "undone")))
        .order_by(LineNote.id.desc())).first()
    if last is None or last.code != "taken_over":
        return None
    return handling.find(tx, handling.facts_of(last)["line"])


def _tell(tx: Session, rows: Iterable[StatementLine], why: str, actor: Actor, clock: Clock, facts: Facts) -> None:
    for row in rows:
        handling.note(tx, row, "undone", "undone", actor=actor, clock=clock, facts=facts, text=why)
