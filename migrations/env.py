"""Runs the migrations on the application's own database, in one transaction."""

from alembic import context
from flask import current_app
from sqlalchemy import MetaData


def metadata() -> MetaData:
    return current_app.extensions["migrate"].db.metadata


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    # A write from the start: SQLite locks the file, so that two starts at once do not both create the tables.
    with engine.connect().execution_options(writing=True) as connection:
        context.configure(connection=connection, target_metadata=metadata(),
                          **current_app.extensions["migrate"].configure_args)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
