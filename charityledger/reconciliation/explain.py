"""Lines that keep no promise: a wallet's fee, interest, a bank's charge, other income; or held, with a reason.

Charges and other income above the set amount wait for a second person (promise 9, adr/0011): money that left an
account, or came into it unasked, is not explained away by one person alone.
"""

from collections.abc import Callable
from typing import Literal

from sqlalchemy.orm import Session

from ..clock import Clock
from ..database import use_case
from ..donations import lines, requests, suspense
from ..identity.actor import Actor
from ..ledger import postings, store
from ..ledger.entry import Entry
from ..ledger.idempotency import once
from . import fees, handling

KIND = "line_entry"
What = Literal["fee", "interest", "charge", "other_income"]
INWARD = {"interest": True, "other_income": True, "fee": False, "charge": False}
_BUILD: dict[str, Callable[..., Entry]] = {
    "interest": postings.interest, "charge": postings.management_cost, "other_income": postings.other_income}


@use_case
def explain(tx: Session, *, actor: Actor, clock: Clock, line_id: int, what: What, reason: str = "",
            fee_fund: str | None = None, second_above_yuan: int, key: str | None = None) -> int:
    """All that is left of a line is booked as what it is: `fee` (筹资费用 in the gift's fund), `interest` or
    `other_income` (其他收入 of the general fund), `charge` (管理费用 of the general fund).

    Returns 0, or the request's id where the amount needs a second person and so nothing is booked yet. Raises
    WrongDirection, NothingLeft, AskedAlready, and what the books refuse.
    """
    def act() -> int:
        line, left_fen = handling.waiting(tx, line_id)
        handling.check_direction(line, inward=INWARD[what])
        if handling.needs_second(left_fen, second_above_yuan):
            asked = requests.ask(tx, kind=KIND, subject_id=line.id, reason=reason, actor=actor, clock=clock, details={
                "of": "line", "what": what, "amount_fen": left_fen, "fee_fund": fee_fund or ""})
            handling.note(tx, line, "asked", what, actor=actor, clock=clock, facts={"request": asked.id}, text=reason)
            return asked.id
        _book(tx, line_id, what, fee_fund, actor=actor, clock=clock, made_by=actor.user_id, text=reason)
        return 0

    return once(tx, key, {"use": "explain", "line": line_id, "what": what, "reason": reason}, act, clock=clock)


def _book(tx: Session, line_id: int, what: str, fee_fund: str | None, *, actor: Actor, clock: Clock,
          made_by: int | None, approved_by: int | None = None, text: str = "") -> int:
    line, left_fen = handling.waiting(tx, line_id)
    if what == "fee":
        return fees.book(tx, line, fee_fund=fee_fund, actor=actor, clock=clock, made_by=made_by,
                         approved_by=approved_by)
    on = lines.booking_days(tx, [line], clock)[line.id]
    entry_id = store.post(tx, _BUILD[what](line.id, lines.ledger_account(tx, line.account_code), left_fen, on),
                          clock=clock, made_by=made_by, approved_by=approved_by)
    lines.allocate(tx, line.id, what, line.id, entry_id, left_fen)
    handling.settled(tx, line)
    handling.note(tx, line, "explained", what, actor=actor, clock=clock, text=text,
                  facts={"entry": entry_id, "amount_fen": left_fen})
    return entry_id


def approve(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str) -> None:
    """A second person agrees with what a line is said to be, and it is booked. Raises LineDiffers where less of the
    line is left by now than was asked for."""
    row = requests.decide(tx, request_id, kind=KIND, state="approved", note=note, actor=actor, clock=clock)
    wish = requests.wanted(row)
    _line, left_fen = handling.waiting(tx, row.subject_id)
    if left_fen != wish["amount_fen"]:
        raise handling.LineDiffers(amount_fen=left_fen, other_fen=int(wish["amount_fen"]))
    _book(tx, row.subject_id, str(wish["what"]), str(wish["fee_fund"]) or None, actor=actor, clock=clock,
          made_by=row.requested_by, approved_by=requests.person(actor), text=row.reason)


def reject(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str) -> None:
    """A second person declines; the line waits as before, and its history says so."""
    row = requests.decide(tx, request_id, kind=KIND, state="rejected", note=note, actor=actor, clock=clock)
    handling.note(tx, handling.find(tx, row.subject_id), "refused", str(requests.wanted(row)["what"]), actor=actor,
                  clock=clock, facts={"request": row.id}, text=note)


@use_case
def hold(tx: Session, *, actor: Actor, clock: Clock, line_id: int, note: str, in_suspense: bool,
         key: str | None = None) -> int:
    """A line that nobody can explain yet stays, with a reason. `in_suspense`: money that came in is booked as owed
    (待确认) and leaves the queue; else nothing is booked and the line is held until somebody takes it up again.

    Returns the line's id. Raises NoteMissing, WrongDirection (only money that came in waits in suspense), NothingLeft.
    """
    def act() -> int:
        why = handling.reason(note)
        if not in_suspense:
            handling.lock(tx, line_id)
            line = handling.find(tx, line_id)
            if line.used_fen == abs(line.amount_fen):
                raise handling.NothingLeft(line_id=line_id)
            line.held = True
            tx.flush()
            handling.note(tx, line, "held", "kept_open", actor=actor, clock=clock, text=why)
            return line.id
        line, left_fen = handling.waiting(tx, line_id)
        handling.check_direction(line, inward=True)
        suspense.hold(tx, line_id=line.id, amount_fen=left_fen, reason="no_reference", actor=actor, clock=clock,
                      on=lines.booking_days(tx, [line], clock)[line.id])
        handling.settled(tx, line)
        handling.note(tx, line, "held", "in_suspense", actor=actor, clock=clock, facts={"amount_fen": left_fen},
                      text=why)
        return line.id

    return once(tx, key, {"use": "hold_line", "line": line_id, "note": note, "in_suspense": in_suspense}, act,
                clock=clock)


@use_case
def resume(tx: Session, *, actor: Actor, clock: Clock, line_id: int, key: str | None = None) -> int:
    """A held line waits again. Returns its id."""
    def act() -> int:
        line = handling.find(tx, line_id)
        if line.held:
            handling.settled(tx, line)
            handling.note(tx, line, "resumed", "", actor=actor, clock=clock)
        return line.id

    return once(tx, key, {"use": "resume_line", "line": line_id}, act, clock=clock)
