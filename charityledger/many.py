"""Rows written past the toolkit's own machinery: ids in a block, one statement for all rows of a table.

For what every gift writes, and for imports and bulk confirmations: there building a statement and its rows costs more
than the database's own work.
"""

import functools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Date, Integer, String, Table, cast, func, literal, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import BigInteger, Boolean, TypeEngine

from .append_only import APPEND_ONLY
from .columns import Instant
from .database import AppendOnly, is_postgresql

Row = Mapping[str, Any]
# From so many rows on PostgreSQL gets them as arrays; preparing that for fewer costs more than it saves.
MANY = 20

# PostgreSQL: from so many rows on they are sent as arrays, in one statement whose triggers run once for all of them.
MANY = 20

_TYPES: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (BigInteger, "bigint"), (Integer, "integer"), (Boolean, "boolean"), (Date, "date"), (String, "text"))


def next_ids(tx: Session, table: Table, count: int) -> list[int]:
    """Ids for rows that are inserted next: SQLite's writer is alone, PostgreSQL takes them from the sequence."""
    if not count:
        return []
    if is_postgresql(tx):
        return list(tx.connection().exec_driver_sql(
            "SELECT nextval(pg_get_serial_sequence(%(name)s, 'id')) FROM generate_series(1, %(count)s)",
            {"name": table.name, "count": count}).scalars())
    last = tx.connection().exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table.name}").scalar_one()
    return list(range(last + 1, last + 1 + count))


def insert_many(tx: Session, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have the same columns; what they leave out takes the model's default."""
    if not rows:
        return
    names, on_postgresql = tuple(rows[0]), is_postgresql(tx)
    if on_postgresql and len(rows) >= MANY:
        _insert_arrays(tx, table, names, rows)
        return
    statement, constants = _insertion(table, names, "%s" if on_postgresql else "?")
    given = [row + constants for row in _values(table, names, rows, convert=not on_postgresql)]
    tx.connection().exec_driver_sql(statement, given[0] if len(given) == 1 else given)


def update_many(tx: Session, table: Table, rows: Sequence[Row]) -> None:
    """Set the given columns of rows by their `id`; all rows name the same columns."""
    if table.name in APPEND_ONLY:
        raise AppendOnly(f"update of {table.name}")
    if not rows:
        return
    names = tuple(name for name in rows[0] if name != "id")
    if not is_postgresql(tx):
        tx.connection().exec_driver_sql(
            f"UPDATE {table.name} SET {', '.join(f'{_quoted(name)} = ?' for name in names)} WHERE id = ?",
            _values(table, (*names, "id"), rows, convert=True))
        return
    sets = ", ".join(f"{_quoted(name)} = given.{_quoted(name)}" for name in names)
    head = ", ".join(_quoted(name) for name in ("id", *names))
    tx.connection().exec_driver_sql(
        f"UPDATE {table.name} SET {sets} FROM unnest({_casts(table, ('id', *names))}) AS given ({head}) "
        f"WHERE {table.name}.id = given.id", _arrays(("id", *names), rows))


def among(tx: Session, column: ColumnElement[int], numbers: Iterable[int]) -> ColumnElement[bool]:
    """`column.in_(numbers)` for thousands: they go as one value instead of one each."""
    if is_postgresql(tx):
        # Not `= ANY(…)`: of an array that is no constant when it is planned, each row is compared with every number.
        return column.in_(select(func.unnest(cast(literal(_array(list(numbers)), String), ARRAY(BigInteger)))))
    return column.in_(select(func.json_each(json.dumps(list(numbers))).table_valued("value").c.value))


@functools.cache
def _insertion(table: Table, names: tuple[str, ...], place: str) -> tuple[str, tuple[Any, ...]]:
    """The statement, and the values of the columns that the rows leave out."""
    defaults = _defaults(table, names)
    columns = ", ".join(_quoted(name) for name in (*names, *defaults))
    places = ", ".join([place] * (len(names) + len(defaults)))
    return f"INSERT INTO {table.name} ({columns}) VALUES ({places})", tuple(defaults.values())


def _insert_arrays(tx: Session, table: Table, names: tuple[str, ...], rows: Sequence[Row]) -> None:
    defaults = _defaults(table, names)
    constants = "".join(f", CAST(%s AS {_type(table, name)})" for name in defaults)
    columns = ", ".join(_quoted(name) for name in (*names, *defaults))
    tx.connection().exec_driver_sql(
        f"INSERT INTO {table.name} ({columns}) "
        f"SELECT given.*{constants} FROM unnest({_casts(table, names)}) AS given",
        (*defaults.values(), *_arrays(names, rows)))


def _casts(table: Table, names: tuple[str, ...]) -> str:
    return ", ".join(f"CAST(%s AS {_type(table, name)}[])" for name in names)


def _arrays(names: tuple[str, ...], rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(_array([row[name] for row in rows]) for name in names)


def _array(values: Sequence[Any]) -> str:
    """PostgreSQL's text of an array. The driver would make it too, at several times the cost."""
    told: dict[Any, str] = {None: "NULL"}
    if all(type(value) is int for value in values):
        return f"{{{','.join(map(str, values))}}}"
    for value in set(values):
        if value is not None:
            plain = str(value).replace("\\", "\\\\").replace('"', '\\"')
            told[value] = f'"{plain}"'
    return f"{{{','.join([told[value] for value in values])}}}"


def _defaults(table: Table, names: tuple[str, ...]) -> dict[str, Any]:
    return {column.name: column.default.arg for column in table.c
            if column.name not in names and isinstance(column.default, ScalarElementColumnDefault)}


def _values(table: Table, names: tuple[str, ...], rows: Sequence[Row], *, convert: bool) -> list[tuple[Any, ...]]:
    """The rows' values in the order of `names`; days and instants as SQLite's driver takes them, where asked for."""
    # One name alone would give its value bare.
    values: Callable[[Row], tuple[Any, ...]] = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
    times = _times(table, names) if convert else ()
    if not times:
        return [values(row) for row in rows]
    told: dict[Any, Any] = {None: None}     # the same few days and instants stand in every row
    made = []
    for row in rows:
        one = list(values(row))
        for place, told_as in times:
            value = one[place]
            if value not in told:
                told[value] = told_as(value)
            one[place] = told[value]
        made.append(tuple(one))
    return made


@functools.cache
def _times(table: Table, names: tuple[str, ...]) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    """(place, what turns a value into text), for the days and instants among the columns."""
    dialect = sqlite.dialect()
    found = []
    for place, name in enumerate(names):
        kind = table.c[name].type
        told_as = kind.dialect_impl(dialect).bind_processor(dialect) if isinstance(kind, Date | Instant) else None
        if told_as is not None:
            found.append((place, told_as))
    return tuple(found)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _type(table: Table, name: str) -> str:
    kind = table.c[name].type
    if isinstance(kind, Instant):
        return "timestamptz"
    return next(word for ours, word in _TYPES if isinstance(kind, ours))
