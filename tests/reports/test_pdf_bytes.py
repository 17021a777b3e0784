"""The same document is the same bytes everywhere, describes itself, and embeds every font that it uses."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from charityledger.reports.documents import Document
from charityledger.reports.pdf import FontFolder, render
from tests.reports.samples import (
    RARE,
    SAMPLES,
    certificate,
    fund_statement,
    pledge_slip,
    provenance,
    receipt,
)

ROOT = Path(__file__).parent.parent.parent
HASHES = """
import sys
from hashlib import sha256
from pathlib import Path
from charityledger.reports.pdf import FontFolder, render
from tests.reports.samples import SAMPLES
for name, make in SAMPLES.items():
    sys.stdout.write(f"{name} {sha256(render(make(), FontFolder(Path(sys.argv[1])))).hexdigest()}\\n")
"""


def test_same_bytes_in_every_process(fonts: FontFolder) -> None:
    """Time zone, language, hash seed and SOURCE_DATE_EPOCH of a machine leave no trace."""
    here = "".join(
        f"{name} {hashlib.sha256(render(make(), fonts)).hexdigest()}\n" for name, make in SAMPLES.items()
    )
    elsewhere = {
        **os.environ,
        "TZ": "America/Caracas",
        "LANG": "de_DE.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "4821",
        "SOURCE_DATE_EPOCH": "86400",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-c", HASHES, str(fonts.path)]
    there = subprocess.run(command, env=elsewhere, cwd=ROOT, capture_output=True, text=True, check=True)
    assert there.stdout == here


def test_other_data_gives_other_bytes(fonts: FontFolder) -> None:
    one, other = receipt(), receipt(provenance=provenance("EQ-DR-202605-0094"))
    assert render(one, fonts) != render(other, fonts)


@pytest.mark.parametrize("name", SAMPLES)
def test_describes_itself(name: str, draw: Callable[[Document], PdfReader]) -> None:
    document = SAMPLES[name]()
    pdf = draw(document)
    assert pdf.metadata is not None
    assert document.provenance.number in str(pdf.metadata.title)
    assert pdf.metadata.author == document.organisation.name(document.language)
    assert pdf.metadata.get("/CreationDate") == "D:20260702093000+08'00'"
    catalogue = pdf.trailer["/Root"]
    assert catalogue["/Lang"] == {"zh": "zh-CN", "en": "en"}[document.language]
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.outline


def fonts_of(pdf: PdfReader) -> Iterator[Any]:
    """Every font in the resources of every page, and of every form inside them."""
    waiting = [page["/Resources"].get_object() for page in pdf.pages]
    while waiting:
        resources = waiting.pop()
        yield from (font.get_object() for font in resources.get("/Font", {}).values())
        forms = [form.get_object() for form in resources.get("/XObject", {}).values()]
        waiting += [form["/Resources"].get_object() for form in forms if "/Resources" in form]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_font_is_embedded(name: str, fonts: FontFolder, draw: Callable[[Document], PdfReader]) -> None:
    document = SAMPLES[name]()
    found = list(fonts_of(draw(document)))
    assert found
    for font in found:
        assert "NotoSansSC" in font["/BaseFont"]
        assert font["/FontDescriptor"]["/FontFile2"].get_object().get_data()
        assert "/ToUnicode" in font
    assert b"Helvetica" not in render(document, fonts)


def test_rare_characters_of_names_are_printed(draw: Callable[[Document], PdfReader]) -> None:
    for document in (receipt(donor=RARE), certificate(donor=RARE), pledge_slip(donor=RARE)):
        assert RARE in draw(document).pages[0].extract_text()


def test_text_that_people_typed_is_set_on_one_line(pages: Callable[[Document], list[str]]) -> None:
    """Line breaks, tabs and decomposed letters in a memo are not reasons to refuse a document."""
    line = fund_statement(n=1).lines[0]
    odd = type(line)(
        line.on, "", "Cafe\u0301 Zhengzhou", "捐赠\n 现场\t扫码", line.in_fen, line.out_fen, line.balance_fen
    )
    (page,) = pages(fund_statement(lines=(odd,)))
    assert "Café Zhengzhou 捐赠 现场 扫码" in page


def test_a_preview_says_so_and_data_are_only_marked_when_invented(
    pages: Callable[[Document], list[str]],
) -> None:
    preview = pages(fund_statement(n=40, provenance=provenance("", demonstration=False, verify_url=None)))
    assert len(preview) == 2
    assert all("预览，未编号" in page and "演示" not in page for page in preview)
    digest = "0123456789abcdef" * 4
    last = pages(fund_statement(n=1, provenance=provenance("EQ-NR-1", data_sha256=digest)))[-1]
    assert digest in last.replace(" ", "").replace("\n", "").replace("SHA-256", "")
    assert "尚未签名" in last
