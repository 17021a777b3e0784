"""捐赠收据: our own receipt for one gift of money or goods. It is never the state's 公益事业捐赠票据."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from .common import Language, NotADocument, Organisation, Provenance, tie_one

Step = Literal["declared", "adopted", "pledged", "received", "disbursed", "delivered"]
STEPS: tuple[Step, ...] = ("declared", "adopted", "pledged", "received", "disbursed", "delivered")
InvoiceState = Literal["none", "requested", "issued", "voided", "waived", "anonymous"]


@dataclass(frozen=True)
class ChainStep:
    """A step of the chain; `on` is None while it is to come, or where it was skipped (a gift without a
    pledge)."""

    step: Step
    on: date | None


@dataclass(frozen=True)
class GoodsLine:
    """Goods received. `value_fen` is None where there is no evidence of value: registered only."""

    name: str
    quantity: int
    unit: str
    unit_value_fen: int | None
    value_fen: int | None


@dataclass(frozen=True)
class Designation:
    """A part of the gift and what it is for. `item` is a need item's name, or empty: the project as a
    whole."""

    code: str
    name: str
    item: str
    amount_fen: int


@dataclass(frozen=True)
class StateInvoice:
    """How the state's own 票据 stands, as it was told to us; empty strings until issued."""

    state: InvoiceState = "none"
    code: str = ""
    number: str = ""
    check_code: str = ""


@dataclass(frozen=True)
class DonationReceipt:
    """`amount_fen` is the money that came in or the value of the goods; `held_fen` of it waits in suspense
    (待确认).

    `donor` is the name that the donor wants printed; `credit_code` and `reference` are empty where there is
    none. `restricted` says whether it is for designated use. `steps` are all six, in order. Raises
    TotalsDoNotTie or NotADocument when the parts do not add up."""

    language: Language
    organisation: Organisation
    provenance: Provenance
    donor: str
    credit_code: str
    kind: Literal["cash", "goods"]
    amount_fen: int
    held_fen: int
    received_on: date
    channel: str
    reference: str
    voucher: str
    restricted: bool
    designations: tuple[Designation, ...]
    goods: tuple[GoodsLine, ...]
    steps: tuple[ChainStep, ...]
    invoice: StateInvoice = StateInvoice()

    def __post_init__(self) -> None:
        if not self.donor.strip():
            raise NotADocument(where="donor", why="no name or words to print")
        if tuple(s.step for s in self.steps) != STEPS:
            raise NotADocument(where="steps", why="not the six steps in order")
        if (self.kind == "goods") != bool(self.goods):
            raise NotADocument(where="goods", why="goods lines and kind contradict each other")
        if not 0 <= self.held_fen <= self.amount_fen or (self.kind == "cash" and not self.amount_fen):
            raise NotADocument(where="amount", why="not a positive amount, or more held than came in")
        if self.kind == "goods":
            tie_one("goods", "value", self.amount_fen, sum(g.value_fen or 0 for g in self.goods))
            for line in self.goods:
                if line.unit_value_fen is not None and line.value_fen is not None:
                    tie_one(line.name, "value", line.value_fen, line.quantity * line.unit_value_fen)
        used_fen = sum(d.amount_fen for d in self.designations)
        tie_one("designations", "amount", self.amount_fen - self.held_fen, used_fen)
