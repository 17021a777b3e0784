"""Promise 7: a process killed in the middle of its work leaves all of a use case or none, and all it acknowledged."""

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from flask import Flask
from sqlalchemy.orm import Session

from charityledger.clock import FixedClock
from charityledger.donations.models import Disbursement, Pledge, StatementLine
from charityledger.extensions import db
from charityledger.reports import recompute
from tests.promises import writers
from tests.promises.world import World

# Killed after so many acknowledgements, wherever the process is by then.
ROUNDS = (0, 1, 2, 3, 5, 8, 13, 21)
KINDS = {"pledge": Pledge, "line": StatementLine, "asked": Disbursement, "paid": Disbursement}


@contextmanager
def at_work(url: str) -> Iterator[tuple[object, Connection]]:
    with writers.started(url, [writers.act_for_ever], together=False) as [(process, pipe)]:
        kind, said = pipe.recv()
        assert kind == "said", said
        yield process, pipe


def heard(pipe: Connection) -> list[tuple[str, int]]:
    """What was acknowledged until the pipe broke."""
    found = []
    while True:
        try:
            kind, said = pipe.recv()
        except EOFError:
            return found
        assert kind == "said", said
        found.append(said)


def test_killed_at_any_moment(context: Flask, database_url: str, clock: FixedClock) -> None:
    World(clock).found()
    acknowledged: list[tuple[str, int]] = []
    for after in ROUNDS:
        with at_work(database_url) as (process, pipe):
            acknowledged += [pipe.recv()[1] for _ in range(after)]
            process.kill()
            acknowledged += heard(pipe)
        with Session(db.engine) as session:
            assert recompute.run(session).problems == ()
            for kind, row_id in acknowledged:
                row = session.get(KINDS[kind], row_id)
                assert row is not None
                assert kind != "paid" or row.state == "paid"
    assert len(acknowledged) >= sum(ROUNDS)
