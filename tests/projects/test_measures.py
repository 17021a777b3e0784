"""Measures: one definition each, and the same figures from the running counters and from the movements."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.errors import OverNeed
from charityledger.extensions import db
from charityledger.projects import capacity, measures
from charityledger.projects.capacity import Change
from charityledger.projects.measures import ItemFigures, Measures
from charityledger.projects.models import NeedItem, SubProject

numbers = st.integers(0, 10**12)
some = st.builds(Measures, numbers, numbers, numbers, numbers, numbers, numbers, numbers)
NUMBERS = ("reserved", "pledged", "paid", "received", "disbursed", "delivered")
DAY = date(2026, 4, 15)


@given(some, some)
def test_figures_of_a_sum_are_sums_of_figures(one: Measures, other: Measures) -> None:
    both = one + other
    for name in ("need", *NUMBERS, "outstanding", "still_needed", "open"):
        assert getattr(both, name) == getattr(one, name) + getattr(other, name)


@given(some, numbers)
def test_paying_a_promise_changes_nothing_that_is_needed(one: Measures, fen: int) -> None:
    paid = replace(one, paid=one.paid + fen, received=one.received + fen)
    assert (paid.still_needed, paid.open, paid.pledged) == (one.still_needed, one.open, one.pledged)
    assert paid.outstanding == one.outstanding - fen


@given(some, numbers)
def test_confirming_takes_the_place_of_the_reservation(one: Measures, fen: int) -> None:
    confirmed = replace(one, reserved=one.reserved - fen, pledged=one.pledged + fen)
    assert confirmed.open == one.open
    assert confirmed.still_needed == one.still_needed - fen


def figures(kind: str, own: Measures, price: int = 26_000) -> ItemFigures:
    return ItemFigures(1, 1, "X-1", "X", "K", 1, "明细", "Item", kind, "台", "set", own.need, price, own, 700, 300)


@given(some, st.sampled_from(("cash", "goods", "hours")))
def test_money_goods_and_hours_are_kept_apart(own: Measures, kind: str) -> None:
    item = figures(kind, own)
    shown = {"cash": item.cash, "goods": item.goods, "hours": item.hours}
    assert [name for name, of_kind in shown.items() if of_kind != Measures()] in ([kind], [])
    total = measures.total([item])
    assert (total.cash, total.goods, total.hours) == (item.cash, item.goods, item.hours)


def test_goods_are_promised_at_the_catalogues_price_and_received_at_their_own() -> None:
    item = figures("goods", Measures(need=10, reserved=1, pledged=3, paid=2, received=2, disbursed=1, delivered=1))
    assert item.goods == Measures(260_000, 26_000, 78_000, 52_000, 700, 300, 300)
    assert item.goods_still_needed_fen == 7 * 26_000


def all_items() -> list[int]:
    return list(db.session.scalars(select(NeedItem.id).order_by(NeedItem.id)))


def test_as_at_a_day_is_the_sum_up_to_it(small: Flask, clock: FixedClock) -> None:
    """Movements recorded in any order of days: their sums up to a day, and all of them in the counters."""
    random = Random(20260415)
    ids = all_items()
    done: list[tuple[int, date, str, int]] = []
    for _ in range(120):
        item, name, amount = random.choice(ids), random.choice(NUMBERS), random.randint(1, 12)
        day = DAY + timedelta(days=random.randint(0, 40))
        parts = {"pledged": amount, "paid": amount} if name == "paid" else {name: amount}
        try:
            with transaction() as tx:
                capacity.apply(tx, [Change(item, **parts)], subject=("pledge", 0), on=day)
        except OverNeed:
            continue
        done += [(item, day, part, fen) for part, fen in parts.items()]
    db.session.rollback()
    for until in (DAY - timedelta(days=1), DAY, DAY + timedelta(days=7), DAY + timedelta(days=20), date(2100, 1, 1)):
        for row in measures.items(db.session, as_at=until):
            for name in NUMBERS:
                assert getattr(row.own, name) == sum(
                    fen for item, day, part, fen in done if (item, part) == (row.item_id, name) and day <= until)
    assert measures.items(db.session, as_at=date(2100, 1, 1)) == measures.items(db.session)
    assert len(done) > 60


def test_items_stand_in_the_catalogues_order_and_in_groups(small: Flask) -> None:
    rows = measures.items(db.session)
    groups = measures.by(rows, "sub_code")
    assert [row for group in groups.values() for row in group] == rows
    for group in groups.values():
        assert [row.line for row in group] == sorted(row.line for row in group)
    assert measures.total(rows).cash == sum((measures.total(group).cash for group in groups.values()), Measures())


def test_drafts_are_not_public(small: Flask) -> None:
    code = measures.items(db.session)[0].sub_code
    with transaction() as tx:
        tx.execute(update(SubProject).where(SubProject.code == code).values(status="draft"))
    db.session.rollback()
    assert code not in {row.sub_code for row in measures.items(db.session)}
    assert code in {row.sub_code for row in measures.items(db.session, public=False)}
