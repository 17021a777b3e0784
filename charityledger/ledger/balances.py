"""Running balances, read from the rows that the database keeps. No page sums history."""

from collections import defaultdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .models import Balance, FundBalance, MovementRow


def all_balances(session: Session) -> dict[tuple[str, str], int]:
    """{(account, fund): fen}, debit positive, zero rows left out."""
    rows = session.execute(select(Balance.account, Balance.fund, Balance.amount_fen).where(Balance.amount_fen != 0))
    return {(row.account, row.fund): row.amount_fen for row in rows}


def recomputed(session: Session) -> dict[tuple[str, str], int]:
    """The same, summed from every movement: what an audit compares."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for column, sign in ((MovementRow.debit_account, 1), (MovementRow.credit_account, -1)):
        for account, fund, fen in session.execute(
                select(column, MovementRow.fund, func.sum(MovementRow.amount_fen)).group_by(column, MovementRow.fund)):
            sums[account, fund] += sign * int(fen)
    return {key: fen for key, fen in sums.items() if fen}


def fund_cash(session: Session) -> dict[str, int]:
    """{fund: fen} of money held."""
    return dict(session.execute(select(FundBalance.fund, FundBalance.cash_fen)).all())
