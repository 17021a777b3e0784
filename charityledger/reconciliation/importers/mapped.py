"""A layout that people made: which column of a table means what, known by the exact words of its head. Pure.

    mapping = TableMapping(("何时", "进", "谁"), (("date", 0), ("in", 1), ("name", 2)))
    mapping.check()
    read_with(mapping.layout("table-1"), data)

Unlike the layouts that we know, nothing here is told by single words: the head as a whole is the table's name, so that
columns without a word, or two with the same, may be used as well.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from ...errors import CharityLedgerError
from .amounts import currency, fen
from .columns import Head, spellings
from .layout import Layout
from .lines import LOCAL_CURRENCY, Source
from .mapped_reader import DateOrder, MappedReader, in_order
from .mapping_errors import (
    AmountTwoWays,
    DirectionAlone,
    FieldTwice,
    HeadIsLine,
    HeadTooShort,
    MappingWrong,
    NoAmountColumn,
    NoDateColumn,
    WordBothWays,
)
from .when import moment

MANY = ("memo", "says")
ONE = ("date", "time", "in", "out", "amount", "direction", "balance", "currency", "name", "other", "native", "order",
       "merchant_order", "account")
FIELDS = (*ONE, *MANY)
MONEY = ("in", "out", "amount", "balance")
LEAST_COLUMNS = 3
NEEDS = (("date",), ("in", "out", "amount"))


def head_words(cells: Sequence[str]) -> tuple[str, ...]:
    """The words of a head row by which its table is known again: without spaces, in narrow letters."""
    words = [next(iter(spellings(cell)), "") for cell in cells]
    while words and not words[-1]:
        words.pop()
    return tuple(words)


@dataclass(frozen=True)
class TableMapping:
    """Which column means what. `head`: the head's cells, as many as the table has columns; `columns`: (field, number of
    the column from 0), fields of MANY any number of times.

    `dates`: the order of day, month and year where the year is not first. `positive`: what an amount without a
    direction means; `out_below_zero`: whether the column of money out writes a minus. `in_words`, `out_words`: what
    stands in the column of directions, beside the words that all banks use. `currency`: of lines that name none.
    """

    head: tuple[str, ...]
    columns: tuple[tuple[str, int], ...]
    source: Source = "bank"
    dates: DateOrder = "ymd"
    positive: Literal["in", "out"] = "in"
    out_below_zero: bool = False
    in_words: tuple[str, ...] = ()
    out_words: tuple[str, ...] = ()
    currency: str = LOCAL_CURRENCY

    @property
    def words(self) -> tuple[str, ...]:
        """By which a table of this head is known."""
        return head_words(self.head)

    @property
    def places(self) -> dict[str, tuple[int, ...]]:
        """field -> its columns, from 0, in their order."""
        found: dict[str, tuple[int, ...]] = {}
        for name, at in sorted(self.columns, key=lambda column: column[1]):
            found[name] = (*found.get(name, ()), at)
        return found

    def check(self) -> None:
        """Raises the first of `problems`."""
        for problem in self.problems():
            raise problem

    def problems(self) -> Iterator[CharityLedgerError]:
        """Why no table can be read by it: kinds of MappingWrong, UnknownCurrency."""
        places = self.places
        columns = [at for _, at in self.columns]
        if (not set(places) <= set(FIELDS) or len(set(columns)) < len(columns)
                or any(not 0 <= at < len(self.head) for at in columns)):
            yield MappingWrong()
            return
        if sum(1 for word in self.words if word) < LEAST_COLUMNS:
            yield HeadTooShort(least=LEAST_COLUMNS)
        yield from self._field_problems(places)
        yield from self._head_problems(places)
        if both := {word.casefold() for word in self.in_words} & {word.casefold() for word in self.out_words}:
            yield WordBothWays(text=min(both))
        try:
            currency(self.currency)
        except CharityLedgerError as error:
            yield error

    def _field_problems(self, places: Mapping[str, Sequence[int]]) -> Iterator[MappingWrong]:
        for name, at in places.items():
            if name not in MANY and len(at) > 1:
                yield FieldTwice(field=name, columns=", ".join(str(one + 1) for one in at))
        if "date" not in places:
            yield NoDateColumn()
        if "amount" in places and ("in" in places or "out" in places):
            yield AmountTwoWays()
        elif not places.keys() & {"in", "out", "amount"}:
            yield NoAmountColumn()
        if "direction" in places and "amount" not in places:
            yield DirectionAlone()

    def _head_problems(self, places: Mapping[str, Sequence[int]]) -> Iterator[MappingWrong]:
        """A line taken for the head would be this very file's name, and no other's."""
        for name in ("date", "in", "out", "amount"):
            for at in places.get(name, ()):
                if self.words[at:at + 1] and _is_value(name, self.words[at], self.dates):
                    yield HeadIsLine(text=self.head[at][:40])

    def layout(self, name: str) -> Layout:
        """For `importers.read` and `read_with`; `name`: what lines are said to be in. The mapping is checked."""
        labels = {field: tuple(self.head[at] for at in columns) for field, columns in self.places.items()}
        return MappedLayout(name, self.source, labels, NEEDS, partial(MappedReader, mapping=self), money=MONEY,
                            made=True, words=self.words, places=self.places, width=len(self.head))


def _is_value(name: str, text: str, dates: DateOrder) -> bool:
    try:
        if name == "date":
            moment(in_order(text, dates))
        else:
            fen(text)
    except CharityLedgerError:
        return False
    return True


@dataclass(frozen=True)
class MappedLayout(Layout):
    """The layout of a mapping; `width`: of the table, columns without a word at its end included."""

    words: tuple[str, ...] = ()
    places: Mapping[str, Sequence[int]] = field(default_factory=dict)
    width: int = 0

    def head(self, row: int, cells: Sequence[str]) -> Head:
        """With its columns where every word of the row is the mapping's, with none where one is not."""
        return PlacedHead(row, cells, self.places if head_words(cells) == self.words else {}, self.width)


class PlacedHead(Head):
    """A head whose columns are known by their number."""

    def __init__(self, row: int, cells: Sequence[str], places: Mapping[str, Sequence[int]], width: int) -> None:
        super().__init__(row, cells, {})
        self.width = max(self.width, width)
        self.many = {name: list(places.get(name, ())) for name in MANY}
        self.one = {name: at[0] for name, at in places.items() if name not in MANY}
        self.fields = set(places)
        self.named = max(self.named, *(self.one.get(money, -1) + 1 for money in MONEY))
        self._all = {name: self.one.get(name, self.width) for name in ONE}
