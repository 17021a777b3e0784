"""Rules of what is undone: reversals, refunds, and lines that find another place."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from charityledger.donations import approvals, receipts, refunds, reversals
from charityledger.donations.rules import ENDED_STATES
from tests.promises.state.bench import size_of
from tests.promises.state.model import GENERAL, HELD, Gift, Waiting
from tests.promises.state.rules import Rules, any_account, any_bool, any_number, any_size, any_sub
from tests.promises.world import LI, WANG


class Undoing(Rules):
    """Asked for by Wang, approved by Li."""

    def decided(self, at_request: str | None, at_approval: str | None, use: Any, **given: Any) -> bool:
        """Ask and approve, each refused as expected; a request that was not carried out is taken back."""
        asked = self.attempt(at_request, use, actor=WANG, reason="录错", **given)
        if asked is None:
            return False
        self.attempt(at_approval, approvals.decide, actor=LI, request_id=asked, decision="approve")
        if at_approval is not None:
            self.attempt(None, approvals.withdraw, actor=WANG, request_id=asked)
        return at_approval is None

    @precondition(lambda self: self.model.gifts)
    @rule(number=any_number)
    def reverse(self, number: int) -> None:
        gift: Gift = self.pick(self.model.gifts, number)
        beside = gift.beside
        money = gift.amount - gift.fee if gift.kind == "cash" else 0
        expected = "wrong_state" if gift.state != "received" else \
            "suspense_settled" if beside and beside.settled else "handed_over_already" if gift.handed else \
            "gift_spent" if money > self.model.free(gift.fund) else None
        leaves = money + (beside.amount if beside else 0) if gift.kind == "cash" and not gift.came_from else 0
        at_approval = "account_overdrawn" if leaves > self.model.accounts[gift.account] else None
        if not self.decided(expected, at_approval, reversals.request, what="donation", subject_id=gift.id):
            return
        gift.state = "reversed"
        if gift.promise:
            gift.promise.paid.subtract(gift.parts)
            if gift.promise.state not in ENDED_STATES:
                gift.promise.settle_state()
                gift.promise.expires = None
        if gift.kind != "cash":
            return
        self.model.cash[gift.fund] -= money
        if gift.came_from:
            gift.came_from.settled -= gift.amount
            self.model.cash[HELD] += gift.amount
            return
        self.model.accounts[gift.account] -= leaves
        if beside:
            self.model.cash[HELD] -= beside.amount
            beside.settled = beside.amount
        self.bench.freed.append((gift.line, gift.amount + (beside.amount if beside else 0), gift.account, gift.fee))

    @precondition(lambda self: self.model.waiting)
    @rule(number=any_number)
    def reverse_waiting(self, number: int) -> None:
        held: Waiting = self.pick(self.model.waiting, number)
        expected = "part_of_gift" if not held.alone else "suspense_settled" if held.settled else None
        at_approval = "account_overdrawn" if held.amount - held.fee > self.model.accounts[held.account] else None
        if self.decided(expected, at_approval, reversals.request, what="suspense", subject_id=held.id):
            held.settled = held.amount
            self.model.move(HELD, held.account, -held.amount)
            self.model.move(GENERAL, held.account, held.fee)
            self.bench.freed.append((held.line, held.amount, held.account, held.fee))

    @precondition(lambda self: self.bench.freed)
    @rule(number=any_number, sub=st.none() | any_sub, general=any_bool)
    def allocate_again(self, number: int, sub: str | None, general: bool) -> None:
        """The line of a reversed gift becomes another, or waits. Its fee goes with it."""
        line, amount, account, fee = freed = self.pick(self.bench.freed, number)
        general = general and sub is None
        left = {item: self.model.open(item) for item in self.model.of_kind(sub, "cash")} if sub else {}
        parts = self.model.spread(amount, left)
        waits = not parts and not general
        expected = "fund_overdrawn" if waits and fee > self.model.free(GENERAL) else None
        if self.attempt(expected, receipts.allocate_line, actor=WANG, line_id=line, sub_code=sub,
                        general=general) is not None:
            self.bench.freed.remove(freed)
            self.bench.learn(line, account, fee=fee, fund=sub or GENERAL, parts=parts)

    @precondition(lambda self: self.model.gifts)
    @rule(number=any_number, account=any_account, general_pays=any_bool, fault=st.sampled_from(("donor", "ours")))
    def refund(self, number: int, account: str, general_pays: bool, fault: str) -> None:
        gift: Gift = self.pick(self.model.gifts, number)
        lacking = max(0, gift.amount - self.model.free(gift.fund))
        spent = lacking > 0 and (not general_pays or gift.fund == GENERAL or lacking > self.model.free(GENERAL))
        expected = "wrong_state" if gift.state != "received" or gift.kind != "cash" else \
            "gift_spent" if spent else "account_overdrawn" if gift.amount > self.model.accounts[account] else None
        if not self.decided(expected, None, refunds.request, what="donation", subject_id=gift.id,
                            account_code=account, general_pays=general_pays, fault=fault):
            return
        gift.state = "refunded"
        if gift.promise:
            gift.promise.paid.subtract(gift.parts)
            if gift.promise.state not in ENDED_STATES:
                gift.promise.state, gift.promise.expires = "cancelled", None
        self.model.cash[gift.fund] += lacking
        self.model.cash[GENERAL] -= lacking
        self.model.move(gift.fund, account, -gift.amount)

    @precondition(lambda self: self.model.waiting)
    @rule(number=any_number, size=any_size, account=any_account)
    def refund_waiting(self, number: int, size: str, account: str) -> None:
        held: Waiting = self.pick(self.model.waiting, number)
        amount = size_of(size, held.left)
        expected = "wrong_state" if not held.left else "line_overused" if amount > held.left else \
            "account_overdrawn" if amount > self.model.accounts[account] else None
        if self.decided(expected, None, refunds.request, what="suspense", subject_id=held.id,
                        account_code=account, amount_fen=amount):
            held.settled += amount
            self.model.move(HELD, account, -amount)
