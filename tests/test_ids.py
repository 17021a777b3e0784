"""Random values: their shape, and that the test's ones repeat."""

import re

import pytest

from charityledger.ids import Ids, RandomIds, SequenceIds, normal_spoken_code
from charityledger.reference import is_valid, make


@pytest.mark.parametrize("ids", [RandomIds(), SequenceIds("seed")])
def test_shapes(ids: Ids) -> None:
    for _ in range(200):
        assert is_valid(make(ids.reference_seven()))
        assert re.fullmatch(r"[0-9A-Za-z_-]{43}", ids.token())
        assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", ids.incident())
        code = ids.spoken_code()
        assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code)
        assert normal_spoken_code(code) == normal_spoken_code(code.lower().replace("-", " ")) == code


def test_a_sequence_repeats_for_its_seed_and_never_within_itself() -> None:
    one, same, other = SequenceIds(7), SequenceIds(7), SequenceIds(8)
    tokens = [one.token() for _ in range(100)]
    assert tokens == [same.token() for _ in range(100)]
    assert len({*tokens, *(other.token() for _ in range(100))}) == 200


def test_a_spoken_code_survives_being_typed() -> None:
    assert normal_spoken_code(" 8k2f 3lqd-7hjm２v4o ") == "8K2F-31QD-7HJM-2V40"


def test_random_tokens_differ() -> None:
    ids = RandomIds()
    assert len({ids.token() for _ in range(100)}) == 100
