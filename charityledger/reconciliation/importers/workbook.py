"""XLSX as rows of cells. Pure.

The workbook is packed anew within limits first (`charityledger.repack`), then read as a stream: what a sheet says of
its own size need not be so, and a cell in its last corner makes no table of that size.
"""

import math
import warnings
from collections.abc import Iterator
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook

from ...errors import CharityLedgerError
from ...repack import FileRefused, repacked
from ...table_errors import ErrorCell, TableTooLarge, TooManyRows
from .errors import Refused, StatementBroken, StatementFormula, StatementTooLarge
from .limits import MAX_COLUMNS, MAX_FILE, MAX_FILE_BYTES
from .lines import Fault
from .text import Row

MAX_SHEETS = 10
MAX_SHEET_ROWS = 150_000     # with cells in them, no more fit into the bytes that may be unfolded


def sheets(data: bytes) -> list[tuple[str, Any]]:
    """(name, sheet for `rows`) of each. Raises Refused, and whatever openpyxl stumbles over in a damaged one."""
    try:
        clean = repacked(data, MAX_FILE_BYTES)
    except FileRefused as refused:
        large = isinstance(refused.error, TableTooLarge)
        raise Refused(0, StatementTooLarge(limit=MAX_FILE) if large else StatementBroken()) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")         # openpyxl warns of decorations that it leaves out
        book = load_workbook(clean, read_only=True, keep_links=False)
        return [(sheet.title, sheet) for sheet in book.worksheets[:MAX_SHEETS]]


def rows(sheet: Any, faults: list[Fault]) -> Iterator[Row]:
    """Rows of text; one with a formula or an error in it goes to `faults` instead."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), 1):
            if number > MAX_SHEET_ROWS:
                raise Refused(number, TooManyRows(limit=MAX_SHEET_ROWS))
            used = len(cells)
            while used and cells[used - 1].value is None:
                used -= 1
            try:
                if used:
                    yield number, [_text(cell) for cell in cells[:used]]
            except CharityLedgerError as error:
                faults.append((number, error))


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise StatementFormula(column=cell.column_letter)
    if cell.data_type == "e":
        raise ErrorCell(text=str(value)[:20])
    return written(value)


def written(value: object) -> str:
    """A cell's value as text: numbers with the 15 digits that a spreadsheet keeps, dates as 2026-11-04 08:00:00."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()
    if isinstance(value, float) and math.isfinite(value):
        if value.is_integer() and abs(value) < 1e22:
            return str(int(value))
        return format(Decimal(format(value, ".15g")), "f")
    return str(value)
