"""The sample files, and what a parser makes of one as text for golden files. All names in them are invented."""

import csv
import io
import json
import re
import unicodedata
from dataclasses import fields
from pathlib import Path

from charityledger.reconciliation.importers import read_files
from charityledger.reconciliation.importers.lines import Fault, Line, Parsed
from charityledger.reconciliation.importers.table import tables
from charityledger.reconciliation.importers.text import Row

FIXTURES = Path(__file__).parent / "fixtures"
ABROAD = ("camt053.xml", "mt940.sta")
ARCHIVES = ("alipay-merchant-trade.zip",)
NAMES = sorted(path.name for path in FIXTURES.iterdir() if path.name not in ABROAD)
TABLES = [name for name in NAMES if name not in ARCHIVES]
TEXTS = [name for name in TABLES if name.endswith(".csv")]


def sample(name: str) -> bytes:
    """The bytes of a sample file."""
    return (FIXTURES / name).read_bytes()


def rows(data: bytes) -> list[Row]:
    """All rows of a file's first table."""
    return list(tables(data)[0].rows())


def as_csv(table: list[list[str]]) -> bytes:
    """Rows as a CSV file in UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(table)
    return out.getvalue().encode()


def facts(line: Line) -> dict[str, object]:
    """A line's fields, with its original cells instead of where they are kept."""
    found = {field.name: getattr(line, field.name) for field in fields(line) if field.name != "evidence"}
    return found | {"original": json.loads(line.original)}


def told(parsed: Parsed | None, faults: list[Fault]) -> str:
    """A statement as a golden file keeps it."""
    whole: dict[str, object] = {}
    lines: list[Line] = []
    if parsed is not None:
        lines = parsed.lines
        whole = {field.name: getattr(parsed, field.name) for field in fields(parsed) if field.name != "lines"}
        whole["totals"] = [[total.name, total.declared, total.found] for total in parsed.totals]
    head = json.dumps(whole, default=str, ensure_ascii=False, indent=1)
    body = ",\n  ".join(json.dumps(facts(line), default=str, ensure_ascii=False) for line in lines)
    wrong = json.dumps([[row, error.code] for row, error in faults])
    return f'{{"statement": {head},\n "lines": [\n  {body}],\n "faults": {wrong}}}\n'


def amounts_in(data: bytes) -> set[int]:
    """Every number in the cells of a file, in fen where it has at most two decimals: money that is really there."""
    found = set()
    for table in tables(data):
        for _, cells in table.rows():
            for cell in cells:
                for number in re.findall(r"[0-9][0-9,]*(?:\.[0-9]+)?", unicodedata.normalize("NFKC", cell)):
                    whole, _, part = number.replace(",", "").partition(".")
                    if not part[2:].strip("0"):
                        found.add(int(whole[:20]) * 100 + int(part[:2].ljust(2, "0")))
    return found


def invented(data: bytes) -> set[int]:
    """Amounts of lines that stand nowhere in the file."""
    return {abs(line.amount_fen) for file in read_files(data) if file.parsed for line in file.parsed.lines
            } - amounts_in(data)
