"""The catalogue's two tables: their columns, and rows of text read into values. Pure: `(tables, problems)`.

docs/catalogue.md repeats the columns, and a test compares the two.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from ..errors import CharityLedgerError, InvalidInput
from ..money import parse_yuan
from ..table_errors import ColumnTwice, ExtraCells
from .cells import code, day, text, whole, word
from .rules import CATALOGUE_KINDS, STATUSES
from .spreadsheet import Line, Sheet
from .table_errors import (
    AmountDoesNotTie,
    GroupDiffers,
    MissingColumn,
    PriceOfHours,
    Problem,
    RowTwice,
    TableTwice,
    UnknownColumn,
    UnknownTable,
    ValueMissing,
)

Value = str | int | date | None
MAX_QUANTITY = 1_000_000_000
MAX_LINE = 999


@dataclass(frozen=True)
class Column:
    """`optional`: the file may leave the whole column out; `given`: its cells may not be empty."""

    name: str
    read: Callable[[str], Value]
    given: bool = True
    optional: bool = False


@dataclass(frozen=True)
class Row:
    """One row: its line (and, in a workbook, its sheet) and a value for each column that the file has."""

    line: int
    values: dict[str, Value]
    sheet: str = ""

    def problem(self, column: str, error: CharityLedgerError) -> Problem:
        """A fault of this row."""
        return Problem(self.line, column, error, self.sheet)


@dataclass(frozen=True)
class Tables:
    """What a file says of projects and of need items; None where it has no such table."""

    projects: list[Row] | None = None
    items: list[Row] | None = None


PROJECTS = (
    Column("category_code", code(10)), Column("category_zh", text(120)), Column("category_en", text(120)),
    Column("major_code", code(20)), Column("major_zh", text(120)), Column("major_en", text(120)),
    Column("sub_code", code(20)), Column("sub_zh", text(120)), Column("sub_en", text(120)),
    Column("street", text(60)), Column("community", text(60)),
    Column("beneficiaries_zh", text(120), given=False),
    Column("beneficiaries_en", text(200), given=False, optional=True),
    Column("beneficiary_count", whole(0, 100_000_000)),
    Column("summary_zh", text(1000, lines=True), given=False, optional=True),
    Column("summary_en", text(2000, lines=True), given=False, optional=True),
    Column("status", word(STATUSES), optional=True),
    Column("opened_on", day, given=False, optional=True), Column("ends_on", day, given=False, optional=True),
    Column("ended_on", day, given=False, optional=True),
)
NEED_ITEMS = (
    Column("sub_code", code(20)), Column("line", whole(1, MAX_LINE)),
    Column("item_zh", text(120)), Column("item_en", text(200)),
    Column("kind", word(CATALOGUE_KINDS)), Column("unit_zh", text(20)), Column("unit_en", text(40)),
    Column("quantity", whole(1, MAX_QUANTITY)), Column("unit_price_yuan", parse_yuan),
    Column("amount_yuan", parse_yuan),
)


def parse(sheets: Iterable[Sheet]) -> tuple[Tables, list[Problem]]:
    """Read the tables. A sheet of another kind is left alone beside one that is known (a page of notes)."""
    problems: list[Problem] = []
    found: dict[str, list[Row]] = {}
    for sheet in sheets:
        kind = _kind(sheet)
        if kind is None:
            continue
        if kind in found:
            problems.append(Problem(sheet.lines[0].number, "", TableTwice(table=kind), sheet.name))
            continue
        found[kind] = _rows(sheet, PROJECTS if kind == "projects" else NEED_ITEMS, problems)
    if not found and not problems:
        problems.append(Problem(0, "", UnknownTable()))
    tables = Tables(found.get("projects"), found.get("need_items"))
    _check_projects(tables.projects or [], problems)
    _check_items(tables.items or [], problems)
    return tables, sorted(problems, key=lambda problem: (problem.sheet, problem.line))


def _kind(sheet: Sheet) -> str | None:
    head = set(sheet.lines[0].cells) if sheet.lines else set()
    if {"sub_code", "sub_zh"} <= head:
        return "projects"
    return "need_items" if {"sub_code", "line"} <= head else None


def _rows(sheet: Sheet, columns: tuple[Column, ...], problems: list[Problem]) -> list[Row]:
    head, number = sheet.lines[0].cells, sheet.lines[0].number
    known = {column.name: column for column in columns}
    for place, name in enumerate(head):
        if name and name not in known:
            problems.append(Problem(number, name[:40], UnknownColumn(text=name[:40]), sheet.name))
        elif name and name in head[:place]:
            problems.append(Problem(number, name, ColumnTwice(column=name), sheet.name))
    problems += [Problem(number, name, MissingColumn(column=name), sheet.name) for name, column in known.items()
                 if name not in head and not column.optional]
    places = [(head.index(name), column) for name, column in known.items() if name in head]
    return [_row(Row(line.number, {}, sheet.name), line, len(head), places, problems) for line in sheet.lines[1:]]


def _row(row: Row, line: Line, width: int, places: list[tuple[int, Column]], problems: list[Problem]) -> Row:
    if len(line.cells) > width:
        problems.append(row.problem("", ExtraCells()))
    for place, column in places:
        cell = line.cells[place] if place < len(line.cells) else ""
        try:
            if column.given and not cell:
                raise ValueMissing(column=column.name)
            row.values[column.name] = column.read(cell)
        except InvalidInput as error:
            problems.append(row.problem(column.name, error))
    return row


@dataclass
class _Seen:
    """The first line that has a key, and what it said."""

    lines: dict[object, tuple[int, object]] = field(default_factory=dict)

    def first(self, key: object, line: int, said: object = None) -> tuple[int, object]:
        return self.lines.setdefault(key, (line, said))


def _check_projects(rows: Iterable[Row], problems: list[Problem]) -> None:
    """Each sub-project once; a category or major project is called the same wherever it stands."""
    seen = _Seen()
    for row in rows:
        sub = row.values.get("sub_code")
        if sub is not None and (first := seen.first(("sub", sub), row.line)[0]) != row.line:
            problems.append(row.problem("sub_code", RowTwice(first=first)))
        for level, columns in (("category_code", ("category_zh", "category_en")),
                               ("major_code", ("major_zh", "major_en", "category_code"))):
            if not all(name in row.values for name in (level, *columns)):
                continue
            said = tuple(row.values[name] for name in columns)
            first, before = seen.first((level, row.values[level]), row.line, said)
            if before != said:
                problems.append(row.problem(level, GroupDiffers(text=row.values[level], first=first)))


def _check_items(rows: Iterable[Row], problems: list[Problem]) -> None:
    """Each line once; quantity times price is the amount; hours have no price."""
    seen = _Seen()
    for row in rows:
        key = row.values.get("sub_code"), row.values.get("line")
        if None not in key and (first := seen.first(key, row.line)[0]) != row.line:
            problems.append(row.problem("line", RowTwice(first=first)))
        error = price_fault(row.values)
        if error is not None:
            column = "unit_price_yuan" if isinstance(error, PriceOfHours) else "amount_yuan"
            problems.append(row.problem(column, error))


def price_fault(values: Mapping[str, Value]) -> InvalidInput | None:
    """What is wrong with kind, quantity, price and amount taken together; None where one is missing anyway."""
    quantity, price, amount = (values.get(name) for name in ("quantity", "unit_price_yuan", "amount_yuan"))
    if not (isinstance(quantity, int) and isinstance(price, int) and isinstance(amount, int)) or "kind" not in values:
        return None
    if (values["kind"] == "volunteer") != (price == 0):
        return PriceOfHours()
    if quantity * price != amount:
        return AmountDoesNotTie(amount_fen=amount, product_fen=quantity * price)
    return None
