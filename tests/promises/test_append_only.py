"""Promise 2: entries, movements, allocations and the rest of what only grows are never changed and never removed.

The database's half is attacked with SQL over a foreign connection, which has none of our settings; Python's half with
every way that SQLAlchemy has of changing a row, while the triggers are gone.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import delete, event, inspect, text, true, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from charityledger import database
from charityledger.append_only import APPEND_ONLY
from charityledger.database import AppendOnly, is_postgresql
from charityledger.donations.models import StateReceipt
from charityledger.extensions import db
from charityledger.ledger.models import Period
from tests.promises.world import World

each_table = pytest.mark.parametrize("table", sorted(APPEND_ONLY))
# What they hang on: emptying one of these with CASCADE would empty ours.
PARENTS = {"journal_entry": "period", "movement": "ledger_account", "voucher": "journal_entry", "request_key": "",
           "event": "", "need_movement": "need_item", "allocation": "statement_line",
           "bank_statement": "money_account", "account_closing": "period"}


def models() -> dict[str, Any]:
    return {mapper.local_table.name: mapper.class_ for mapper in db.Model.registry.mappers}


@contextmanager
def foreign(app: Flask) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    """A connection that is not ours: no pragma, no event, each statement committed at once."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            yield lambda sql: connection.execute(sql).fetchall()
    else:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            def run(sql: str) -> list[tuple[Any, ...]]:
                cursor = connection.execute(sql.encode())
                return cursor.fetchall() if cursor.description else []

            yield run


def attacks_on_sqlite(table: str, columns: list[str]) -> Iterator[str]:
    names = ", ".join(columns)
    yield f"UPDATE {table} SET {columns[-1]} = {columns[-1]}"
    for how in ("ABORT", "FAIL", "IGNORE", "REPLACE", "ROLLBACK"):
        yield f"UPDATE OR {how} {table} SET {columns[0]} = {columns[0]}"
    yield f"DELETE FROM {table}"
    yield f"DELETE FROM {table} WHERE {columns[0]} IN (SELECT {columns[0]} FROM {table} LIMIT 1)"
    yield f"REPLACE INTO {table} SELECT * FROM {table}"
    for how in ("ABORT", "FAIL", "IGNORE", "REPLACE", "ROLLBACK"):
        yield f"INSERT OR {how} INTO {table} SELECT * FROM {table}"
    for key in APPEND_ONLY[table]:
        # Another row in everything but this key.
        other = ", ".join(name if name in key else f"{name} || '9'" if name in ("key", "series", "period") else
                          f"{name} + 1000" if name in ("id", "entry_id", "line", "number") else name
                          for name in columns)
        yield f"INSERT OR REPLACE INTO {table} SELECT {other} FROM {table} WHERE {key[-1]} IS NOT NULL"
        yield (f"INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT ({', '.join(key)}) "
               f"DO UPDATE SET {columns[-1]} = excluded.{columns[-1]}")
    free = ", ".join(f"{name} || '9'" if name in ("key", "series", "period") else
                     "NULL" if name == "reverses_id" else name for name in columns)
    if "id" not in columns and "entry_id" not in columns:
        yield f"INSERT OR REPLACE INTO {table} (rowid, {names}) SELECT rowid, {free} FROM {table}"


def attacks_on_postgresql(table: str, columns: list[str]) -> Iterator[str]:
    key = APPEND_ONLY[table][0][0]
    yield f"UPDATE {table} SET {columns[-1]} = {columns[-1]}"
    yield f"UPDATE ONLY {table} SET {key} = {key}"
    yield f"UPDATE {table} SET {columns[-1]} = o.{columns[-1]} FROM {table} AS o WHERE o.{key} = {table}.{key}"
    yield f"DELETE FROM {table}"
    yield f"DELETE FROM {table} USING {table} AS o WHERE o.{key} = {table}.{key}"
    yield f"WITH gone AS (DELETE FROM {table} RETURNING *) SELECT count(*) FROM gone"
    yield (f"MERGE INTO {table} USING {table} AS o ON o.{key} = {table}.{key} "
           f"WHEN MATCHED THEN UPDATE SET {columns[-1]} = o.{columns[-1]}")
    yield f"MERGE INTO {table} USING {table} AS o ON o.{key} = {table}.{key} WHEN MATCHED THEN DELETE"
    yield (f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key}) "
           f"DO UPDATE SET {columns[-1]} = excluded.{columns[-1]}")
    yield f"TRUNCATE {table}"
    yield f"TRUNCATE {table} CASCADE"
    yield f"TRUNCATE {table} RESTART IDENTITY CASCADE"
    if PARENTS[table]:
        yield f"TRUNCATE {PARENTS[table]} CASCADE"
        yield f"DELETE FROM {PARENTS[table]}"


@each_table
def test_python_bypassed_by_foreign_sql(place: Flask, world: World, table: str) -> None:
    columns = [column["name"] for column in inspect(db.engine).get_columns(table)]
    attacks = attacks_on_sqlite if db.engine.dialect.name == "sqlite" else attacks_on_postgresql
    passed = []
    with foreign(place) as sql:
        before = sorted(sql(f"SELECT * FROM {table}"), key=repr)
        assert before
        for attack in attacks(table, columns):
            try:
                sql(attack)
            except (sqlite3.Error, psycopg.Error):
                continue
            passed.append(attack)
        assert sorted(sql(f"SELECT * FROM {table}"), key=repr) == before
    assert passed == []


@pytest.mark.parametrize("pragma", ["recursive_triggers=ON", "foreign_keys=ON", "ignore_check_constraints=ON",
                                    "defer_foreign_keys=ON", "cell_size_check=OFF", "trusted_schema=OFF"])
def test_no_pragma_opens_a_way(place: Flask, world: World, pragma: str) -> None:
    if db.engine.dialect.name != "sqlite":
        return
    with foreign(place) as sql:
        sql(f"PRAGMA {pragma}")
        for attack in ("REPLACE INTO movement SELECT * FROM movement", "DELETE FROM movement",
                       "UPDATE movement SET amount_fen = 1"):
            with pytest.raises(sqlite3.Error):
                sql(attack)


def change_by_flush(tx: Session, model: Any) -> None:
    row = tx.query(model).first()
    flag_modified(row, row.__table__.columns.keys()[-1])
    tx.flush()


def delete_by_flush(tx: Session, model: Any) -> None:
    tx.delete(tx.query(model).first())
    tx.flush()


def same(model: Any) -> dict[str, Any]:
    column = model.__table__.columns.keys()[-1]
    return {column: model.__table__.c[column]}


def in_bulk(tx: Session, model: Any) -> None:
    row = tx.query(model).first()
    tx.bulk_update_mappings(model, [{name: getattr(row, name) for name in row.__table__.c.keys()}])  # noqa: SIM118 (a collection, not a dict)


WAYS: dict[str, Callable[[Session, Any], object]] = {
    "flush of a change": change_by_flush,
    "flush of a deletion": delete_by_flush,
    "update of the model": lambda tx, model: tx.execute(update(model).values(same(model))),
    "delete of the model": lambda tx, model: tx.execute(delete(model)),
    "update of the table": lambda tx, model: tx.execute(update(model.__table__).values(same(model))),
    "delete of the table": lambda tx, model: tx.execute(delete(model.__table__)),
    "query update": lambda tx, model: tx.query(model).update(same(model), synchronize_session=False),
    "query delete": lambda tx, model: tx.query(model).delete(synchronize_session=False),
    "bulk mappings": in_bulk,
    "connection": lambda tx, model: tx.connection().execute(update(model.__table__).values(same(model))),
}


def drop_triggers(tx: Session, table: str) -> None:
    if is_postgresql(tx):
        tx.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    else:
        for kind in ("update", "delete", "replace"):
            tx.execute(text(f"DROP TRIGGER {table}_no_{kind}"))


def succeeded(tx: Session, table: str) -> list[str]:
    """The ways that changed a row of the table, each given up afterwards."""
    found = []
    for name, way in WAYS.items():
        step = tx.begin_nested()
        try:
            way(tx, models()[table])
        except AppendOnly as refused:
            assert table in str(refused)
        else:
            found.append(name)
        finally:
            step.rollback()
    return found


@each_table
def test_database_bypassed(world: World, tx: Session, table: str) -> None:
    drop_triggers(tx, table)
    assert succeeded(tx, table) == []


@each_table
def test_both_bypassed(world: World, tx: Session, table: str) -> None:
    """What the two halves refuse is possible without them (and without the rows that others hang on)."""
    drop_triggers(tx, table)
    tx.execute(text("SET LOCAL session_replication_role = replica" if is_postgresql(tx) else
                    "PRAGMA defer_foreign_keys = ON"))
    event.remove(Engine, "before_execute", database.refuse_changes)
    try:
        assert succeeded(tx, table) == list(WAYS)
    finally:
        event.listen(Engine, "before_execute", database.refuse_changes)


def test_rows_of_other_tables_may_change(world: World, tx: Session) -> None:
    """So Python's half refuses those tables and no others."""
    for table, model in models().items():
        if table not in APPEND_ONLY and tx.query(model).first() is not None:
            # Of months and state receipts only what is over stays as it is.
            may = {"period": Period.closed_at.is_(None),
                   "state_receipt": StateReceipt.state != "issued"}.get(table, true())
            tx.execute(update(model.__table__).where(may).values(same(model)))


@each_table
def test_every_key_is_guarded(world: World, table: str) -> None:
    """A unique key that the triggers did not know would be a way around them (INSERT OR REPLACE)."""
    looked = inspect(db.engine)
    keys = {tuple(looked.get_pk_constraint(table)["constrained_columns"]),
            *(tuple(unique["column_names"]) for unique in looked.get_unique_constraints(table)),
            *(tuple(index["column_names"]) for index in looked.get_indexes(table) if index["unique"])}
    assert keys == set(map(tuple, APPEND_ONLY[table]))


def test_an_entry_is_complete_when_its_header_stands(place: Flask, world: World) -> None:
    """PostgreSQL: while a header is not yet committed, nobody else can add a movement to its entry."""
    if db.engine.dialect.name == "sqlite":
        return
    add = ("INSERT INTO movement (entry_id, line, debit_account, credit_account, fund, amount_fen) "
           "VALUES (77, {line}, '1001', '4901', 'GEN', 100)")
    with db.engine.connect() as ours, db.engine.connect() as theirs:
        ours.execute(text(add.format(line=1)))
        theirs.execute(text("SET LOCAL lock_timeout = '50ms'"))
        with pytest.raises(DBAPIError, match="lock timeout"):
            theirs.execute(text(add.format(line=2)))
        ours.rollback()
