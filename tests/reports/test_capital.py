"""人民币大写 and English words, from worked examples of 支付结算办法 and from an independent reader of them."""

import re

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charityledger.capital import LIMIT_FEN, capital, english

AMOUNTS = st.one_of(
    st.integers(0, LIMIT_FEN - 1),
    st.integers(0, 10**7),
    # Amounts with many zeros, where 大写 goes wrong.
    st.lists(st.sampled_from("000000123456789"), min_size=1, max_size=15).map(
        lambda digits: int("".join(digits))
    ),
)


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (105, "壹元零伍分"),
        (1_020_005, "壹万零贰佰元零伍分"),
        (1_409_50, "壹仟肆佰零玖元伍角整"),
        (6_007_14, "陆仟零柒元壹角肆分"),
        (1_680_32, "壹仟陆佰捌拾元零叁角贰分"),
        (107_000_53, "壹拾万零柒仟元零伍角叁分"),
        (16_409_02, "壹万陆仟肆佰零玖元零贰分"),
        (325_04, "叁佰贰拾伍元零肆分"),
        (10_00, "壹拾元整"),
        (100_000_000_00, "壹亿元整"),
        (100_000_001_00, "壹亿零壹元整"),
        (49_600_008_882_34, "肆佰玖拾陆亿零捌仟捌佰捌拾贰元叁角肆分"),
        (1_000_100_000_00, "壹拾亿零壹拾万元整"),
        (19_600_00, "壹万玖仟陆佰元整"),
        (10**14, "壹万亿元整"),
        (LIMIT_FEN - 1, "玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_worked_examples(fen: int, words: str) -> None:
    assert capital(fen) == "人民币" + words


def read(words: str) -> int:
    """What a person reads in 大写, in fen; knows nothing of how it was written."""
    digits = {ch: n for n, ch in enumerate("零壹贰叁肆伍陆柒捌玖")}
    fen = yuan = group = digit = 0
    for ch in words.removeprefix("人民币").removesuffix("整"):
        if ch in digits:
            digit = digits[ch]
        elif ch in "拾佰仟":
            group += digit * {"拾": 10, "佰": 100, "仟": 1000}[ch]
            digit = 0
        elif ch == "万":
            yuan += (group + digit) * 10**4
            group = digit = 0
        elif ch == "亿":
            yuan = (yuan + group + digit) * 10**8
            group = digit = 0
        elif ch == "元":
            fen = (yuan + group + digit) * 100
            group = digit = 0
        else:
            fen += digit * {"角": 10, "分": 1}[ch]
            digit = 0
    return fen


@given(AMOUNTS)
def test_reads_back_as_the_same_amount(fen: int) -> None:
    assert read(capital(fen)) == fen


@given(AMOUNTS)
def test_zeros_are_written_by_the_rules(fen: int) -> None:
    words = capital(fen)
    assert "零零" not in words
    assert not re.search("零[拾佰仟亿万角分整]", words)
    assert not re.search("(?<!人民币)零元", words)
    assert words.startswith("人民币")
    assert fen == 0 or words[3] != "零"
    assert words.endswith("分") == (fen % 10 != 0)
    assert words.endswith("整") == (fen % 10 == 0)
    if fen >= 100 and fen // 10 % 10 == 0 and fen % 10:
        assert "元零" in words


@given(AMOUNTS)
def test_agrees_with_cn2an_but_for_the_zeros_it_drops(fen: int) -> None:
    theirs = cn2an.an2cn(f"{fen // 100}.{fen % 100:02d}", "rmb")
    ours = capital(fen).removeprefix("人民币")

    def bare(words: str) -> str:
        return words.replace("零", "").removesuffix("整").removeprefix("元")

    assert bare(ours) == bare(theirs)
    if "0" not in str(fen):
        assert ours == theirs


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "Zero yuan only"),
        (5, "Five fen only"),
        (1_020_005, "Ten thousand, two hundred yuan and five fen"),
        (1_005_00, "One thousand and five yuan only"),
        (1_000_000_00, "One million yuan only"),
        (21_300_019_90, "Twenty-one million, three hundred thousand and nineteen yuan and ninety fen"),
    ],
)
def test_english_examples(fen: int, words: str) -> None:
    assert english(fen) == words


@given(AMOUNTS, AMOUNTS)
def test_words_are_different_for_different_amounts(one: int, other: int) -> None:
    assert (english(one) == english(other)) == (one == other)
    assert (capital(one) == capital(other)) == (one == other)


@pytest.mark.parametrize("fen", [-1, LIMIT_FEN])
def test_refuses_what_it_cannot_write(fen: int) -> None:
    for words in (capital, english):
        with pytest.raises(ValueError, match=str(fen)):
            words(fen)
