"""The fonts, made once, and what a reader of a PDF finds in it."""

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from charityledger.reports.documents import Document
from charityledger.reports.pdf import FontFolder, ensure_fonts, render

FONTS = Path(__file__).parent.parent.parent / ".cache" / "fonts"


@pytest.fixture(scope="session")
def fonts() -> FontFolder:
    return ensure_fonts(Path(os.environ.get("CHARITYLEDGER_FONTS") or FONTS))


@pytest.fixture
def draw(fonts: FontFolder) -> Callable[[Document], PdfReader]:
    """The drawn document, opened by another program than the one that drew it."""
    return lambda document: PdfReader(BytesIO(render(document, fonts)))


@pytest.fixture
def pages(draw: Callable[[Document], PdfReader]) -> Callable[[Document], list[str]]:
    """The text of each page, in reading order."""
    return lambda document: [page.extract_text() for page in draw(document).pages]
