"""Where money really lies: bank accounts, wallets and cash boxes, each with its sub-account in the books."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock, today
from ..database import use_case
from ..errors import Conflict, InvalidInput
from ..identity.actor import Actor
from ..ledger import chart, periods, postings, store
from ..ledger.idempotency import once
from ..ledger.models import AccountBalance
from .lines import AmountNotPositive, ledger_account
from .models import MoneyAccount

KINDS = ("bank", "wechat", "alipay", "cash")
PARENTS = {"bank": chart.BANK, "wechat": chart.WECHAT, "alipay": chart.ALIPAY, "cash": chart.CASH}
# One of each, so that a first receipt can be recorded; an organisation adds its own and names them.
DEFAULTS = (("BANK", "bank", "基本户"), ("WECHAT", "wechat", "微信收款"), ("ALIPAY", "alipay", "支付宝收款"),
            ("CASH", "cash", "钱箱现金"))
_CODE = re.compile(r"[A-Z][A-Z0-9-]{1,19}")


class AccountCodeWrong(InvalidInput):
    """A code is 2 to 20 capitals, digits and hyphens, a letter first. Facts: text."""

    code = "account_code_wrong"


class AccountCodeTaken(Conflict):
    """Facts: account."""

    code = "account_code_taken"


@dataclass(frozen=True)
class AccountFigures:
    """A money account and what it holds over all funds, in fen."""

    account: MoneyAccount
    balance_fen: int


@use_case
def add_account(tx: Session, *, actor: Actor, clock: Clock, code: str, kind: str, name: str, number: str = "",
                opening_fen: int = 0, opened_on: date | None = None, key: str | None = None) -> int:
    """A new money account; it can be used at once. Returns how many accounts there are.

    `number`: as its files say it. `opening_fen`: what it holds before anything here is booked, in the general fund's
    books from `opened_on` on (default: the first day of this year, or the first open one after it).
    Raises AccountCodeWrong, AccountCodeTaken, AmountNotPositive for an opening below zero, or PeriodClosed.
    """
    def act() -> int:
        if not _CODE.fullmatch(code):
            raise AccountCodeWrong(text=code)
        if tx.get(MoneyAccount, code) is not None:
            raise AccountCodeTaken(account=code)
        if opening_fen < 0:
            raise AmountNotPositive(amount_fen=opening_fen)
        _add(tx, code, kind, name, actor, clock, number)
        there = len(tx.scalars(select(MoneyAccount.code)).all())
        if opening_fen:
            _open(tx, code, there, opening_fen, opened_on, actor, clock)
        return there

    return once(tx, key, {"use": "add_account", "code": code, "kind": kind, "name": name, "number": number,
                          "opening_fen": opening_fen, "on": opened_on}, act, clock=clock)


def _open(tx: Session, code: str, number: int, opening_fen: int, on: date | None, actor: Actor, clock: Clock) -> None:
    """The opening balance, so that the books can equal the account's first statement."""
    if on is None:
        on = periods.closed(tx).first_open(today(clock).replace(month=1, day=1))
    entry_id = store.post(tx, postings.opening(number, ledger_account(tx, code), opening_fen, on), clock=clock,
                          made_by=actor.user_id)
    events.record(tx, kind="opening_balance", subject=("money_account", code),
                  payload={"amount_fen": opening_fen, "on": on.isoformat(), "entry": entry_id},
                  actor_id=actor.user_id, at=clock.now())


@use_case
def ensure_default_accounts(tx: Session, *, clock: Clock) -> int:
    """One bank account, one wallet of each kind and one cash box, where there is no account at all (idempotent).
    Returns how many were added."""
    if tx.scalars(select(MoneyAccount.code).limit(1)).first() is not None:
        return 0
    for code, kind, name in DEFAULTS:
        _add(tx, code, kind, name, Actor.system(), clock)
    return len(DEFAULTS)


def _add(tx: Session, code: str, kind: str, name: str, actor: Actor, clock: Clock, number: str = "") -> None:
    account = store.create_account_under(tx, PARENTS[kind], code, name)
    tx.add(MoneyAccount(code=code, kind=kind, name=name, ledger_account=account, number=number))
    tx.flush()
    events.record(tx, kind="money_account_added", subject=("money_account", code),
                  payload={"kind": kind, "ledger_account": account}, actor_id=actor.user_id, at=clock.now())


def accounts(session: Session, *kinds: str) -> Sequence[MoneyAccount]:
    """All accounts, or those of some kinds: banks first, then wallets, then cash."""
    rows = session.scalars(select(MoneyAccount).where(MoneyAccount.kind.in_(kinds or KINDS))
                           .order_by(MoneyAccount.code))
    return sorted(rows, key=lambda account: KINDS.index(account.kind))


def figures(session: Session) -> list[AccountFigures]:
    """Every account with its balance."""
    held = {row.account: row.amount_fen for row in session.scalars(select(AccountBalance))}
    return [AccountFigures(account, held.get(account.ledger_account, 0)) for account in accounts(session)]
