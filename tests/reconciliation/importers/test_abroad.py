"""CAMT.053 and MT940: golden files, what is refused, and bytes that somebody changed."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charityledger.reconciliation.importers import camt053, mt940
from charityledger.reconciliation.importers.currency import smallest_units
from charityledger.reconciliation.importers.lines import Fault, Parsed

FIXTURES = Path(__file__).parent / "fixtures"
FILES: dict[str, tuple[ModuleType, bytes]] = {
    "camt053": (camt053, (FIXTURES / "camt053.xml").read_bytes()),
    "mt940": (mt940, (FIXTURES / "mt940.sta").read_bytes()),
}
each_format = pytest.mark.parametrize("name", FILES)


def read(name: str, data: bytes) -> tuple[Parsed, list[Fault]]:
    parsed, faults = FILES[name][0].read(data)
    return parsed, faults


@each_format
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    parsed, faults = read(name, FILES[name][1])
    assert faults == []
    assert parsed.ties
    whole = asdict(parsed)
    for line in whole["lines"]:
        line["original"] = line.pop("evidence")
    golden(f"{name}.expected.json",
           json.dumps(whole, default=str, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


@each_format
def test_each_is_known_by_its_content(name: str) -> None:
    assert [other for other, (module, _) in FILES.items() if module.looks_like(FILES[name][1])] == [name]


def test_another_currency_is_kept_and_not_summed() -> None:
    parsed, _ = read("camt053", FILES["camt053"][1])
    assert [line.amount_fen for line in parsed.lines if line.currency == "USD"] == [2000]
    assert (parsed.in_fen, parsed.out_fen) == (500300, 1550)


def test_a_reversed_credit_leaves_and_a_reversed_debit_comes_back() -> None:
    parsed, _ = read("mt940", FILES["mt940"][1])
    assert [(line.amount_fen, line.kind) for line in parsed.lines[2:]] == [(-550, "returned"), (700, "returned")]


@pytest.mark.parametrize(("name", "old", "new", "total"), [
    ("camt053", b"5987.50", b"5987.51", "closing_fen"), ("camt053", b"<NbOfNtries>2", b"<NbOfNtries>3", "in_lines"),
    ("camt053", b"<Sum>15.50", b"<Sum>15.05", "out_fen"), ("mt940", b"CNY5991,50", b"CNY5991,40", "closing_fen"),
])
def test_a_total_that_does_not_tie_is_told(name: str, old: bytes, new: bytes, total: str) -> None:
    data = FILES[name][1]
    assert old in data
    parsed, _ = read(name, data.replace(old, new, 1))
    assert total in [check.name for check in parsed.totals if not check.ties]


@pytest.mark.parametrize(("old", "new", "row", "code"), [
    (b">5000.00<", b">5,000.00<", 1, "not_a_number"), (b"<CdtDbtInd>DBIT", b"<CdtDbtInd>X", 3, "line_unreadable"),
    (b">10.00<", b">10.005<", 3, "not_a_number"), (b"2026-11-02T23:10", b"2026-13-02T23:10", 2, "line_unreadable"),
])
def test_an_entry_that_cannot_be_read_is_named(old: bytes, new: bytes, row: int, code: str) -> None:
    data = FILES["camt053"][1]
    head, entries = data.split(b"</TxsSummry>")
    _, faults = read("camt053", head + b"</TxsSummry>" + entries.replace(old, new, 1))
    assert [(at, error.code) for at, error in faults] == [(row, code)]


def test_entities_and_document_types_are_refused() -> None:
    hostile = FILES["camt053"][1].replace(
        b"<Document", b'<!DOCTYPE lol [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><Document', 1)
    parsed, faults = read("camt053", hostile)
    assert (parsed.lines, [error.code for _, error in faults]) == ([], ["broken_statement"])


def test_an_entry_that_is_not_the_statements_own_is_refused() -> None:
    data = FILES["camt053"][1]
    for old, new in ((b"</TxsSummry>", b"<X></TxsSummry>"), (b"<Sts><Cd>BOOK", b"<Ntry></Ntry><Sts><Cd>BOOK")):
        parsed, faults = read("camt053", data.replace(old, new, 1))
        assert (parsed.lines, [error.code for _, error in faults]) == ([], ["broken_statement"])
    inside = data.replace(b"<Ntry>", b"<Part><Ntry>").replace(b"</Ntry>", b"</Ntry></Part>")
    parsed, faults = read("camt053", inside)
    assert (parsed.lines, [error.code for _, error in faults]) == ([], ["broken_statement"])


@pytest.mark.parametrize(("name", "old", "new"), [
    ("camt053", b"</Stmt>", b"</Stmt><Stmt><Acct><Id><IBAN>OTHER</IBAN></Id></Acct></Stmt>"),
    ("mt940", b"\n-\n", b"\n-\n:20:X\n:25:OTHER\n:60F:C261102CNY1,00\n:62F:C261102CNY1,00\n-\n"),
])
def test_several_accounts_are_refused(name: str, old: bytes, new: bytes) -> None:
    _, faults = read(name, FILES[name][1].replace(old, new))
    assert [error.code for _, error in faults] == ["several_accounts"]


def test_a_line_that_the_library_leaves_out_is_a_fault() -> None:
    _, faults = read("mt940", FILES["mt940"][1].replace(b":61:2611021102D10,00", b":61:26110D10,00"))
    assert [error.code for _, error in faults] == ["broken_statement"]


@pytest.mark.parametrize(("text", "currency", "units"), [
    ("12.30", "EUR", 1230), ("12", "JPY", 12), ("1.234", "KWD", 1234)])
def test_smallest_units(text: str, currency: str, units: int) -> None:
    assert smallest_units(text, currency) == units


@each_format
@given(data=st.data())
def test_changed_bytes_neither_crash_nor_make_money(name: str, data: st.DataObject) -> None:
    original = FILES[name][1]
    at = data.draw(st.integers(0, len(original) - 1))
    until = data.draw(st.integers(at, min(len(original), at + 40)))
    changed = original[:at] + data.draw(st.binary(max_size=12)) + original[until:]
    parsed, _ = read(name, changed)
    text = changed.decode("latin-1").replace(",", ".")
    for line in parsed.lines:
        assert f"{abs(line.amount_fen) / 100:.2f}".rstrip("0").rstrip(".") in text
