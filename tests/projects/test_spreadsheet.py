"""Tables as bytes: what spreadsheets write is read, what attacks is refused within bounds."""

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from charityledger.projects import catalogue_rows, spreadsheet
from charityledger.projects.catalogue_rows import PROJECTS
from charityledger.projects.spreadsheet import escaped, read, unescaped, write_csv, write_xlsx

pytestmark = pytest.mark.one_database
FIXTURES = Path(__file__).parent / "fixtures"
MIB = 1024 * 1024


def told(data: bytes) -> str:
    """What a file gives, as a golden file keeps it: values, then problems with line, column, code and facts."""
    sheets, problems = read(data)
    tables, more = catalogue_rows.parse(sheets) if not problems else (catalogue_rows.Tables(), [])
    rows = [[row.line, row.values] for row in (*(tables.projects or []), *(tables.items or []))]
    faults = [[p.line, p.column, p.code, {name: str(fact) for name, fact in p.error.facts.items()}]
              for p in (*problems, *more)]
    listed = [",\n  ".join(json.dumps(entry, ensure_ascii=False, default=str) for entry in part)
              for part in (rows, faults)]
    return f'{{"rows": [\n  {listed[0]}],\n "problems": [\n  {listed[1]}]}}\n'


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.glob("*.csv")))
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name.removesuffix('.csv')}.expected.json", told((FIXTURES / name).read_bytes()))


def codes(data: bytes) -> list[tuple[int, str]]:
    sheets, problems = read(data)
    return [(p.line, p.code) for p in problems or catalogue_rows.parse(sheets)[1]]


@pytest.mark.parametrize(("data", "expected"), [
    (b"", [(0, "unknown_table")]),
    ("姓名,电话\n".encode(), [(0, "unknown_table")]),
    (b"\xff\xfe\x00\xd8", [(0, "unreadable_text")]),
    (b"a\0b", [(0, "unreadable_text")]),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", [(0, "old_workbook")]),
    (b"PK\x03\x04 and no more", [(0, "broken_workbook")]),
    (b'sub_code,sub_zh\n"BM01-1,x\n', [(2, "broken_csv")]),
    (b'sub_code,sub_zh\n"BM01-1"x,y\n', [(2, "broken_csv")]),
    (b"sub_code,sub_zh\nx," + b"y" * 200_000, [(2, "cell_too_long")]),
    (b"sub_code,sub_zh\nx," + b"y" * 4001, [(2, "cell_too_long")]),
    (b"," * 60 + b"x", [(1, "too_many_columns")]),
    (b"sub_code,sub_zh\n" + b"a,b\n" * 5001, [(5002, "too_many_rows")]),
    (b"sub_code,sub_zh\n" + b"\n" * 3_000_000, [(20_001, "too_many_rows")]),
])
def test_what_cannot_be_read(data: bytes, expected: list[tuple[int, str]]) -> None:
    assert codes(data) == expected


def test_a_missing_column_is_named_once_with_the_line_of_the_head() -> None:
    assert codes(b"\n\nsub_code,line\nBM01-1,1\n") == [(3, "missing_column")] * 8


def test_lines_are_counted_as_in_the_file() -> None:
    sheets, _problems = read(b'a,b\n"one\ntwo",1\n\n,\nlast,2\n')
    assert [(line.number, line.cells) for line in sheets[0].lines] == [
        (1, ("a", "b")), (2, ("one\ntwo", "1")), (6, ("last", "2"))]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "＝", "'", "'=", "''"])
def test_nothing_that_we_write_is_a_formula(start: str) -> None:
    text = start + "HYPERLINK(1)"
    assert escaped(text).startswith("'")
    assert unescaped(escaped(text)) == text
    assert f"\n'{start}".encode() in write_csv(["a"], [[text]]).replace(b'"', b"")
    sheet = load_workbook(io.BytesIO(write_xlsx([("t", ["a"], [[text]])]))).active
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value == "'" + text


@pytest.mark.parametrize("write", [write_csv, lambda head, rows: write_xlsx([("t", head, rows)])])
def test_values_of_every_kind_come_back(write: Callable[..., bytes]) -> None:
    rows = [["=1", 0, Decimal("120.05"), date(2026, 4, 15), None, "二\n行"], ["x", 10**12, 7, None, "", "0"]]
    sheets, problems = read(write(list("abcdef"), rows))
    assert problems == []
    assert [line.cells for line in sheets[0].lines[1:]] == [
        ("=1", "0", "120.05", "2026-04-15", "", "二\n行"), ("x", "1000000000000", "7", "", "", "0")]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8),
                         min_size=3, max_size=3), max_size=5))
def test_text_comes_back_exactly(rows: list[list[str]]) -> None:
    wanted = [tuple(cell.strip() for cell in row) for row in rows]
    for data in (write_csv("abc", wanted), write_xlsx([("t", "abc", wanted)])):
        sheets, problems = read(data)
        assert problems == []
        back = [line.cells + ("",) * (3 - len(line.cells)) for line in sheets[0].lines[1:]]
        assert back == [row for row in wanted if any(row)]


def workbook(*cells: object) -> bytes:
    book = Workbook()
    book.active.append(["sub_code", "line", *"abc"])
    book.active.append(list(cells))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_formulas_and_errors_are_problems_not_values() -> None:
    assert [(p.line, p.column, p.code) for p in read(workbook("=1+1", "=WEBSERVICE(A1)", "#REF!"))[1]] == [
        (2, "sub_code", "formula_cell"), (2, "line", "formula_cell"), (2, "a", "error_cell")]


def repacked(data: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """The archive with members changed or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in more.items():
            new.writestr(name, content)
    return out.getvalue()


def test_a_sheet_may_lie_about_its_size() -> None:
    for lie in (b"A1:XFD1048576", b"A1"):
        data = repacked(workbook("x", 1, 2.0, 0.1, True), lambda name, content, lie=lie: content.replace(b"A1:E2", lie))
        assert read(data)[0][0].lines[1].cells == ("x", "1", "2", "0.1", "True")


def test_more_empty_rows_than_anybody_needs() -> None:
    rows = b"".join(b'<row r="%d"/>' % n for n in range(3, 21_000))
    data = repacked(workbook("x"), lambda name, content: content.replace(b"</sheetData>", rows + b"</sheetData>"))
    assert codes(data) == [(20_001, "too_many_rows")]
    far = repacked(workbook("x"), lambda name, content: content.replace(
        b"</sheetData>", b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'))
    assert codes(far) == [(20_001, "too_many_rows")]


def bomb(size: int) -> bytes:
    return repacked(workbook("x"), lambda name, content: b" " * size if name == "xl/styles.xml" else content)


def lying_bomb(size: int) -> bytes:
    """Says 100 bytes in both headers and unfolds into `size`."""
    data = bytearray(bomb(size))
    claimed, real = (100).to_bytes(4, "little"), size.to_bytes(4, "little")
    return bytes(data).replace(real, claimed)


@pytest.mark.parametrize("data", [bomb(200 * MIB), lying_bomb(200 * MIB)], ids=["honest", "lying"])
def test_what_unfolds_is_refused_within_bounds(data: bytes) -> None:
    assert len(data) < MIB
    tracemalloc.start()
    try:
        assert codes(data)[0][1] in ("table_too_large", "broken_workbook")
        assert tracemalloc.get_traced_memory()[1] < 64 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(encoding: str) -> None:
    attack = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa">]><workbook>&a;</workbook>'.encode(encoding)
    data = repacked(workbook("x"), lambda name, content: attack if name == "xl/workbook.xml" else content)
    assert codes(data) == [(0, "broken_workbook")]


def test_too_many_members() -> None:
    assert codes(repacked(workbook("x"), lambda name, content: content,
                          **{f"m{n}": b"" for n in range(600)})) == [(0, "table_too_large")]


def test_a_sheet_of_notes_is_left_alone() -> None:
    head = [column.name for column in PROJECTS]
    sheets, problems = read(write_xlsx([("说明", ["怎么填"], [["先看这里"]]), ("projects", head, [])]))
    tables, more = catalogue_rows.parse(sheets)
    assert (problems, more, tables.projects, tables.items) == ([], [], [], None)
    assert codes(write_xlsx([("a", head, []), ("b", head, [])])) == [(1, "table_twice")]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode)
       | st.text(alphabet=",\"\n'=sub_codezhline1", max_size=200).map(lambda text: f"sub_code,sub_zh\n{text}".encode()))
def test_any_bytes_give_rows_or_problems(data: bytes) -> None:
    told(data)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_workbook_gives_rows_or_problems(damage: list[tuple[int, int]]) -> None:
    data = bytearray(SOUND)
    for place, byte in damage:
        data[place % len(data)] = byte
    told(bytes(data))


SOUND = workbook("BM01-1", 1, "x", 2.5)


def test_limits_are_ours_not_the_library_s() -> None:
    assert spreadsheet.MAX_CELL < 131_072     # csv's own limit stands behind ours
