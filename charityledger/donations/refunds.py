"""退款: a gift, or money in suspense, goes back to who gave it, on one person's request and another's approval.

A gift goes back whole; of money in suspense any part. A refund is dated today, frees the items and ends the promise.
"""

from dataclasses import replace
from datetime import date
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock, today
from ..database import use_case
from ..errors import AccountOverdrawn, WrongState
from ..identity.actor import Actor
from ..ledger import chart, postings, store
from ..ledger.idempotency import once
from ..ledger.models import AccountBalance
from . import cash_boxes, lines, requests, suspense, undoing
from .models import Donation, Pledge, Request, Suspense
from .rules import ENDED_STATES
from .state_receipts import check_no_live_receipt
from .undoing import GiftSpent

KIND = "refund"
What = Literal["donation", "suspense"]
FAULTS = ("donor", "ours")


@use_case
def request(tx: Session, *, actor: Actor, clock: Clock, what: What, subject_id: int, account_code: str, reason: str,
            fault: str = "donor", general_pays: bool = False, amount_fen: int | None = None, line_id: int | None = None,
            fee_back: tuple[str, int] | None = None,
            files: tuple[tuple[int, str], ...] = (), key: str | None = None) -> int:
    """Ask that a gift of money, or `amount_fen` of money in suspense, be paid back from a money account.

    `fault`: whose doing it is, "donor" or "ours"; ours is a management cost. `general_pays`: the general fund makes up
    what the project has spent. `line_id`: the account's line by which the money went back already; once approved, it is
    used for the refund. `fee_back`: (fund, fen) of the wallet's fee that came back with a gift, so that the line is
    less than the gift by it. Returns the request's id. Raises GiftSpent without it, where money is lacking, and
    AccountOverdrawn where the account has less than goes back and no line says that it has.
    """
    def act() -> int:
        place = lines.ledger_account(tx, account_code)
        fen = _check(tx, what, subject_id, amount_fen, general_pays, fee_back)
        leaves_fen = fen - (fee_back[1] if fee_back else 0)
        held_fen = tx.scalar(select(AccountBalance.amount_fen).where(AccountBalance.account == place)) or 0
        if held_fen < leaves_fen and line_id is None:       # else the bank's line says that it has left
            raise AccountOverdrawn(account=account_code, available_fen=held_fen, requested_fen=leaves_fen)
        line: dict[str, str | int | bool] = {} if line_id is None else {"line": line_id}
        if fee_back is not None:
            line |= {"fee_fund": fee_back[0], "fee_back_fen": fee_back[1]}
        return requests.ask(tx, kind=KIND, subject_id=subject_id, reason=reason, files=files, actor=actor, clock=clock,
                            details={"of": what, "amount_fen": fen, "account": account_code, "fault": fault,
                                     "general_pays": general_pays, **line}).id

    content = {"use": "ask_refund", "what": what, "id": subject_id, "account": account_code, "fault": fault,
               "general": general_pays, "fen": amount_fen, "reason": reason, "files": files,
               "line": line_id, "fee_back": fee_back, "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


def _check(tx: Session, what: What, subject_id: int, amount_fen: int | None, general_pays: bool,
           fee_back: tuple[str, int] | None) -> int:
    if what == "suspense":
        return suspense.part_of(suspense.locked(tx, subject_id), amount_fen)
    donation = _gift(tx, subject_id)
    _lacking(tx, donation, general_pays, fee_back)
    return donation.amount


def approve(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str) -> None:
    """A second person agrees, and the money leaves the account."""
    row = requests.decide(tx, request_id, kind=KIND, state="approved", note=note, actor=actor, clock=clock)
    wish = requests.wanted(row)
    pay = _pay_back_held if wish["of"] == "suspense" else _pay_back_gift
    entry_id = pay(tx, row, wish, today(clock), requests.person(actor), clock)
    if "line" in wish:
        lines.allocate(tx, int(wish["line"]), KIND, row.id, entry_id,
                       int(wish["amount_fen"]) - int(wish.get("fee_back_fen", 0)))
    line_id = (tx.get_one(Suspense, row.subject_id).statement_line_id if wish["of"] == "suspense"
               else tx.get_one(Donation, row.subject_id).statement_line_id)
    cash_boxes.paid_back(tx, line_id, actor=actor, clock=clock)
    events.record(tx, kind=f"{wish['of']}_refunded", subject=(str(wish["of"]), row.subject_id),
                  payload={"request": row.id, "entry": entry_id, "amount_fen": int(wish["amount_fen"]),
                           "fault": str(wish["fault"])}, actor_id=actor.user_id, at=clock.now())


def reject(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str) -> None:
    """A second person declines; nothing changes."""
    requests.decide(tx, request_id, kind=KIND, state="rejected", note=note, actor=actor, clock=clock)


def _pay_back_gift(tx: Session, row: Request, wish: requests.Details, on: date, approved_by: int,
                   clock: Clock) -> int:
    donation = _gift(tx, row.subject_id)
    fund = undoing.fund_of(tx, donation) or chart.GENERAL_FUND
    pledge = None if donation.pledge_id is None else tx.scalars(
        select(Pledge).where(Pledge.id == donation.pledge_id).with_for_update()).one()
    fee_back = (str(wish["fee_fund"]), int(wish["fee_back_fen"])) if "fee_back_fen" in wish else None
    unpaid_fen = 0 if pledge is None or pledge.state in ENDED_STATES else pledge.outstanding
    undoing.give_back_capacity(tx, donation, pledge, on=on, end=True)
    if pledge is not None:
        undoing.free_promise(tx, pledge, fund, unpaid_fen, on=on, clock=clock, made_by=row.requested_by)
    entry_id = store.post(tx, postings.refund(
        donation.id, lines.ledger_account(tx, str(wish["account"])), fund, donation.amount, on,
        recognised_in=donation.received_on.year, our_fault=wish["fault"] == "ours",
        general_pays_fen=_lacking(tx, donation, bool(wish["general_pays"]), fee_back), fee_back=fee_back),
        clock=clock, made_by=row.requested_by, approved_by=approved_by)
    donation.state = "refunded"
    tx.flush()
    return entry_id


def _pay_back_held(tx: Session, row: Request, wish: requests.Details, on: date, approved_by: int,
                   clock: Clock) -> int:
    held: Suspense = suspense.locked(tx, row.subject_id)
    fen = suspense.part_of(held, int(wish["amount_fen"]))
    entry = postings.refund(0, lines.ledger_account(tx, str(wish["account"])), chart.SUSPENSE_FUND, fen, on,
                            recognised_in=None)
    entry_id = store.post(tx, replace(entry, subject=("suspense", held.id)), clock=clock, made_by=row.requested_by,
                          approved_by=approved_by)
    held.settled_fen += fen
    tx.flush()
    if held.statement_line_id is not None:
        lines.turn(tx, held.statement_line_id, entry_id, fen, out_of=("suspense", held.id), into=("refund", row.id))
    return entry_id


def _gift(tx: Session, donation_id: int) -> Donation:
    """A gift of money that stands, without a state receipt. Goods and hours are not refunded: they are reversed while
    nothing was passed on."""
    donation = undoing.locked_gift(tx, donation_id)
    check_no_live_receipt(tx, donation_id)
    if donation.kind != "cash":
        raise WrongState(subject=f"donation {donation_id}", state=donation.kind, wanted="cash")
    return donation


def _lacking(tx: Session, donation: Donation, general_pays: bool, fee_back: tuple[str, int] | None) -> int:
    """What the general fund has to make up, in fen. Raises GiftSpent where it may not, or has not that much."""
    fund = undoing.fund_of(tx, donation)
    comes_back = fee_back[1] if fee_back is not None and fee_back[0] == (fund or chart.GENERAL_FUND) else 0
    lacking_fen = undoing.check_spent(tx, fund or chart.GENERAL_FUND, donation.amount - comes_back)
    if not lacking_fen:
        return 0
    if fund is None or not general_pays:
        raise GiftSpent(fund=fund or chart.GENERAL_FUND, available_fen=donation.amount - lacking_fen,
                        requested_fen=donation.amount)
    if undoing.check_spent(tx, chart.GENERAL_FUND, lacking_fen):
        raise GiftSpent(fund=chart.GENERAL_FUND, available_fen=store.free(tx, chart.GENERAL_FUND),
                        requested_fen=lacking_fen)
    return lacking_fen
