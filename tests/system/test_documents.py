"""Every document that the command line issues, read with poppler: fonts, paper, marks and figures."""

import re
from pathlib import Path

import pytest

from charityledger.money import format_fen
from tests.installation import Installation
from tests.poppler import Pdf

MARK = {"zh": "演示数据", "en": "Demonstration data"}


@pytest.fixture(scope="module")
def paid(installation: Installation) -> str:
    """The reference of an adoption that was paid in full."""
    return next(str(row["reference"]) for row in installation.json("pledges", "list")
                if row["kind"] == "cash" and row["state"] == "fulfilled")


@pytest.fixture(scope="module", params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def documents(installation: Installation, paid: str, language: str, tmp_path_factory: pytest.TempPathFactory
              ) -> dict[str, Pdf]:
    """One of each kind."""
    folder = tmp_path_factory.mktemp(language)
    subjects = {"needs": [], "project": ["GEN"], "receipt": ["1"], "certificate": [paid], "donor": ["1"]}
    made = {}
    for kind, subject in subjects.items():
        path = Path(folder, f"{kind}.pdf")
        installation.call("report", kind, *subject, "--language", language, "--out", str(path))
        made[kind] = Pdf(path)
    return made


def test_every_font_is_embedded_and_can_be_copied_from(documents: dict[str, Pdf]) -> None:
    for kind, pdf in documents.items():
        fonts = pdf.fonts()
        assert fonts, kind
        for font in fonts:
            assert re.fullmatch(r"[A-Z]{6}\+NotoSansSC-(Regular|Bold)", font["name"]), (kind, font)
            assert (font["embedded"], font["unicode"]) == ("yes", "yes"), (kind, font)


def test_paper_is_a4_and_titled(documents: dict[str, Pdf]) -> None:
    for kind, pdf in documents.items():
        info = pdf.info()
        assert "A4" in info["Page size"], kind
        assert info["Title"], kind


def test_every_page_is_marked_as_a_demonstration(documents: dict[str, Pdf], language: str) -> None:
    for kind, pdf in documents.items():
        pages = pdf.text().rstrip("\f").split("\f")
        assert len(pages) == int(pdf.info()["Pages"])
        assert all(MARK[language] in page for page in pages), kind


def test_needs_statement_ties_with_the_audit(installation: Installation, documents: dict[str, Pdf]) -> None:
    audit = installation.json("audit")
    assert audit["ok"]
    text = documents["needs"].text()
    for name in ("need_fen", "pledged_fen", "received_fen", "disbursed_fen"):
        assert format_fen(audit["totals"][name]) in text, name
