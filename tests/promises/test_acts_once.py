"""Promise 6: a request that is sent twice acts once; the same key with other content is a conflict."""

import inspect

import pytest
from sqlalchemy import false, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from charityledger.database import is_postgresql
from charityledger.donations.models import Donation
from charityledger.errors import IdempotencyConflict, NotFound
from charityledger.extensions import db
from charityledger.ledger import idempotency
from tests.promises.line_use_cases import LINES
from tests.promises.other_use_cases import OTHERS
from tests.promises.use_cases import NOT_CONTENT, USES, Use, on_both, others
from tests.promises.world import P, World, dump

KEYED = tuple(use for use in (*USES, *LINES, *OTHERS) if use.other)


def outcome(result: object) -> object:
    """What a use case returns, or the id of the row that it returns."""
    return getattr(result, "id", result)


@on_both([use for use in (*USES, *LINES) if use.other], [use for use in OTHERS if use.other])
def test_sent_twice(world: World, use: Use) -> None:
    given = use.given(world)
    varied = others(use, given, world)
    key = f"form {use.name}"
    first = outcome(use.use(**given, key=key))
    before = dump(db.engine)
    assert outcome(use.use(**given, key=key)) == first
    for name, other in varied.items():
        try:
            use.use(**other, key=key)
        except IdempotencyConflict:
            continue
        pytest.fail(f"another {name} under the same key was taken for the same request")
    assert dump(db.engine) == before


@pytest.mark.parametrize("use", KEYED, ids=str)
def test_every_parameter_is_content(use: Use) -> None:
    """What the test above varies is everything that a caller says."""
    assert set(inspect.signature(use.use.inside).parameters) - NOT_CONTENT == set(use.other)


def test_every_use_case_with_a_key_is_tried() -> None:
    keyed = {use.use for use in (*USES, *LINES, *OTHERS) if "key" in inspect.signature(use.use.inside).parameters}
    assert keyed == {use.use for use in KEYED}


def test_a_refused_request_keeps_no_key(world: World) -> None:
    """What failed may be sent again, and acts when it can."""
    with pytest.raises(NotFound):
        world.given(5, "nowhere", key="again")
    first = world.given(5, key="again")
    assert world.given(5, key="again") == first


def gifts(tx: Session) -> int:
    return len(tx.scalars(select(Donation.id)).all())


def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python does not find the key that came before."""
    monkeypatch.setattr(idempotency, "select", lambda *columns: select(*columns).where(false()))


def unguarded(tx: Session) -> None:
    """The table of keys without its key and its triggers."""
    if is_postgresql(tx):
        tx.execute(text("ALTER TABLE request_key DISABLE TRIGGER USER"))
        tx.execute(text("ALTER TABLE request_key DROP CONSTRAINT pk_request_key"))
    else:
        tx.execute(text("CREATE TABLE bare AS SELECT * FROM request_key"))
        tx.execute(text("DROP TABLE request_key"))
        tx.execute(text("ALTER TABLE bare RENAME TO request_key"))


def test_python_bypassed(world: World, tx: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    blind(monkeypatch)
    world.given(5, tx=tx, key="once")
    with pytest.raises(DBAPIError):
        world.given(5, tx=tx, key="once")


def test_database_bypassed(world: World, tx: Session) -> None:
    unguarded(tx)
    line = world.given(5, tx=tx, key="once")
    before = gifts(tx)
    assert world.given(5, tx=tx, key="once") == line
    assert gifts(tx) == before
    with pytest.raises(IdempotencyConflict):
        world.given(6, tx=tx, key="once")


def test_both_bypassed(world: World, tx: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    blind(monkeypatch)
    unguarded(tx)
    before = gifts(tx)
    assert world.given(5, P, tx=tx, key="once") != world.given(5, P, tx=tx, key="once")
    assert gifts(tx) == before + 2
