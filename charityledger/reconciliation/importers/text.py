"""Text files as rows of cells: which encoding, which separator, CSV read as a stream. Pure."""

import codecs
import csv
import io
import itertools
from collections.abc import Iterator

from ...table_errors import BrokenCsv
from .errors import DamagedText, RecordTooLong, Refused, StatementNotText
from .limits import MAX_RECORD, MIB

Row = tuple[int, list[str]]
_SEPARATORS = (",", "\t", ";", "|")
_SNIFFED_LINES = 200


def encoding_of(data: bytes) -> str:
    """The name of the encoding that all of `data` is in. Raises Refused.

    Guessing by letter counts goes wrong on short Chinese files, so each candidate must fit every byte.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        if _fails_at(data, "utf-16") is not None:
            raise Refused(0, StatementNotText())
        return "utf-16"
    at = _fails_at(data, "utf-8-sig")
    if at is None:
        return "utf-8-sig"
    # Where much was UTF-8 already, GB 18030 would read the rest as other characters, some of them by chance.
    if _was_utf8(data[:at]):
        line = data.count(b"\n", 0, at) + 1
        raise Refused(line, DamagedText(line=line))
    if _fails_at(data, "gb18030") is None:
        return "gb18030"
    raise Refused(0, StatementNotText())


def _fails_at(data: bytes, encoding: str) -> int | None:
    """The byte (about) where `data` stops being text in `encoding`, in small steps; None when all of it is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(data), MIB):
        try:
            text = decoder.decode(data[start:start + MIB], final=start + MIB >= len(data))
        except UnicodeDecodeError as error:
            return start + error.start
        if "\0" in text:
            return data.find(b"\0", start)
    return None


def _was_utf8(data: bytes) -> bool:
    return sum(ord(letter) > 0x2E80 for letter in data[-4096:].decode("utf-8", "ignore")) >= 3 or (
        data.startswith(codecs.BOM_UTF8))


def text_of(data: bytes, encoding: str) -> io.TextIOWrapper:
    """The text as a stream, so that it is never in memory as a whole."""
    return io.TextIOWrapper(io.BytesIO(data), encoding, newline="")


def csv_rows(data: bytes, encoding: str) -> Iterator[Row]:
    """(number of the line where it begins, cells) of each record. Raises Refused where no more can be read."""
    lines = _Lines(text_of(data, encoding))
    reader = csv.reader(lines, delimiter=_separator(data, encoding), strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
            lines.begin(begins)
    except csv.Error as error:
        raise Refused(begins, RecordTooLong(limit=MAX_RECORD) if "limit" in str(error) else BrokenCsv()) from None


class _Lines:
    """Lines of text; refuses a record that is longer than any statement's."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.text = text
        self.begin(1)

    def begin(self, number: int) -> None:
        """The reader of records has one complete; the next begins on this line."""
        self.begins, self.read = number, 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.text.readline(MAX_RECORD)
        if not line:
            raise StopIteration
        self.read += len(line)
        if self.read >= MAX_RECORD:
            raise Refused(self.begins, RecordTooLong(limit=MAX_RECORD))
        return line


def _separator(data: bytes, encoding: str) -> str:
    """What parts the widest line. Alipay's ids end with a TAB before the comma, which makes no wider line."""
    text = text_of(data, encoding)
    sample = list(itertools.islice(iter(lambda: text.readline(MAX_RECORD), ""), _SNIFFED_LINES))
    return max(_SEPARATORS, key=lambda mark: max((_filled(line, mark) for line in sample), default=0))


def _filled(line: str, mark: str) -> int:
    """How many cells with something in them `mark` would make of a line."""
    return sum(1 for cell in line.split(mark) if cell.strip(" \t\r\n,;|\""))
