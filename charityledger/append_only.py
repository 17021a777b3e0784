"""Triggers that keep a table append-only, for SQLite and PostgreSQL.

SQLite needs a third trigger: `INSERT OR REPLACE` deletes the old row without firing DELETE triggers (they fire only
where the connection asked for recursive triggers), so an insert that meets an existing key is refused beforehand.
The row id is such a key too, even where the primary key is another column.

Python's half, for statements that never were text, stands in `database.refuse_changes`.
"""

from collections.abc import Sequence

# Table → its primary key and unique keys. These tables only ever grow (promise 2).
APPEND_ONLY: dict[str, list[list[str]]] = {
    "journal_entry": [["id"], ["reverses_id"]],
    "movement": [["id"], ["entry_id", "line"]],
    "voucher": [["entry_id"], ["series", "period", "number"]],
    "request_key": [["key"]],
    "event": [["id"]],
    "need_movement": [["id"]],
    "allocation": [["id"], ["reverses_id"]],
    "bank_statement": [["id"], ["account_code", "sha256"]],
    "account_closing": [["id"], ["period", "account_code"]],
}

POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'append_only: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '23000';
END $$"""


def sqlite_statements(table: str, keys: Sequence[Sequence[str]]) -> list[str]:
    """`keys`: the primary key and every unique key of the table, each as its columns."""
    exists = " OR ".join(
        "(" + " AND ".join(f"{column} = NEW.{column}" for column in key) + ")" for key in [*keys, ["rowid"]])
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
