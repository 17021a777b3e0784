"""What the matcher reads and what it says. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

# Facts of a reason; its sentence, Chinese and English, stands in reconciliation.reasons.
Facts = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class OpenPledge:
    """A promise of money that waits. `due_fen`: what is unpaid of the oldest instalment due, else `outstanding_fen`.

    `accounts`: accounts that this donor's confirmed gifts came from, or that an import named.
    `instalments`: what is unpaid of every instalment, the oldest first; empty where it is to be paid at once.
    """

    id: int
    reference: str
    donor_id: int
    donor_name: str
    donor_kind: str
    outstanding_fen: int
    due_fen: int
    pledged_on: date
    phone: str = ""
    accounts: frozenset[str] = frozenset()
    instalments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """What is known of a promise that waits no more, because it was fulfilled or ended."""

    donor_name: str
    pledge_id: int = 0


@dataclass(frozen=True, slots=True)
class Incoming:
    """An inflow that waits. `texts`: everything that may hold a code or a name: memo, merchant's order, trade bills."""

    line_id: int
    on: date
    amount_fen: int
    counterparty: str = ""
    counterparty_account: str = ""
    texts: tuple[str, ...] = ()
    account_kind: str = "bank"


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a line for one promise."""

    pledge_id: int
    amount_fen: int


@dataclass(frozen=True)
class Reason:
    """Why, as a code and its facts (references, names, days, fen)."""

    code: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class Agreement:
    """One field of a candidate beside the line's. `verdict`: same, near, no."""

    name: str           # amount, name, account, date, code, phone
    line: str
    pledge: str
    verdict: str


@dataclass(frozen=True)
class Candidate:
    """Promises that a line may keep. `rest_fen`: what is left of the line, for suspense (an over-payment)."""

    tier: int
    parts: tuple[Part, ...]
    reason: Reason
    agreements: tuple[Agreement, ...] = ()
    rest_fen: int = 0


@dataclass(frozen=True)
class Verdict:
    """`confirmed` only of tiers 1 and 2; else `candidates`, the best first, and `reason`: why nothing is certain.

    `same_amount`: open promises that await just this amount and are no candidates, because nothing else agrees.
    """

    line_id: int
    confirmed: Candidate | None
    candidates: tuple[Candidate, ...]
    reason: Reason
    same_amount: int = 0
