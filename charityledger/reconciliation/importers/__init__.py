"""Parsers of statement files: bytes in, lines and problems out. Pure; they know no database."""

import re
from collections.abc import Iterator
from itertools import chain, islice

from ...errors import CharityLedgerError
from . import banks, camt053, mt940, table, wallets
from .errors import LayoutUnknown
from .layout import HEAD_WITHIN, Layout, Reader, head_of
from .lines import Fault, Parsed

LAYOUTS: tuple[Layout, ...] = (*wallets.LAYOUTS, *banks.LAYOUTS)
FORMATS = (*(layout.format for layout in LAYOUTS), camt053.FORMAT, mt940.FORMAT)
_NUMBER = re.compile(r"[0-9]{8,30}")

Result = tuple[Parsed | None, list[Fault]]


def read(data: bytes, wanted: str = "") -> Result:
    """The lines of a statement file, told by its content, or by `wanted`, one of FORMATS. (None, faults) where it is no
    statement; faults with a row are lines that cannot be read."""
    results = read_all(data, wanted)
    return results[0] if len(results) == 1 else (None, [(0, LayoutUnknown())])


def read_all(data: bytes, wanted: str = "") -> list[Result]:
    """The same of every statement in an archive; one result for any other file."""
    try:
        inside = table.members(data)
        return [_read(member, wanted) for member in inside] if inside else [_read(data, wanted)]
    except CharityLedgerError as error:
        return [(None, [(0, error)])]


def _read(data: bytes, wanted: str) -> Result:
    if wanted == camt053.FORMAT or (not wanted and camt053.looks_like(data)):
        return camt053.read(data)
    if wanted == mt940.FORMAT or (not wanted and mt940.looks_like(data)):
        return mt940.read(data)
    layouts = [layout for layout in LAYOUTS if wanted in ("", layout.format)]
    rows = table.rows(data)
    try:
        return _table(rows, layouts)
    except CharityLedgerError as error:
        return None, [(0, error)]


def _table(rows: Iterator[table.Row], layouts: list[Layout]) -> Result:
    beginning = list(islice(rows, HEAD_WITHIN))
    head = head_of(beginning, layouts)
    if head is None:
        return None, [(0, LayoutUnknown())]
    index, layout, columns = head
    parsed = Parsed(layout.format, layout.source, layout.books, header=tuple(beginning[index][1]))
    before = [cells for _, cells in beginning[:index]]
    reader = Reader(layout, columns, parsed, outside=before)
    for number, cells in chain(beginning[index + 1:], rows):
        reader.take(number, cells)
    parsed.account_number = _account(before) or _own(reader)
    return reader.closed()


def _account(before: list[list[str]]) -> str:
    """An account's number in the lines above the table."""
    for cells in before:
        told = " ".join(cells)
        if "账号" in told and (number := _NUMBER.search(told)):
            return number[0]
    return ""


def _own(reader: Reader) -> str:
    """An account's number in a column of its own."""
    places = reader.columns.get("own_account")
    return reader.first[places[0]] if places and reader.first and places[0] < len(reader.first) else ""
