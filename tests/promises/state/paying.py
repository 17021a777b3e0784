"""Rules of money that goes out, and to another fund."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from charityledger.clock import today
from charityledger.donations import approvals, disbursements, surplus
from charityledger.donations.surplus import TransferWish
from charityledger.identity.actor import Actor
from tests.promises.state.bench import size_of
from tests.promises.state.model import Payment
from tests.promises.state.rules import Rules, any_account, any_bool, any_number, any_size, any_sub
from tests.promises.world import LI, WANG, P, Q


class Paying(Rules):
    """Asked for by Wang, approved by Li."""

    def has_money(self) -> bool:
        return self.model.free(P) + self.model.free(Q) > 0

    @precondition(has_money)
    @rule(sub=any_sub, item=any_number, size=any_size, account=any_account, prepaid=any_bool)
    def ask(self, sub: str, item: int, size: str, account: str, prepaid: bool) -> None:
        items = self.model.of_kind(sub, "cash")
        line = item % len(items) + 1
        amount = size_of(size, self.model.free(sub))
        made = self.attempt("fund_overdrawn" if amount > self.model.free(sub) else None, disbursements.request,
                            actor=WANG, wish=self.world.payment(amount, sub, line, account=account, prepaid=prepaid))
        if made is not None:
            self.model.payments.append(Payment(made, sub, items[line - 1], amount, account, prepaid))

    @precondition(lambda self: self.model.payments)
    @rule(number=any_number, by=st.sampled_from((LI, LI, LI, WANG)))
    def approve(self, number: int, by: Actor) -> None:
        payment: Payment = self.pick(self.model.payments, number)
        expected = "wrong_state" if payment.state != "requested" else "same_person" if by is WANG else \
            "account_overdrawn" if self.model.accounts[payment.account] < payment.amount else None
        self.attempt(expected, disbursements.approve, actor=by, disbursement_id=payment.id, paid_on=today(self.clock))
        if expected is None:
            payment.state = "paid"
            self.model.move(payment.sub, payment.account, -payment.amount)

    @precondition(lambda self: self.model.payments)
    @rule(number=any_number, what=st.sampled_from(("reject", "withdraw")), by=st.sampled_from((LI, WANG)))
    def decline(self, number: int, what: str, by: Actor) -> None:
        payment: Payment = self.pick(self.model.payments, number)
        wrong = {"reject": "same_person", "withdraw": "not_requester"}[what] if (what == "reject") == (by is WANG) \
            else None
        expected = "wrong_state" if payment.state != "requested" else wrong
        self.attempt(expected, getattr(disbursements, what), actor=by, disbursement_id=payment.id, note="缺发票")
        if expected is None:
            payment.state = {"reject": "rejected", "withdraw": "withdrawn"}[what]

    @precondition(lambda self: self.model.payments)
    @rule(number=any_number)
    def deliver(self, number: int) -> None:
        payment: Payment = self.pick(self.model.payments, number)
        expected = None if payment.state == "paid" and not payment.delivered else "wrong_state"
        self.attempt(expected, disbursements.deliver, actor=WANG, disbursement_id=payment.id, on=today(self.clock),
                     note_zh="已装")
        payment.delivered = payment.delivered or expected is None

    @precondition(lambda self: self.model.payments)
    @rule(number=any_number)
    def returned(self, number: int) -> None:
        payment: Payment = self.pick(self.model.payments, number)
        expected = None if payment.state == "paid" else "wrong_state"
        self.attempt(expected, disbursements.returned, actor=LI, disbursement_id=payment.id, on=today(self.clock))
        if expected is None:
            payment.state = "returned"
            self.model.move(payment.sub, payment.account, payment.amount)

    @precondition(has_money)
    @rule(size=any_size, back=any_bool, account=any_account)
    def surplus(self, size: str, back: bool, account: str) -> None:
        giving, taking = (Q, P) if back else (P, Q)
        amount = size_of(size, self.model.free(giving))
        wish = TransferWish(giving, taking, amount, account, "plan", ((self.world.file_id, "方案.pdf"),))
        asked = self.attempt("fund_overdrawn" if amount > self.model.free(giving) else None, surplus.request,
                             actor=WANG, wish=wish, reason="结余")
        if asked is not None:
            self.attempt(None, approvals.decide, actor=LI, request_id=asked, decision="approve")
            self.model.cash[giving] -= amount
            self.model.cash[taking] += amount
