"""Damaged, truncated, huge, wrongly encoded and hostile files: a clear error within bounds, and never half a file."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
import xlwt
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from charityledger.reconciliation.importers import File, read, read_all, read_files
from charityledger.reconciliation.importers.limits import MAX_FILE_BYTES, MAX_ROWS
from charityledger.reconciliation.importers.table import tables
from charityledger.reconciliation.importers.workbook import MAX_SHEET_ROWS
from tests.reconciliation.importers.samples import as_csv, rows, sample

MIB = 1024 * 1024
ICBC = "对方账号,交易时间,借贷标志,对方单位,对方行号,用途,摘要,附言,发生额,余额,币种\n".encode()
LINE = b"1202,2026-11-04 08:00:00,\xe8\xb4\xb7,x,,,,,100.00,15389.40,CNY\n"


def codes(data: bytes, wanted: str = "") -> list[tuple[int, str]]:
    return [(row, error.code) for row, error in read(data, wanted)[1]]


@pytest.mark.parametrize("year", ["1926", "1999", "2101"])
def test_a_line_of_another_century_is_a_fault_of_its_row(year: str) -> None:
    assert codes(ICBC + LINE.replace(b"2026-11", f"{year}-11".encode())) == [(2, "day_outside")]
    assert codes(ICBC + LINE.replace(b"2026-11", b"2000-11")) == []


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for info in given.infolist():
            made.writestr(info.filename, change(info.filename, given.read(info)))
    return out.getvalue()


def workbook(*sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, table in enumerate(sheets):
        sheet = book.create_sheet(f"表{number}")
        for row in table:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def statement() -> list[list[object]]:
    return [list(cells) for _, cells in rows(sample("icbc-corporate-v3.xlsx"))]


def old_workbook(cells: dict[tuple[int, int], object], table: list[list[object]] | None = None) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for row, values in enumerate(table or []):
        for column, value in enumerate(values):
            sheet.write(row, column, value)
    for (row, column), value in cells.items():
        sheet.write(row, column, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(("data", "expected"), [
    (b"", [(0, "layout_unknown")]),
    (b"a,b\n1,2\n", [(0, "layout_unknown")]),
    ("姓名,电话,备注\n张三,1,2\n".encode(), [(0, "layout_unknown")]),
    (b"\xff\xff\xff\xff\x80", [(0, "statement_not_text")]),
    (ICBC + b"a\0b", [(2, "damaged_text")]),
    (b"a\0b", [(0, "statement_not_text")]),
    (b"\xff\xfe\x00\xd8", [(0, "statement_not_text")]),
    (ICBC + LINE + "张".encode()[:2], [(3, "damaged_text")]),
    (ICBC + b"\xff" + LINE, [(2, "damaged_text")]),
    (b"\xd0\xcf\x11\xe0 broken", [(0, "statement_broken")]),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, [(0, "statement_broken")]),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600, [(0, "statement_broken")]),
    (b"PK\x03\x04broken", [(0, "statement_broken")]),
    (ICBC + b'"1202,2026', [(2, "broken_csv")]),
    (ICBC + b'"1202"x,2026\n', [(2, "broken_csv")]),
    (ICBC + b"x" * 300_000, [(2, "record_too_long")]),
    (ICBC + b'"' + b"x\n" * 300_000, [(2, "record_too_long")]),
    (ICBC + b'"\n",' * 300_000, [(2, "record_too_long")]),
    (ICBC + b"1" * 5000 + LINE, [(2, "cell_too_long")]),
    (b"," * 100 + b"x", [(1, "too_many_columns")]),
    (ICBC + b"\n" * 3_000_000, [(MAX_ROWS + 1, "too_many_rows")]),
    (ICBC + b"1202,2026-11-04 08:0", [(2, "row_cut_short")]),
    (ICBC + LINE[:-24], [(2, "row_cut_short")]),
    (ICBC + LINE.replace(b"CNY", b"CNY,extra"), [(2, "extra_cells")]),
    (ICBC + LINE.replace(b"100.00", b"1.005"), [(2, "too_many_decimals")]),
    (ICBC + LINE.replace(b"100.00", b'"1,5"'), [(2, "ambiguous_amount")]),
    (ICBC + LINE.replace(b"100.00", b"=100"), [(2, "not_a_number")]),
    (ICBC + LINE.replace(b"100.00", b""), [(2, "amount_absent")]),
    (ICBC + LINE.replace(b"2026-11", b"2026-13"), [(2, "moment_unreadable")]),
    (ICBC + LINE.replace(b"\xe8\xb4\xb7", b"?"), [(2, "direction_unreadable")]),
    (ICBC + LINE.replace(b"CNY", "金币".encode()), [(2, "unknown_currency")]),
    (ICBC + "合计,,,,,,,,,,\n".encode() + LINE.replace(b"2026", b"x"), [(3, "moment_unreadable")]),
])
def test_text_that_is_no_statement(data: bytes, expected: list[tuple[int, str]]) -> None:
    assert codes(data) == expected


def test_a_file_of_200_mb_is_refused_at_once() -> None:
    assert codes(bytes(200 * MIB)) == [(0, "statement_too_large")]


def test_faults_come_to_an_end() -> None:
    assert len(codes(ICBC + LINE.replace(b"100.00", b"x") * 5000)) == 500


def test_lines_of_several_accounts_are_refused() -> None:
    table = [[*cells] for _, cells in rows(sample("icbc-v1.gbk.csv"))]
    table[-1][1] = "3300000000000000002"
    assert codes(as_csv(table)) == [(len(table), "several_accounts")]


def test_directions_the_wrong_way_round_are_found_by_the_balances() -> None:
    text = sample("icbc-v1.gbk.csv").decode("gb18030").replace("借方发生额", "x").replace(
        "贷方发生额", "借方发生额").replace("x", "贷方发生额")
    assert codes(text.encode()) == [(4, "directions_reversed")]


# Archives

def test_a_zip_bomb() -> None:
    tracemalloc.start()
    assert codes(archive(a_csv=bytes(MAX_FILE_BYTES + 1))) == [(0, "statement_too_large")]
    assert tracemalloc.get_traced_memory()[1] < 4 * MAX_FILE_BYTES
    tracemalloc.stop()


def test_a_workbook_that_unfolds_without_end() -> None:
    data = repacked(workbook(statement()), lambda name, content: content + b" " * (MAX_FILE_BYTES + 1)
                    if name.startswith("xl/worksheets/") else content)
    assert len(data) < MIB
    assert codes(data) == [(0, "statement_too_large")]


@pytest.mark.parametrize(("data", "code"), [
    (archive(a_pdf=b"x"), "no_statement_inside"), (archive(a_zip=b"x"), "no_statement_inside"),
    (archive(a_csv=archive(b_csv=ICBC + LINE)), "no_statement_inside"),
    (archive(**{f"n{n}_csv": ICBC for n in range(60)}), "too_many_members"),
    (archive(a_csv=ICBC + LINE)[:-30], "statement_broken"),
])
def test_archives_that_hold_no_statement(data: bytes, code: str) -> None:
    assert codes(data) == [(0, code)]


def test_an_archive_with_a_password() -> None:
    data = bytearray(archive(a_csv=ICBC + LINE))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    assert codes(bytes(data)) == [(0, "locked_archive")]


def test_a_member_with_another_compression_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as made:
        made.writestr("a.csv", ICBC + LINE)
    assert codes(out.getvalue()) == [(0, "statement_broken")]


def test_every_statement_of_an_archive_is_read_for_itself() -> None:
    data = archive(b__one_csv=ICBC + LINE, b__two_csv=ICBC + LINE * 2, b__three_csv=b"\xff\xff\xff\xff\x80",
                   b__汇总_csv=b"x")
    assert codes(data) == [(0, "statement_not_text")]
    found = [(file.name, file.parsed and len(file.parsed.lines), [error.code for _, error in file.faults])
             for file in read_files(data)]
    assert found == [("b/one.csv", 1, []), ("b/two.csv", 2, []), ("b/three.csv", None, ["statement_not_text"])]
    assert codes(archive(a_csv=ICBC + LINE, b_csv=ICBC + LINE)) == [(0, "several_statements")]
    assert len(read_all(archive(a_csv=ICBC + LINE, b_csv=ICBC + LINE))) == 2


def test_names_in_an_archive_are_gbk_without_saying_so() -> None:
    assert read_files(sample("alipay-merchant-trade.zip"))[0].name == "20880000000000000156_20261101_业务明细.csv"


# Workbooks

def test_a_million_empty_rows() -> None:
    empty = b"".join(b'<row r="%d"/>' % row for row in range(100, 1_000_100))
    data = repacked(workbook(statement()), lambda name, content: content.replace(
        b"</sheetData>", empty + b"</sheetData>"))
    assert len(data) < 4 * MIB
    assert codes(data) == [(MAX_SHEET_ROWS + 1, "too_many_rows")]


def test_a_cell_in_the_last_corner_builds_no_table_of_that_size() -> None:
    corner = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    data = repacked(workbook(statement()), lambda name, content: content.replace(
        b"</sheetData>", corner + b"</sheetData>"))
    tracemalloc.start()
    assert codes(data) == [(MAX_SHEET_ROWS + 1, "too_many_rows")]
    assert tracemalloc.get_traced_memory()[1] < 20 * MIB
    tracemalloc.stop()
    wide = repacked(workbook(statement()), lambda name, content: content.replace(
        b"</sheetData>", b'<row r="9"><c r="XFD9"><v>1</v></c></row></sheetData>'))
    # Beyond the last column that is read; what is left of the row is nothing.
    assert codes(wide) == []


@pytest.mark.parametrize("attack", [b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'>"])
def test_entities_in_a_workbook_are_refused(attack: bytes) -> None:
    data = repacked(workbook(statement()), lambda name, content: content.replace(
        b"<worksheet", attack + b"<worksheet", 1) if name.startswith("xl/worksheets/") else content)
    assert codes(data) == [(0, "statement_broken")]


def test_formulas_are_never_worked_out() -> None:
    table = statement()
    table[2][-1] = "=1+99"
    assert codes(workbook(table)) == [(3, "statement_formula")]
    parsed, _ = read(workbook(table))
    assert parsed is not None
    assert [line.row for line in parsed.lines] == [4]


def test_error_cells_are_faults() -> None:
    table = statement()
    table[2][-1] = "#REF!"
    assert codes(workbook(table)) == [(3, "error_cell")]


def test_one_text_that_fills_every_cell_is_counted_each_time() -> None:
    table: list[list[object]] = [*statement(), *[["字" * 3900] * 10 for _ in range(1800)]]
    assert codes(workbook(table))[-1][1] == "statement_too_large"


def test_numbers_of_a_workbook_are_read_through_their_text() -> None:
    table = statement()
    head = table[1]
    place = head.index("余额")
    table[2][place], table[3][place] = 0.1 + 0.2 + 1000, "￥950.30"
    parsed, faults = read(workbook(table))
    assert faults == []
    assert parsed is not None
    assert [line.balance_fen for line in parsed.lines] == [100030, 95030]


def test_every_sheet_with_a_statement_is_read_and_another_table_is_told() -> None:
    notes: list[list[object]] = [["说明"], ["本表仅供参考"]]
    other: list[list[object]] = [["甲", "乙", "丙", "丁"], ["1", "2", "3", "4"]]
    assert codes(workbook(statement(), notes, [])) == []
    assert codes(workbook(statement(), other)) == [(0, "unread_sheet")]
    assert codes(workbook(statement(), statement())) == [(0, "several_statements")]


# XLS

def test_an_xls_file_is_read_as_another_reader_reads_it() -> None:
    for name in ("ccb-corporate.xls", "citic.xls"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(sample(name)))
        table = book.get_sheet_by_name(book.sheet_names[0]).to_python()
        other = [[value for value in row if value != ""] for row in table]
        ours = [[cell for cell in cells if cell] for _, cells in rows(sample(name))]
        assert [len(row) for row in ours] == [len(row) for row in other]
        for mine, theirs in zip(ours, other, strict=True):
            for cell, value in zip(mine, theirs, strict=True):
                if isinstance(value, float):
                    assert float(cell) == value
                elif isinstance(value, str):
                    assert cell == value


def test_numbers_texts_and_dates_of_xls() -> None:
    data = old_workbook({(0, 0): 28.16, (0, 1): 100, (0, 2): -0.5, (0, 3): "捐" * 300, (0, 4): 1234567.89, (0, 5): True,
                         (0, 6): 33050000000000000001, (0, 8): 1e-5})
    assert rows(data) == [(1, ["28.16", "100", "-0.5", "捐" * 300, "1234567.89", "True",
                               "33050000000000000000", "", "0.00001"])]


def test_shared_texts_that_run_over_several_records() -> None:
    """A record holds 8,224 bytes; texts are cut anywhere."""
    texts = [("甲乙丙丁"[n % 4] if n % 3 else "abcd"[n % 4]) * (n % 90 + 1) + str(n) for n in range(900)]
    data = old_workbook({(n, 0): text for n, text in enumerate(texts)})
    assert [cells[0] for _, cells in rows(data)] == texts


def test_formulas_in_xls() -> None:
    table = [list(cells) for _, cells in rows(sample("ccb-corporate.xls"))]
    table[1][4] = xlwt.Formula("1+1")
    assert codes(old_workbook({}, table)) == [(2, "statement_formula")]


def test_a_cell_in_the_last_corner_of_xls() -> None:
    table = [list(cells) for _, cells in rows(sample("ccb-corporate.xls"))]
    tracemalloc.start()
    assert codes(old_workbook({(65535, 255): "x"}, table)) == [(65536, "too_many_columns")]
    assert tracemalloc.get_traced_memory()[1] < 20 * MIB
    tracemalloc.stop()


def test_an_xls_with_a_password() -> None:
    data = sample("ccb-corporate.xls")
    # The first record of the stream is BOF; what follows is overwritten with FILEPASS.
    at = data.index(struct.pack("<HHH", 0x0809, 16, 0x0600)) + 20
    locked = data[:at] + struct.pack("<H", 0x002F) + data[at + 2:]
    assert codes(locked) == [(0, "locked_workbook")]


def test_sectors_that_run_in_a_circle() -> None:
    data = bytearray(sample("ccb-corporate.xls"))
    table = int.from_bytes(data[76:80], "little")
    start = (table + 1) * 512
    for place in range(128):       # each sector leads to the first
        data[start + 4 * place:start + 4 * place + 4] = (0).to_bytes(4, "little")
    assert codes(bytes(data)) == [(0, "statement_broken")]


def test_html_that_calls_itself_xls_stays_bounded() -> None:
    assert codes(b"<table>" + b"<td" * 2_000_000) == [(0, "layout_unknown")]
    assert codes(b"<table><tr>" + b"<td>x</td>" * 200 + b"</tr></table>") == [(1, "too_many_columns")]
    assert [table.name for table in tables(sample("bank-html.xls"), "x.xls")] == ["x.xls"]


def test_a_large_file_takes_little_memory() -> None:
    """Cells as they are in the file are packed; without that a line takes more than twice as much."""
    many = 20_000
    data = ICBC + b"".join(
        b"1202%015d,2026-11-04 08:00:00,\xe8\xb4\xb7,\xe5\xbc\xa0%d,,,,\xe6\x8d\x909%09d,100.00,%d.00,CNY\n"
        % (n, n % 500, n, 100 * n + 100) for n in range(many))
    tracemalloc.start()
    parsed, faults = read(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert faults == []
    assert parsed is not None
    assert len(parsed.lines) == many
    assert parsed.ties
    assert peak / many < 750


def test_nothing_is_half_read() -> None:
    """A file that ends in an error says so, whatever was read before it."""
    files: list[File] = read_files(ICBC + LINE * 3 + b'"')
    assert [error.code for _, error in files[0].faults] == ["broken_csv"]
