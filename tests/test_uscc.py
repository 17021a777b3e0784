"""统一社会信用代码: the check character and errors that say what to do."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from charityledger import uscc
from charityledger.errors import InvalidInput
from charityledger.uscc import ALPHABET, check_character, parse_uscc

FIRST = st.text(alphabet=ALPHABET, min_size=17, max_size=17)
# An invented organisation of an area that does not exist (99 99 99).
GOOD = "91999999MA00000000"[:17]


@given(FIRST)
def test_a_code_with_its_check_character_is_read(first: str) -> None:
    code = first + check_character(first)
    assert parse_uscc(code) == parse_uscc(code.lower()) == parse_uscc(uscc.show(code)) == code


@given(FIRST, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_caught(first: str, at: int, letter: str) -> None:
    code = first + check_character(first)
    assume(code[at] != letter)
    with pytest.raises(uscc.UsccWrongCheck):
        parse_uscc(code[:at] + letter + code[at + 1 :])


@given(FIRST, st.integers(0, 16))
def test_two_swapped_neighbours_are_caught(first: str, at: int) -> None:
    code = first + check_character(first)
    assume(code[at] != code[at + 1])
    with pytest.raises(uscc.UsccWrongCheck):
        parse_uscc(code[:at] + code[at + 1] + code[at] + code[at + 2 :])


def test_the_example_of_the_standard() -> None:
    assert parse_uscc("91350100M000100Y43") == "91350100M000100Y43"
    assert uscc.show("91350100M000100Y43") == "91 350100 M000100Y4 3"


def test_weights_are_those_of_the_standard() -> None:
    assert uscc._WEIGHTS == (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    assert len(ALPHABET) == 31
    assert not set("IOSVZ") & set(ALPHABET)


@pytest.mark.parametrize(
    ("text", "error", "facts"),
    [
        (" ", uscc.UsccMissing, {}),
        (GOOD, uscc.UsccWrongLength, {"length": 17, "wanted": 18}),
        (GOOD + "00", uscc.UsccWrongLength, {"length": 19, "wanted": 18}),
        ("9199999OMA00000000", uscc.UsccWrongCharacter, {"character": "O", "position": 8, "meant": "0"}),
        ("91999999MA0000000z", uscc.UsccWrongCharacter, {"character": "Z", "position": 18, "meant": "2"}),
        ("91999999MA000000公0", uscc.UsccWrongCharacter, {"character": "公", "position": 17, "meant": ""}),
    ],
)
def test_refusals_carry_what_to_do(text: str, error: type[InvalidInput], facts: dict[str, object]) -> None:
    with pytest.raises(error) as refused:
        parse_uscc(text)
    assert refused.value.facts == facts


@given(st.text())
def test_any_text_is_a_code_or_a_refusal(text: str) -> None:
    try:
        code = parse_uscc(text)
    except InvalidInput:
        return
    assert len(code) == 18
