"""Parsers of statement files: bytes in, lines and problems out. Pure; they know no database.

`read` and `read_all` recognise the format by content, or take the one that a person chose; `read_with` takes a layout
that a person made (`mapped`); `bare.sheets` gives the bare rows that such a layout is made from.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ...errors import CharityLedgerError
from ...table_errors import DayOutside, check_year
from . import archive, camt053, mt940
from .detect import Found, find, missing
from .errors import (
    ColumnsMissing,
    LayoutUnknown,
    NoStatementInside,
    Refused,
    SeveralStatements,
    StatementTooLarge,
    UnreadSheet,
)
from .formats import LAYOUTS
from .layout import Layout
from .limits import MAX_FILE, MAX_FILE_BYTES
from .lines import Fault, Parsed
from .reading import parse
from .table import Table, tables

FORMATS = (*(layout.format for layout in LAYOUTS), camt053.FORMAT, mt940.FORMAT)
# A table of at least this many columns beside a statement may hold lines; a sheet of notes does not.
_TABLE_COLUMNS = 4

Result = tuple[Parsed | None, list[Fault]]


@dataclass
class File:
    """One statement: the name of its file in an archive or of its sheet in a workbook, and what was read.

    Lines count only where there are no faults.
    """

    name: str
    parsed: Parsed | None = None
    faults: list[Fault] = field(default_factory=list)


def read(data: bytes, wanted: str = "", made: Sequence[Layout] = ()) -> Result:
    """The lines of a statement file, told by its content, or by `wanted`, one of FORMATS. (None, faults) where it is no
    statement; faults with a row are lines that cannot be read. `made`: layouts of people's, recognised like others."""
    return _single(read_files(data, wanted, made))


def read_all(data: bytes, wanted: str = "") -> list[Result]:
    """The same of every statement in an archive or workbook; one result for any other file."""
    return [(file.parsed, file.faults) for file in read_files(data, wanted)]


def read_files(data: bytes, wanted: str = "", made: Sequence[Layout] = ()) -> list[File]:
    """The same with the names of the archive's files or the workbook's sheets; at least one."""
    layouts = [layout for layout in (*made, *LAYOUTS) if wanted in ("", layout.format)]
    return _files(data, "", layouts, wanted)


def read_with(layout: Layout, data: bytes) -> Result:
    """The lines of a table in a layout of the caller's, as a column mapping makes one."""
    return _single(_files(data, "", [layout], layout.format))


def _single(files: list[File]) -> Result:
    if len(files) > 1:
        faults = [fault for file in files if file.parsed is None for fault in file.faults]
        return None, faults or [(0, SeveralStatements(count=len(files)))]
    return files[0].parsed, files[0].faults


def _files(data: bytes, name: str, layouts: Sequence[Layout], wanted: str, *, inside: bool = False) -> list[File]:
    """`inside`: of an archive, which holds no archives of its own."""
    try:
        if len(data) > MAX_FILE_BYTES:
            raise Refused(0, StatementTooLarge(limit=MAX_FILE))
        if not archive.is_archive(data):
            files = _file(data, name, layouts, wanted)
            for file in files:
                file.faults.extend(_of_another_century(file.parsed))
            return files
        if inside:
            raise Refused(0, NoStatementInside())
        return [file for member, content in archive.members(data)
                for file in _files(content, member, layouts, wanted, inside=True)]
    except Refused as refused:
        return [File(name, None, [refused.fault])]


def _file(data: bytes, name: str, layouts: Sequence[Layout], wanted: str) -> list[File]:
    """Raises Refused."""
    for abroad in (camt053, mt940):
        if wanted == abroad.FORMAT or (not wanted and abroad.looks_like(data)):
            return [File(name, *abroad.read(data))]
    given = tables(data, name)
    found = [(table, find(table.rows(), layouts, chosen=bool(wanted))) for table in given]
    statements = [_parsed(table, place) for table, place in found if isinstance(place, Found)]
    others = [File(table.name, None, table.faults or _unread(table, place, bool(statements), layouts, wanted))
              for table, place in found if not isinstance(place, Found) and (table.faults or _is_table(place))]
    return statements + others or [File(name, None, [(0, LayoutUnknown())])]


def _of_another_century(parsed: Parsed | None) -> Iterator[Fault]:
    """Old lines are booked as the bank has them; a year like 1926 is a damaged file."""
    for line in parsed.lines if parsed else ():
        try:
            check_year(line.booked_at.date())
        except DayOutside as error:
            yield line.row, error


def _is_table(rows: Iterable[tuple[int, list[str]]]) -> bool:
    return any(sum(1 for cell in cells if cell.strip()) >= _TABLE_COLUMNS for _, cells in rows)


def _unread(table: Table, rows: Sequence[tuple[int, list[str]]], beside: bool, layouts: Sequence[Layout],
            wanted: str) -> list[Fault]:
    """Why a table in no known layout is a fault."""
    error: CharityLedgerError = LayoutUnknown()
    if beside:
        error = UnreadSheet(sheet=table.name)
    elif wanted and layouts:
        error = ColumnsMissing(columns="、".join(missing(rows, layouts[0])))
    return [(0, error)]


def _parsed(table: Table, found: Found) -> File:
    parsed = parse(found.layout, found.head, found.before, found.rows, atomic=table.atomic, faults=table.faults)
    return File(table.name, parsed, table.faults)
