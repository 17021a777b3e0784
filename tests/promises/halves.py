"""A breach of a promise, tried with Python's half bypassed, with the database's half bypassed, and with both.

The third attempt must succeed: it proves that the first two really bypassed what they say.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from charityledger.database import is_postgresql
from charityledger.errors import CharityLedgerError
from tests.promises.world import World


@dataclass(frozen=True)
class Breach:
    """`checks` (table, constraint) and `triggers` (table, trigger) are the database's half of what `act` breaks."""

    name: str
    act: Callable[[World, Session], object]
    error: type[CharityLedgerError]
    python_off: Callable[[pytest.MonkeyPatch], None]
    checks: tuple[tuple[str, str], ...] = ()
    triggers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.name


@contextmanager
def database_off(tx: Session, breach: Breach) -> Iterator[None]:
    """Take the database's half away, inside the transaction, so that giving it up puts everything back.

    SQLite cannot drop a CHECK, but every foreign connection may ignore them all.
    """
    if is_postgresql(tx):
        for table, name in breach.checks:
            tx.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}"))
        for table, name in breach.triggers:
            if not name.endswith("_guard"):
                tx.execute(text(f"DROP TRIGGER {name} ON {table}"))
        yield
        return
    for _, name in breach.triggers:
        tx.execute(text(f"DROP TRIGGER {name}"))
    tx.execute(text(f"PRAGMA ignore_check_constraints = {'ON' if breach.checks else 'OFF'}"))
    try:
        yield
    finally:
        tx.execute(text("PRAGMA ignore_check_constraints = OFF"))


def refused_by_the_database(breach: Breach, world: World, tx: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    breach.python_off(monkeypatch)
    with pytest.raises(DBAPIError):
        breach.act(world, tx)


def refused_by_python(breach: Breach, world: World, tx: Session) -> None:
    with database_off(tx, breach), pytest.raises(breach.error) as refused:
        breach.act(world, tx)
    assert type(refused.value) is breach.error


def happens_without_both(breach: Breach, world: World, tx: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    breach.python_off(monkeypatch)
    with database_off(tx, breach):
        breach.act(world, tx)
