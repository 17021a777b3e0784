"""CSV and XLSX as tables of text, both ways. Pure; knows nothing of catalogues.

`read` turns bytes into `(sheets, problems)`. What people upload may be damaged, huge or hostile: everything is
bounded before it is unpacked, formulas are never worked out, and nothing outside of the file is opened.
"""

import csv
import io
import math
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from ..repack import FileRefused, repacked
from ..table_errors import (
    BrokenCsv,
    BrokenWorkbook,
    CellTooLong,
    ErrorCell,
    FormulaCell,
    OldWorkbook,
    TooManyColumns,
    TooManyRows,
    UnreadableText,
)
from ..text_files import decoded
from .table_errors import Problem

MAX_ROWS = 5000
MAX_LINES = 20_000          # empty lines count here: a sheet can have a million of them in a few bytes
MAX_COLUMNS = 60
MAX_CELL = 4000
MAX_SHEETS = 20
MAX_PROBLEMS = 500
# What spreadsheets take for the start of a formula. The apostrophe is the escape itself.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "'")
BOM = "\ufeff"

Cell = str | int | Decimal | date | None


@dataclass(frozen=True)
class Line:
    """One row that is not empty: its number in the file (from 1) and its cells, trimmed."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """One table; the first line is its head. A CSV file has one, without a name."""

    name: str
    lines: tuple[Line, ...]


def read(data: bytes) -> tuple[list[Sheet], list[Problem]]:
    """The tables in a file, told apart by content."""
    problems: list[Problem] = []
    if data.startswith(b"PK"):
        return _workbook(data, problems), problems
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return [], [Problem(0, "", OldWorkbook())]
    text = decoded(data)
    if text is None:
        return [], [Problem(0, "", UnreadableText())]
    return [Sheet("", tuple(_lines(_csv_records(text, problems), problems)))], problems


def escaped(text: str) -> str:
    """The same text, which no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def unescaped(text: str) -> str:
    """What `escaped` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


Record = tuple[int, Sequence[Any]]


def _csv_records(text: str, problems: list[Problem]) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(begins, "", CellTooLong(limit=MAX_CELL) if "limit" in str(error) else BrokenCsv()))


def _workbook(data: bytes, problems: list[Problem]) -> list[Sheet]:
    sheets: list[Sheet] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")         # openpyxl warns of decorations that it leaves out
            book = load_workbook(repacked(data), read_only=True, keep_links=False)
            for sheet in book.worksheets[:MAX_SHEETS]:
                sheet.reset_dimensions()            # what the file says of its own size need not be so
                rows = enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), 1)
                found: list[Problem] = []
                sheets.append(Sheet(sheet.title, tuple(_lines(rows, found))))
                problems += [replace(problem, sheet=sheet.title) for problem in found]
            book.close()
    except FileRefused as refused:
        return _only(problems, Problem(0, "", refused.error))
    except Exception:       # the reader of a damaged workbook raises whatever it stumbles over
        return _only(problems, Problem(0, "", BrokenWorkbook()))
    return sheets


def _only(problems: list[Problem], problem: Problem) -> list[Sheet]:
    problems[:] = [problem]
    return []


def _lines(records: Iterable[Record], problems: list[Problem]) -> Iterator[Line]:
    """The lines that are not empty, within the limits; stops where a limit is passed."""
    head: tuple[str, ...] | None = None
    count = 0
    for number, raw in records:
        count += any(_filled(cell) for cell in raw)
        if number > MAX_LINES or count > MAX_ROWS + 1:
            problems.append(Problem(number, "", TooManyRows(limit=MAX_ROWS)))
            return
        if len(raw) > MAX_COLUMNS and any(_filled(cell) for cell in raw[MAX_COLUMNS:]):
            problems.append(Problem(number, "", TooManyColumns(limit=MAX_COLUMNS)))
            return
        cells = []
        for place, cell in enumerate(raw[:MAX_COLUMNS]):
            column = head[place] if head and place < len(head) else get_column_letter(place + 1)
            cells.append(_text(cell, number, column, problems))
        if len(problems) >= MAX_PROBLEMS:
            return
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            head = head or tuple(cells)
            yield Line(number, tuple(cells))


def _filled(cell: Any) -> bool:
    value = cell if isinstance(cell, str) else cell.value
    return value is not None and value != ""


def _text(cell: Any, line: int, column: str, problems: list[Problem]) -> str:
    """A cell as text. `cell` is text (CSV) or openpyxl's."""
    if isinstance(cell, str):
        text = cell
    elif cell.data_type == "f":
        problems.append(Problem(line, column, FormulaCell()))
        return ""
    elif cell.data_type == "e":
        problems.append(Problem(line, column, ErrorCell(text=str(cell.value)[:20])))
        return ""
    else:
        text = _written(cell.value)
    if len(text) > MAX_CELL:
        problems.append(Problem(line, column, CellTooLong(limit=MAX_CELL)))
        return ""
    return unescaped(text.replace("\r\n", "\n").replace("\r", "\n").strip())


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return str(int(value))
    # repr of a float is the shortest text that reads back as the same number: 0.1 is "0.1".
    return repr(value) if isinstance(value, float) else str(value)


def write_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with BOM and CRLF, as spreadsheets like it; dates as 2026-04-15."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(head)
    for row in rows:
        writer.writerow([escaped(cell) if isinstance(cell, str) else "" if cell is None else str(cell)
                         for cell in row])
    return (BOM + out.getvalue()).encode()


def write_xlsx(tables: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]]) -> bytes:
    """A workbook with a sheet for each (name, head, rows): typed cells, the head kept in view."""
    book = Workbook(write_only=True)
    for name, head, rows in tables:
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        titles = [WriteOnlyCell(sheet, value=title) for title in head]
        for title in titles:
            title.font = Font(bold=True)
        sheet.append(titles)
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Cell) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", escaped(value)))
    cell.data_type = "s"        # text stays text, whatever it starts with
    return cell
