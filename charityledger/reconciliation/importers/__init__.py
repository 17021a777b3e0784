"""Parsers of statement files: bytes in, lines and problems out. Pure; they know no database.

`read` and `read_all` recognise the format by content; `read_as` takes the one that a person chose. `tables` gives the
bare rows, for the preview that a column mapping is made from. Each format is a `Layout` in a file of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ...errors import CharityLedgerError
from .detect import Found, find, missing
from .errors import ColumnsMissing, NoStatementInside, SeveralStatements, UnknownStatement, UnreadSheet
from .formats import FORMATS
from .layout import Layout
from .lines import Fault, Line, Parsed, Total
from .reading import parse
from .table import Table, tables

__all__ = ["FORMATS", "Fault", "File", "Layout", "Line", "Parsed", "Table", "Total", "read", "read_all", "read_as",
           "read_with", "tables"]

# A table of at least this many columns beside a statement may hold lines; a sheet of notes does not.
_TABLE_COLUMNS = 4


@dataclass
class File:
    """One statement: the name of its file in an archive or of its sheet in a workbook, and what was read.

    Lines count only where there are no faults.
    """

    name: str
    parsed: Parsed | None = None
    faults: list[Fault] = field(default_factory=list)


def read(data: bytes, name: str = "") -> tuple[Parsed | None, list[Fault]]:
    """The statement in a file, whose format is recognised. `name` tells people which file; it decides nothing."""
    return _single(read_all(data, name))


def read_as(format: str, data: bytes) -> tuple[Parsed | None, list[Fault]]:     # noqa: A002
    """The same in the format of FORMATS that a person chose. Raises KeyError for any other."""
    return read_with(FORMATS[format], data)


def read_with(layout: Layout, data: bytes) -> tuple[Parsed | None, list[Fault]]:
    """The same in a layout of the caller's, as a column mapping makes one."""
    return _single(_files(data, "", [layout], chosen=True))


def read_all(data: bytes, name: str = "") -> list[File]:
    """Every statement in a file, an archive or a workbook with several; at least one item, if only with a fault."""
    return _files(data, name, FORMATS.values(), chosen=False)


def _single(files: list[File]) -> tuple[Parsed | None, list[Fault]]:
    if len(files) > 1:
        faults = [fault for file in files if file.parsed is None for fault in file.faults]
        return None, faults or [(0, SeveralStatements(count=len(files)))]
    return files[0].parsed, files[0].faults


def _files(data: bytes, name: str, layouts: Iterable[Layout], *, chosen: bool) -> list[File]:
    given, faults = tables(data, name)
    if faults:
        return [File(name, None, faults)]
    layouts = list(layouts)
    read_here: list[File] = []
    others: list[File] = []
    for table in given:
        found = find(rows := table.rows(), layouts, chosen=chosen)
        if isinstance(found, Found):
            read_here.append(_parsed(table, found))
            continue
        del rows
        if table.faults:
            others.append(File(table.name, None, table.faults))
        elif any(sum(1 for cell in cells if cell.strip()) >= _TABLE_COLUMNS for _, cells in found):
            error: CharityLedgerError = UnknownStatement()
            if read_here or len(given) > 1:
                error = UnreadSheet(sheet=table.name)
            elif chosen:
                error = ColumnsMissing(columns="、".join(missing(found, layouts[0])))
            others.append(File(table.name, None, [(0, error)]))
    if read_here or others:
        return read_here + others
    return [File(name, None, [(0, NoStatementInside() if len(given) > 1 else UnknownStatement())])]


def _parsed(table: Table, found: Found) -> File:
    parsed = parse(found.layout, found.head, found.before, found.rows, atomic=table.atomic, faults=table.faults)
    return File(table.name, parsed, table.faults)
