"""Rules of money, goods and hours that come in."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from charityledger.clock import today
from charityledger.donations import goods, receipts, suspense
from charityledger.donations.goods import KindGift
from charityledger.donations.receipts import ReceivedLine
from charityledger.donations.rules import ENDED_STATES
from tests.promises.state.bench import size_of
from tests.promises.state.model import GENERAL, HELD, LIVE, Gift, Promise, Waiting
from tests.promises.state.rules import Rules, any_account, any_delay, any_number, any_size, any_sub
from tests.promises.world import DONOR, WANG, P, Q

# The item of project P that takes goods, and the one that takes hours.
LINES = {"goods": 3, "hours": 4}
TOO_MANY = ("over_need", "more_than_needed")


class Receiving(Rules):
    """What is too much waits; what waits finds a place."""

    @initialize(sub=any_sub, account=any_account)
    def some_money(self, sub: str, account: str) -> None:
        """Without it most of what follows would be refused."""
        self.gift(sub=sub, size="third", account=account, fee=1, delay=30)
        self.gift(sub=None, size="third", account=account, fee=0, delay=0)

    def line(self, amount: int, account: str, fee: int, delay: int) -> ReceivedLine:
        return ReceivedLine(account, today(self.clock) - timedelta(days=delay), amount, fee_fen=fee)

    def no_fee_money(self, fee: int) -> str | None:
        """Money that waits pays no fee: the general fund does, if it can."""
        return "fund_overdrawn" if fee > self.model.free(GENERAL) else None

    @precondition(lambda self: self.model.promises)
    @rule(number=any_number, size=any_size, account=any_account, fee=st.integers(0, 1), delay=any_delay)
    def receipt(self, number: int, size: str, account: str, fee: int, delay: int) -> None:
        promise: Promise = self.pick(self.model.promises, number)
        amount = size_of(size, sum(promise.unpaid.values()))
        fee = fee if amount > 1 else 0
        ended = promise.state in ENDED_STATES or promise.state == "fulfilled"
        expected = "wrong_state" if promise.kind != "cash" else self.no_fee_money(fee) if ended else None
        line = self.attempt(expected, receipts.record_receipt, actor=WANG, line=self.line(amount, account, fee, delay),
                            reference=promise.reference)
        if line is None:
            return
        parts = {}
        if not ended:
            if promise.state == "reserved":
                promise.expires = None
            parts = self.model.spread(amount, promise.unpaid)
            promise.pay(parts)
        self.bench.learn(line, account, fee=fee, promise=promise, fund=promise.sub, parts=parts)

    @rule(amount=st.integers(1, 900), account=any_account, delay=any_delay)
    def receipt_without_reference(self, amount: int, account: str, delay: int) -> None:
        line = self.attempt(None, receipts.record_receipt, actor=WANG, line=self.line(amount, account, 0, delay))
        self.bench.learn(line, account)

    @rule(sub=st.none() | any_sub, size=any_size, account=any_account, fee=st.integers(0, 1), delay=any_delay)
    def gift(self, sub: str | None, size: str, account: str, fee: int, delay: int) -> None:
        left = {item: self.model.open(item) for item in self.model.of_kind(sub, "cash")} if sub else {}
        amount = size_of(size, sum(left.values()) if sub else 900)
        fee = fee if amount > 1 else 0
        parts = self.model.spread(amount, left)
        line = self.attempt(self.no_fee_money(fee) if sub and not parts else None, receipts.record_gift, actor=WANG,
                            line=self.line(amount, account, fee, delay), sub_code=sub, donor=DONOR)
        if line is not None:
            self.bench.learn(line, account, fee=fee, fund=sub or GENERAL, parts=parts)

    @precondition(lambda self: self.model.waiting)
    @rule(number=any_number, size=st.none() | any_size, to=st.sampled_from((P, Q, GENERAL, "promise")),
          which=any_number)
    def settle(self, number: int, size: str | None, to: str, which: int) -> None:
        held: Waiting = self.pick(self.model.waiting, number)
        amount = held.left if size is None else size_of(size, held.left)
        promise: Promise | None = self.pick(self.model.promises, which) if to == "promise" and self.model.promises \
            else None
        sub = promise.sub if promise else to if to in (P, Q) else None
        left = promise.unpaid if promise else \
            {item: self.model.open(item) for item in self.model.of_kind(sub, "cash")} if sub else {}
        parts = self.model.spread(amount, left)
        taken = sum(parts.values()) if sub else amount
        expected = "wrong_state" if not held.left else "line_overused" if amount > held.left else \
            "wrong_state" if promise and (promise.state not in LIVE or promise.kind != "cash") else \
            "nothing_open" if sub and (not taken or (size is not None and taken < amount)) else None
        made = self.attempt(expected, suspense.settle_suspense, actor=WANG, suspense_id=held.id, on=today(self.clock),
                            reference=promise.reference if promise else None,
                            sub_code=sub if not promise else None, amount_fen=None if size is None else amount)
        if made is None:
            return
        if promise:
            promise.pay(parts)
        held.settled += taken
        self.model.cash[HELD] -= taken
        self.model.cash[sub or GENERAL] += taken
        self.model.gifts.append(Gift(made, sub or GENERAL, "cash", parts, taken, held.account, promise=promise,
                                     came_from=held))

    @rule(kind=st.sampled_from(("goods", "hours")), size=any_size, value=st.sampled_from((0, 0, 100, 5_000)),
          which=st.none() | any_number, delay=any_delay)
    def gift_in_kind(self, kind: str, size: str, value: int, which: int | None, delay: int) -> None:
        item = self.world.items[P, LINES[kind]]
        promise: Promise | None = self.pick(self.model.promises, which) \
            if which is not None and self.model.promises else None
        left = sum(promise.unpaid.values()) if promise else self.model.open(item)
        amount = size_of(size, left)
        value = value if kind == "goods" else 0
        over = promise is not None and (promise.kind != kind or promise.state in (*ENDED_STATES, "fulfilled"))
        expected = "wrong_state" if over else TOO_MANY if amount > left else None
        wish = KindGift(today(self.clock) - timedelta(days=delay), amount, item,
                        promise.reference if promise else None, value or None, "发票",
                        files=((self.world.file_id, "发票.pdf"),) if value else ())
        made = self.attempt(expected, goods.receive_goods if kind == "goods" else goods.record_hours, actor=WANG,
                            gift=wish, donor=DONOR)
        if made is None:
            return
        if promise:
            if promise.state == "reserved":
                promise.expires = None
            promise.pay({item: amount})
        self.model.gifts.append(Gift(made, P, kind, {item: amount}, amount, promise=promise, value=value))

    @precondition(lambda self: self.model.gifts)
    @rule(number=any_number, size=any_size)
    def hand_over(self, number: int, size: str) -> None:
        gift: Gift = self.pick(self.model.gifts, number)
        units = size_of(size, gift.amount - gift.handed)
        expected = "wrong_state" if gift.state != "received" or gift.kind != "goods" else \
            "more_than_held" if units > gift.amount - gift.handed else None
        self.attempt(expected, goods.hand_over, actor=WANG, donation_id=gift.id, units=units, on=today(self.clock))
        if expected is None:
            gift.handed += units
            gift.handed_value = gift.value * gift.handed // gift.amount
