"""Rules of promises and gifts, over all amounts."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charityledger.donations import rules
from charityledger.donations.rules import Part, instalment_plan, next_due, paid_instalments, spread

amounts = st.integers(1, 10**12)
items = st.lists(st.integers(0, 10**9), max_size=12).map(
    lambda left: [Part(number, most) for number, most in enumerate(left, 1)])
days = st.lists(st.dates(date(2026, 1, 1), date(2030, 12, 31)), min_size=1, max_size=60, unique=True).map(sorted)


@given(amounts, items)
def test_spread_takes_what_fits_and_no_more(amount: int, left: list[Part]) -> None:
    parts = spread(amount, left)
    most = {item.need_item_id: item.amount for item in left}
    assert sum(part.amount for part in parts) == min(amount, sum(most.values()))
    assert all(0 < part.amount <= most[part.need_item_id] for part in parts)


@given(amounts, items)
def test_spread_fills_items_in_order(amount: int, left: list[Part]) -> None:
    """An item gets something only when all before it are full."""
    parts = {part.need_item_id: part.amount for part in spread(amount, left)}
    assert list(parts) == sorted(parts)
    for item in left[:-1]:
        later = [part for part in parts if part > item.need_item_id]
        assert not later or parts.get(item.need_item_id, 0) == item.amount


def test_spread_of_nothing() -> None:
    assert spread(0, [Part(1, 5)]) == []
    assert spread(5, []) == []
    assert spread(7, [Part(1, 5), Part(2, 0), Part(3, 9)]) == [Part(1, 5), Part(3, 2)]


@given(amounts, days)
def test_instalments_are_equal_and_come_to_the_amount(extra: int, due: list[date]) -> None:
    amount = len(due) + extra
    plan = instalment_plan(amount, due)
    fen = [part for _, part in plan]
    assert [day for day, _ in plan] == due
    assert sum(fen) == amount
    assert fen == sorted(fen, reverse=True)
    assert fen[0] - fen[-1] <= 1
    assert fen[-1] > 0


@given(amounts, days, st.integers(0, 10**12))
def test_the_oldest_instalment_is_paid_first(extra: int, due: list[date], paid: int) -> None:
    plan = instalment_plan(len(due) + extra, due)
    fen = [part for _, part in plan]
    parts = paid_instalments(paid, fen)
    assert sum(parts) == min(paid, sum(fen))
    for number, part in enumerate(parts):
        assert 0 <= part <= fen[number]
        assert not part or parts[:number] == fen[:number]
    open_days = [day for day, whole, part in zip(due, fen, parts, strict=True) if part < whole]
    assert next_due(paid, plan) == (open_days[0] if open_days else None)


def test_an_instalment_plan_by_hand() -> None:
    first = date(2026, 5, 1)
    due = [first, first + timedelta(days=31), first + timedelta(days=61)]
    plan = instalment_plan(10_000, due)
    assert plan == [(due[0], 3_334), (due[1], 3_333), (due[2], 3_333)]
    assert paid_instalments(5_000, [fen for _, fen in plan]) == [3_334, 1_666, 0]
    assert next_due(5_000, plan) == due[1]
    assert next_due(10_000, plan) is None


@given(amounts, st.data())
def test_state_after_payment(amount: int, data: st.DataObject) -> None:
    paid = data.draw(st.integers(0, amount))
    state = rules.state_after_payment(amount, paid)
    assert state in rules.COUNTED_STATES
    assert (state == "fulfilled") == (paid == amount)
    assert (state == "pledged") == (paid == 0)


def test_states_are_live_ended_or_neither() -> None:
    assert set(rules.PLEDGE_STATES) == {"reserved", *rules.COUNTED_STATES, *rules.ENDED_STATES}
    assert set(rules.LIVE_STATES) < set(rules.COUNTED_STATES)
    assert not set(rules.COUNTED_STATES) & set(rules.ENDED_STATES)


@pytest.mark.parametrize(("name", "kind", "shown"), [
    ("周宁", "individual", "周**"), ("欧阳修", "individual", "欧**"), ("𠮷田", "individual", "𠮷**"),
    ("郑州某有限公司", "enterprise", "郑州某有限公司"), ("", "individual", "")])
def test_short_names_keep_the_first_character(name: str, kind: str, shown: str) -> None:
    assert rules.short_name(name, kind) == shown
