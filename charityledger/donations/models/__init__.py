"""Tables of donors, promises, gifts, payments and decisions."""

from .donors import Donor, Invitation, Membership
from .gifts import Donation, DonationLine
from .lines import Allocation, CashCount, MoneyAccount, StatementLine, Suspense
from .payments import Disbursement, DisbursementLine, Evidence, Request
from .pledges import Instalment, Pledge, PledgeLine

__all__ = [
    "Allocation",
    "CashCount",
    "Disbursement",
    "DisbursementLine",
    "Donation",
    "DonationLine",
    "Donor",
    "Evidence",
    "Instalment",
    "Invitation",
    "Membership",
    "MoneyAccount",
    "Pledge",
    "PledgeLine",
    "Request",
    "StatementLine",
    "Suspense",
]
