"""Migrated databases for tests: made once per process and kind, then copied, or emptied and used again."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tests.postgresql import PostgreSQL, running

# Everything that a test might have changed about the schema; a database that differs is not used again.
SCHEMA = """
SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
  SELECT concat_ws(' ', tgrelid::regclass, tgenabled, pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
  UNION ALL SELECT concat_ws(' ', attrelid::regclass, attname, atttypid::regtype, attnotnull) FROM pg_attribute
    WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
  UNION ALL SELECT concat_ws(' ', proname, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS lines (line)"""


class Reset:
    """Puts a PostgreSQL database back to what its template holds, in a tenth of the time that a copy takes."""

    def __init__(self, template: str) -> None:
        with psycopg.connect(template, autocommit=True) as connection:
            self.schema = connection.execute(SCHEMA).fetchone()
            connection.execute("CREATE SCHEMA seed")
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            parts = [sql.SQL("SET session_replication_role = replica")]  # neither triggers nor foreign keys
            for (name,) in tables:
                table = sql.Identifier("public", name)
                parts.append(sql.SQL("DELETE FROM {}").format(table))
                if connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(table)).fetchone():
                    seed = sql.Identifier("seed", name)
                    connection.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(seed, table))
                    parts.append(sql.SQL("INSERT INTO {} OVERRIDING SYSTEM VALUE SELECT * FROM {}").format(table, seed))
            for name, last in connection.execute(
                    "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'").fetchall():
                parts.append(sql.SQL("ALTER SEQUENCE {} RESTART WITH {}").format(
                    sql.Identifier("public", name), sql.Literal(1 if last is None else last + 1)))
            self.script = sql.SQL("; ").join(parts).as_string(connection)

    def works(self, address: str) -> bool:
        """Whether the database at `address` is as good as new now."""
        try:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                   "WHERE datname = current_database() AND pid <> pg_backend_pid()")
                if connection.execute(SCHEMA).fetchone() != self.schema:
                    return False
                connection.execute("SET lock_timeout = '5s'")
                connection.execute(self.script.encode())
        except psycopg.Error:
            return False
        return True


class Databases:
    """`fresh(kind, folder)` gives the URL of an empty database of the newest schema, `give_back(url)` ends its use."""

    def __init__(self, folder: Path, migrate: Callable[[str], None]) -> None:
        self.folder = folder
        self.migrate = migrate
        self.resources = ExitStack()
        self._names = (f"test_{number}" for number in count(1))
        self._free: list[str] = []
        self._server: PostgreSQL | None = None
        self._sqlite: Path | None = None
        self._template = ""
        self._reset: Reset | None = None

    @property
    def server(self) -> PostgreSQL:
        """Started by the first test that wants it."""
        if self._server is None:
            self._server = self.resources.enter_context(running())
        return self._server

    def fresh(self, kind: str, folder: Path) -> str:
        if kind == "postgresql":
            return self._free.pop() if self._free else self._copy()
        if self._sqlite is None:
            self.migrate(f"sqlite:///{self.folder / 'template.sqlite3'}")
            self._sqlite = self.folder / "template.sqlite3"
        copy = Path(shutil.copyfile(self._sqlite, folder / "ledger.sqlite3"))
        return f"sqlite:///{copy}"

    def _copy(self) -> str:
        if self._reset is None:
            self._template = next(self._names)
            url = self.server.create(self._template)
            self.migrate(url)
            self._reset = Reset(_address(url))
        return self.server.create(next(self._names), self._template)

    def give_back(self, url: str) -> None:
        """SQLite's file goes with the test's folder."""
        if url.startswith("sqlite"):
            return
        if self._reset and self._reset.works(_address(url)):
            self._free.append(url)
        else:
            self.server.drop(make_url(url).database or "")


def _address(url: str) -> str:
    """The same as libpq takes it."""
    return url.replace("postgresql+psycopg:", "postgresql:")
