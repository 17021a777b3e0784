"""What many processes do at once.

Each is forked from a server that has imported the services, and opens the database without pages and documents, so
that starting eight of them takes less than a second.
"""

import multiprocessing
import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.synchronize import Barrier
from typing import Any

from flask import Flask

from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.donations import adoption, disbursements
from charityledger.donations.adoption import AdoptionWish
from charityledger.donations.donors import DonorFacts
from charityledger.errors import CharityLedgerError
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.ids import RandomIds
from charityledger.ledger import chart, numbering, postings, store
from tests.promises.world import BANK, LI, P, World

AT = datetime(2026, 4, 15, 2, 0, tzinfo=UTC)
Job = Callable[[World, int, Callable[[object], None]], object]
PROCESSES = 8
IN_BANK = chart.under(chart.BANK, BANK)


def context() -> ForkServerContext:
    """The server is started once and ends with the tests."""
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["tests.promises.writers"])
    return forks


def application(url: str) -> Flask:
    """What services need of an application: its database."""
    app = Flask("writers")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    return app


def run(url: str, job: Job, number: int, barrier: Barrier | None, pipe: Connection) -> None:
    """Body of a process: open the database, wait for the others, do the job, send what came of it."""
    try:
        with application(url).app_context():
            world = World(FixedClock(AT)).look()
            if barrier is not None:
                barrier.wait(60)
            pipe.send(("done", job(world, number, lambda said: pipe.send(("said", said)))))
            db.session.remove()
            db.engine.dispose()
    except BaseException:
        if barrier is not None:
            barrier.abort()
        pipe.send(("failed", traceback.format_exc()))
        raise


@contextmanager
def started(url: str, jobs: list[Job], *, together: bool = True) -> Iterator[list[tuple[Any, Connection]]]:
    """(process, pipe) for each job; whatever still runs at the end is killed."""
    forks = context()
    barrier = forks.Barrier(len(jobs)) if together else None
    pairs = []
    for number, job in enumerate(jobs):
        ours, theirs = forks.Pipe(duplex=False)
        process = forks.Process(target=run, args=(url, job, number, barrier, theirs), daemon=True)
        process.start()
        theirs.close()
        pairs.append((process, ours))
    try:
        yield pairs
    finally:
        for process, pipe in pairs:
            if process.is_alive():
                process.kill()
            process.join()
            process.close()
            pipe.close()


def at_once(url: str, *jobs: Job) -> list[Any]:
    """Run every job in a process of its own, all at the same time; what each returned."""
    with started(url, list(jobs)) as pairs:
        results = []
        for _, pipe in pairs:
            kind, result = pipe.recv()
            assert kind == "done", result
            results.append(result)
    return results


def adopt_many(world: World, number: int, say: Callable[[object], None]) -> tuple[int, list[str]]:
    """Two hundred adoptions of one unit of the goods; how many succeeded, and how the others failed."""
    taken, refused = 0, set()
    wish = AdoptionWish(P, "goods", 1, "none", (world.items[P, 3],))
    donor = DonorFacts(name=f"捐赠人{number}", phone=f"1380013800{number}")
    for _ in range(200):
        try:
            adoption.adopt(actor=Actor.public(), clock=world.clock, ids=RandomIds(), wish=wish, confirm_minutes=30,
                           donor=donor)
            taken += 1
        except CharityLedgerError as error:
            refused.add(error.code)
    return taken, sorted(refused)


def give_many(world: World, number: int, say: Callable[[object], None]) -> int:
    """Gifts of 1.00 each; what was given, in fen."""
    for _ in range(20):
        world.given(100)
    return 2_000


def pay_many(world: World, number: int, say: Callable[[object], None]) -> int:
    """Payments asked for and approved for as long as there is money, some returned; what was paid and stayed so."""
    paid = 0
    for attempt in range(20):
        try:
            disbursement = world.asked(300)
        except CharityLedgerError as error:
            assert error.code == "fund_overdrawn", error
            continue
        world.approved(disbursement)
        if attempt % 5:
            paid += 300
        else:
            disbursements.returned(actor=LI, clock=world.clock, disbursement_id=disbursement, on=world.day)
    return paid


def spend_many(world: World, number: int, say: Callable[[object], None]) -> int:
    """Costs posted without asking first, so that only the store stands between them and an empty fund."""
    spent = 0
    for _ in range(25):
        try:
            with transaction() as tx:
                store.post(tx, postings.management_cost(0, IN_BANK, 250, world.day, P), clock=world.clock, made_by=1)
        except CharityLedgerError as error:
            assert error.code == "fund_overdrawn", error
        else:
            spent += 250
    return spent


def number_many(world: World, number: int, say: Callable[[object], None]) -> int:
    """Vouchers numbered again and again while the others write."""
    return sum(numbering.assign() for _ in range(30))


def give_with_one_key(world: World, number: int, say: Callable[[object], None]) -> int:
    """The same form, sent by everybody at once; the line that it became."""
    return world.given(700, key="the form of all")


def act_for_ever(world: World, number: int, say: Callable[[object], None]) -> None:
    """Promise, receive, ask and pay until killed; says each step once its service has returned."""
    say(os.getpid())
    while True:
        pledge = world.accepted(7)
        say(("pledge", pledge))
        say(("line", world.paid(pledge, 9)))
        asked = world.asked(5)
        say(("asked", asked))
        say(("paid", world.approved(asked)))
