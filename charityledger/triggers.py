"""All triggers of the database, for the migrations that install them and the audit that checks they still stand."""

import re

from sqlalchemy import Connection, inspect, text

from . import append_only
from .append_only import APPEND_ONLY
from .donations import triggers as donations
from .ledger import triggers as ledger
from .projects import triggers as projects

_TRIGGER = re.compile(r"CREATE TRIGGER (\w+) .*? ON (\w+)", re.DOTALL)
_STANDING = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
}


def statements(dialect: str) -> list[str]:
    """The DDL for `sqlite` or `postgresql`, in order."""
    if dialect == "sqlite":
        refusals = [s for table, keys in APPEND_ONLY.items() for s in append_only.sqlite_statements(table, keys)]
        return [*refusals, *ledger.sqlite_statements(), *projects.sqlite_statements(), *donations.sqlite_statements()]
    refusals = [s for table in APPEND_ONLY for s in append_only.postgresql_statements(table)]
    return [append_only.POSTGRESQL_FUNCTION, *refusals, *ledger.postgresql_statements(),
            *projects.postgresql_statements(), *donations.postgresql_statements()]


def drop(connection: Connection) -> None:
    """Remove every trigger: a migration that rebuilds a table does this first, and `install` last."""
    for name, table in connection.execute(text(_STANDING[connection.dialect.name])).all():
        on = f" ON {table}" if connection.dialect.name == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TRIGGER {name}{on}")


def install(connection: Connection) -> None:
    """Create them all as they stand today, on a database that has none; those of tables to come come with them."""
    tables = set(inspect(connection).get_table_names())
    for statement in statements(connection.dialect.name):
        trigger = _TRIGGER.match(statement)
        if trigger is None or trigger[2] in tables:
            connection.exec_driver_sql(statement.replace("%", "%%") if connection.dialect.name == "postgresql"
                                       else statement)


def renew(connection: Connection) -> None:
    """Bring the triggers to what this release says: the end of every migration that adds or changes one."""
    drop(connection)
    install(connection)
