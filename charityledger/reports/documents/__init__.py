"""Documents as frozen values: one class per document, in one language, with every figure checked."""

from .certificate import AdoptionCertificate
from .common import Figures, Kind, Language, NotADocument, Organisation, Provenance, TotalsDoNotTie
from .donor import BoughtLine, DonorStatement, GiftLine, PledgeLine
from .fund import FundLine, FundStatement
from .line_list import LineList, ListedLine
from .needs import CategoryRow, ItemRow, MajorRow, NeedsStatement, SubRow
from .pledge_slip import Instalment, PayTo, PledgeItem, PledgeSlip
from .receipt import ChainStep, Designation, DonationReceipt, GoodsLine, StateInvoice
from .reconciliation import OutstandingItem, ReconciliationStatement, Signer

Document = (
    NeedsStatement
    | FundStatement
    | DonationReceipt
    | AdoptionCertificate
    | DonorStatement
    | PledgeSlip
    | ReconciliationStatement
    | LineList
)

__all__ = [
    "AdoptionCertificate",
    "BoughtLine",
    "CategoryRow",
    "ChainStep",
    "Designation",
    "Document",
    "DonationReceipt",
    "DonorStatement",
    "Figures",
    "FundLine",
    "FundStatement",
    "GiftLine",
    "GoodsLine",
    "Instalment",
    "ItemRow",
    "Kind",
    "Language",
    "LineList",
    "ListedLine",
    "MajorRow",
    "NeedsStatement",
    "NotADocument",
    "Organisation",
    "OutstandingItem",
    "PayTo",
    "PledgeItem",
    "PledgeLine",
    "PledgeSlip",
    "Provenance",
    "ReconciliationStatement",
    "Signer",
    "StateInvoice",
    "SubRow",
    "TotalsDoNotTie",
]
