"""Statement files as rows of text, told apart by content and bounded before they are unpacked. Pure.

Names lie: an OLE workbook comes as .csv and GBK text as .xls. Formulas are never worked out, nothing outside of the
file is opened, and what a workbook says of its own size is not believed.
"""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from .errors import StatementBroken, StatementNotText, StatementTooLarge

MAX_BYTES = 64 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_XLS_BYTES = 32 * 1024 * 1024
MAX_ROWS = 400_000
MAX_EMPTY_ROWS = 1000       # in a stretch: what follows so many is no table any more
MAX_COLUMNS = 80
MAX_CELL = 4000
MAX_MEMBERS = 50
FORMULA = "=?"              # stands for a formula, whose value nobody knows

Row = tuple[int, list[str]]
_QUOTED = re.compile(r'="([^"]*)"')
_STATEMENT = re.compile(r"\.(csv|txt|xls|xlsx)$", re.IGNORECASE)


def rows(data: bytes) -> Iterator[Row]:
    """(row number from 1, its cells), empty rows left out. Raises StatementTooLarge, StatementBroken or
    StatementNotText, from the first row on."""
    if len(data) > MAX_BYTES:
        raise StatementTooLarge(limit=f"{MAX_BYTES // 1024 // 1024} MiB")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        found = _old_workbook(data)
    elif data.startswith(b"PK"):
        found = _workbook(data)
    else:
        found = _text(data)
    return _bounded(found)


def members(data: bytes) -> list[bytes] | None:
    """The statement files inside an archive (Alipay's have names in GBK without saying so); None for anything else."""
    if not data.startswith(b"PK") or len(data) > MAX_BYTES:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [info for info in archive.infolist() if _STATEMENT.search(info.filename)]
            if any(info.filename == "xl/workbook.xml" for info in archive.infolist()) or not names:
                return None
            if len(names) > MAX_MEMBERS:
                raise StatementTooLarge(limit=f"{MAX_MEMBERS}")
            return [_unpacked(archive, info, MAX_BYTES) for info in names]
    except StatementTooLarge:
        raise
    except Exception:       # damaged archives raise many things: zlib.error, struct.error, NotImplementedError…
        raise StatementBroken() from None


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    """A member unpacked in small steps: what it says of its size need not be so."""
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise StatementBroken()
    content = bytearray()
    with archive.open(info) as member:
        while step := member.read(64 * 1024):
            content += step
            if len(content) > most:
                raise StatementTooLarge(limit=f"{most // 1024 // 1024} MiB")
    return bytes(content)


def _bounded(found: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    empty = 0
    for number, cells in found:
        if number > MAX_ROWS:
            raise StatementTooLarge(limit=f"{MAX_ROWS}")
        if not any(cells):
            empty += 1
            if empty > MAX_EMPTY_ROWS:
                return
            continue
        empty = 0
        while not cells[-1]:
            cells.pop()
        if len(cells) > MAX_COLUMNS or max(map(len, cells)) > MAX_CELL:
            raise StatementTooLarge(limit=f"{MAX_COLUMNS} × {MAX_CELL}")
        yield number, cells


def decoded(data: bytes) -> str:
    """The text of a file as banks write it. Raises StatementNotText."""
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise StatementNotText()


def _text(data: bytes) -> Iterator[Row]:
    text = decoded(data)
    lines = text.splitlines()
    tabs = sum(line.count("\t") for line in lines[:40])
    # Alipay ends ids with a TAB in a file of commas.
    delimiter = "\t" if tabs > sum(line.count(",") for line in lines[:40]) else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    try:
        for cells in reader:
            yield before + 1, [plain(cell) for cell in cells]
            before = reader.line_num
    except csv.Error:
        raise StatementTooLarge(limit=f"{MAX_CELL}") from None


def plain(cell: str) -> str:
    """A cell without what exports put around it: blanks, TABs, a backtick in front, `="…"`."""
    cell = cell.strip()
    if cell.startswith("`"):
        return cell[1:].strip()
    quoted = _QUOTED.fullmatch(cell)
    return quoted[1].strip() if quoted else cell


def _workbook(data: bytes) -> Iterator[Row]:
    """Streamed row by row; every sheet, one after the other."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if sum(info.file_size for info in infos) > MAX_UNPACKED:
                raise StatementTooLarge(limit=f"{MAX_UNPACKED // 1024 // 1024} MiB")
            for info in infos:
                if info.filename.endswith((".xml", ".rels")):
                    _no_entities(_unpacked(archive, info, MAX_UNPACKED))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")         # openpyxl warns of decorations that it leaves out
            book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            number = 0
            for sheet in book.worksheets:
                sheet.reset_dimensions()            # what the file says of its own size need not be so
                for cells in sheet.iter_rows(max_col=MAX_COLUMNS + 1):
                    number += 1
                    yield number, [_cell(cell) for cell in cells]
            book.close()
    except StatementTooLarge:
        raise
    except Exception:       # the reader of a damaged workbook raises whatever it stumbles over
        raise StatementBroken() from None


def _no_entities(xml: bytes) -> None:
    head = xml.replace(b"\0", b"")
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise StatementBroken()


def _cell(cell: Any) -> str:
    return FORMULA if getattr(cell, "data_type", "") == "f" else _value(cell.value)


def _old_workbook(data: bytes) -> Iterator[Row]:
    """XLS: its rows and columns are few by nature (65,536 × 256)."""
    if len(data) > MAX_XLS_BYTES:
        raise StatementTooLarge(limit=f"{MAX_XLS_BYTES // 1024 // 1024} MiB")
    number = 0
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            for values in book.get_sheet_by_name(name).iter_rows():
                number += 1
                yield number, [_value(value) for value in values]
    except Exception:       # as above
        raise StatementBroken() from None


def _value(value: object) -> str:
    """A spreadsheet's value as text; numbers through their shortest decimal text, never through binary sums."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.0f}" if value == int(value) and abs(value) < 1e18 else f"{Decimal(repr(value)):f}"
    return plain(str(value))
