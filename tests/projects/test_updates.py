"""News of projects, their pictures, and the deadlines of disclosure."""

import json
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from charityledger.audit.models import Event
from charityledger.clock import FixedClock
from charityledger.errors import IdempotencyConflict, NotFound, WrongState
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.projects import files, photos, service, summaries, updates
from charityledger.projects.errors import (
    AltTextMissing,
    DateInFuture,
    NotAPicture,
    ReasonMissing,
    UpdateEmpty,
)
from charityledger.projects.models import ProjectUpdate, StoredFile
from charityledger.projects.updates import News, Told
from tests.projects.conftest import picture, sub_of
from tests.projects.test_file_content import PDF
from tests.projects.test_service import last_event

DAY = date(2026, 4, 15)


def publish(news: News, actor: Actor, clock: FixedClock, key: str | None = None) -> int:
    return updates.publish(sub_project_id=sub_of("BM01-1").id, news=news, actor=actor, clock=clock, key=key)


def stored(instance: Path, actor: Actor, clock: FixedClock) -> int:
    return updates.store_picture(data=picture(), name="a.jpg", instance=instance, actor=actor, clock=clock)


def update_of(number: int) -> ProjectUpdate:
    db.session.rollback()
    return db.session.get_one(ProjectUpdate, number)


def test_news_with_a_picture(small: Flask, staff: Actor, clock: FixedClock, instance: Path) -> None:
    number = publish(News(DAY, " 灶台装好了。 ", "The stoves stand.", "香", "Smells good", pictures=(
        Told(stored(instance, staff, clock), "新灶台", "New stoves"),)), staff, clock, key="k")
    update = update_of(number)
    assert (update.body_zh, update.quotation_en, update.disclosure, update.withdrawn) == (
        "灶台装好了。", "Smells good", False, False)
    assert [(p.alt_zh, p.alt_en, p.position, p.sub_project_id) for p in update.pictures] == [
        ("新灶台", "New stoves", 1, sub_of("BM01-1").id)]
    assert sub_of("BM01-1").published_on is None
    sha256 = db.session.scalars(select(StoredFile.sha256)).one()
    assert files.public_picture(db.session, sha256) is not None
    kind, subject, payload, actor_id = last_event()
    assert (kind, subject, actor_id) == ("update_published", "BM01-1", staff.user_id)
    assert "灶台" not in json.dumps(payload, ensure_ascii=False)


@pytest.mark.one_database
def test_sent_twice_it_is_published_once(small: Flask, staff: Actor, clock: FixedClock) -> None:
    first = publish(News(DAY, "开灶"), staff, clock, key="k")
    assert publish(News(DAY, "开灶"), staff, clock, key="k") == first
    with pytest.raises(IdempotencyConflict):
        publish(News(DAY, "关灶"), staff, clock, key="k")


@pytest.mark.one_database
def test_what_is_refused(small: Flask, staff: Actor, clock: FixedClock, instance: Path) -> None:
    with pytest.raises(UpdateEmpty):
        publish(News(DAY, "  "), staff, clock)
    with pytest.raises(DateInFuture):
        publish(News(date(2026, 4, 16), "明天"), staff, clock)
    with pytest.raises(AltTextMissing):
        publish(News(DAY, "图", pictures=(Told(stored(instance, staff, clock), " "),)), staff, clock)
    with pytest.raises(NotAPicture):
        updates.store_picture(data=PDF, name="a.pdf", instance=instance, actor=staff, clock=clock)
    with pytest.raises(NotFound):
        updates.publish(sub_project_id=999, news=News(DAY, "无"), actor=staff, clock=clock)
    db.session.rollback()
    assert db.session.scalars(select(ProjectUpdate)).all() == []


def test_a_disclosure_that_is_withdrawn_gives_its_date_back(small: Flask, staff: Actor, clock: FixedClock,
                                                            instance: Path) -> None:
    publish(News(date(2026, 3, 1), "三月公示", disclosure=True), staff, clock)
    publish(News(date(2026, 2, 1), "补二月公示", disclosure=True), staff, clock)
    assert sub_of("BM01-1").published_on == date(2026, 3, 1)
    told = Told(stored(instance, staff, clock), "新灶台")
    last = publish(News(DAY, "四月公示", disclosure=True, pictures=(told,)), staff, clock)
    assert sub_of("BM01-1").published_on == DAY
    with pytest.raises(ReasonMissing):
        updates.withdraw(update_id=last, reason=" ", actor=staff, clock=clock)
    clock.forward(days=1)
    updates.withdraw(update_id=last, reason="金额写错", actor=staff, clock=clock)
    assert sub_of("BM01-1").published_on == date(2026, 3, 1)
    assert (update_of(last).withdrawn_on, update_of(last).withdrawn_reason) == (date(2026, 4, 16), "金额写错")
    sha256 = db.session.scalars(select(StoredFile.sha256)).one()
    assert files.public_picture(db.session, sha256) is None
    assert "金额" not in json.dumps(last_event()[2], ensure_ascii=False)
    with pytest.raises(WrongState):
        updates.withdraw(update_id=last, reason="再撤", actor=staff, clock=clock)
    with pytest.raises(NotFound):
        updates.withdraw(update_id=999, reason="无", actor=staff, clock=clock)


@pytest.mark.one_database
def test_a_note_of_another_service(small: Flask, staff: Actor, clock: FixedClock) -> None:
    number = updates.publish_note(sub_project_id=sub_of("BM01-1").id, body_zh="结余转出", body_en="Surplus moved",
                                  actor=staff, clock=clock)
    assert (update_of(number).published_on, update_of(number).disclosure) == (DAY, False)


def test_photos_of_a_project(small: Flask, staff: Actor, clock: FixedClock, instance: Path) -> None:
    sub_id, file_id = sub_of("BM01-1").id, stored(instance, staff, clock)
    first = photos.add(sub_project_id=sub_id, file_id=file_id, alt_zh="门口", actor=staff, clock=clock)
    second = photos.add(sub_project_id=sub_id, file_id=file_id, alt_zh="里面", actor=staff, clock=clock)
    db.session.rollback()
    assert [(p.id, p.position) for p in photos.shown(db.session, sub_id)] == [(first, 1), (second, 2)]
    photos.withdraw(photo_id=first, actor=staff, clock=clock)
    db.session.rollback()
    assert [p.id for p in photos.shown(db.session, sub_id)] == [second]
    sha256 = db.session.scalars(select(StoredFile.sha256)).one()
    assert files.public_picture(db.session, sha256) is not None      # the other one still shows it
    photos.withdraw(photo_id=second, actor=staff, clock=clock)
    assert files.public_picture(db.session, sha256) is None
    for wrong, error in ((second, WrongState), (999, NotFound)):
        with pytest.raises(error):
            photos.withdraw(photo_id=wrong, actor=staff, clock=clock)
    with pytest.raises(AltTextMissing):
        photos.add(sub_project_id=sub_id, file_id=file_id, alt_zh="", actor=staff, clock=clock)
    with pytest.raises(NotFound):
        photos.add(sub_project_id=999, file_id=file_id, alt_zh="门口", actor=staff, clock=clock)


@pytest.mark.one_database
def test_deadlines_the_most_pressing_first(small: Flask, staff: Actor, clock: FixedClock) -> None:
    def dates(code: str, **values: date | None) -> None:
        service.revise(sub_project_id=sub_of(code).id, values=values, seen=None, actor=staff, clock=clock)

    dates("BM01-1", opened_on=date(2026, 2, 1))                                     # due on 1 May
    dates("BM03-1", opened_on=date(2025, 1, 1), ended_on=date(2025, 12, 31))        # report due on 31 March
    dates("WH02-1", opened_on=date(2026, 4, 1), ends_on=date(2026, 9, 1))           # short: nothing due
    found = summaries.deadlines(db.session, DAY)
    assert [(d.sub.code, d.due_on, d.days, d.final, summaries.pressing(d)) for d in found] == [
        ("BM03-1", date(2026, 3, 31), -15, True, "late"), ("BM01-1", date(2026, 5, 1), 16, False, "soon")]
    publish(News(DAY, "公示", disclosure=True), staff, clock)
    assert summaries.deadlines(db.session, DAY)[-1].due_on == date(2026, 7, 15)
    assert summaries.pressing(summaries.deadlines(db.session, DAY)[-1]) == "later"


@pytest.mark.one_database
def test_history_tells_of_the_project_and_its_items_only(small: Flask, staff: Actor, clock: FixedClock) -> None:
    service.revise(sub_project_id=sub_of("BM01-1").id, values={"title_en": "Kitchen", "street": "一马路街道"},
                   seen=None, actor=staff, clock=clock)
    publish(News(DAY, "开灶"), staff, clock)
    service.revise(sub_project_id=sub_of("BM03-1").id, values={"title_en": "Rooms"}, seen=None, actor=staff,
                   clock=clock)
    db.session.rollback()
    told = summaries.history(db.session, "BM01-1")
    assert [(h.kind, h.subject, h.fields, h.actor_id) for h in told] == [
        ("update_published", "BM01-1", (), staff.user_id),
        ("catalogue_revised", "BM01-1", ("title_en", "street"), staff.user_id),
        ("sub_project_added", "BM01-1", (), None)]
    assert db.session.scalars(select(Event.id)).all()
