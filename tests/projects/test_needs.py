"""The need is history too: a statement as at a past day shows the need and the price of that day."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from charityledger.clock import FixedClock, today
from charityledger.database import transaction
from charityledger.errors import OverNeed
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.projects import catalogue, items, measures, needs
from charityledger.projects.measures import ItemFigures
from charityledger.projects.models import NeedMovement
from charityledger.reports import issuing, recompute
from charityledger.reports.build import needs as build_needs
from charityledger.reports.documents import NeedsStatement
from tests.projects.conftest import item_of, take
from tests.projects.test_service import ITEM

DAY = date(2026, 4, 15)


def found(code: str, line: int, on: date | None) -> ItemFigures | None:
    db.session.rollback()
    return next((row for row in measures.items(db.session, as_at=on) if (row.sub_code, row.line) == (code, line)), None)


def as_at(code: str, line: int, on: date | None) -> tuple[int, int, int]:
    """(need, quantity, price) of an item."""
    row = found(code, line, on)
    assert row is not None
    return row.own.need, row.quantity, row.unit_price_fen


def wrong() -> list[str]:
    db.session.rollback()
    return [problem.code for problem in recompute.counters_agree(db.session())]


def revise(code: str, line: int, staff: Actor, clock: FixedClock, **values: str | int) -> None:
    items.revise(item_id=item_of(code, line).id, values=values, seen=None, actor=staff, clock=clock)


def test_a_need_changed_later_leaves_past_days_as_they_were(small: Flask, staff: Actor, clock: FixedClock) -> None:
    before = {line: as_at("BM03-1", line, DAY) for line in (1, 2)}
    total = measures.total(measures.items(db.session, as_at=DAY))
    clock.forward(days=10)
    revise("BM03-1", 1, staff, clock, quantity=6, amount_fen=6 * 1_450_000)             # cash: four at ¥14,500
    revise("BM03-1", 2, staff, clock, unit_price_fen=700_000, amount_fen=4 * 700_000)   # goods: four at ¥6,200
    clock.forward(days=10)
    revise("BM03-1", 1, staff, clock, quantity=2, amount_fen=2 * 1_450_000)
    for days, cash, goods in ((0, before[1], before[2]), (9, before[1], before[2]),
                              (10, (8_700_000, 6, 1_450_000), (4, 4, 700_000)),
                              (20, (2_900_000, 2, 1_450_000), (4, 4, 700_000))):
        on = DAY + timedelta(days=days)
        assert (as_at("BM03-1", 1, on), as_at("BM03-1", 2, on)) == (cash, goods), days
    assert (before[1], before[2]) == ((5_800_000, 4, 1_450_000), (4, 4, 620_000))
    assert measures.total(measures.items(db.session, as_at=DAY)) == total
    assert measures.items(db.session, as_at=today(clock)) == measures.items(db.session)
    assert wrong() == []


def test_an_item_is_there_from_its_first_day_to_its_last(small: Flask, staff: Actor, clock: FixedClock) -> None:
    clock.forward(days=3)
    items.add(sub_project_id=item_of("BM03-1", 1).sub_project_id, values=ITEM, actor=staff, clock=clock)
    clock.forward(days=3)
    items.withdraw(item_id=item_of("BM03-1", 4).id, actor=staff, clock=clock)
    there = [found("BM03-1", 4, DAY + timedelta(days=days)) is not None for days in (2, 3, 5, 6, 7)]
    assert there == [False, True, True, False, False]
    assert as_at("BM03-1", 4, DAY + timedelta(days=4)) == (60_100, 2, 30_050)
    assert found("BM03-1", 4, None) is None
    assert wrong() == []


def test_another_kind_was_that_kind_all_along(small: Flask, staff: Actor, clock: FixedClock) -> None:
    """45,000 fen must never show as 45,000 sets."""
    clock.forward(days=3)
    revise("BM03-1", 3, staff, clock, quantity=9, amount_fen=9 * 45_000)
    clock.forward(days=3)
    revise("BM03-1", 3, staff, clock, kind="goods")
    for days in (0, 3, 6):
        assert as_at("BM03-1", 3, DAY + timedelta(days=days)) == (9, 9, 45_000)
    assert found("BM03-1", 3, DAY - timedelta(days=1)) is None
    assert wrong() == []


def test_promises_and_money_keep_their_days(small: Flask, staff: Actor, clock: FixedClock) -> None:
    boxes = item_of("BM03-1", 3)            # eight at ¥450
    take(boxes, clock, pledged=90_000)
    clock.forward(days=5)
    revise("BM03-1", 3, staff, clock, quantity=2, amount_fen=90_000)
    then, now = found("BM03-1", 3, DAY), found("BM03-1", 3, None)
    assert then is not None
    assert now is not None
    assert (then.own.still_needed, now.own.still_needed) == (270_000, 0)


def test_a_programme_older_than_its_database(app: Flask, clock: FixedClock) -> None:
    shipped = catalogue.read()
    opened = {**shipped.projects[0], "opened_on": "2026-03-02"}
    code = opened["sub_code"]
    needed = [row for row in shipped.need_items if row["sub_code"] == code]
    with app.app_context():
        catalogue.load(catalogue=catalogue.Catalogue([opened], needed), clock=clock)
        assert [found(code, 1, date(2026, 3, day)) is not None for day in (1, 2)] == [False, True]
        assert wrong() == []


def test_the_need_never_falls_below_what_is_taken_whoever_asks(small: Flask, clock: FixedClock) -> None:
    boxes = item_of("BM03-1", 3)
    take(boxes, clock, pledged=90_000)
    with pytest.raises(OverNeed), transaction() as tx:
        needs.change(tx, boxes.id, need=-270_001, unit_price_fen=0, on=DAY)


@pytest.mark.parametrize(("statement", "code"), [
    ("UPDATE item_progress SET capacity = capacity + 1", "counter_differs"),
    ("UPDATE need_item SET unit_price_fen = unit_price_fen + 1", "need_differs"),
    ("UPDATE need_item SET quantity = quantity + 1, amount_fen = amount_fen + unit_price_fen", "need_differs")])
def test_audit_compares_need_and_catalogue(small: Flask, statement: str, code: str) -> None:
    assert wrong() == []
    with transaction() as tx:
        tx.execute(text(statement))
    assert set(wrong()) == {code}


def test_no_day_shows_what_was_restated(small: Flask, clock: FixedClock) -> None:
    item = item_of("BM03-1", 1)
    with transaction() as tx:
        needs.restate(tx, item.id, need=5_800_000, unit_price_fen=1_450_000, on=date(2025, 10, 1))
    assert as_at("BM03-1", 1, date(2025, 10, 1)) == as_at("BM03-1", 1, DAY) == (5_800_000, 4, 1_450_000)
    kept = db.session.scalars(select(NeedMovement.need).where(NeedMovement.need_item_id == item.id)
                              .order_by(NeedMovement.id)).all()
    assert kept == [5_800_000, 5_800_000, -5_800_000]
    assert wrong() == []


@pytest.mark.one_database
def test_the_statement_of_a_past_day_stays_the_same(small: Flask, staff: Actor, clock: FixedClock) -> None:
    """Document and all: quantity times price still makes the need of every line."""
    def statement() -> NeedsStatement:
        db.session.rollback()
        reading = issuing.reading(db.session(), "zh", "", clock.now())
        return build_needs.build(db.session(), reading, as_at=DAY)

    before = statement()
    clock.forward(days=1)
    revise("BM03-1", 1, staff, clock, quantity=6, unit_price_fen=10_000, amount_fen=60_000)
    revise("BM03-1", 2, staff, clock, unit_price_fen=700_000, amount_fen=4 * 700_000)
    items.withdraw(item_id=item_of("BM03-1", 3).id, actor=staff, clock=clock)
    after = statement()
    assert (after.categories, after.cash, after.goods) == (before.categories, before.cash, before.goods)
