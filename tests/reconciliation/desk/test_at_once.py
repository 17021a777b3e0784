"""Two staff, or four, at once: no line is used twice, no payment is paired twice, no match is undone twice."""

from collections import Counter

from flask import Flask
from sqlalchemy import func, select

from charityledger.clock import FixedClock
from charityledger.donations.models import Allocation, StatementLine
from charityledger.extensions import db
from charityledger.ledger.models import JournalEntry
from charityledger.reports import recompute
from tests.promises import writers
from tests.promises.world import BANK, ITEMS, WECHAT, World
from tests.reconciliation.desk import jobs
from tests.reconciliation.desk import world as desk

PEOPLE = 4
LINES = 12


def used() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(StatementLine.used_fen).order_by(StatementLine.id)))


def entries(kind: str | None = None) -> int:
    db.session.rollback()
    query = select(func.count(JournalEntry.id))
    return db.session.scalar(query if kind is None else query.where(JournalEntry.kind == kind)) or 0


def test_a_line_is_used_once_and_undone_once(context: Flask, database_url: str, clock: FixedClock) -> None:
    World(clock).found(ITEMS)
    ids = [desk.line(1000, account=BANK, minute=n) for n in range(LINES)]
    results = writers.at_once(database_url, *[jobs.book_all] * PEOPLE)
    assert Counter(n for done, _ in results for n in done) == Counter(ids)
    assert {code for _, codes in results for code in codes} <= {"nothing_left", "line_overused"}
    assert (used(), entries()) == ([1000] * LINES, LINES)

    results = writers.at_once(database_url, *[jobs.undo_all] * PEOPLE)
    assert Counter(n for done, _ in results for n in done) == Counter(ids)
    assert {code for _, codes in results for code in codes} <= {
        "nothing_to_undo", "already_reversed", "wrong_state", "suspense_settled"}
    assert (used(), entries("match_undone")) == ([0] * LINES, LINES)
    assert recompute.run(db.session()).problems == ()


def test_the_two_lines_of_a_transfer_are_used_once(context: Flask, database_url: str, clock: FixedClock) -> None:
    world = World(clock).found(ITEMS)
    world.given(15000, None, account=WECHAT)
    outs = [desk.line(-1000, account=WECHAT, minute=n) for n in range(6)]
    ins = [desk.line(1000, account=BANK, minute=n) for n in range(6)]
    results = writers.at_once(database_url, *[jobs.transfer_all] * PEOPLE)
    done = Counter(n for each, _ in results for n in each)
    assert max(done.values()) == 1
    db.session.rollback()
    both = db.session.scalars(select(StatementLine).where(StatementLine.id.in_([*outs, *ins]))).all()
    assert sum(row.used_fen for row in both if row.amount_fen < 0) == sum(
        row.used_fen for row in both if row.amount_fen > 0) == 1000 * len(done)
    assert entries("payout") == len(done)
    assert recompute.run(db.session()).problems == ()


def test_a_payment_is_paired_with_one_line(context: Flask, database_url: str, clock: FixedClock) -> None:
    world = World(clock).found(ITEMS)
    world.given(9000)
    for _ in range(3):
        world.approved(world.asked(1000))
    for n in range(6):
        desk.line(-1000, account=BANK, minute=n)
    writers.at_once(database_url, *[jobs.pair_all] * PEOPLE)
    db.session.rollback()
    paired = db.session.execute(select(Allocation.entry_id, func.sum(Allocation.amount_fen)).where(
        Allocation.kind == "disbursement").group_by(Allocation.entry_id)).all()
    assert [int(fen) for _, fen in paired] == [1000] * 3
    assert recompute.run(db.session()).problems == ()
