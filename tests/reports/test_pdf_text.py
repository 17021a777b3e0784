"""What each document says, as another program extracts it in reading order: golden files, one per sample."""

from collections.abc import Callable

import pytest

from charityledger.reports.documents import Document
from tests.reports.samples import SAMPLES, fund_statement


@pytest.mark.parametrize("name", SAMPLES)
def test_golden_text(
    name: str, pages: Callable[[Document], list[str]], golden: Callable[[str, str], None]
) -> None:
    document = SAMPLES[name]()
    found = pages(document)
    mark = {"zh": "演示数据", "en": "Demonstration data"}[document.language]
    assert all(mark in page for page in found)
    text = "\n\n".join(f"[{number}]\n{page}" for number, page in enumerate(found, 1))
    golden(f"{name}.txt", text + "\n")


def test_extraction_keeps_words_whole(pages: Callable[[Document], list[str]]) -> None:
    """The narrow space between Han and Latin, and closed-up brackets, are not taken for spaces between words."""
    first, *_ = pages(fund_statement(n=1))
    assert "晨光爱心粥屋（BM02-1） · 限定性资金，单位：元" in first
