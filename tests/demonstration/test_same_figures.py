"""Every page, document, export and command that prints a measure prints the same figure.

The truth is recomputed here from the append-only rows by SQL of its own, then each place is read as a person would.
"""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import text

from charityledger.cli import main
from charityledger.extensions import db

NAMES = ("need", "pledged", "received", "disbursed")
Figures = tuple[int, ...]


@pytest.fixture(scope="module")
def truth(demonstration: Flask) -> dict[str, Figures]:
    """{sub-project: need, pledged, received, disbursed, still needed} of cash in fen; "" is the programme."""
    with demonstration.app_context():
        rows = db.session.execute(text(
            "SELECT s.code, sum(i.amount_fen), sum(coalesce(m.pledged, 0)), sum(coalesce(m.received, 0)), "
            "sum(coalesce(m.disbursed, 0)), sum(coalesce(m.paid, 0)) FROM sub_project s "
            "JOIN need_item i ON i.sub_project_id = s.id AND i.kind = 'cash' LEFT JOIN "
            "(SELECT need_item_id, sum(pledged) pledged, sum(received) received, sum(disbursed) disbursed, "
            "sum(paid) paid FROM need_movement GROUP BY need_item_id) m ON m.need_item_id = i.id "
            "GROUP BY s.code")).all()
    found = {code: (need, pledged, received, disbursed, need - received - (pledged - paid))
             for code, need, pledged, received, disbursed, paid in rows}
    found[""] = tuple(map(sum, zip(*found.values(), strict=True)))
    return found


def fen(words: str) -> int:
    """`¥64,200` or `64,200.00` in fen."""
    yuan, _, cents = words.replace(",", "").lstrip("¥").partition(".")
    return int(yuan) * 100 + int((cents or "0").ljust(2, "0"))


def amounts(html: str) -> list[int]:
    """Every amount of money in a piece of a page, in order."""
    return [fen(found) for found in re.findall(r"¥([\d,]+(?:\.\d\d)?)", re.sub(r"<[^>]+>", " ", html))]


def pdf_lines(content: bytes) -> list[str]:
    return [line for page in PdfReader(io.BytesIO(content)).pages for line in page.extract_text().splitlines()]


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_project_pages(demonstration: Flask, truth: dict[str, Figures], prefix: str) -> None:
    client = demonstration.test_client()
    for code, figures in truth.items():
        if code:
            page = client.get(f"{prefix}/projects/{code}").get_data(as_text=True)
            section = page[page.index('id="h-money"'):]
            assert tuple(amounts(section[:section.index("</dl>")])) == figures[:4], code


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_home(demonstration: Flask, truth: dict[str, Figures], prefix: str) -> None:
    page = demonstration.test_client().get(f"{prefix}/").get_data(as_text=True)
    street = page[page.index('class="street"'):]
    assert amounts(street[:street.index("</div>")]) == [truth[""][2], truth[""][0]]
    chain = page[page.index("chain-across"):]
    assert amounts(chain[:chain.index("</ol>")])[1:] == list(truth[""][1:4])


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_list(demonstration: Flask, truth: dict[str, Figures], prefix: str) -> None:
    page = demonstration.test_client().get(f"{prefix}/projects").get_data(as_text=True)
    seen = set()
    for code, record in re.findall(r'<a href="[^"]*/projects/([A-Z]{2}\d\d-\d)">.*?</li>()', page, re.DOTALL):
        seen.add(code)
        start = page.index(f"/projects/{code}")
        record = page[start:page.index("</li>", start)]
        if code in truth:
            assert amounts(record)[0] == truth[code][0], code
    assert seen >= truth.keys() - {""}


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_needs_statement(demonstration: Flask, truth: dict[str, Figures], prefix: str) -> None:
    words = " ".join(pdf_lines(demonstration.test_client().get(f"{prefix}/documents/needs.pdf").data))
    for code, figures in truth.items():
        row = " ".join(f"{value // 100:,}.{value % 100:02d}" for value in figures)
        # The row of a sub-project begins with its code; a long name may take a second line before the figures.
        start = words.index(f" {code} ") if code else 0
        assert row in (words[start:start + 160] if code else words), code


def test_commands_and_export(demonstration: Flask, truth: dict[str, Figures], tmp_path: Path) -> None:
    def call(*arguments: str) -> str:
        result = CliRunner().invoke(main, list(arguments), obj=demonstration)
        assert result.exit_code == 0, result.output
        return result.output

    listed = json.loads(call("projects", "list", "--json"))
    assert {p["code"]: (p["need_cash_fen"], p["pledged_fen"], p["received_fen"], p["disbursed_fen"])
            for p in listed["projects"] if p["code"] in truth} == {c: f[:4] for c, f in truth.items() if c}
    assert list(json.loads(call("audit", "--json"))["totals"].values()) == list(truth[""][:4])
    call("export", "csv", "--out", str(tmp_path))
    sums: dict[str, Figures] = {}
    with (tmp_path / "needs.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] == "cash":
                figures = tuple(fen(row[name]) for name in (*NAMES, "still_needed"))
                sums[row["sub_code"]] = tuple(map(sum, zip(sums.get(row["sub_code"], (0,) * 5), figures, strict=True)))
    assert sums == {c: f for c, f in truth.items() if c}


def test_the_auditors_recomputation(truth: dict[str, Figures], auditor: object) -> None:
    page = auditor.get("/documents/audit").get_data(as_text=True)  # type: ignore[attr-defined]  # a FlaskClient
    assert amounts(page[page.index('id="h-t"'):])[:4] == list(truth[""][:4])
