"""What every parser gives: the lines of one file in our words, and what the file says of itself. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from ...errors import CharityLedgerError
from .originals import Originals

# What the file itself says that a line is. `payment` says nothing more than its sign does.
Kind = Literal["payment", "refund", "fee", "payout", "interest", "charge", "returned"]
# Each money account has one source that books; trade bills only enrich (see `Parsed.books`).
Source = Literal["bank", "wechat_fund", "wechat_personal", "alipay_account", "alipay_personal",
                 "wechat_trade", "alipay_trade"]
LOCAL_CURRENCY = "CNY"

# (row in the file, what is wrong with it); row 0 is the file as a whole.
Fault = tuple[int, CharityLedgerError]


@dataclass(frozen=True, slots=True)
class Line:
    """One booked line. `amount_fen` is signed, inflow positive, in the smallest unit of `currency`.

    `booked_at` is naive, in the account's own time; midnight where the file has a date only (`has_time`).
    `native_id` is unique within the source: where ids repeat by kind, the kind is part of it (`4200…001/RF001`).
    `order_id` is shared by all rows about one payment (微信支付业务单号, 支付宝交易号). `merchant_order` is what we or
    a shop system called it (商户订单号, 业务凭证号): often the reference code. `evidence` is where
    `original` comes from: itself, or where it is kept packed.
    """

    row: int
    booked_at: datetime
    amount_fen: int
    kind: Kind = "payment"
    native_id: str = ""
    counterparty: str = ""
    counterparty_account: str = ""
    memo: str = ""
    order_id: str = ""
    merchant_order: str = ""
    balance_fen: int | None = None
    currency: str = LOCAL_CURRENCY
    has_time: bool = True
    evidence: str | Originals = field(default="[]", compare=False, repr=False)

    @property
    def original(self) -> str:
        """The cells as the file has them, a JSON list; `Parsed.header` names them."""
        return self.evidence if isinstance(self.evidence, str) else self.evidence.of(self.row)


@dataclass(frozen=True, slots=True)
class Total:
    """A figure that the file states about itself, and what its lines come to.

    `name`: lines, in_lines, in_fen, out_lines, out_fen, closing_fen, balances (how many lines' balances follow from the
    one before: declared is how many there are), or fee_fen and the like where a format has them.
    """

    name: str
    declared: int
    found: int

    @property
    def ties(self) -> bool:
        return self.declared == self.found


@dataclass
class Parsed:
    """One file. `books` is false for trade bills, whose rows only say more about lines of the booking source.

    `neutral`: rows that are no booked line (failed, closed, neutral). `account_number`: as the file has it, if it does.
    """

    format: str
    source: Source
    books: bool = True
    lines: list[Line] = field(default_factory=list)
    neutral: int = 0
    header: tuple[str, ...] = ()
    account_number: str = ""
    opening_fen: int | None = None
    closing_fen: int | None = None
    period: tuple[date, date] | None = None
    totals: tuple[Total, ...] = ()

    @property
    def local(self) -> list[Line]:
        """Lines in the books' currency; others are kept and never summed."""
        return [line for line in self.lines if line.currency == LOCAL_CURRENCY]

    @property
    def in_fen(self) -> int:
        return sum(line.amount_fen for line in self.local if line.amount_fen > 0)

    @property
    def out_fen(self) -> int:
        """Positive."""
        return -sum(line.amount_fen for line in self.local if line.amount_fen < 0)

    @property
    def ties(self) -> bool:
        """Whether everything that the file states about itself agrees with its lines."""
        return all(total.ties for total in self.totals)


def sums(lines: Sequence[Line]) -> dict[str, int]:
    """What lines of one currency come to, by the names of totals."""
    into = [line.amount_fen for line in lines if line.amount_fen > 0]
    out = [-line.amount_fen for line in lines if line.amount_fen < 0]
    return {"lines": len(lines), "in_lines": len(into), "in_fen": sum(into), "out_lines": len(out), "out_fen": sum(out)}


def span(lines: Sequence[Line]) -> tuple[date, date] | None:
    """First and last day of some lines."""
    days = [line.booked_at.date() for line in lines]
    return (min(days), max(days)) if days else None
