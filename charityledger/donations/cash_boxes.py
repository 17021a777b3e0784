"""钱箱: opened and counted by two people, booked when the second agrees, brought to the bank later.

The agreed count is a line of the cash account, like a line of a bank: what it became hangs on it.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock, today
from ..database import use_case
from ..errors import InvalidInput, NotFound, SamePerson, WrongState
from ..identity.actor import Actor
from ..ledger import chart, postings, store
from ..ledger.idempotency import once
from ..projects.models import SubProject
from . import gifts, lines, receipts, requests
from .lines import AmountNotPositive, ReceivedLine
from .models import CashCount, Donation, MoneyAccount, Request, Suspense
from .rules import check_booked_on


class NotCash(InvalidInput):
    """A box is counted into a cash account, and brought to another kind. Facts: account."""

    code = "not_cash"


class DepositDiffers(InvalidInput):
    """The bank's line is not what there is to bring: what was counted, less what was paid back out of it.
    Facts: amount_fen, counted_fen."""

    code = "deposit_differs"


class CountUnallocated(WrongState):
    """What was counted has to belong somewhere before it moves. Facts: subject, state, wanted."""

    code = "count_unallocated"


@use_case
def count(tx: Session, *, actor: Actor, clock: Clock, box: str, counted_on: date, amount_fen: int,
          account_code: str = "CASH", sub_code: str | None = None, key: str | None = None) -> int:
    """What one person counted, for a sub-project or the general fund; nothing is booked yet. Returns the count's id."""
    def act() -> int:
        if amount_fen <= 0:
            raise AmountNotPositive(amount_fen=amount_fen)
        check_booked_on(counted_on, today(clock))
        _check_kind(tx, account_code, cash=True)
        sub = None if sub_code is None else gifts.find_sub(tx, sub_code)
        row = CashCount(box=box.strip(), counted_on=counted_on, counted_by=requests.person(actor), witnessed_by=None,
                        amount_fen=amount_fen, sub_project_id=sub.id if sub else None, account_code=account_code,
                        state="counted", recorded_at=clock.now())
        tx.add(row)
        tx.flush()
        _record(tx, "counted", row, None, actor, clock)
        return row.id

    content = {"use": "count", "box": box, "on": counted_on, "fen": amount_fen, "sub": sub_code,
               "account": account_code, "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


@use_case
def agree(tx: Session, *, actor: Actor, clock: Clock, count_id: int, key: str | None = None) -> int:
    """The second person counted the same: the gift is booked. What is above the need waits in suspense.

    Returns the count's id. Raises SamePerson for the one who counted.
    """
    def act() -> int:
        row = _second(tx, count_id, actor)
        row.line_id = lines.add_line(tx, ReceivedLine(row.account_code, row.counted_on, row.amount_fen, row.box),
                                     actor, clock)
        row.state, row.witnessed_by = "agreed", requests.person(actor)
        tx.flush()
        receipts.give(tx, line_id=row.line_id, amount_fen=row.amount_fen, donor_id=None, shown="none",
                      sub_code=tx.get_one(SubProject, row.sub_project_id).code if row.sub_project_id else None,
                      actor=actor, clock=clock)
        _record(tx, "agreed", row, None, actor, clock)
        return row.id

    return once(tx, key, {"use": "agree_count", "count": count_id, "by": actor.user_id}, act, clock=clock)


@use_case
def refuse(tx: Session, *, actor: Actor, clock: Clock, count_id: int, note: str, key: str | None = None) -> int:
    """The second person counted something else: nothing is booked, and both count again."""
    def act() -> int:
        row = _second(tx, count_id, actor)
        row.state, row.witnessed_by, row.note = "refused", requests.person(actor), note.strip()
        tx.flush()
        _record(tx, "refused", row, None, actor, clock)
        return row.id

    content = {"use": "refuse_count", "count": count_id, "note": note, "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


@use_case
def deposit(tx: Session, *, actor: Actor, clock: Clock, count_id: int, line: ReceivedLine,
            key: str | None = None) -> int:
    """The cash was brought to the bank: the bank's line, entered by hand, is paired with the count. Never a gift.

    Returns the line's id. Raises DepositDiffers where the amounts differ, CountUnallocated where the count's money
    belongs nowhere (its gift was reversed), DateTooEarly.
    """
    def act() -> int:
        row = _locked(tx, count_id)
        if row.state != "agreed" or row.line_id is None:
            raise WrongState(subject=f"cash count {row.id}", state=row.state, wanted="agreed")
        by_fund = _by_fund(tx, row)
        to_bring_fen = sum(by_fund.values())
        if line.amount_fen != to_bring_fen:
            raise DepositDiffers(amount_fen=line.amount_fen, counted_fen=to_bring_fen)
        _check_kind(tx, line.account_code, cash=False)
        lines.not_before(line.booked_on, row.counted_on)
        line_id = lines.add_line(tx, line, actor, clock)
        bank, cash = lines.ledger_account(tx, line.account_code), lines.ledger_account(tx, row.account_code)
        first, *more = [postings.deposit(row.id, bank, cash, fund, fen, line.booked_on)
                        for fund, fen in sorted(by_fund.items())]
        entry_id = store.post(tx, replace(first, movements=sum((e.movements for e in more), first.movements)),
                              clock=clock, made_by=actor.user_id)
        lines.allocate(tx, line_id, "deposit", row.id, entry_id, to_bring_fen)
        row.state, row.deposit_line_id = "deposited", line_id
        for held in tx.scalars(select(Suspense).where(Suspense.statement_line_id == row.line_id).with_for_update()):
            held.account_code = line.account_code       # what waits now lies at the bank
        tx.flush()
        _record(tx, "deposited", row, entry_id, actor, clock)
        return line_id

    return once(tx, key, {"use": "deposit", "count": count_id, "line": line}, act, clock=clock)


def to_bring(session: Session, row: CashCount) -> int:
    """What of an agreed count there is to bring to the bank, in fen: refunds in cash have left the box already.

    Raises CountUnallocated."""
    return sum(_by_fund(session, row).values())


def paid_back(tx: Session, line_id: int | None, *, actor: Actor, clock: Clock) -> None:
    """After a refund: a count of which nothing is left to bring waits for no deposit any more."""
    row = tx.scalars(select(CashCount).where(CashCount.line_id == line_id, CashCount.state == "agreed")
                     .with_for_update()).first()
    if row is not None and not lines_left(tx, row) and not to_bring(tx, row):
        row.state = "paid_back"
        tx.flush()
        _record(tx, "paid_back", row, None, actor, clock)


def lines_left(session: Session, row: CashCount) -> int:
    """What of a count belongs nowhere yet (its gift was reversed), in fen."""
    assert row.line_id is not None
    return row.amount_fen - sum(lines.became(session, row.line_id).values())


def _by_fund(session: Session, row: CashCount) -> dict[str, int]:
    """{fund: fen} of what a count became and is still in cash. Raises CountUnallocated."""
    assert row.line_id is not None
    if lines_left(session, row):
        raise CountUnallocated(subject=f"cash count {row.id}", state="unallocated", wanted="allocated")
    found: dict[str, int] = defaultdict(int)
    for (kind, subject_id), fen in lines.became(session, row.line_id).items():
        if _left_in_cash(session, row, kind, subject_id):
            continue
        fund = chart.SUSPENSE_FUND
        if kind == "donation":
            sub_id = session.get_one(Donation, subject_id).sub_project_id
            fund = chart.GENERAL_FUND if sub_id is None else session.get_one(SubProject, sub_id).code
        found[fund] += fen
    return found


def _left_in_cash(session: Session, row: CashCount, kind: str, subject_id: int) -> bool:
    """Whether this part of a count was paid back from the account that holds the cash."""
    if kind == "refund":
        refund: Request | None = session.get_one(Request, subject_id)
    elif kind == "donation" and session.get_one(Donation, subject_id).state == "refunded":
        refund = next((asked for asked in session.scalars(select(Request).where(
            Request.kind == "refund", Request.state == "approved", Request.subject_id == subject_id))
            if requests.wanted(asked)["of"] == "donation"), None)
    else:
        return False
    return refund is not None and requests.wanted(refund)["account"] == row.account_code


def _check_kind(tx: Session, account_code: str, *, cash: bool) -> None:
    lines.ledger_account(tx, account_code)
    if (tx.get_one(MoneyAccount, account_code).kind == "cash") is not cash:
        raise NotCash(account=account_code)


def _locked(tx: Session, count_id: int) -> CashCount:
    row = tx.scalars(select(CashCount).where(CashCount.id == count_id).with_for_update()).first()
    if row is None:
        raise NotFound(what=f"cash count {count_id}")
    return row


def _second(tx: Session, count_id: int, actor: Actor) -> CashCount:
    row = _locked(tx, count_id)
    if row.state != "counted":
        raise WrongState(subject=f"cash count {row.id}", state=row.state, wanted="counted")
    if row.counted_by == requests.person(actor):
        raise SamePerson()
    return row


def _record(tx: Session, what: str, row: CashCount, entry_id: int | None, actor: Actor, clock: Clock) -> None:
    events.record(tx, kind=f"cash_box_{what}", subject=("cash_count", row.id),
                  payload={"amount_fen": row.amount_fen, "line": row.line_id, "entry": entry_id},
                  actor_id=actor.user_id, at=clock.now())
