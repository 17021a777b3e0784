"""The needs statement, and a long fund statement, beside bare canvas drawing of the same text."""

import io
from collections.abc import Callable
from datetime import date, timedelta

from pypdf import PdfReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from charityledger.clock import SystemClock
from charityledger.extensions import db
from charityledger.reports import fonts
from charityledger.reports.build import needs
from charityledger.reports.documents import Document, FundLine, FundStatement
from charityledger.reports.issuing import reading
from charityledger.reports.pdf import render

from . import measure

LINES, TIMES = 2_000, 10


def strings(pdf: bytes) -> list[list[tuple[float, float, float, str]]]:
    """(x, y, size, text) of every string on every page."""
    pages = []
    for page in PdfReader(io.BytesIO(pdf)).pages:
        found: list[tuple[float, float, float, str]] = []

        def note(text: str, _cm: object, tm: list[float], _font: object, size: float,
                 found: list[tuple[float, float, float, str]] = found) -> None:
            if text.strip():
                found.append((tm[4], tm[5], size, text.strip("\n")))

        page.extract_text(visitor_text=note)
        pages.append(found)
    return pages


def bare(pdf: bytes, face: str) -> Callable[[], int]:
    """Draw the strings of every page of `pdf` at their places with the canvas alone, no layout or rules."""
    pages = strings(pdf)

    def work() -> int:
        canvas = Canvas(io.BytesIO(), invariant=1, initialFontName=face, pageCompression=1)
        for page in pages:
            for x, y, size, text in page:
                canvas.setFont(face, size)
                canvas.drawString(x, y, text)
            canvas.showPage()
        canvas.save()
        return len(pages)

    return work


def again(work: Callable[[], int]) -> Callable[[], int]:
    """The same work often enough to be timed: ten pages take a tenth of a second."""
    return lambda: sum(work() for _ in range(TIMES))


def run() -> None:
    """Both documents; the catalogue's own needs statement, and a ledger of LINES lines."""
    with measure.application() as app, app.test_request_context():
        folder = fonts.current()
        about = reading(db.session, "zh", "EQ-NR-202604-0001", SystemClock().now())
        statement = needs.build(db.session, about)
        first = render(statement, folder)
        face = next(name for name in pdfmetrics.getRegisteredFontNames() if name.startswith(("SC", "Noto")))
        pages = len(PdfReader(io.BytesIO(first)).pages)

        def drawn(document: Document, count: int) -> int:
            render(document, folder)
            return count

        measure.compare("needs statement, drawing", again(lambda: drawn(statement, pages)),
                        again(bare(first, face)), "pages/s", .6)
        day, balance, lines = date(2026, 1, 1), 0, []
        for n in range(LINES):
            balance += 100_00
            lines.append(FundLine(day + timedelta(days=n * 300 // LINES), f"202601-{n:04d}", "郑州禾木食品有限公司",
                                  "捐赠 引用码 9526 0181 82", 100_00, 0, balance))
        ledger = FundStatement("zh", about.organisation, about.provenance, "BM02-1", "晨光爱心粥屋", "restricted", day,
                               date(2026, 12, 31), 0, tuple(lines), balance, 0, balance)
        long = render(ledger, folder)
        long_pages = len(PdfReader(io.BytesIO(long)).pages)
        measure.compare(f"fund statement, {LINES:,} lines, drawing", lambda: drawn(ledger, long_pages),
                        bare(long, face), "pages/s", .6)
