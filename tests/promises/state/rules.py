"""What every rule of the state machine uses: the bench, and how one of many things is picked."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from tests.databases import Databases
from tests.promises.state.bench import SIZES, Bench
from tests.promises.world import BANK, WECHAT, P, Q

any_size, any_number, any_bool = st.sampled_from(SIZES), st.integers(0, 99), st.booleans()
any_sub, any_account = st.sampled_from((P, Q)), st.sampled_from((BANK, WECHAT))
# How many days ago the bank booked it, or the donor promised it, that is recorded today.
any_delay = st.sampled_from((0, 0, 0, 2, 30))
any_kind = st.sampled_from(("cash", "cash", "cash", "goods", "hours"))


class Rules(RuleBasedStateMachine):
    """One rule per use case. `number` picks one of what there is; `size` says how much of what is left."""

    databases: Databases
    kind: str

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench(self.databases, self.kind)
        self.model, self.clock, self.world = self.bench.model, self.bench.clock, self.bench.world
        self.attempt = self.bench.attempt

    def teardown(self) -> None:
        self.bench.close()

    @invariant()
    def everything_agrees(self) -> None:
        self.bench.compare()

    def pick(self, things: list[Any], number: int) -> Any:
        return things[number % len(things)]
