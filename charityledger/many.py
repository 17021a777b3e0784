"""Many rows at once: ids in a block, one statement for all rows. For imports and bulk confirmations."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Date, Integer, String, Table, bindparam, func, select, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import BigInteger, Boolean, TypeEngine

from .columns import Instant
from .database import is_postgresql

Row = Mapping[str, Any]

_ARRAYS: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (BigInteger, "bigint"), (Integer, "integer"), (Boolean, "boolean"), (Date, "date"), (String, "text"))


def next_ids(tx: Session, table: Table, count: int) -> list[int]:
    """Ids for rows that are inserted next: SQLite's writer is alone, PostgreSQL takes them from the sequence."""
    if not count:
        return []
    if is_postgresql(tx):
        return list(tx.execute(text(
            "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"),
            {"name": table.name, "count": count}).scalars())
    last = tx.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
    return list(range(last + 1, last + 1 + count))


def insert_many(tx: Session, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have the same columns; what they leave out takes the model's default.

    PostgreSQL gets one statement with an array for each column, so that its triggers run once for all of them.
    """
    if not rows:
        return
    if not is_postgresql(tx):
        tx.connection().execute(table.insert(), list(rows))
        return
    names = list(rows[0])
    defaults = {column.name: column.default.arg for column in table.c
                if column.name not in names and isinstance(column.default, ScalarElementColumnDefault)}
    columns = [*names, *defaults]
    arrays = ", ".join(f"CAST(:{name} AS {_array(table, name)}[])" for name in names)
    constants = "".join(f", CAST(:{name} AS {_array(table, name)})" for name in defaults)
    quoted = ", ".join(f'"{name}"' for name in columns)
    tx.execute(text(f"INSERT INTO {table.name} ({quoted}) SELECT given.*{constants} FROM unnest({arrays}) AS given"),
               {**{name: [row[name] for row in rows] for name in names}, **defaults})


def _array(table: Table, name: str) -> str:
    kind = table.c[name].type
    if isinstance(kind, Instant):
        return "timestamptz"
    return next(word for ours, word in _ARRAYS if isinstance(kind, ours))


def update_many(tx: Session, table: Table, rows: Sequence[Row]) -> None:
    """Set the given columns of rows by their `id`; all rows name the same columns."""
    if not rows:
        return
    names = [name for name in rows[0] if name != "id"]
    if not is_postgresql(tx):
        tx.connection().execute(
            table.update().where(table.c.id == bindparam("row_id")).values({name: bindparam(name) for name in names}),
            [{"row_id": row["id"], **{name: row[name] for name in names}} for row in rows])
        return
    arrays = ", ".join(f"CAST(:{name} AS {_array(table, name)}[])" for name in ("id", *names))
    sets = ", ".join(f'"{name}" = given."{name}"' for name in names)
    head = ", ".join(f'"{name}"' for name in ("id", *names))
    tx.execute(text(f"UPDATE {table.name} SET {sets} FROM unnest({arrays}) AS given ({head}) "
                    f"WHERE {table.name}.id = given.id"),
               {name: [row[name] for row in rows] for name in ("id", *names)})
