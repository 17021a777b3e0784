"""Rules of promises: adopt, accept, confirm, give up, and time."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy.orm import Session

from charityledger.clock import today
from charityledger.donations import adoption
from charityledger.donations.adoption import AdoptionWish
from charityledger.donations.models import Pledge
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from tests.promises.state.bench import size_of
from tests.promises.state.model import COUNTED, LIVE, Promise
from tests.promises.state.rules import Rules, any_delay, any_kind, any_number, any_size, any_sub
from tests.promises.world import DONOR, WANG


class Promising(Rules):
    """Promises are made, kept waiting, and ended."""

    def promise(self, use: Any, sub: str, kind: str, size: str, line: int | None, **more: Any) -> Promise | None:
        left = self.model.left_after_expiry(sub, kind, self.clock.now())
        if line is not None and left:
            chosen = sorted(left)[line % len(left)]
            left = {chosen: left[chosen]}
        amount = size_of(size, sum(left.values()))
        due = more.pop("due", ())
        wish = AdoptionWish(sub, kind, amount, "none", tuple(left) if line is not None else (), due)
        expected = "amount_not_positive" if amount < len(due) else "not_found" if not left else \
            "over_need" if amount > sum(left.values()) else None
        made = self.attempt(expected, use, ids=self.world.ids, donor=DONOR, wish=wish, **more)
        if made is None:
            return None
        self.model.expire(self.clock.now(), sub)
        share, odd = divmod(amount, len(due) or 1)
        promise = Promise(made, sub, kind, self.model.spread(amount, left), None, plan=[
            (day, share + (number < odd)) for number, day in enumerate(due)])
        with Session(db.engine) as session:
            promise.reference = session.get_one(Pledge, made).reference
        self.model.promises.append(promise)
        return promise

    @rule(sub=any_sub, kind=any_kind, size=any_size, line=st.none() | any_number, instalments=st.integers(0, 3))
    def adopt(self, sub: str, kind: str, size: str, line: int | None, instalments: int) -> None:
        due = tuple(today(self.clock) + timedelta(days=9 * n + 1) for n in range(instalments)) \
            if kind == "cash" and size != "one" else ()
        promise = self.promise(adoption.adopt, sub, kind, size, line, due=due, actor=Actor.public(),
                               confirm_minutes=30)
        if promise:
            promise.expires = self.clock.now() + timedelta(minutes=30)

    @rule(sub=any_sub, kind=any_kind, size=any_size, line=st.none() | any_number, delay=any_delay)
    def accept(self, sub: str, kind: str, size: str, line: int | None, delay: int) -> None:
        promise = self.promise(adoption.accept, sub, kind, size, line, actor=WANG,
                               pledged_on=today(self.clock) - timedelta(days=delay))
        if promise:
            promise.state = "pledged"

    @precondition(lambda self: self.model.promises)
    @rule(number=any_number)
    def confirm(self, number: int) -> None:
        promise: Promise = self.pick(self.model.promises, number)
        now = self.clock.now()
        over = promise.expires is not None and promise.expires <= now
        expected = None if promise.state in COUNTED else \
            "pledge_expired" if promise.state == "expired" or over else \
            "wrong_state" if promise.state != "reserved" else None
        self.attempt(expected, adoption.confirm, actor=Actor.public(), pledge_id=promise.id, hold_days=3, grace_days=5)
        if expected is None and promise.state == "reserved":
            promise.state, promise.expires = "pledged", now + timedelta(days=3)
            if promise.plan:
                promise.expires = now + timedelta(days=max(0, (promise.plan[0][0] - today(self.clock)).days) + 5)

    @precondition(lambda self: self.model.promises)
    @rule(number=any_number, state=st.sampled_from(("cancelled", "released", "defaulted")))
    def give_up(self, number: int, state: str) -> None:
        promise: Promise = self.pick(self.model.promises, number)
        expected = None if promise.state in ("reserved", *LIVE) else "wrong_state"
        self.attempt(expected, adoption.give_up, actor=WANG, pledge_id=promise.id, state=state)
        if expected is None:
            promise.state, promise.expires = state, None

    @rule(minutes=st.sampled_from((10, 31, 60 * 24, 60 * 24 * 4, 60 * 24 * 40)))
    def time_passes(self, minutes: int) -> None:
        self.clock.forward(minutes=minutes)

    @rule()
    def expire(self) -> None:
        assert adoption.expire(clock=self.clock) == self.model.expire(self.clock.now())
