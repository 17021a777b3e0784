"""Reference codes: made, checked, and found in what people and banks write."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from charityledger import reference
from charityledger.reference import is_valid, make, parse, show

SEVENS = st.integers(0, reference.SEVEN_LIMIT - 1)
A, B, C = "9482719322", "9661318632", "9590830187"


def test_known_codes() -> None:
    assert make(4827193) == A
    assert all(map(is_valid, (A, B, C)))
    assert show(A) == "9482 7193 22"


@pytest.mark.parametrize("seven", [-1, 10_000_000])
def test_more_or_less_than_seven_digits_is_refused(seven: int) -> None:
    with pytest.raises(ValueError, match="seven digits"):
        make(seven)


@pytest.mark.parametrize(
    "text", ["", "948271932", A + "0", "8482719322", "9482 7193 22", "٩482719322", "9482719399"]
)
def test_not_codes(text: str) -> None:
    assert not is_valid(text)


@given(SEVENS)
def test_a_made_code_is_valid_and_found_as_shown(seven: int) -> None:
    code = make(seven)
    assert is_valid(code)
    assert len(code) == 10
    assert parse(show(code)) == parse(f"捐{code}") == parse(f"认领 {show(code)} 谢谢") == [code]


@given(SEVENS, st.integers(0, 9), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_caught(seven: int, at: int, digit: str) -> None:
    code = make(seven)
    assume(code[at] != digit)
    assert not is_valid(code[:at] + digit + code[at + 1 :])


@given(SEVENS, st.integers(0, 8))
def test_two_swapped_neighbours_are_always_caught(seven: int, at: int) -> None:
    code = make(seven)
    assume(code[at] != code[at + 1])
    assert not is_valid(code[:at] + code[at + 1] + code[at] + code[at + 2 :])


def test_check_digits_are_the_only_ones_that_fit() -> None:
    fitting = [f"94827193{check:02d}" for check in range(100) if is_valid(f"94827193{check:02d}")]
    assert fitting == [A]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", []),
        ("无备注", []),
        ("９４８２７１９３２２", [A]),
        ("捐 9482-7193-22", [A]),
        ("转账附言:捐9482719322。", [A]),
        ("94 82 71 93 22", [A]),
        ("9482　7193　22", [A]),
        ("9482\u200b7193\u200b22", [A]),
        ("9482  7193 22", []),  # two separators end a run
        (A + B, [A, B]),
        (f"{A} {B}", [A, B]),
        (f"{A}、{B}和{C}", [A, B, C]),
        (f"{A}/{A}", [A]),
        (f"13800000000 {A}", [A]),
        (f"{A} 13800000000", [A]),
        (f"2026-04-16 {show(A)}", [A]),
        (f"REF{A}", [A]),
        (f"BOB {A}", [A]),
        ("9482 7l93 22", [A]),
        ("9482 7I93 ZZ", [A]),
        ("948Z7193Z2", [A]),
        ("NO.948Z719322", [A]),
        ("NO948Z719322", [A]),
        ("9661 3lB6 32", [B]),
        ("9S9O 83O1 87", [C]),
        (f"{B} 948Z719322", [B, A]),
        ("6217" + A, []),  # part of a longer number
        (A + "1", []),
        (A + "1234567890", []),
        ("6222021234567890123", []),
        ("9482719323", []),
    ],
)
def test_finds_codes_in_text(text: str, codes: list[str]) -> None:
    assert parse(text) == codes


@given(SEVENS, st.data())
def test_lookalike_letters_are_read_as_digits(seven: int, data: st.DataObject) -> None:
    code = make(seven)
    letters = {"0": "O", "1": "Il", "2": "Z", "5": "S", "8": "B"}
    at = data.draw(st.sampled_from([at for at in range(1, 10) if code[at] in letters] or [0]))
    assume(at)
    typed = code[:at] + data.draw(st.sampled_from(letters[code[at]])) + code[at + 1 :]
    assert parse(typed) == parse(f"捐{typed}元") == [code]


@given(st.text(alphabet="0123456789OIlZSB 捐-") | st.text())
def test_whatever_is_found_is_valid_and_named_once(text: str) -> None:
    codes = parse(text)
    assert all(map(is_valid, codes))
    assert len(codes) == len(set(codes))
