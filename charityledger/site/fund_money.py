"""What a project's fund holds, and why that is not always what came in less what was paid out."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from ..ledger.chart import FUND_TRANSFER
from ..ledger.models import FundBalance, LedgerAccount, MovementRow


@dataclass(frozen=True)
class FundMoney:
    """Of one fund: its money now, and what moved between it and other funds. `fees_fen`: what it paid besides, the
    wallets' fees. cash = received − disbursed + in − out − fees."""

    cash_fen: int
    in_fen: int = 0
    out_fen: int = 0
    fees_fen: int = 0


def of_project(session: Session, code: str, *, received_fen: int, disbursed_fen: int) -> FundMoney:
    """The fund of a sub-project, whose measures the caller has read. One query; the balance is that of the books."""
    money = select(LedgerAccount.code).where(LedgerAccount.holds == "money")
    # The year's end closes transfers into net assets: no money moves then, and none is counted.
    inward = (MovementRow.credit_account == FUND_TRANSFER) & MovementRow.debit_account.in_(money)
    outward = (MovementRow.debit_account == FUND_TRANSFER) & MovementRow.credit_account.in_(money)
    cash_fen, in_fen, out_fen = session.execute(select(
        select(FundBalance.cash_fen).where(FundBalance.fund == code).scalar_subquery(),
        _sum(inward), _sum(outward)).where(MovementRow.fund == code, inward | outward)).one()
    cash_fen, in_fen, out_fen = int(cash_fen or 0), int(in_fen), int(out_fen)
    return FundMoney(cash_fen, in_fen, out_fen, received_fen - disbursed_fen + in_fen - out_fen - cash_fen)


def _sum(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, MovementRow.amount_fen), else_=0)), 0)
