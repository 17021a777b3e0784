"""What a format is: its columns in words, and how one of its rows becomes a line. Pure.

Each file of this package that describes a format makes one `Layout` and one kind of `Reader`. A mapping that people
make for any other table is a `Layout`, too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from .columns import Head, Words
from .lines import Line, Source
from .originals import Originals
from .text import Row

MANY = ("memo", "says")
# Where one of these could be either of two columns, nothing is read.
_NEVER_TWICE = ("time", "amount", "in", "out", "balance", "direction", "status", "native", "refund", "currency")


@dataclass
class Stated:
    """What a file says of itself. `totals`: by the names of `lines.Total`; `found`: what its rows come to, where that
    is not what its lines come to."""

    totals: dict[str, int] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)
    account_number: str = ""
    opening_fen: int | None = None
    closing_fen: int | None = None
    period: tuple[date, date] | None = None


class Reader:
    """Reads the rows of one file. Subclasses say what a row means."""

    def __init__(self, head: Head, before: Sequence[Row]) -> None:
        """`before`: the rows above the head."""
        self.head = head
        self.stated = Stated()
        self.before(before)

    def before(self, rows: Sequence[Row]) -> None:
        """Reads the preamble. Raises a kind of InvalidInput."""

    def is_footer(self, row: dict[str, str], cells: Sequence[str]) -> bool:
        """Whether a row is certainly no booked line; then `footer` reads it."""
        return False

    def footer(self, row: dict[str, str], cells: Sequence[str]) -> None:
        """Takes what a row below the lines states. Raises a kind of InvalidInput."""

    def line(self, number: int, row: dict[str, str], evidence: Originals) -> Line | None:
        """The line of one row; None for one that moved no money. `evidence`: where its cells are kept.

        Raises a kind of CharityLedgerError where the row cannot be read.
        """
        raise TypeError(f"{type(self).__name__} reads no lines")

    def close(self) -> None:
        """Once, after the last row."""


@dataclass(frozen=True)
class Layout:
    """A format. `needs`: of each group of fields, one column must be there.

    `marks`: words of the head that tell this format from others (several together, where none does alone); `names`:
    what stands above the head and does so, too. One of all these must be there for the format to be recognised, if it
    has any. `money`: the fields with amounts, which a row that was cut short must not end in. `made`: people said it of
    exactly this head, which goes before whatever else it looks like.
    """

    format: str
    source: Source
    columns: Words
    needs: tuple[tuple[str, ...], ...]
    reader: Callable[[Head, Sequence[Row]], Reader]
    marks: tuple[str | tuple[str, ...], ...] = ()
    names: tuple[str, ...] = ()
    books: bool = True
    money: tuple[str, ...] = ("amount", "in", "out", "balance")
    made: bool = False

    def head(self, row: int, cells: Sequence[str]) -> Head:
        """The row as this format's head, fitting or not."""
        return Head(row, cells, self.columns, MANY)

    def begin(self, head: Head, before: Sequence[Row]) -> Reader:
        """A reader for the rows below the head. Raises Refused."""
        head.refuse_twins(_NEVER_TWICE)
        return self.reader(head, before)
