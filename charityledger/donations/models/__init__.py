"""Tables of donors, promises, gifts, payments and decisions."""

from .donors import Donor, Invitation, Membership
from .gifts import Donation, DonationLine, HandOver, HandOverLine
from .lines import Allocation, CashCount, LineNote, MoneyAccount, StatementLine, Suspense
from .payments import Disbursement, DisbursementLine, Evidence, Request
from .pledges import Instalment, Pledge, PledgeLine
from .state_receipts import StateReceipt
from .statements import AccountClosing, BankStatement, BillRow, ColumnMapping, MatchRun, StatementFile

__all__ = [
    "AccountClosing",
    "Allocation",
    "BankStatement",
    "BillRow",
    "CashCount",
    "ColumnMapping",
    "Disbursement",
    "DisbursementLine",
    "Donation",
    "DonationLine",
    "Donor",
    "Evidence",
    "HandOver",
    "HandOverLine",
    "Instalment",
    "Invitation",
    "LineNote",
    "MatchRun",
    "Membership",
    "MoneyAccount",
    "Pledge",
    "PledgeLine",
    "Request",
    "StateReceipt",
    "StatementFile",
    "StatementLine",
    "Suspense",
]
