"""What pairing reads and proposes: lines that are no donations, and what the books expect of the bank. Pure."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from .model import Reason

ExpectedKind = Literal["disbursement", "refund", "deposit", "payout"]
ProposalKind = Literal["payout", "payment", "refund", "refund_row", "returned_in", "returned_out", "deposit", "fee",
                       "interest", "charge"]


@dataclass(frozen=True, slots=True)
class Moved:
    """One line of a money account that waits. `amount_fen` signed, inflow positive; `kind` as the file says it.

    `order_id`: shared by all rows about one wallet payment. `is_gift`: it was booked as a donation; other lines that
    are already explained are not given.
    """

    id: int
    account_code: str
    account_kind: str            # bank, wechat, alipay
    on: date
    amount_fen: int
    kind: str = "payment"
    counterparty: str = ""
    counterparty_account: str = ""
    memo: str = ""
    order_id: str = ""
    is_gift: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """Something in our books that a line will show. `amount_fen` signed as the bank will show it."""

    kind: ExpectedKind
    id: int
    account_code: str
    amount_fen: int
    on: date
    name: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a line may be explained; a person decides. `other_id`: the line that it belongs to; `expected_id` likewise.

    `rivals`: other proposals that want the same line or the same partner; only proposals without any may be confirmed
    in bulk. `gross_fen`: of a wallet's refund row, what the donor got back (the row is net of the fee returned).
    """

    kind: ProposalKind
    line_id: int
    reason: Reason
    other_id: int | None = None
    expected: tuple[ExpectedKind, int] | None = None
    gross_fen: int | None = None
    rivals: int = field(default=0)

    @property
    def is_clear(self) -> bool:
        return not self.rivals
