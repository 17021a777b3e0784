"""Lines of text: nothing is lost, nothing is wider than its measure, marks stand where they may."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charityledger.reports.pdf import FontFolder
from charityledger.reports.pdf.fonts import load
from charityledger.reports.pdf.text import CLOSE, STOP, clean, fitting, measure, shape, wrap

LETTERS = "二七区慈善总会认领温暖喆堃祎玥䶮（）《》“”‘’，。、：·abcXYZ 0123456789.,:-%¥"
TEXTS = st.text(st.sampled_from(LETTERS), max_size=120)


@pytest.fixture(autouse=True)
def _loaded(fonts: FontFolder) -> None:
    load(fonts)


@settings(max_examples=300)
@given(TEXTS, st.integers(30, 400), st.sampled_from([7.0, 8.0, 16.0]), st.booleans())
def test_wrapping_keeps_every_character_within_the_measure(
    text: str, width: int, size: float, bold: bool
) -> None:
    lines = wrap(text, width, size, bold)
    assert "".join(lines).replace(" ", "") == clean(text).replace(" ", "")
    for line in lines:
        assert measure(line, size, bold) <= width or len(line) <= 3
        assert line == line.strip()


@given(TEXTS)
def test_the_width_of_a_line_is_where_its_last_run_ends(text: str) -> None:
    runs, width = shape(clean(text), False)
    assert "".join(run for _, run in runs) == clean(text)
    offsets = [offset for offset, _ in runs]
    assert offsets == sorted(offsets) or any(mark in text for mark in CLOSE + STOP + "（《“‘·")
    assert width >= 0 or clean(text)[:1] in "（《“‘"


def test_marks_stand_where_they_may() -> None:
    text = "认领“晨光爱心粥屋”（一马路街道乔家门社区）所需的熬粥设备两套，承诺捐助，谨此致谢。"
    for width in range(40, 400, 7):
        lines = wrap(text, width, 8)
        assert all(line[0] not in CLOSE + STOP for line in lines)
        assert all(line[-1] not in "“（" for line in lines)


def test_words_and_the_ends_of_names_stay_whole() -> None:
    for width in range(60, 200, 5):
        lines = wrap("某某供应链管理股份有限公司", width, 8)
        assert any("有限公司" in line for line in lines)
        assert any("1,234,567.89" in line for line in wrap("合计 1,234,567.89 元整，全部到账", width, 8))


def test_a_word_wider_than_the_line_is_cut_not_lost() -> None:
    lines = wrap("https://ledger.example/" + "a" * 80, 100, 8)
    assert len(lines) > 3
    assert "".join(lines) == "https://ledger.example/" + "a" * 80
    assert all(measure(line, 8) <= 100 for line in lines)


def test_sizes_step_down_and_then_text_wraps() -> None:
    sizes = (16, 15, 14, 13)
    assert fitting("短", 100, sizes) == 16
    assert fitting("二七区慈善总会", 100, sizes) == 14
    assert fitting("二七区慈善总会" * 3, 100, sizes) == 13


def test_typed_text_is_one_line() -> None:
    assert clean(" 捐赠\n 现场\t扫码 ") == "捐赠 现场 扫码"
    assert clean("Cafe\u0301") == "Café"
    assert clean("\ufeff喆\u200b堃\U000e0100") == "喆堃"
    assert wrap("", 100, 8) == ("",)


def test_digits_are_tabular_in_both_weights() -> None:
    for bold in (False, True):
        assert len({measure(digit, 1000, bold) for digit in "0123456789"}) == 1
