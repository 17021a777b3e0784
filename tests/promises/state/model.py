"""A naive model of promises and money: plain objects and sums, no counters, no ledger. It also predicts refusals."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

GENERAL, HELD = "GEN", "HOLD"
LIVE, COUNTED = ("pledged", "part_paid"), ("pledged", "part_paid", "fulfilled")


@dataclass
class Promise:
    id: int
    sub: str
    kind: str
    lines: dict[int, int]
    expires: datetime | None
    state: str = "reserved"
    reference: str = ""
    plan: list[tuple[date, int]] = field(default_factory=list)
    paid: Counter[int] = field(default_factory=Counter)

    @property
    def amount(self) -> int:
        return sum(self.lines.values())

    @property
    def unpaid(self) -> dict[int, int]:
        return {item: amount - self.paid[item] for item, amount in self.lines.items()}

    def due(self) -> date | None:
        """Day of the first instalment that what was paid does not reach."""
        reached = 0
        for day, fen in self.plan:
            reached += fen
            if reached > self.paid.total():
                return day
        return None

    def pay(self, parts: dict[int, int]) -> None:
        before = self.due()
        self.paid.update(parts)
        after = self.due()
        self.settle_state()
        if self.state == "fulfilled":
            self.expires = None
        elif self.expires and before and after:
            self.expires += after - before

    def settle_state(self) -> None:
        paid = self.paid.total()
        self.state = "fulfilled" if paid == self.amount else "part_paid" if paid else "pledged"


@dataclass
class Gift:
    id: int
    fund: str
    kind: str
    parts: dict[int, int]
    amount: int
    account: str = ""
    line: int = 0
    fee: int = 0
    promise: Promise | None = None
    beside: "Waiting | None" = None     # what the same entry put in suspense
    came_from: "Waiting | None" = None
    state: str = "received"
    value: int = 0
    handed: int = 0
    handed_value: int = 0


@dataclass
class Waiting:
    """Money in suspense; `alone`: no gift stands in the same entry."""

    id: int
    amount: int
    account: str
    alone: bool
    line: int
    fee: int = 0
    settled: int = 0

    @property
    def left(self) -> int:
        return self.amount - self.settled


@dataclass
class Payment:
    id: int
    sub: str
    item: int
    amount: int
    account: str
    prepaid: bool
    state: str = "requested"
    delivered: bool = False


class Model:
    """`capacity`: {item: fen, units or hours}; `kinds`: {item: kind}; `items`: {sub: [items in order]}."""

    def __init__(self, capacity: dict[int, int], kinds: dict[int, str], items: dict[str, list[int]]) -> None:
        self.capacity, self.kinds, self.items = capacity, kinds, items
        self.promises: list[Promise] = []
        self.gifts: list[Gift] = []
        self.waiting: list[Waiting] = []
        self.payments: list[Payment] = []
        self.cash: Counter[str] = Counter()
        self.accounts: Counter[str] = Counter()

    # What is true of one item.

    def reserved(self, item: int) -> int:
        return sum(p.lines.get(item, 0) for p in self.promises if p.state == "reserved")

    def pledged(self, item: int) -> int:
        return sum(p.lines.get(item, 0) if p.state in COUNTED else p.paid[item] for p in self.promises
                   if p.state != "reserved")

    def paid(self, item: int) -> int:
        return sum(p.paid[item] for p in self.promises)

    def received(self, item: int) -> int:
        return sum(g.parts.get(item, 0) for g in self.gifts if g.state == "received")

    def disbursed(self, item: int) -> int:
        if self.kinds[item] == "goods":
            return sum(g.handed for g in self.gifts if item in g.parts and g.state == "received")
        return sum(p.amount for p in self.payments if p.item == item and p.state == "paid")

    def delivered(self, item: int) -> int:
        if self.kinds[item] == "goods":
            return self.disbursed(item)
        if self.kinds[item] == "hours":
            return self.received(item)
        return sum(p.amount for p in self.payments if p.item == item and p.state == "paid" and p.delivered)

    def open(self, item: int) -> int:
        return self.capacity[item] - self.received(item) - (self.pledged(item) - self.paid(item)) - self.reserved(item)

    def measures(self, item: int) -> tuple[int, ...]:
        """need, reserved, pledged, paid, received, disbursed, delivered."""
        return (self.capacity[item], self.reserved(item), self.pledged(item), self.paid(item), self.received(item),
                self.disbursed(item), self.delivered(item))

    def received_value(self, item: int) -> int:
        return sum(g.value for g in self.gifts if item in g.parts and g.state == "received")

    def disbursed_value(self, item: int) -> int:
        return sum(g.handed_value for g in self.gifts if item in g.parts and g.state == "received")

    # What is true of one fund.

    def free(self, fund: str) -> int:
        return self.cash[fund] - sum(p.amount for p in self.payments if p.sub == fund and p.state == "requested")

    def outstanding(self, fund: str) -> int:
        return sum(p.amount - p.paid.total() for p in self.promises
                   if p.sub == fund and p.kind == "cash" and p.state in LIVE)

    def stock(self, fund: str) -> int:
        return sum(g.value - g.handed_value for g in self.gifts if g.fund == fund and g.state == "received")

    def move(self, fund: str, account: str, fen: int) -> None:
        self.cash[fund] += fen
        self.accounts[account] += fen

    # Splitting an amount over items.

    def of_kind(self, sub: str, kind: str) -> list[int]:
        return [item for item in self.items[sub] if self.kinds[item] == kind]

    def spread(self, amount: int, left: dict[int, int]) -> dict[int, int]:
        """So much of each item, in order, until the amount is used up."""
        parts = {}
        for item, most in left.items():
            take = min(most, amount)
            if take > 0:
                parts[item] = take
                amount -= take
        return parts

    def due(self, now: datetime, sub: str | None = None) -> Iterator[Promise]:
        """Promises whose time is over, and that nobody has ended yet."""
        for promise in self.promises:
            if promise.state in ("reserved", *LIVE) and promise.expires and promise.expires <= now and \
                    sub in (None, promise.sub):
                yield promise

    def expire(self, now: datetime, sub: str | None = None) -> int:
        gone = list(self.due(now, sub))
        for promise in gone:
            promise.state, promise.expires = "expired", None
        return len(gone)

    def left_after_expiry(self, sub: str, kind: str, now: datetime) -> dict[int, int]:
        """What could be adopted if everything that is over were ended first."""
        over = list(self.due(now, sub))
        return {item: self.open(item) + sum(p.unpaid.get(item, 0) for p in over) for item in self.of_kind(sub, kind)}
