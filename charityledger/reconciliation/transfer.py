"""Money between our own accounts: a wallet's payout to the bank, booked once, for two lines. Never a donation.

Which fund's money moves: what the account really holds, fund by fund, so that no fund is said to have money where it
has none. The general fund's alone where that is enough; else the largest first, and money in suspense last.
"""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..clock import Clock
from ..database import use_case
from ..donations import lines
from ..donations.models import MoneyAccount, StatementLine, Suspense
from ..errors import NotFound
from ..identity.actor import Actor
from ..ledger import chart, postings, store
from ..ledger.idempotency import once
from ..ledger.models import Balance
from . import handling
from .handling import LineDiffers, OtherAccount

Share = tuple[str, int]


@use_case
def transfer(tx: Session, *, actor: Actor, clock: Clock, line_id: int, other_line_id: int | None = None,
             other_account: str | None = None, key: str | None = None) -> int:
    """A line moved money between two of our accounts. The other side is `other_line_id`, or, while its file has not
    come, the account with the code `other_account`; its line is paired with the entry later (`pairing.pair`).

    Returns the entry's id. Raises LineDiffers where the two lines are not the same amount in opposite directions,
    OtherAccount where they are of one account, NothingLeft, or AccountOverdrawn where the paying account's own lines
    have not been booked yet.
    """
    def act() -> int:
        handling.lock(tx, line_id, *([other_line_id] if other_line_id is not None else []))
        line, left_fen = handling.waiting(tx, line_id)
        other, account = _other_side(tx, line, left_fen, other_line_id, other_account)
        if account == line.account_code:
            raise OtherAccount(account=account)
        paying, taking = (account, line.account_code) if line.amount_fen > 0 else (line.account_code, account)
        both = [row for row in (line, other) if row is not None]
        # Where both are known: the day on which it left the paying account.
        first = next((row for row in both if row.account_code == paying), line)
        days = lines.booking_days(tx, both, clock)
        on = max([days[first.id], *(days[row.id] for row in both if days[row.id] != row.booked_on)])
        source, target = lines.ledger_account(tx, paying), lines.ledger_account(tx, taking)
        shares = by_fund(tx, source, left_fen)
        entry, *more = [postings.payout(line.id, target, source, fen, on, fund) for fund, fen in shares]
        entry_id = store.post(tx, replace(entry, movements=sum((e.movements for e in more), entry.movements)),
                              clock=clock, made_by=actor.user_id)
        for row in both:
            lines.allocate(tx, row.id, "payout", line.id, entry_id, left_fen)
            handling.settled(tx, row)
            handling.note(tx, row, "explained", "transfer", actor=actor, clock=clock, facts={
                "entry": entry_id, "amount_fen": left_fen, "account": taking if row.account_code == paying else paying,
                "other": next((o.id for o in both if o.id != row.id), 0)})
        follow(tx, dict(shares).get(chart.SUSPENSE_FUND, 0), paying, taking)
        return entry_id

    content = {"use": "transfer", "line": line_id, "other": other_line_id, "account": other_account}
    return once(tx, key, content, act, clock=clock)


def _other_side(tx: Session, line: StatementLine, left_fen: int, other_line_id: int | None,
                other_account: str | None) -> tuple[StatementLine | None, str]:
    if other_line_id is None:
        if other_account is None or tx.get(MoneyAccount, other_account) is None:
            raise NotFound(what=other_account or "account")
        return None, other_account
    other, other_left_fen = handling.waiting(tx, other_line_id)
    if other_left_fen != left_fen or (other.amount_fen > 0) is (line.amount_fen > 0):
        raise LineDiffers(amount_fen=left_fen, other_fen=other_left_fen)
    return other, other.account_code


def by_fund(tx: Session, account: str, amount_fen: int) -> list[Share]:
    """[(fund, fen)] that make up `amount_fen` of what an account of the books holds. What it lacks is the general
    fund's, and the books refuse it."""
    held = {fund: int(fen) for fund, fen in tx.execute(
        select(Balance.fund, Balance.amount_fen).where(Balance.account == account, Balance.amount_fen > 0))}
    if held.get(chart.GENERAL_FUND, 0) >= amount_fen:
        return [(chart.GENERAL_FUND, amount_fen)]
    order = sorted(held, key=lambda fund: (fund == chart.SUSPENSE_FUND, -held[fund], fund))
    shares: dict[str, int] = {}
    left_fen = amount_fen
    for fund in order:
        take = min(held[fund], left_fen)
        if take:
            shares[fund] = take
            left_fen -= take
    if left_fen:
        shares[chart.GENERAL_FUND] = shares.get(chart.GENERAL_FUND, 0) + left_fen
    return list(shares.items())


def follow(tx: Session, held_fen: int, from_code: str, to_code: str) -> None:
    """Money in suspense that changed its account: the oldest rows that are wholly among what moved say so."""
    if not held_fen:
        return
    for row in tx.scalars(select(Suspense).where(
            Suspense.account_code == from_code, Suspense.settled_fen < Suspense.amount_fen).order_by(Suspense.id)
            .with_for_update()):
        open_fen = row.amount_fen - row.settled_fen
        if open_fen <= held_fen:
            row.account_code = to_code
            held_fen -= open_fen
    tx.flush()


def come_back(tx: Session, entry_id: int) -> None:
    """A transfer is about to be undone: money in suspense that went with it lies again where it came in."""
    entry = store.load(tx, entry_id)
    moved = next((m for m in entry.movements if m.fund == chart.SUSPENSE_FUND), None)
    if moved is None:
        return
    codes = dict(tx.execute(select(MoneyAccount.ledger_account, MoneyAccount.code)).all())
    left_fen, source, target = moved.amount_fen, codes[moved.credit], codes[moved.debit]
    for row in tx.scalars(select(Suspense).join(StatementLine, StatementLine.id == Suspense.statement_line_id).where(
            Suspense.account_code == target, StatementLine.account_code == source,
            Suspense.settled_fen < Suspense.amount_fen).order_by(Suspense.id).with_for_update()):
        open_fen = row.amount_fen - row.settled_fen
        if open_fen <= left_fen:
            row.account_code = source
            left_fen -= open_fen
    tx.flush()
