"""All triggers of the database, for the migration that installs them and the audit that checks they still stand."""

from sqlalchemy import Connection

from . import append_only
from .append_only import APPEND_ONLY
from .ledger import triggers as ledger
from .projects import triggers as projects


def statements(dialect: str) -> list[str]:
    """The DDL for `sqlite` or `postgresql`, in order."""
    if dialect == "sqlite":
        refusals = [s for table, keys in APPEND_ONLY.items() for s in append_only.sqlite_statements(table, keys)]
        return [*refusals, *ledger.sqlite_statements(), *projects.sqlite_statements()]
    refusals = [s for table in APPEND_ONLY for s in append_only.postgresql_statements(table)]
    return [append_only.POSTGRESQL_FUNCTION, *refusals, *ledger.postgresql_statements(),
            *projects.postgresql_statements()]


def install(connection: Connection) -> None:
    """Create them all, on a database that has none."""
    for statement in statements(connection.dialect.name):
        connection.exec_driver_sql(statement.replace("%", "%%") if connection.dialect.name == "postgresql"
                                   else statement)
