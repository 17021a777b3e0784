"""English says how many of what: `2 items`, never `2 × item`."""

import io

import pytest
from flask import Flask
from pypdf import PdfReader

from charityledger.clock import FixedClock
from charityledger.plurals import in_units
from charityledger.reports import service
from tests.donations import world

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(("number", "unit", "words"), [
    (75, "m²", "75 m²"), (1, "set", "1 set"), (2, "set", "2 sets"), (1200, "battery", "1,200 batteries"),
    (3, "bench", "3 benches")])
def test_units(number: int, unit: str, words: str) -> None:
    assert in_units(number, unit) == words


def test_the_english_certificate(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)
    pledge = world.promise(clock, 500_00)
    with context.test_request_context():
        content = service.certificate(actor=world.STAFF, clock=clock, language="en", pledge_id=pledge.id).content
    text = " ".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())
    assert "Need 2: 2 items" in text
    assert "Need 1: 1 item" in text
    assert "2 × item" not in text
