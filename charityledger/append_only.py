"""Triggers that keep a table append-only, for SQLite and PostgreSQL.

SQLite needs a third trigger: `INSERT OR REPLACE` deletes the old row without firing DELETE triggers (they fire only
where the connection asked for recursive triggers), so an insert that meets an existing key is refused beforehand.
"""

from collections.abc import Sequence

POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'append_only: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '23000';
END $$"""


def sqlite_statements(table: str, keys: Sequence[Sequence[str]]) -> list[str]:
    """`keys`: the primary key and every unique key of the table, each as its columns."""
    exists = " OR ".join(
        "(" + " AND ".join(f"{column} = NEW.{column}" for column in key) + ")" for key in keys)
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'append_only: UPDATE of {table} is refused'); END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'append_only: DELETE of {table} is refused'); END",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {exists}) "
        f"BEGIN SELECT RAISE(ABORT, 'append_only: replacing a row of {table} is refused'); END",
    ]


def postgresql_statements(table: str) -> list[str]:
    """UPDATE, DELETE and TRUNCATE are refused; PostgreSQL has no INSERT OR REPLACE."""
    return [
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]
