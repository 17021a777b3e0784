"""Lines of files as an import leaves them, and short names for the desk's services."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import select

from charityledger.clock import LOCAL, FixedClock
from charityledger.database import transaction
from charityledger.donations.models import Allocation, BankStatement, LineNote, StatementLine
from charityledger.extensions import db
from tests.donations.world import DAY

ABOVE = 5000        # yuan: what one person may undo or book alone
_numbers: Iterator[int] = iter(range(1, 10**9))


def file_of(account: str = "BANK") -> int:
    """The id of an imported file of an account."""
    with transaction() as tx:
        known = tx.scalars(select(BankStatement.id).where(BankStatement.account_code == account)).first()
        if known is None:
            row = BankStatement(
                account_code=account, sha256=f"{next(_numbers):064d}", format="boc", source="bank", books=True, size=1,
                lines=0, neutral=0, new=0, known=0, doubtful=0, in_fen=0, out_fen=0, ties=True,
                imported_at=datetime.combine(DAY, datetime.min.time(), LOCAL))
            tx.add(row)
            tx.flush()
            known = row.id
    return known


def line(fen: int, *, account: str = "BANK", on: date = DAY, who: str = "付款人", memo: str = "", kind: str = "payment",
         order: str = "", payer_account: str = "", currency: str = "CNY", minute: int = 0) -> int:
    """A line of a file that nobody has dealt with; returns its id."""
    file_id, number = file_of(account), next(_numbers)
    with transaction() as tx:
        row = StatementLine(
            account_code=account, booked_on=on, amount_fen=fen, counterparty=who, memo=memo, kind=kind, order_id=order,
            counterparty_account=payer_account, currency=currency, statement_id=file_id, row=number,
            identity=f"t:{number}", native_id=f"N{number}",
            booked_at=datetime.combine(on, datetime.min.time(), LOCAL) + timedelta(hours=9, minutes=minute),
            recorded_at=datetime.combine(on, datetime.min.time(), LOCAL))
        tx.add(row)
        tx.flush()
        return row.id


def state(line_id: int) -> tuple[int, bool]:
    """(fen that are used, whether it is held)."""
    db.session.rollback()
    row = db.session.get_one(StatementLine, line_id, populate_existing=True)
    return row.used_fen, row.held


def allocations(line_id: int) -> list[tuple[str, int]]:
    """(kind, fen) of everything that was ever made of a line, oldest first."""
    db.session.rollback()
    return [(row.kind, row.amount_fen) for row in db.session.scalars(
        select(Allocation).where(Allocation.statement_line_id == line_id).order_by(Allocation.id))]


def history(line_id: int) -> list[tuple[str, str]]:
    """(step, code) of a line's notes, oldest first."""
    db.session.rollback()
    return [(row.step, row.code) for row in db.session.scalars(
        select(LineNote).where(LineNote.statement_line_id == line_id).order_by(LineNote.id))]


def clock_at(clock: FixedClock, **by: float) -> FixedClock:
    clock.forward(**by)
    return clock
