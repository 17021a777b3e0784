"""Sub-projects: nobody overwrites what somebody else changed, and every change is in the history."""

import json
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from charityledger.audit.models import Event
from charityledger.clock import FixedClock
from charityledger.errors import IdempotencyConflict, NotFound
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.ledger.models import Fund
from charityledger.projects import items, service
from charityledger.projects.errors import (
    CodeTaken,
    DatesOutOfOrder,
    DeliveryOpen,
    EditConflict,
    MoneyLeft,
    NoItemsYet,
    PromisesOpen,
    StatusRefused,
)
from charityledger.projects.rules import Standing, dates_after, status_refusal
from tests.projects.conftest import item_of, sub_of, take

NEW = {"major_code": "BM01", "title_zh": "巷口茶亭", "title_en": "Tea stand", "street": "淮河路街道",
       "community": "连心胡同", "beneficiaries_zh": "过路人", "beneficiary_count": 60}
ITEM = {"title_zh": "茶桶", "title_en": "Tea urns", "kind": "cash", "unit_zh": "个", "unit_en": "urn", "quantity": 2,
        "unit_price_fen": 30_050, "amount_fen": 60_100}


def last_event() -> tuple[str, str, dict[str, object], int | None]:
    db.session.rollback()
    event = db.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    return event.kind, event.subject_id, json.loads(event.payload), event.actor_id


@pytest.mark.one_database
def test_a_new_draft_has_a_fund_and_a_place_at_the_end(small: Flask, staff: Actor, clock: FixedClock) -> None:
    service.add_sub_project(code="BM01-3", values=NEW, actor=staff, clock=clock, key="k1")
    sub = sub_of("BM01-3")
    assert (sub.status, sub.position, sub.pinyin, sub.opened_on) == ("draft", 4, "xkct hhljd lxht", None)
    assert db.session.get(Fund, "BM01-3") is not None
    kind, subject, payload, actor_id = last_event()
    assert (kind, subject, actor_id) == ("sub_project_added", "BM01-3", staff.user_id)
    assert {"field": "beneficiary_count", "is": 60} in payload["fields"]
    assert "巷口茶亭" not in str(payload)


def test_sent_twice_it_acts_once(small: Flask, staff: Actor, clock: FixedClock) -> None:
    first = service.add_sub_project(code="BM01-3", values=NEW, actor=staff, clock=clock, key="k1")
    assert service.add_sub_project(code="BM01-3", values=NEW, actor=staff, clock=clock, key="k1") == first
    with pytest.raises(IdempotencyConflict):
        service.add_sub_project(code="BM01-4", values=NEW, actor=staff, clock=clock, key="k1")


@pytest.mark.one_database
def test_what_a_new_one_may_not_be(small: Flask, staff: Actor, clock: FixedClock) -> None:
    with pytest.raises(CodeTaken):
        service.add_sub_project(code="BM01-1", values=NEW, actor=staff, clock=clock)
    with pytest.raises(NotFound):
        service.add_sub_project(code="BM09-1", values={**NEW, "major_code": "BM09"}, actor=staff, clock=clock)
    with pytest.raises(DatesOutOfOrder):
        service.add_sub_project(code="BM09-1", values={**NEW, "opened_on": date(2026, 5, 1),
                                                       "ends_on": date(2026, 4, 30)}, actor=staff, clock=clock)


@pytest.mark.one_database
def test_a_revision_tells_what_changed_and_finds_by_the_new_name(small: Flask, staff: Actor, clock: FixedClock) -> None:
    sub = sub_of("BM01-1")
    service.revise(sub_project_id=sub.id, seen=service.revision_of(sub), actor=staff, clock=clock,
                   values={"title_zh": "千家灶", "beneficiary_count": 130, "street": sub.street,
                           "ends_on": date(2026, 12, 31)})
    assert (sub_of("BM01-1").title_zh, sub_of("BM01-1").pinyin.split()[0]) == ("千家灶", "qjz")
    kind, subject, payload, _actor = last_event()
    assert (kind, subject) == ("catalogue_revised", "BM01-1")
    title, count, ends = payload["changes"]
    assert count == {"field": "beneficiary_count", "was": 120, "is": 130}
    assert ends == {"field": "ends_on", "was": None, "is": "2026-12-31"}
    assert title["field"] == "title_zh"
    assert len(title["was"]) == len(title["is"]) == 64
    assert title["was"] != title["is"]


def test_nobody_overwrites_what_came_between(small: Flask, staff: Actor, clock: FixedClock) -> None:
    seen = service.revision_of(sub_of("BM01-1"))
    sub_id = sub_of("BM01-1").id
    service.revise(sub_project_id=sub_id, values={"title_en": "Kitchen of all"}, seen=seen, actor=staff, clock=clock)
    with pytest.raises(EditConflict) as conflict:
        service.revise(sub_project_id=sub_id, values={"title_en": "Hundred-Families kitchen", "title_zh": "百家灶"},
                       seen=seen, actor=staff, clock=clock)
    assert conflict.value.facts == {"fields": ["title_zh", "title_en"]}
    assert (sub_of("BM01-1").title_zh, sub_of("BM01-1").title_en) == ("百家灶小厨房", "Kitchen of all")
    # Both wanted the same: nothing is lost, so nobody is bothered.
    service.revise(sub_project_id=sub_id, values={"title_en": "Kitchen of all"}, seen=seen, actor=staff, clock=clock)


@pytest.mark.one_database
def test_a_revision_without_a_change_leaves_no_trace(small: Flask, staff: Actor, clock: FixedClock) -> None:
    before = db.session.scalars(select(Event.id)).all()
    sub = sub_of("BM01-1")
    service.revise(sub_project_id=sub.id, values={"title_zh": sub.title_zh}, seen=None, actor=staff, clock=clock)
    db.session.rollback()
    assert db.session.scalars(select(Event.id)).all() == before


def test_the_way_of_a_project(small: Flask, staff: Actor, clock: FixedClock) -> None:
    sub_id = service.add_sub_project(code="BM01-3", values=NEW, actor=staff, clock=clock)

    def go(wanted: str) -> None:
        service.change_status(sub_project_id=sub_id, wanted=wanted, seen=None, actor=staff, clock=clock)

    with pytest.raises(NoItemsYet):
        go("open")
    items.add(sub_project_id=sub_id, values=ITEM, actor=staff, clock=clock)
    go("open")
    assert sub_of("BM01-3").opened_on == date(2026, 4, 15)
    with pytest.raises(StatusRefused):
        go("delivered")
    clock.forward(days=10)
    go("under_way")
    take(item_of("BM01-3", 1), clock, pledged=20_000)
    with pytest.raises(PromisesOpen):
        go("delivered")
    take(item_of("BM01-3", 1), clock, paid=20_000, received=20_000)
    take(item_of("BM01-3", 1), clock, disbursed=20_000)
    with pytest.raises(DeliveryOpen):
        go("delivered")
    take(item_of("BM01-3", 1), clock, delivered=20_000)
    go("delivered")
    assert (sub_of("BM01-3").opened_on, sub_of("BM01-3").ended_on) == (date(2026, 4, 15), date(2026, 4, 25))
    go("under_way")
    assert sub_of("BM01-3").ended_on is None
    assert last_event()[2]["changes"] == [{"field": "status", "was": "delivered", "is": "under_way"},
                                          {"field": "ended_on", "was": "2026-04-25", "is": None}]
    go("closed")


@pytest.mark.one_database
def test_the_page_showed_another_status(small: Flask, staff: Actor, clock: FixedClock) -> None:
    with pytest.raises(EditConflict):
        service.change_status(sub_project_id=sub_of("BM01-1").id, wanted="closed", seen="draft", actor=staff,
                              clock=clock)


EMPTY = Standing(items=1, promised=0, undelivered=0, held_fen=0)


@pytest.mark.one_database
@pytest.mark.parametrize(("status", "wanted", "standing", "refused"), [
    ("draft", "open", EMPTY, None),
    ("draft", "open", Standing(0, 0, 0, 0), NoItemsYet),
    ("draft", "closed", EMPTY, StatusRefused),
    ("open", "draft", EMPTY, StatusRefused),
    ("open", "closed", EMPTY, None),
    ("open", "under_way", Standing(1, 5, 5, 5), None),
    ("open", "closed", Standing(1, 5, 0, 0), PromisesOpen),
    ("under_way", "closed", Standing(1, 0, 5, 0), DeliveryOpen),
    ("under_way", "closed", Standing(1, 0, 0, 5), MoneyLeft),
    ("under_way", "delivered", Standing(1, 0, 0, 5), None),
    ("delivered", "closed", Standing(1, 0, 0, 5), MoneyLeft),
    ("closed", "open", EMPTY, StatusRefused),
])
def test_refusals(status: str, wanted: str, standing: Standing, refused: type[StatusRefused] | None) -> None:
    error = status_refusal(status, wanted, standing)
    assert (type(error) if error else None) is refused


@pytest.mark.one_database
def test_dates_of_a_change() -> None:
    day, before = date(2026, 4, 15), date(2026, 1, 1)
    assert dates_after("draft", "open", day, None, None) == (day, None)
    assert dates_after("draft", "open", day, before, None) == (before, None)
    assert dates_after("under_way", "delivered", day, before, None) == (before, day)
    assert dates_after("delivered", "closed", day, before, before) == (before, before)
