"""Reading and writing money: what is refused, and that nothing is lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charityledger import money
from charityledger.errors import CharityLedgerError, InvalidInput
from charityledger.money import MAX_FEN, parse_yuan

ANY_FEN = st.integers(-MAX_FEN, MAX_FEN)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1234", 123400),
        ("1,234.50", 123450),
        ("¥1,234.5", 123450),
        ("￥1,234.5", 123450),
        ("¥ 1,234.5", 123450),
        ("1234.56", 123456),
        ("１，２３４．５０", 123450),
        ("  80元 ", 8000),
        ("+5", 500),
        ("¥+5", 500),
        ("0.01", 1),
        ("0", 0),
        ("-0", 0),
        ("007", 700),
        ("9,999,999,999,999.99", MAX_FEN),
    ],
)
def test_reads(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", money.AmountMissing),
        ("   ", money.AmountMissing),
        ("¥", money.AmountMissing),
        ("元", money.AmountMissing),
        ("1,5", money.AmbiguousAmount),
        ("1，5", money.AmbiguousAmount),
        ("1,50", money.AmbiguousAmount),
        ("0,123", money.AmbiguousAmount),
        ("12,34.5", money.AmbiguousAmount),
        ("1.234,50", money.AmbiguousAmount),
        ("1 234", money.AmbiguousAmount),
        ("1.2.3", money.AmbiguousAmount),
        ("1,2345", money.AmbiguousAmount),
        ("1.234", money.TooManyDecimals),
        ("0.001", money.TooManyDecimals),
        ("+-5", money.MixedSigns),
        ("--5", money.MixedSigns),
        ("-¥-5", money.MixedSigns),
        ("5-", money.MixedSigns),
        ("-", money.MixedSigns),
        ("1-2", money.MixedSigns),
        ("-5", money.NegativeAmount),
        ("−5", money.NegativeAmount),
        ("nan", money.NotANumber),
        ("inf", money.NotANumber),
        ("1e3", money.NotANumber),
        ("0x10", money.NotANumber),
        ("1_000", money.NotANumber),
        ("$5", money.NotANumber),
        (".5", money.NotANumber),
        ("5.", money.NotANumber),
        ("1,234,", money.NotANumber),
        ("5²", money.NotANumber),
        ("½", money.NotANumber),
        ("①", money.NotANumber),
        ("٣", money.NotANumber),
        ("三百", money.NotANumber),
        ("3万", money.NotANumber),
        ("10000000000000", money.AmountTooLarge),
        ("9" * 5000, money.AmountTooLarge),
        (1.5, money.AmountNotText),
        (True, money.AmountNotText),
        (None, money.AmountNotText),
    ],
)
def test_refuses(text: str, error: type[CharityLedgerError]) -> None:
    with pytest.raises(error) as refused:
        parse_yuan(text)
    assert type(refused.value) is error
    assert isinstance(refused.value, InvalidInput)
    assert refused.value.status == 422


def test_every_refusal_has_its_own_code() -> None:
    refusals = [
        kind for kind in vars(money).values() if isinstance(kind, type) and kind.__module__ == money.__name__
    ]
    assert len({kind.code for kind in refusals}) == len(refusals) == 8


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("1,5", "1.50", "15"),
        ("1 234", "1.234", "1234"),
        ("1.234,50", "1234.50", "1.23450"),
        ("12,34.5", "1234.50", "12.345"),
    ],
)
def test_an_ambiguous_amount_names_both_readings(text: str, one: str, other: str) -> None:
    with pytest.raises(money.AmbiguousAmount) as refused:
        parse_yuan(text)
    assert refused.value.facts == {"text": text, "one": one, "other": other}


@pytest.mark.parametrize("text", ["-12.30", "−12.30", "－12.30", "¥-12.30", "-¥12.30"])
def test_a_minus_is_read_where_it_is_asked_for(text: str) -> None:
    assert parse_yuan(text, signed=True) == -1230


@given(ANY_FEN)
def test_what_is_written_is_read_back(fen: int) -> None:
    assert parse_yuan(money.format_fen(fen), signed=True) == fen
    assert parse_yuan(money.format_yuan(fen), signed=True) == fen
    assert parse_yuan(money.format_yuan_public(fen), signed=True) == fen
    assert parse_yuan(money.format_yuan_signed(fen), signed=True) == fen


@given(st.text(alphabet="0123456789.,+-−¥￥元 eE²½１．，") | st.text())
def test_any_text_is_an_amount_or_a_refusal(text: str) -> None:
    try:
        fen = parse_yuan(text)
    except InvalidInput as refused:
        assert type(refused) is not InvalidInput
        assert str(refused)
    else:
        assert 0 <= fen <= MAX_FEN


@given(st.integers(0, MAX_FEN), st.sampled_from(["{}", "¥{}", "{}元", " {} "]))
def test_grouping_and_wrapping_change_nothing(fen: int, wrapped: str) -> None:
    plain = f"{fen // 100}.{fen % 100:02d}"
    assert parse_yuan(wrapped.format(plain)) == parse_yuan(wrapped.format(money.format_fen(fen))) == fen


@pytest.mark.parametrize(
    ("fen", "plain", "yuan", "public", "signed"),
    [
        (123450, "1,234.50", "¥1,234.50", "¥1,234.50", "＋¥1,234.50"),
        (7200000, "72,000.00", "¥72,000.00", "¥72,000", "＋¥72,000.00"),
        (-504000, "−5,040.00", "−¥5,040.00", "−¥5,040", "−¥5,040.00"),
        (-5, "−0.05", "−¥0.05", "−¥0.05", "−¥0.05"),
        (0, "0.00", "¥0.00", "¥0", "＋¥0.00"),
    ],
)
def test_writes(fen: int, plain: str, yuan: str, public: str, signed: str) -> None:
    assert money.format_fen(fen) == plain
    assert money.format_yuan(fen) == yuan
    assert money.format_yuan_public(fen) == public
    assert money.format_yuan_signed(fen) == signed
    assert money.format_yuan_signed(504000, plus="+") == "+¥5,040.00"


@given(st.integers(0, MAX_FEN), st.integers(0, MAX_FEN))
def test_a_hundred_percent_is_only_ever_the_whole(part: int, whole: int) -> None:
    percent = money.percent_down(part, whole)
    assert 0 <= percent <= 100
    assert (percent == 100) == (whole > 0 and part >= whole)
    if part < whole:
        assert percent * whole <= part * 100 < (percent + 1) * whole


def test_percent_of_nothing_is_none_at_all() -> None:
    assert money.percent_down(0, 0) == money.percent_down(5, 0) == money.percent_down(-1, 10) == 0
