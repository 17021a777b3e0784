"""The first rows of every table in a file, as they are: what a person makes a column mapping from. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from . import archive
from .columns import clean
from .detect import SEARCHED_ROWS
from .errors import NoStatementInside, Refused, StatementTooLarge
from .limits import MAX_FILE, MAX_FILE_BYTES
from .lines import Fault
from .mapped import LEAST_COLUMNS
from .table import tables
from .text import Row


@dataclass(frozen=True)
class Sheet:
    """A table's first rows that are not empty, with their numbers in the file; cells without what surrounds values."""

    name: str
    rows: list[Row]

    def head(self, number: int) -> tuple[str, ...]:
        """The cells of this row, padded to the widest of it and those below; () where there is no such row."""
        below = [cells for at, cells in self.rows if at >= number]
        if not any(at == number for at, _ in self.rows):
            return ()
        width = max(len(cells) for cells in below)
        return (*below[0], *[""] * (width - len(below[0])))

    def samples(self, number: int, column: int, most: int = 3) -> list[str]:
        """What stands in a column below the head at row `number`: some cells that are not empty."""
        cells = (cells[column] for at, cells in self.rows if at > number and column < len(cells) and cells[column])
        return list(islice(cells, most))


def sheets(data: bytes, most: int = SEARCHED_ROWS) -> tuple[list[Sheet], list[Fault]]:
    """Every table with as many columns as a statement has at least; and what could not be read of the first rows."""
    found: list[Sheet] = []
    faults: list[Fault] = []
    try:
        for name, content in _contents(data):
            for table in tables(content, name):
                rows = list(_cleaned(islice(table.rows(), most)))
                faults += table.faults
                if any(sum(map(bool, cells)) >= LEAST_COLUMNS for _, cells in rows):
                    found.append(Sheet(table.name, rows))
    except Refused as refused:
        faults.append(refused.fault)
    return found, faults


def _contents(data: bytes) -> Sequence[tuple[str, bytes]]:
    """(name, bytes) of the file, or of each in an archive. Raises Refused."""
    if len(data) > MAX_FILE_BYTES:
        raise Refused(0, StatementTooLarge(limit=MAX_FILE))
    if not archive.is_archive(data):
        return [("", data)]
    members = archive.members(data)
    if any(archive.is_archive(content) for _, content in members):
        raise Refused(0, NoStatementInside())
    return members


def _cleaned(rows: Iterator[Row]) -> Iterator[Row]:
    for number, cells in rows:
        cleaned = [clean(cell) for cell in cells]
        while cleaned and not cleaned[-1]:
            cleaned.pop()
        if cleaned:
            yield number, cleaned
