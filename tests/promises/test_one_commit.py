"""Promise 7: one use case, one commit. A failure after any statement of any use case leaves nothing behind."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import charityledger
from charityledger import database
from charityledger.database import TransactionInside, UseCase, transaction
from charityledger.donations import receipts
from charityledger.extensions import db
from charityledger.ledger import store
from charityledger.reports import recompute
from tests.promises.line_use_cases import LINES
from tests.promises.other_use_cases import OTHERS
from tests.promises.use_cases import USES, Use, on_both
from tests.promises.world import World, dump

# They act only where nothing is: an empty database, or one without money accounts.
NOT_TRIED = {"charityledger.demonstration._store", "charityledger.demonstration.mark",
             "charityledger.donations.money_accounts.ensure_default_accounts"}


class Crash(Exception):
    """What happens in the middle of a use case."""

    def throw(self) -> None:
        raise self


@contextmanager
def crash_at(number: int | None) -> Iterator[Callable[[], int]]:
    """Crash after the statement of this number, or (None) when everything is written and the commit begins.

    Gives a function that says how many statements were executed.
    """
    done = 0

    def statement(*_: object) -> None:
        nonlocal done
        done += 1
        if done == number:
            raise Crash

    def commit(_: Connection) -> None:
        raise Crash

    event.listen(db.engine, "after_cursor_execute", statement)
    event.listen(db.engine, "commit", commit)
    try:
        yield lambda: done
    finally:
        event.remove(db.engine, "after_cursor_execute", statement)
        event.remove(db.engine, "commit", commit)


def crash(use: Use, given: dict[str, object], number: int | None) -> int:
    """Run the use case into a crash; how many statements it came to."""
    with crash_at(number) as done:
        try:
            use.use(**given)
        except Crash:
            return done()
    raise AssertionError("it came through")


@on_both((*USES, *LINES), OTHERS)
def test_a_crash_after_every_statement(world: World, use: Use) -> None:
    given = dict(use.given(world))
    before = dump(db.engine)
    statements = crash(use, given, None)
    assert statements > 0
    for number in range(1, statements + 1):
        assert crash(use, given, number) == number
    assert dump(db.engine) == before
    # And it was the crash that kept it from happening: left alone, it happens.
    use.use(**given)
    assert dump(db.engine) != before


def test_every_use_case_is_interrupted() -> None:
    found = {}
    for module in pkgutil.walk_packages(charityledger.__path__, "charityledger."):
        if not module.name.endswith("__main__"):
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, UseCase):
                    found[f"{value.__module__}.{value.__name__}"] = value
    tried = {use.use for use in (*USES, *LINES, *OTHERS)}
    assert {name for name, use in found.items() if use not in tried} == NOT_TRIED


def test_all_of_it_still_ties(world: World) -> None:
    """After every use case of this module, done once and interrupted everywhere."""
    with Session(db.engine) as session:
        assert recompute.run(session).problems == ()


def test_python_bypassed_half_an_entry_cannot_be_committed(world: World) -> None:
    """Movements without their header, from a service that commits too early."""
    before = dump(db.engine)
    half = ("INSERT INTO movement (entry_id, line, debit_account, credit_account, fund, amount_fen) "
            "VALUES (88, 1, '1001', '4901', 'GEN', 100)")

    def commit_half() -> None:
        with transaction() as tx:
            tx.execute(text(half))

    with pytest.raises(DBAPIError):
        commit_half()
    assert dump(db.engine) == before


def test_database_bypassed_half_an_entry_is_rolled_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is never asked about headers here; that nothing is committed is Python's doing alone."""
    before = dump(db.engine)
    monkeypatch.setattr(store, "_seal", lambda *_: None)
    monkeypatch.setattr(receipts, "allocate", lambda *_: Crash().throw())
    with pytest.raises(Crash):
        world.given(5)
    assert dump(db.engine) == before


def test_a_use_case_inside_another_without_its_transaction_is_refused(world: World) -> None:
    """It would commit on its own, whatever becomes of the other."""
    before = dump(db.engine)

    @database.use_case
    def outer(tx: Session) -> None:
        world.given(5)

    with pytest.raises(TransactionInside):
        outer()
    assert dump(db.engine) == before
    world.given(5)


def test_a_use_case_inside_another_commits_with_it(world: World) -> None:
    before = dump(db.engine)

    def outer() -> None:
        with transaction() as tx:
            world.given(5, tx=tx)
            world.accepted(5, tx=tx)
            raise Crash

    with pytest.raises(Crash):
        outer()
    assert dump(db.engine) == before


def test_a_conflict_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL may undo one of two that wait for each other; nothing of it was kept, so it runs again."""
    tries = 0

    @database.use_case
    def stubborn(tx: Session) -> int:
        nonlocal tries
        tries += 1
        if tries < 3:
            error = Exception()
            error.sqlstate = "40P01"  # type: ignore[attr-defined]
            raise DBAPIError("", {}, error)
        return world.given(5, tx=tx)

    assert stubborn() > 0
    assert tries == 3


def test_other_errors_are_not_tried_again(world: World) -> None:
    tries = 0

    @database.use_case
    def wrong(tx: Session) -> None:
        nonlocal tries
        tries += 1
        tx.execute(text("SELECT * FROM nowhere"))

    with pytest.raises(DBAPIError):
        wrong()
    assert tries == 1


@pytest.mark.parametrize(("pragma", "value"), [("foreign_keys", 1), ("journal_mode", "wal"), ("synchronous", 2),
                                               ("secure_delete", 1), ("busy_timeout", 60_000)])
def test_sqlite_is_set_to_keep_what_it_acknowledged(world: World, pragma: str, value: object) -> None:
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value

