"""One use case, one commit: engine settings, the transaction around every write, and the migrations.

SQLite's Python driver begins transactions late and silently; with its defaults, writers at once overdrew a fund
without an error. So we begin every transaction ourselves: IMMEDIATE for writes, DEFERRED for reads.
"""

import functools
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from flask import Flask, current_app
from sqlalchemy import Connection, Delete, Engine, Update, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from .append_only import APPEND_ONLY
from .extensions import db

P = ParamSpec("P")
R = TypeVar("R")

BUSY_TIMEOUT_S = 60
# PostgreSQL may undo one of two transactions that wait for each other (40P01) or that it cannot order (40001).
# Nothing of it was kept, so the use case may simply run again.
RETRIES = 5
RETRIABLE = ("40001", "40P01")


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None          # the driver must not begin transactions on its own
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


class AppendOnly(RuntimeError):
    """The program tried to change what only ever grows: a fault of its author, never of a user."""


@event.listens_for(Engine, "before_execute")
def refuse_changes(_connection: Any, statement: Any, *_: Any) -> None:
    """Python's half of promise 2, for the unit of work and every other statement that never was text."""
    if isinstance(statement, Update | Delete):
        table = getattr(statement.table, "name", "")
        if table in APPEND_ONLY:
            raise AppendOnly(f"{type(statement).__name__} of {table}")


class TransactionInside(RuntimeError):
    """A use case was called inside another without its transaction: two commits where there must be one."""


_open: ContextVar[bool] = ContextVar("_open", default=False)


@contextmanager
def transaction(engine: Engine | None = None) -> Iterator[Session]:
    """The only place that commits. Yields a session of its own; any exception rolls all of it back.

    Raises TransactionInside where one is open already: call the use case as `use.inside(tx, …)` there.
    """
    if _open.get():
        raise TransactionInside
    token = _open.set(True)
    try:
        with _committing(engine) as tx:
            yield tx
    finally:
        _open.reset(token)


@contextmanager
def _committing(engine: Engine | None) -> Iterator[Session]:
    # The request's reading session must not keep an old snapshot, nor hold SQLite's read lock across our commit.
    db.session.rollback()
    engine = engine or db.engine
    with Session(engine, expire_on_commit=False, autoflush=False) as tx:
        tx.connection(execution_options={"writing": True})
        yield tx
        try:
            tx.commit()
        except BaseException:
            # SQLite leaves a transaction open whose commit failed, and the pool would hand it on with its lock.
            tx.invalidate()
            raise


class UseCase(Generic[P, R]):
    """A service function that runs in one transaction. Call it without `tx`; `inside(tx, …)` joins another's."""

    def __init__(self, function: Callable[Concatenate[Session, P], R]) -> None:
        self.inside = function
        functools.update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(RETRIES):
            try:
                with transaction() as tx:
                    return self.inside(tx, *args, **kwargs)
            except DBAPIError as error:
                if attempt + 1 == RETRIES or getattr(error.orig, "sqlstate", None) not in RETRIABLE:
                    raise
        raise AssertionError("unreachable")


def use_case(function: Callable[Concatenate[Session, P], R]) -> UseCase[P, R]:
    """Decorator: `@use_case def adopt(tx, *, actor, clock, …)`. One call, one commit, or nothing at all."""
    return UseCase(function)


def is_postgresql(tx: Session) -> bool:
    """Whether row locks are needed: SQLite has one writer at a time."""
    return tx.get_bind().dialect.name == "postgresql"


def upgrade(app: Flask) -> None:
    """Bring the database to the newest schema (idempotent)."""
    from flask_migrate import upgrade as run

    with app.app_context():
        logging.getLogger("alembic").setLevel(logging.WARNING)
        run(directory=current_app.extensions["migrate"].directory)


def is_ready(app: Flask) -> bool:
    """Whether the database has our tables. Raises OperationalError where it cannot be reached."""
    from sqlalchemy import inspect

    with app.app_context():
        return inspect(db.engine).has_table("journal_entry")
