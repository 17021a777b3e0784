"""A small run of the benchmark: files in real layouts, kinds of noise, and a truth that the matcher never reads."""

from benchmarks.matching.__main__ import run
from benchmarks.matching.noise import RATES


def test_nothing_is_confirmed_falsely_and_most_is_confirmed() -> None:
    found = run(range(1), 400, RATES)
    assert found.false == []
    assert found.confirmed > 200
    assert found.recall["intact"].hits >= 0.98 * found.recall["intact"].of > 200
    assert found.recall["typo"].hits >= 0.9 * found.recall["typo"].of > 10
    assert found.top.hits >= 0.95 * found.top.of > 40


def test_it_finds_what_a_careless_matcher_would_do() -> None:
    """The truth is worth something: confirming by amount alone is often false."""
    found = run(range(2), 400, RATES).baseline["amount only"]
    assert 0 < found.hits < found.of
