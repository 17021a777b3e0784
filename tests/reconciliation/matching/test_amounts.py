"""Fees of wallets, and promises that come to an amount together."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charityledger.reconciliation.matching.book import Waiting
from charityledger.reconciliation.matching.fees import before_usual_fee, is_fee, is_usual_fee
from charityledger.reconciliation.matching.sums import MOST, summing
from tests.reconciliation.matching.making import promise


@pytest.mark.parametrize(("amount", "usual", "fee"), [
    (9_940, True, True), (9_962, True, True), (9_900, True, True), (9_990, True, True), (9_955, False, True),
    (9_800, False, False), (10_000, False, False), (10_060, False, False), (5_000, False, False),
    (9_999, False, False)])
def test_what_a_wallet_may_have_kept_of_a_hundred_yuan(amount: int, usual: bool, fee: bool) -> None:
    assert (is_usual_fee(amount, 10_000), is_fee(amount, 10_000)) == (usual, fee)


@given(st.integers(1, 10_000_000), st.sampled_from((10, 20, 25, 30, 38, 50, 54, 55, 60, 80, 100)))
def test_before_the_fee_is_found_again(asked: int, rate: int) -> None:
    left = asked - (asked * rate + 5_000) // 10_000
    assert asked in before_usual_fee(left)
    assert left == asked or is_usual_fee(left, asked)


def _waitings(fens: list[int]) -> list[Waiting]:
    return [Waiting(promise(number, fen)) for number, fen in enumerate(fens, 1)]


@given(st.lists(st.integers(1, 12), max_size=MOST), st.integers(2, 36))
def test_two_or_three_that_sum_are_found_wherever_there_are_any(fens: list[int], amount: int) -> None:
    found = summing(amount, _waitings(fens))
    for group in found:
        assert len({waiting.pledge.id for waiting in group}) == len(group) in (2, 3)
        assert sum(waiting.outstanding for waiting in group) == amount
    there = any(sum(group) == amount for size in (2, 3) for group in itertools.combinations(fens, size))
    assert bool(found) is there


@given(st.lists(st.integers(1, 12), min_size=1, max_size=10), st.integers(2, 36))
def test_or_those_with_one_that_must_be_among_them(fens: list[int], amount: int) -> None:
    must, *others = waitings = _waitings(fens)
    found = summing(amount, waitings, must)
    for group in found:
        assert must in group
        assert len({waiting.pledge.id for waiting in group}) == len(group) in (2, 3)
        assert sum(waiting.outstanding for waiting in group) == amount
    rest = [waiting.outstanding for waiting in others]
    assert bool(found) is any(must.outstanding + sum(group) == amount
                              for size in (1, 2) for group in itertools.combinations(rest, size))


def test_only_the_first_promises_of_a_donor_are_looked_at() -> None:
    many = _waitings([5] * MOST + [3, 4])
    assert summing(7, many) == []
    assert summing(7, many[1:]) == []
    assert [[waiting.outstanding for waiting in group] for group in summing(7, many[2:])] == [[3, 4]]
    assert len(summing(10, many)) == 3
