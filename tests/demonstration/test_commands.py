"""The commands, on the demonstration: what they print and how they end."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import text

from charityledger.cli import main
from charityledger.extensions import db


def call(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), obj=app)


def test_projects_list_counts_the_catalogue(demonstration: Flask) -> None:
    told = json.loads(call(demonstration, "projects", "list", "--json").output)
    assert {k: told[k] for k in ("categories", "majors", "subs", "need_items", "need_cash_fen", "need_goods_fen")} == {
        "categories": 5, "majors": 25, "subs": 48, "need_items": 104, "need_cash_fen": 706_017_000,
        "need_goods_fen": 79_490_000}
    assert len(told["projects"]) == 48
    assert sum(p["need_cash_fen"] for p in told["projects"]) == told["need_cash_fen"]
    assert sum(p["received_fen"] for p in told["projects"]) == told["received_fen"] > 0


def test_audit_agrees_with_the_list(demonstration: Flask) -> None:
    listed = json.loads(call(demonstration, "projects", "list", "--json").output)
    result = call(demonstration, "audit", "--json")
    told = json.loads(result.output)
    assert result.exit_code == 0
    assert told["ok"] is True
    assert told["problems"] == []
    assert told["totals"] == {"need_fen": listed["need_cash_fen"], "pledged_fen": listed["pledged_fen"],
                              "received_fen": listed["received_fen"], "disbursed_fen": listed["disbursed_fen"]}


def test_pledges_list_adds_up_to_pledged(demonstration: Flask) -> None:
    rows = json.loads(call(demonstration, "pledges", "list", "--json").output)
    listed = json.loads(call(demonstration, "projects", "list", "--json").output)
    counted = sum(r["amount"] for r in rows if r["kind"] == "cash" and r["state"] in
                  ("pledged", "part_paid", "fulfilled"))
    assert counted + sum(r["paid"] for r in rows if r["kind"] == "cash" and r["state"] not in
                         ("pledged", "part_paid", "fulfilled")) == listed["pledged_fen"]


def test_exported_movements_balance(demonstration: Flask, tmp_path: Path) -> None:
    assert call(demonstration, "export", "csv", "--out", str(tmp_path / "out")).exit_code == 0
    with (tmp_path / "out/movements.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with demonstration.app_context():
        total = db.session.scalar(text("SELECT sum(amount_fen) FROM movement"))
    assert sum(round(float(r["amount_yuan"]) * 100) for r in rows) == total
    assert all(r["voucher"] for r in rows)


def test_workbook_has_typed_cells_frozen_heads_and_formulas(demonstration: Flask, tmp_path: Path) -> None:
    path = tmp_path / "books.xlsx"
    assert call(demonstration, "export", "xlsx", "--out", str(path)).exit_code == 0
    sheet = load_workbook(path)["movements"]
    heads = [cell.value for cell in sheet[1]]
    amount = heads.index("amount_yuan")
    assert sheet.freeze_panes == "A2"
    assert isinstance(sheet[2][amount].value, (int, float))
    assert str(sheet[sheet.max_row][amount].value).startswith("=SUM(")


@pytest.mark.parametrize("arguments", [
    ("report", "needs"), ("report", "needs", "--language", "en"), ("report", "project", "BM01-1"),
    ("report", "project", "HOLD"), ("report", "donor", "1"), ("report", "receipt", "1"),
])
def test_reports_write_pdf(demonstration: Flask, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    out = tmp_path / "x.pdf"
    result = call(demonstration, *arguments, "--out", str(out))
    assert result.exit_code == 0, result.output
    assert out.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("arguments", [
    ("report", "needs", "--out", "no-such-folder/x.pdf"), ("export", "csv", "--out", "/dev/null/x"),
    ("report", "needs", "--as-at", "9999-12-31", "--out", "x.pdf"), ("report", "receipt", "9" * 30, "--out", "x.pdf"),
    ("report", "donor", "1", "--year", "99999", "--out", "x.pdf"),
])
def test_what_cannot_be_taken_is_a_sentence_and_ends_with_2(demonstration: Flask, arguments: tuple[str, ...]) -> None:
    result = call(demonstration, *arguments)
    assert result.exit_code == 2, result.exception
    assert "Traceback" not in result.stderr
    assert result.stderr.strip()


@pytest.mark.parametrize(("name", "value"), [
    ("CONFIRM_MINUTES", "soon"), ("DATABASE_URL", "nonsense"), ("DATABASE_URL", "oracel://x"),
    ("DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none"), ("INSTANCE", "/dev/null/instance"),
])
def test_a_setting_that_cannot_be_used_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str,
                                                     value: str) -> None:
    monkeypatch.setenv("CHARITYLEDGER_INSTANCE", str(tmp_path))
    monkeypatch.setenv(f"CHARITYLEDGER_{name}", value)
    result = CliRunner().invoke(main, ["projects", "list"])
    assert result.exit_code == 2, result.exception
    assert result.stderr.startswith("charityledger: ")


@pytest.mark.parametrize(("arguments", "code"), [
    (("report", "project", "NO-1", "--out", "x.pdf"), "not_found"),
    (("report", "receipt", "999999", "--out", "x.pdf"), "not_found"),
    (("report", "certificate", "1234567890", "--out", "x.pdf"), "invalid_reference"),
])
def test_what_does_not_exist_is_a_sentence_and_ends_with_2(demonstration: Flask, arguments: tuple[str, ...],
                                                           code: str) -> None:
    result = call(demonstration, *arguments)
    assert result.exit_code == 2
    assert f"[{code}]" in result.stderr
    assert "Traceback" not in result.stderr
