"""Telephone numbers: one form each, whatever was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charityledger import phone
from charityledger.errors import InvalidInput
from charityledger.phone import last_four, masked, parse_phone


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800000000", "13800000000"),
        ("138 0000 0000", "13800000000"),
        ("138-0000-0000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("+86 138 0000 0000", "13800000000"),
        ("0086-13800000000", "13800000000"),
        ("8613800000000", "13800000000"),
        ("0371-68880000", "0371-68880000"),
        ("(0371) 6888 0000", "0371-68880000"),
        ("（0371）68880000", "0371-68880000"),
        ("037168880000", "0371-68880000"),
        ("+86 371 6888 0000", "0371-68880000"),
        ("010-88880000", "010-88880000"),
        ("0371-68880000-801", "0371-68880000-801"),
        ("0371-68880000转801", "0371-68880000-801"),
        ("0371 6888 0000 ext. 801", "0371-68880000-801"),
        ("0951-6888000", "0951-6888000"),
    ],
)
def test_reads(text: str, number: str) -> None:
    assert parse_phone(text) == number
    assert parse_phone(number) == number


@pytest.mark.parametrize(
    ("text", "error", "facts"),
    [
        (" ", phone.PhoneMissing, {}),
        ("1380000000", phone.MobileWrongLength, {"digits": 10}),
        ("138000000000", phone.MobileWrongLength, {"digits": 12}),
        ("68880000", phone.AreaCodeMissing, {}),
        ("12800000000", phone.NotAPhone, {"text": "12800000000"}),
        ("+1 202 555 0100", phone.NotAPhone, {"text": "+1 202 555 0100"}),
        ("call me", phone.NotAPhone, {"text": "call me"}),
        ("٠٣٧١", phone.NotAPhone, {"text": "٠٣٧١"}),
        ("138000", phone.NotAPhone, {"text": "138000"}),
    ],
)
def test_refuses(text: str, error: type[InvalidInput], facts: dict[str, object]) -> None:
    with pytest.raises(error) as refused:
        parse_phone(text)
    assert refused.value.facts == facts


@pytest.mark.parametrize(
    ("number", "tail", "shown"),
    [
        ("13812345678", "5678", "*******5678"),
        ("0371-68881234", "1234", "****-****1234"),
        ("0371-68881234-801", "1234", "****-****1234"),
    ],
)
def test_only_the_tail_is_shown(number: str, tail: str, shown: str) -> None:
    assert last_four(number) == tail
    assert masked(number) == shown


@given(st.text(alphabet="0123456789+-() 转") | st.text())
def test_any_text_is_a_number_or_a_refusal_and_reading_twice_changes_nothing(text: str) -> None:
    try:
        number = parse_phone(text)
    except InvalidInput:
        return
    assert parse_phone(number) == number
    assert len(last_four(number)) == 4
    assert last_four(number).isascii()
