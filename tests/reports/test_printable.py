"""The ranges in printable.py are the font's own, and what the font lacks is told or drawn, never swallowed."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from charityledger import printable
from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.donations.models import Donor
from charityledger.printable import NotPrintable
from charityledger.reports import service
from charityledger.reports.documents import Document
from charityledger.reports.pdf import FontFolder
from charityledger.reports.pdf.fonts import face, load
from charityledger.reports.pdf.text import shape, wrap
from tests.donations import world
from tests.reports.samples import certificate, donor_statement, pledge_slip, receipt

STRANGE = "乐\N{GRINNING FACE}\N{CUNEIFORM SIGN A}"
SHOWN = "乐〔U+1F600〕〔U+12000〕"

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize("bold", [False, True])
def test_the_ranges_are_those_of_the_font(fonts: FontFolder, bold: bool) -> None:
    load(fonts)
    loaded: Any = face(bold)
    assert printable.known() == frozenset(loaded.charToGlyph)


@pytest.mark.parametrize(("text", "point"), [
    (STRANGE, "U+1F600"), ("某\N{CUNEIFORM SIGN A}", "U+12000"), ("某\x00", "U+0000"), ("某\ufffe", "U+FFFE"),
    ("\N{ARABIC LETTER ALEF}", "U+0627")])
def test_the_first_strange_character_is_named(text: str, point: str) -> None:
    with pytest.raises(NotPrintable) as refused:
        printable.check(text)
    assert refused.value.facts["code_point"] == point


@pytest.mark.parametrize("text", ["喆堃祎玥䶮", "Cafe\u0301", "郑州\u3000某某 (Ltd.)\n", "喆\U000e0100\u200b", ""])
def test_what_the_documents_can_show_is_taken(text: str) -> None:
    printable.check(text)


@pytest.mark.parametrize("text", ["\u202e\u200b", "\u3164", "\u2066 \ufe0f", "\u2800"])
def test_what_is_never_seen_is_nothing(text: str) -> None:
    assert printable.visible(text).strip() == ""


@pytest.mark.parametrize("make", [receipt, certificate, pledge_slip, donor_statement])
def test_a_name_that_was_kept_before_stops_no_document(
    make: Callable[..., Document], draw: Callable[[Document], PdfReader]
) -> None:
    text = "".join(page.extract_text() for page in draw(make(donor=STRANGE)).pages)
    assert SHOWN in re.sub(r"\s", "", text)


def test_a_kept_name_takes_no_public_document_down(context: Flask, clock: FixedClock) -> None:
    """Not even one that was kept before names were checked, shown in full in everybody's fund statement."""
    world.fill(clock)
    pledge = world.promise(clock, 1000)
    with transaction() as tx:
        tx.get_one(Donor, pledge.donor_id).name = STRANGE
    world.receive(clock, 1000, reference=pledge.reference)
    with context.test_request_context():
        content = service.fund_preview(clock=clock, language="zh", fund="HD1-1", starts_on=world.DAY, ends_on=world.DAY)
        slip = service.slip(clock=clock, language="en", pledge_id=pledge.id)
    for data in (content, slip):
        assert SHOWN in re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


@pytest.mark.parametrize("character", ["\N{CUNEIFORM SIGN A}", "\n", "\u200b", "\N{GRINNING FACE}"])
def test_what_the_font_lacks_is_drawn_as_its_code_point(fonts: FontFolder, character: str) -> None:
    load(fonts)
    runs, _ = shape(f"某{character}某", True)
    assert "".join(run for _, run in runs) == f"某〔U+{ord(character):04X}〕某"


def test_a_code_point_stays_on_one_line(fonts: FontFolder) -> None:
    load(fonts)
    for width in range(60, 200, 7):
        assert all(line.count("〔") == line.count("〕") for line in wrap(f"二七区{STRANGE}街坊" * 3, width, 8))
