"""The only writer of movements."""

from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.orm import Session

from ..clock import Clock
from ..database import is_postgresql
from ..errors import (
    AccountOverdrawn,
    AlreadyReversed,
    FundOverdrawn,
    HeldMoney,
    SamePerson,
    StockOverdrawn,
    UnknownFund,
)
from . import chart, periods
from .entry import Entry, by_account_and_fund, change_in
from .models import AccountBalance, Fund, FundBalance, JournalEntry, LedgerAccount, MovementRow

# What pays money out, sends it back, undoes or re-designates it: never without a second person (promise 9).
NEEDS_APPROVAL = frozenset({"disbursement", "prepayment", "refund", "reversal", "surplus_transfer"})

_NEXT_POSTGRESQL = text("SELECT nextval('journal_entry_number')")
# Tables, not models, and prepared once: every posting runs these, and building them costs more than running them.
_ENTRY = JournalEntry.__table__.c
_FUND, _ACCOUNT = FundBalance.__table__.c, AccountBalance.__table__.c
_NEXT_SQLITE = select(func.coalesce(func.max(_ENTRY.id), 0) + 1)
_FUNDS = (select(_FUND.fund, _FUND.cash_fen, _FUND.stock_fen, _FUND.reserved_fen)
          .where(_FUND.fund.in_(bindparam("funds", expanding=True))).order_by(_FUND.fund))
_FUNDS_LOCKED = _FUNDS.with_for_update()
_ACCOUNTS = (select(_ACCOUNT.account, _ACCOUNT.amount_fen)
             .where(_ACCOUNT.account.in_(bindparam("accounts", expanding=True))).order_by(_ACCOUNT.account))
_ACCOUNTS_LOCKED = _ACCOUNTS.with_for_update()
_ADD_MOVEMENT = insert(MovementRow.__table__)
_ADD_ENTRY = insert(JournalEntry.__table__)


def post(tx: Session, entry: Entry, *, clock: Clock, made_by: int | None, approved_by: int | None = None) -> int:
    """Write one entry and return its id.

    Raises FundOverdrawn, StockOverdrawn, AccountOverdrawn, HeldMoney, PeriodClosed, SamePerson, UnknownFund or
    AlreadyReversed. The database refuses each of these once more by itself.
    """
    _check_people(entry, made_by, approved_by)
    period = periods.check_open(tx, entry.effective_on)
    _check_balances(tx, entry)
    if entry.reverses_id is not None and tx.scalar(
            select(JournalEntry.id).where(JournalEntry.reverses_id == entry.reverses_id)):
        raise AlreadyReversed(entry_id=entry.reverses_id)
    connection = tx.connection()
    entry_id = int(connection.execute(_NEXT_POSTGRESQL if is_postgresql(tx) else _NEXT_SQLITE).scalar_one())
    connection.execute(_ADD_MOVEMENT, [
        {"entry_id": entry_id, "line": line, "debit_account": m.debit, "credit_account": m.credit, "fund": m.fund,
         "amount_fen": m.amount_fen} for line, m in enumerate(entry.movements, 1)])
    # Header last: its insert is the seal that checks count and sum, and after it no movement can be added.
    connection.execute(_ADD_ENTRY, {
        "id": entry_id, "kind": entry.kind, "effective_on": entry.effective_on, "period": period,
        "recorded_at": clock.now(), "made_by": made_by, "approved_by": approved_by,
        "subject_kind": entry.subject[0], "subject_id": entry.subject[1], "reverses_id": entry.reverses_id,
        "movement_count": len(entry.movements), "total_fen": sum(m.amount_fen for m in entry.movements)})
    return entry_id


def _check_people(entry: Entry, made_by: int | None, approved_by: int | None) -> None:
    if approved_by is not None and approved_by == made_by:
        raise SamePerson()
    if entry.kind in NEEDS_APPROVAL and (approved_by is None or made_by is None):
        raise SamePerson()


def _check_balances(tx: Session, entry: Entry) -> None:
    """Python's half of promise 1. Rows are locked in one order, funds before accounts, so nobody waits in a ring."""
    # Money in suspense is owed: it only comes in, changes its place or goes back to what it is owed as.
    if any(m.fund == chart.SUSPENSE_FUND and not (_may_hold(m.debit) and _may_hold(m.credit))
           for m in entry.movements):
        raise HeldMoney()
    locking, connection = is_postgresql(tx), tx.connection()
    cash, stock = change_in(entry.movements, "money"), change_in(entry.movements, "stock")
    funds = sorted({m.fund for m in entry.movements})
    rows = {row.fund: row
            for row in connection.execute(_FUNDS_LOCKED if locking else _FUNDS, {"funds": funds})}
    for fund in funds:
        if fund not in rows:
            raise UnknownFund(fund=fund)
        # Money asked for by an open request is spoken for; a payment frees its own reservation before it posts.
        free_fen = rows[fund].cash_fen - rows[fund].reserved_fen
        if cash.get(fund, 0) < 0 and free_fen + cash[fund] < 0:
            raise FundOverdrawn(fund=fund, available_fen=free_fen, requested_fen=-cash[fund])
        if stock.get(fund, 0) < 0 and rows[fund].stock_fen + stock[fund] < 0:
            raise StockOverdrawn(fund=fund, available_fen=rows[fund].stock_fen, requested_fen=-stock[fund])
    # Accounts that end as they began are locked too: the trigger touches them on the way.
    change = {code: 0 for m in entry.movements for code in (m.debit, m.credit) if _holds_money(code)}
    for (account, _), fen in by_account_and_fund(entry.movements).items():
        if account in change:
            change[account] += fen
    # SQLite's writer is alone: what only comes in needs no look at the account.
    if change and (locking or min(change.values()) < 0):
        for row in connection.execute(_ACCOUNTS_LOCKED if locking else _ACCOUNTS, {"accounts": sorted(change)}):
            if change[row.account] < 0 and row.amount_fen + change[row.account] < 0:
                raise AccountOverdrawn(account=row.account, available_fen=row.amount_fen,
                                       requested_fen=-change[row.account])


def _holds_money(code: str) -> bool:
    return chart.BY_CODE[chart.parent_of(code)].holds == "money"


def _may_hold(code: str) -> bool:
    return _holds_money(code) or chart.BY_CODE[chart.parent_of(code)].kind == "liability"


def reserve(tx: Session, fund: str, amount_fen: int) -> None:
    """Set money of a fund aside for a request. Raises FundOverdrawn when less than that is free."""
    done = tx.execute(update(FundBalance).where(
        FundBalance.fund == fund, FundBalance.cash_fen - FundBalance.reserved_fen >= amount_fen
    ).values(reserved_fen=FundBalance.reserved_fen + amount_fen).execution_options(synchronize_session=False))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise FundOverdrawn(fund=fund, available_fen=free(tx, fund), requested_fen=amount_fen)


def unreserve(tx: Session, fund: str, amount_fen: int) -> None:
    """Give a reservation back: the request was decided."""
    tx.execute(update(FundBalance).where(FundBalance.fund == fund).values(
        reserved_fen=FundBalance.reserved_fen - amount_fen).execution_options(synchronize_session=False))


def free(session: Session, fund: str) -> int:
    """Money of the fund that nobody has asked for yet, in fen."""
    row = session.execute(
        select(FundBalance.cash_fen, FundBalance.reserved_fen).where(FundBalance.fund == fund)).first()
    return row.cash_fen - row.reserved_fen if row else 0


def load(session: Session, entry_id: int) -> Entry:
    """An entry as it was posted."""
    from .entry import Movement

    head = session.get_one(JournalEntry, entry_id)
    rows = session.scalars(select(MovementRow).where(MovementRow.entry_id == entry_id).order_by(MovementRow.line))
    return Entry(head.kind, head.effective_on,
                 tuple(Movement(r.debit_account, r.credit_account, r.fund, r.amount_fen) for r in rows),
                 (head.subject_kind, head.subject_id), head.reverses_id)


def create_chart(tx: Session) -> None:
    """The chart's accounts and the two funds that every deployment has (idempotent)."""
    known = set(tx.scalars(select(LedgerAccount.code)))
    for account in chart.CHART:
        if account.code not in known:
            _add_account(tx, account, account.code, account.name_zh, account.name_en)
    for fund in (chart.GENERAL_FUND, chart.SUSPENSE_FUND):
        create_fund(tx, fund)


def create_fund(tx: Session, code: str) -> None:
    """The fund of a new sub-project (idempotent)."""
    if tx.get(Fund, code) is None:
        tx.execute(insert(Fund.__table__), {"code": code, "restricted": chart.is_restricted(code)})


def create_account_under(tx: Session, parent: str, suffix: str, name: str) -> str:
    """A sub-account for one real bank account, wallet or cash box; returns its code."""
    account = chart.BY_CODE[parent]
    code = chart.under(parent, suffix)
    _add_account(tx, account, code, f"{account.name_zh}—{name}", f"{account.name_en}: {name}")
    return code


def _add_account(tx: Session, account: chart.Account, code: str, name_zh: str, name_en: str) -> None:
    tx.execute(insert(LedgerAccount.__table__), {
        "code": code, "name_zh": name_zh, "name_en": name_en, "kind": account.kind, "holds": account.holds,
        "memorandum": account.memorandum})
