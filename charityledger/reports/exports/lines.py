"""The lists of an account's lines as a workbook."""

from ...clock import Clock, today
from ...extensions import db
from ...reconciliation import months
from ..build import line_list
from ..build.reconciliation import account_of
from ..documents import Language
from .tables import Fen, Table, as_xlsx

COLUMNS = ("booked_on", "bank_reference", "counterparty", "memo", "state", "said", "voucher", "amount_yuan")


def workbook(account_code: str, period: str, kind: str, language: Language, clock: Clock) -> bytes:
    """Unmatched and held lines up to the end of a month, or what the month's lines became (`kind`: unmatched, matched).

    Amounts are signed, inflow positive. Raises NotFound for an unknown account, NotAMonth.
    """
    session = db.session()
    account, month = account_of(session, account_code), months.parse(period)
    rows = line_list.listed(session, account, month, kind, language, today(clock))
    return as_xlsx([Table(kind, COLUMNS, [
        (row.on, row.reference, row.counterparty, row.memo, row.state, row.said, row.voucher, Fen(row.amount_fen))
        for row in rows], ("amount_yuan",))])
