"""Runs the migrations on the application's own database, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import Connection, MetaData


def metadata() -> MetaData:
    return current_app.extensions["migrate"].db.metadata


@contextmanager
def _tables_may_be_rebuilt(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making another in its place, and cannot while foreign keys are watched; they are
    checked before the commit instead."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration left rows that point nowhere: {broken[:5]}")


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    # A write from the start: SQLite locks the file, so that two starts at once do not both create the tables.
    with engine.connect().execution_options(writing=True) as connection, _tables_may_be_rebuilt(connection):
        context.configure(connection=connection, target_metadata=metadata(),
                          **current_app.extensions["migrate"].configure_args)
        with context.begin_transaction():
            context.run_migrations()
        _check_foreign_keys(connection)
        connection.commit()


run()
