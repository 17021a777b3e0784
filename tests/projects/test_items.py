"""Need items: the need never falls below what is taken, whoever checks."""

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.errors import NotFound, OverNeed
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.projects import items, measures
from charityledger.projects.errors import CapacityBelowTaken, EditConflict, ItemTaken, KindFixed
from charityledger.projects.models import ItemProgress
from tests.projects.conftest import item_of, sub_of, take
from tests.projects.test_service import ITEM, last_event


def capacity(code: str, line: int) -> int:
    return item_of(code, line).progress.capacity


@pytest.mark.one_database
def test_a_new_item_takes_the_next_line(small: Flask, staff: Actor, clock: FixedClock) -> None:
    items.add(sub_project_id=sub_of("BM03-1").id, values=ITEM, actor=staff, clock=clock)
    assert item_of("BM03-1", 4).amount_fen == 60_100
    assert capacity("BM03-1", 4) == 60_100
    assert last_event()[:2] == ("need_item_added", "BM03-1/4")


@pytest.mark.one_database
def test_capacity_follows_quantity_and_price(small: Flask, staff: Actor, clock: FixedClock) -> None:
    kettle = item_of("BM03-1", 2)       # goods: four at ¥6,200
    items.revise(item_id=kettle.id, values={"quantity": 6, "amount_fen": 6 * 620_000}, seen=items.revision_of(kettle),
                 actor=staff, clock=clock)
    assert capacity("BM03-1", 2) == 6
    room = item_of("BM03-1", 1)         # cash: four at ¥14,500
    items.revise(item_id=room.id, values={"unit_price_fen": 1_500_000, "amount_fen": 6_000_000}, seen=None,
                 actor=staff, clock=clock)
    assert capacity("BM03-1", 1) == 6_000_000
    assert last_event()[2]["changes"] == [{"field": "unit_price_fen", "was": 1_450_000, "is": 1_500_000},
                                          {"field": "amount_fen", "was": 5_800_000, "is": 6_000_000}]


def test_the_need_may_shrink_to_what_is_taken_and_no_further(small: Flask, staff: Actor, clock: FixedClock) -> None:
    boxes = item_of("BM03-1", 3)        # eight at ¥450
    take(boxes, clock, reserved=45_000)
    take(boxes, clock, pledged=90_000)
    take(boxes, clock, paid=45_000, received=45_000)

    def shrink(quantity: int) -> None:
        items.revise(item_id=boxes.id, values={"quantity": quantity, "amount_fen": quantity * 45_000}, seen=None,
                     actor=staff, clock=clock)

    with pytest.raises(CapacityBelowTaken) as error:
        shrink(2)
    assert error.value.facts["left"] == 135_000
    assert item_of("BM03-1", 3).quantity == 8
    shrink(3)
    assert (item_of("BM03-1", 3).quantity, item_of("BM03-1", 3).progress.open) == (3, 0)
    with pytest.raises(OverNeed):
        take(boxes, clock, pledged=1)


def test_the_database_refuses_too(small: Flask, clock: FixedClock) -> None:
    boxes = item_of("BM03-1", 3)
    take(boxes, clock, pledged=90_000)
    with pytest.raises(DBAPIError, match=r"oversold|over_need"), transaction() as tx:
        tx.execute(update(ItemProgress).where(ItemProgress.need_item_id == boxes.id).values(capacity=89_999))


def test_an_item_that_is_taken_stays(small: Flask, staff: Actor, clock: FixedClock) -> None:
    boxes = item_of("BM03-1", 3)
    take(boxes, clock, reserved=1)
    with pytest.raises(ItemTaken):
        items.withdraw(item_id=boxes.id, actor=staff, clock=clock)
    take(boxes, clock, reserved=-1)
    items.withdraw(item_id=boxes.id, actor=staff, clock=clock, key="k")
    assert last_event()[2]["changes"] == [{"field": "withdrawn", "was": False, "is": True}]
    assert [f.line for f in measures.items(db.session, sub_project_ids=[boxes.sub_project_id])] == [1, 2]
    with pytest.raises(OverNeed):
        take(boxes, clock, reserved=1)
    with pytest.raises(NotFound):
        items.revise(item_id=boxes.id, values={"quantity": 9}, seen=None, actor=staff, clock=clock)
    items.add(sub_project_id=boxes.sub_project_id, values=ITEM, actor=staff, clock=clock)
    assert item_of("BM03-1", 4).title_zh == "茶桶"


@pytest.mark.one_database
def test_the_kind_is_fixed_once_something_happened(small: Flask, staff: Actor, clock: FixedClock) -> None:
    values = {"kind": "goods"}
    items.revise(item_id=item_of("BM01-1", 2).id, values=values, seen=None, actor=staff, clock=clock)
    assert capacity("BM01-1", 2) == 1
    used = item_of("BM01-1", 1)
    take(used, clock, reserved=1)
    take(used, clock, reserved=-1)
    with pytest.raises(KindFixed):
        items.revise(item_id=used.id, values=values, seen=None, actor=staff, clock=clock)


@pytest.mark.one_database
def test_nobody_overwrites_what_came_between(small: Flask, staff: Actor, clock: FixedClock) -> None:
    item = item_of("BM01-1", 1)
    seen = items.revision_of(item)
    items.revise(item_id=item.id, values={"unit_zh": "间"}, seen=seen, actor=staff, clock=clock)
    with pytest.raises(EditConflict):
        items.revise(item_id=item.id, values={"unit_zh": "处", "title_zh": "灶台"}, seen=seen, actor=staff, clock=clock)


@pytest.mark.one_database
def test_unknown(small: Flask, staff: Actor, clock: FixedClock) -> None:
    with pytest.raises(NotFound):
        items.withdraw(item_id=999, actor=staff, clock=clock)
    with pytest.raises(NotFound):
        items.add(sub_project_id=999, values=ITEM, actor=staff, clock=clock)
    assert db.session.scalars(select(ItemProgress.need_item_id)).all()
