"""捐赠人年度对账单: what one donor gave in a year, line by line, and what it helped to buy."""

from dataclasses import dataclass
from datetime import date

from .common import Kind, Language, NotADocument, Organisation, Provenance, tie_one

KINDS: tuple[Kind, ...] = ("cash", "goods", "hours")


@dataclass(frozen=True)
class GiftLine:
    """One gift, or a part of it for one project. `amount` is fen (cash; goods at value) or hours; a refund is
    negative.

    `what` says what was given (goods and quantity) or is empty; `receipt` is our receipt's number, or words
    for its state (not issued)."""

    on: date
    project_code: str
    project_name: str
    kind: Kind
    what: str
    amount: int
    receipt: str


@dataclass(frozen=True)
class PledgeLine:
    """One promise at the end of the period, in fen or hours as its kind says. It stands apart from gifts."""

    on: date
    reference: str
    project_code: str
    project_name: str
    kind: Kind
    promised: int
    paid: int
    outstanding: int
    due_on: date | None


@dataclass(frozen=True)
class BoughtLine:
    """One payment out of a project that the donor gave to: the whole payment, not a donor's share of it."""

    on: date
    project_code: str
    project_name: str
    what: str
    voucher: str
    amount_fen: int
    delivered_on: date | None


@dataclass(frozen=True)
class DonorStatement:
    """A donor's year. The totals of gifts by kind are given and checked; they are never added to each other.

    Raises TotalsDoNotTie or NotADocument when built from figures that do not tie."""

    language: Language
    organisation: Organisation
    provenance: Provenance
    donor: str
    credit_code: str
    starts_on: date
    ends_on: date
    gifts: tuple[GiftLine, ...]
    cash_fen: int
    goods_fen: int
    hours: int
    pledges: tuple[PledgeLine, ...]
    bought: tuple[BoughtLine, ...]

    def __post_init__(self) -> None:
        if not self.donor.strip():
            raise NotADocument(where="donor", why="no name or words to print")
        for kind, stated in zip(KINDS, (self.cash_fen, self.goods_fen, self.hours), strict=True):
            tie_one("gifts", kind, stated, sum(g.amount for g in self.gifts if g.kind == kind))
        for gift in self.gifts:
            if not self.starts_on <= gift.on <= self.ends_on:
                raise NotADocument(where=gift.project_code, why="a gift outside the period")
        for pledge in self.pledges:
            tie_one(pledge.reference, "outstanding", pledge.outstanding, pledge.promised - pledge.paid)
