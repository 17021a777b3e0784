"""XLS (BIFF8, and BIFF5's plain cells) as rows of cells. Pure.

Written here because the readers at hand build a sheet's whole rectangle before anybody can count it, and follow a
damaged file's chains without end; this one streams records and keeps one row at a time.
"""

import struct
from collections.abc import Iterator
from datetime import datetime

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from ...errors import CharityLedgerError
from ...table_errors import ErrorCell
from .errors import LockedWorkbook, Refused, StatementBroken, StatementFormula
from .lines import Fault
from .text import Row
from .workbook import written
from .xls_strings import shared_strings, text_at

_BOF, _EOF, _CONTINUE = 0x0809, 0x000A, 0x003C
_SHEET, _FILEPASS, _SST, _FORMAT, _XF, _DATES, _CODEPAGE = 0x0085, 0x002F, 0x00FC, 0x041E, 0x00E0, 0x0022, 0x0042
_NUMBER, _RK, _MULRK, _LABELSST, _LABEL, _RSTRING, _BOOLERR = 0x0203, 0x027E, 0x00BD, 0x00FD, 0x0204, 0x00D6, 0x0205
_FORMULAS = (0x0006, 0x0206, 0x0406)
_BIFF8 = 0x0600
# Dates of the Chinese built-in formats, which stand in no file.
_LOCAL_DATES = (*range(27, 37), *range(50, 59))
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}

Cell = tuple[int, int, str | CharityLedgerError]


class Book:
    """The names and records of an XLS file's sheets."""

    def __init__(self, stream: bytes) -> None:
        """Raises Refused."""
        self.stream = stream
        self.sheets: list[tuple[str, int]] = []
        self.strings: list[str] = []
        self.biff8 = True
        self.codec = "gb18030"
        self.epoch: datetime = CALENDAR_WINDOWS_1900
        formats = {number: code for number, code in BUILTIN_FORMATS.items() if is_date_format(code)}
        formats |= dict.fromkeys(_LOCAL_DATES, "date")
        self.dates: list[bool] = []     # by number of cell format
        try:
            self._globals(formats)
        except (struct.error, IndexError, UnicodeDecodeError):
            raise Refused(0, StatementBroken()) from None

    def _globals(self, formats: dict[int, str]) -> None:
        for kind, at, size in self._records(0):
            body = self.stream[at:at + size]
            if kind == _BOF:
                self.biff8 = body[:2] == struct.pack("<H", _BIFF8)
            elif kind == _FILEPASS:
                raise Refused(0, LockedWorkbook())
            elif kind == _SHEET and body[5] == 0:       # a sheet of cells, not a chart
                text = text_at(body, 6, body[6], 1) if self.biff8 else body[7:7 + body[6]].decode(self.codec, "replace")
                self.sheets.append((text, struct.unpack_from("<I", body)[0]))
            elif kind == _DATES and body[:1] == b"\1":
                self.epoch = CALENDAR_MAC_1904
            elif kind == _FORMAT and self.biff8:
                number, length = struct.unpack_from("<HH", body)
                formats.pop(number, None)
                if is_date_format(text_at(body, 4, length, 0)):
                    formats[number] = "date"
            elif kind == _XF:
                self.dates.append(struct.unpack_from("<H", body, 2)[0] in formats)
            elif kind == _SST:
                self.strings = shared_strings(self._with_continuations(at, size))

    def _records(self, at: int) -> Iterator[tuple[int, int, int]]:
        """(kind, where its body begins, length) of the records from `at` to the end of that part of the stream."""
        depth = 0
        while at + 4 <= len(self.stream):
            kind, size = struct.unpack_from("<HH", self.stream, at)
            at += 4
            depth += (kind == _BOF) - (kind == _EOF)
            if at + size > len(self.stream) or depth <= 0:
                break
            yield kind, at, size
            at += size
        if depth:
            raise Refused(0, StatementBroken())

    def _with_continuations(self, at: int, size: int) -> list[bytes]:
        parts = [self.stream[at:at + size]]
        at += size
        while self.stream[at:at + 2] == struct.pack("<H", _CONTINUE):
            size, = struct.unpack_from("<H", self.stream, at + 2)
            parts.append(self.stream[at + 4:at + 4 + size])
            at += 4 + size
        return parts

    def rows(self, begins: int, faults: list[Fault]) -> Iterator[Row]:
        """The rows of the sheet whose records begin there. Raises Refused."""
        row: dict[int, str] = {}
        now = 0
        wrong: CharityLedgerError | None = None
        try:
            for index, column, content in self._cells(begins):
                if index != now:
                    # Rows go up in every file that a program writes; one that goes back could not be read as a stream.
                    if index < now:
                        raise Refused(now + 1, StatementBroken())
                    yield from _finished(now + 1, row, wrong, faults)
                    row, wrong, now = {}, None, index
                if isinstance(content, str):
                    row[column] = content
                else:
                    wrong = wrong or content
        except (struct.error, IndexError, UnicodeDecodeError):
            raise Refused(now + 1, StatementBroken()) from None
        yield from _finished(now + 1, row, wrong, faults)

    def _cells(self, begins: int) -> Iterator[Cell]:
        for kind, at, size in self._records(begins):
            if kind in (_LABELSST, _NUMBER, _RK, _LABEL, _RSTRING, _BOOLERR, *_FORMULAS):
                row, column, style = struct.unpack_from("<HHH", self.stream, at)
                yield row, column, self._content(kind, self.stream[at:at + size], column, style)
            elif kind == _MULRK:
                row, column = struct.unpack_from("<HH", self.stream, at)
                for place in range((size - 6) // 6):
                    style, packed = struct.unpack_from("<Hi", self.stream, at + 4 + 6 * place)
                    yield row, column + place, self._number(_unpacked(packed), style)

    def _content(self, kind: int, body: bytes, column: int, style: int) -> str | CharityLedgerError:
        if kind == _LABELSST:
            return self.strings[int.from_bytes(body[6:10], "little")]
        if kind == _NUMBER:
            return self._number(struct.unpack_from("<d", body, 6)[0], style)
        if kind == _RK:
            return self._number(_unpacked(struct.unpack_from("<i", body, 6)[0]), style)
        if kind in (_LABEL, _RSTRING):
            length, = struct.unpack_from("<H", body, 6)
            if self.biff8:
                return text_at(body, 8, length, 0)
            return body[8:8 + length].decode(self.codec, "replace").replace("\0", "")
        if kind == _BOOLERR:
            return str(bool(body[6])) if not body[7] else ErrorCell(text=_ERRORS.get(body[6], "#?"))
        return StatementFormula(column=get_column_letter(column + 1))

    def _number(self, value: float, style: int) -> str:
        if style < len(self.dates) and self.dates[style]:
            try:
                return written(from_excel(value, self.epoch))
            except (ValueError, OverflowError):
                return written(value)
        return written(value)


def _finished(number: int, row: dict[int, str], wrong: CharityLedgerError | None, faults: list[Fault]) -> Iterator[Row]:
    if wrong:
        faults.append((number, wrong))
    elif row:
        yield number, [row.get(column, "") for column in range(max(row) + 1)]


def _unpacked(packed: int) -> float:
    """A number of 30 bits, and two that say what they are (MS-XLS 2.5.217)."""
    value: float
    if packed & 2:
        value = float(packed >> 2)
    else:
        value, = struct.unpack("<d", struct.pack("<Ii", 0, packed & ~3))
    return value / 100 if packed & 1 else value
