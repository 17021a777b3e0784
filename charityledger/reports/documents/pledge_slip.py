"""认领确认单: what was adopted, the reference to pay with, where to pay and until when it is kept."""

from dataclasses import dataclass
from datetime import date

from .common import Kind, Language, NotADocument, Organisation, Provenance, tie_one


@dataclass(frozen=True)
class PledgeItem:
    """One adopted need item. `amount` is fen (cash; goods at value) or hours.

    `quantity` is None for a share or any amount; `unit_price_fen` is None where there is none."""

    name: str
    kind: Kind
    unit: str
    quantity: int | None
    unit_price_fen: int | None
    amount: int


@dataclass(frozen=True)
class Instalment:
    due_on: date
    amount_fen: int


@dataclass(frozen=True)
class PayTo:
    """Where money can be sent: `label` (bank transfer, WeChat Pay …), holder, bank and account number, or a
    note."""

    label: str
    holder: str
    bank: str
    account: str


@dataclass(frozen=True)
class PledgeSlip:
    """A confirmed adoption. `keep_until` is the last day on which it is held unpaid; None: it does not expire
    unasked.

    `instalments` are empty for a single payment. Raises TotalsDoNotTie when parts do not add up."""

    language: Language
    organisation: Organisation
    provenance: Provenance
    donor: str
    project_code: str
    project_name: str
    place: str
    reference: str
    adopted_on: date
    items: tuple[PledgeItem, ...]
    cash_fen: int
    goods_fen: int
    hours: int
    instalments: tuple[Instalment, ...]
    pay_to: tuple[PayTo, ...]
    keep_until: date | None
    contact: str

    def __post_init__(self) -> None:
        if not self.items:
            raise NotADocument(where="items", why="nothing is adopted")
        for kind, stated in (("cash", self.cash_fen), ("goods", self.goods_fen), ("hours", self.hours)):
            tie_one("items", kind, stated, sum(i.amount for i in self.items if i.kind == kind))
        for item in self.items:
            if item.quantity is not None and item.unit_price_fen is not None:
                tie_one(item.name, "amount", item.amount, item.quantity * item.unit_price_fen)
        if self.instalments:
            tie_one("instalments", "amount", self.cash_fen, sum(i.amount_fen for i in self.instalments))
