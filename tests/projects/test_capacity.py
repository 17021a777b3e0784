"""Capacity of need items: what a change takes, what is refused, and the counter that the database keeps."""

from dataclasses import fields

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from charityledger.clock import FixedClock, today
from charityledger.database import transaction
from charityledger.errors import OverNeed
from charityledger.extensions import db
from charityledger.projects import capacity
from charityledger.projects.capacity import Change
from charityledger.projects.models import ItemProgress, NeedItem
from charityledger.projects.triggers import MEASURES

few = st.integers(-9, 9)


def items(kind: str) -> list[tuple[int, int]]:
    """(item, capacity) of this kind."""
    return [tuple(row) for row in db.session.execute(
        select(NeedItem.id, ItemProgress.capacity).join(ItemProgress).where(NeedItem.kind == kind)
        .order_by(NeedItem.id))]


def apply(clock: FixedClock, *changes: Change) -> None:
    with transaction() as tx:
        capacity.apply(tx, changes, subject=("pledge", 1), on=today(clock))


def counter(item: int) -> tuple[int, ...]:
    db.session.rollback()
    row = db.session.get_one(ItemProgress, item, populate_existing=True)
    return row.reserved, row.pledged, row.paid, row.received, row.open


@given(few, few, few, few, few)
def test_only_promises_and_gifts_take(reserved: int, pledged: int, paid: int, received: int, disbursed: int) -> None:
    change = Change(1, reserved, pledged, paid, received, disbursed, disbursed, received, disbursed)
    assert change.takes == reserved + pledged - paid + received


def test_the_trigger_adds_every_measure_of_a_change() -> None:
    assert tuple(field.name for field in fields(Change))[1:] == (*MEASURES, "need", "unit_price_fen")


def test_from_reservation_to_gift(small: Flask, clock: FixedClock) -> None:
    """Each step takes nothing more than the first did."""
    item, most = items("cash")[0]
    apply(clock, Change(item, reserved=most))
    assert counter(item) == (most, 0, 0, 0, 0)
    apply(clock, Change(item, reserved=-most, pledged=most))
    assert counter(item) == (0, most, 0, 0, 0)
    apply(clock, Change(item, paid=most - 1, received=most - 1))
    assert counter(item) == (0, most, most - 1, most - 1, 0)
    apply(clock, Change(item, pledged=-1))
    assert counter(item) == (0, most - 1, most - 1, most - 1, 1)
    apply(clock, Change(item, received=-(most - 1), paid=-(most - 1), pledged=-(most - 1)))
    assert counter(item) == (0, 0, 0, 0, most)


def test_what_is_refused_says_how_much_is_left(small: Flask, clock: FixedClock) -> None:
    item, most = items("goods")[0]
    apply(clock, Change(item, pledged=most - 2))
    with pytest.raises(OverNeed) as refused:
        apply(clock, Change(item, received=3))
    facts = refused.value.facts
    assert (facts["item_id"], facts["left"], facts["requested"], facts["kind"]) == (item, 2, 3, "goods")
    assert counter(item) == (0, most - 2, 0, 0, 2)


def test_all_changes_or_none(small: Flask, clock: FixedClock) -> None:
    (one, most), (other, _) = items("cash")[:2]
    with pytest.raises(OverNeed):
        apply(clock, Change(other, reserved=1), Change(one, reserved=most + 1))
    assert counter(one) == (0, 0, 0, 0, most)
    assert counter(other)[0] == 0


def test_changes_of_one_item_are_seen_together(small: Flask, clock: FixedClock) -> None:
    item, most = items("cash")[0]
    with pytest.raises(OverNeed) as refused:
        apply(clock, Change(item, received=most), Change(item, received=1))
    assert refused.value.facts["left"] == 0
    # What one of them frees the next may take.
    apply(clock, Change(item, reserved=most))
    apply(clock, Change(item, reserved=-most), Change(item, pledged=most))
    assert counter(item) == (0, most, 0, 0, 0)


def test_nothing_to_change(small: Flask, clock: FixedClock) -> None:
    apply(clock)
    assert all(counter(item)[4] == most for kind in ("cash", "goods", "hours") for item, most in items(kind))
