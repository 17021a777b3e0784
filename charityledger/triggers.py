"""All triggers of the database, for the migrations that install them and the audit that checks they still stand."""

import re
from collections.abc import Iterator
from typing import Literal

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
# What PostgreSQL would fire; a trigger for replicas only ('R') is as good as none.
_DEFINED = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger "
                  "WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')",
}
_FUNCTIONS = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
_FUNCTION = re.compile(r"\s*CREATE OR REPLACE FUNCTION (\w+)\(\).*?\$\$(.*)\$\$", re.DOTALL)
_EVENTS = re.compile(r"\b(?:insert|update|delete|truncate)(?: or (?:insert|update|delete|truncate))*\b")


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


def faults(connection: Connection) -> Iterator[tuple[Literal["missing", "changed"], str]]:
    """Triggers, and functions behind them, that do not stand as this release would make them: the fault and the name.

    The text of each is compared, so that one whose body was emptied is found like one that is gone.
    """
    dialect = connection.dialect.name
    standing: dict[str, str] = dict(connection.execute(text(_DEFINED[dialect])).all())
    bodies: dict[str, str] = {}
    if dialect == "postgresql":
        bodies = dict(connection.execute(text(_FUNCTIONS)).all())
    for statement in statements(dialect):
        if function := _FUNCTION.match(statement):
            found, wanted = bodies.get(function[1]), function[2]
        elif trigger := _TRIGGER.match(statement):
            function, found, wanted = trigger, standing.get(trigger[1]), statement
        else:
            continue
        if found is None:
            yield "missing", function[1]
        elif _plain(found) != _plain(wanted):
            yield "changed", function[1]


def _plain(definition: str) -> str:
    """The same for a definition as it was written and as PostgreSQL tells it: without casts, brackets and schema, the
    events in one order."""
    bare = re.sub(r"::\w+( varying)?|\bpublic\.|[()]", " ", definition.lower())
    return " ".join(_EVENTS.sub(lambda found: " or ".join(sorted(found[0].split(" or "))), bare).split())
