"""A statement file as tables of text, told apart by content and never by name. Pure; everything is bounded.

Each sheet of a workbook is a table of its own. Rows keep their numbers in the file.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from ...table_errors import CellTooLong, TooManyColumns, TooManyRows
from . import html_table, ole, text, workbook, xls
from .errors import Refused, StatementBroken, StatementTooLarge
from .limits import MAX_CELL, MAX_COLUMNS, MAX_FAULTS, MAX_ROWS, MAX_TEXT, MIB
from .lines import Fault
from .text import Row


@dataclass
class Table:
    """One table of a file. `faults` fills while its rows are read; where one ends the reading, it is the last.

    `atomic`: cells come from a workbook, where a row may end early and no cell is ever cut.
    """

    name: str
    make: Callable[[list[Fault]], Iterator[Row]]
    atomic: bool = False
    faults: list[Fault] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """(row number from 1, cells as in the file) of the rows that are not empty."""
        try:
            yield from _bounded(self.make(self.faults), self.faults)
        except Refused as refused:
            self.faults.append(refused.fault)
        except Exception:       # the reader of a damaged workbook raises whatever it stumbles over
            if not self.atomic:
                raise
            self.faults.append((0, StatementBroken()))


def tables(data: bytes, name: str = "") -> list[Table]:
    """The tables of a file that is no archive. Raises Refused."""
    if data.startswith(ole.MAGIC):
        book = xls.Book(ole.workbook_stream(data))
        return [Table(sheet, partial(book.rows, at), atomic=True) for sheet, at in book.sheets]
    if data.startswith(ole.MAGIC[:4]):
        raise Refused(0, StatementBroken())
    if data.startswith(b"PK"):
        return _sheets(data)
    encoding = text.encoding_of(data)
    if html_table.is_html(data, encoding):
        return [Table(name, lambda faults: html_table.html_rows(data, encoding))]
    return [Table(name, lambda faults: text.csv_rows(data, encoding))]


def _sheets(data: bytes) -> list[Table]:
    try:
        given = workbook.sheets(data)
    except Refused:
        raise
    except Exception:
        raise Refused(0, StatementBroken()) from None
    return [Table(name, partial(workbook.rows, sheet), atomic=True) for name, sheet in given]


def _bounded(rows: Iterator[Row], faults: list[Fault]) -> Iterator[Row]:
    """The rows that are not empty, within the limits. Raises Refused where one is passed."""
    left = MAX_TEXT
    for number, cells in rows:
        if number > MAX_ROWS:
            raise Refused(number, TooManyRows(limit=MAX_ROWS))
        if len(cells) > MAX_COLUMNS:
            if any(cells[MAX_COLUMNS:]):
                raise Refused(number, TooManyColumns(limit=MAX_COLUMNS))
            del cells[MAX_COLUMNS:]
        size = sum(map(len, cells))
        left -= size
        if left < 0:
            raise Refused(number, StatementTooLarge(limit=f"{MAX_TEXT // MIB} MiB"))
        if size > MAX_CELL and max(map(len, cells)) > MAX_CELL:
            faults.append((number, CellTooLong(limit=MAX_CELL)))
        elif size:
            yield number, cells
        if len(faults) >= MAX_FAULTS:
            return
