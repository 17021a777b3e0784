"""The catalogue that ships: its figures, its words, and loading it."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from charityledger.audit.models import Event
from charityledger.clock import FixedClock
from charityledger.extensions import db
from charityledger.projects import catalogue, exchange, measures
from charityledger.projects.models import Category, MajorProject, NeedItem, SubProject
from tests.projects.conftest import sub_of


@pytest.fixture
def whole(context: Flask, clock: FixedClock) -> Flask:
    catalogue.load(catalogue=catalogue.read(), clock=clock)
    db.session.rollback()
    return context


def test_the_figures_are_those_of_the_programme(whole: Flask) -> None:
    counts = [db.session.scalar(select(func.count()).select_from(model))
              for model in (Category, MajorProject, SubProject, NeedItem)]
    assert counts == [5, 25, 48, 104]
    total = measures.total(measures.items(db.session))
    assert (total.cash.need, total.goods.need) == (706_017_000, 79_490_000)
    assert not exchange.preview(db.session, exchange.export_xlsx(db.session)).acts


@pytest.mark.one_database
def test_loading_again_adds_nothing_and_overwrites_nothing(whole: Flask, clock: FixedClock) -> None:
    events = db.session.scalar(select(func.count(Event.id)))
    assert events == 48
    assert catalogue.load(catalogue=catalogue.read(), clock=clock) == 0
    db.session.rollback()
    assert db.session.scalar(select(func.count(Event.id))) == events


@pytest.mark.one_database
def test_the_history_knows_from_the_start_what_was_needed(whole: Flask) -> None:
    event = db.session.scalars(select(Event).where(Event.subject_id == "BM03-1")).one()
    facts = json.loads(event.payload)
    assert {"item": 2, "field": "quantity", "is": 4} in facts["items"]
    assert {"item": 2, "field": "unit_price_fen", "is": 620_000} in facts["items"]
    assert {"field": "status", "is": "open"} in facts["fields"]
    assert not re.search(r"[\u4e00-\u9fff]", event.payload)


@pytest.mark.one_database
def test_every_project_speaks_both_languages(whole: Flask) -> None:
    for sub in db.session.scalars(select(SubProject)):
        assert 10 <= len(sub.summary_zh) <= 90, sub.code
        assert sub.summary_zh.endswith("。")
        assert sub.summary_zh.count("。") <= 2
        assert not re.search(r"[,.;:()!！]|[\u4e00-\u9fff] | [\u4e00-\u9fff]", sub.summary_zh), sub.summary_zh
        assert 20 <= len(sub.summary_en) <= 200, sub.code
        assert sub.summary_en.endswith(".")
        assert not re.search(r"[\u4e00-\u9fff!]|  ", sub.summary_en), sub.summary_en
        assert sub.beneficiaries_en
        assert sub.opened_on == date(2026, 4, 15)


def write(folder: Path, projects: str, items: str = "") -> Path:
    (folder / "projects.csv").write_text(projects, encoding="utf-8")
    (folder / "need_items.csv").write_text(items, encoding="utf-8")
    return folder


HEAD = ("category_code,category_zh,category_en,major_code,major_zh,major_en,sub_code,sub_zh,sub_en,street,community,"
        "beneficiaries_zh,beneficiary_count,status,opened_on\n")
NEEDS = "sub_code,line,item_zh,item_en,kind,unit_zh,unit_en,quantity,unit_price_yuan,amount_yuan\n"


@pytest.mark.one_database
def test_a_folder_of_one_s_own(context: Flask, clock: FixedClock, tmp_path: Path) -> None:
    line = "A,甲,A,A1,甲一,A one,A1-1,茶亭,Tea,一街道,一社区,路人,5,"
    folder = write(tmp_path, HEAD + line + "delivered,2025-01-02\n", NEEDS + "A1-1,1,茶,Tea,cash,斤,jin,2,10.50,21\n")
    assert catalogue.load(catalogue=catalogue.read(folder), clock=clock) == 1
    assert (sub_of("A1-1").status, sub_of("A1-1").opened_on, sub_of("A1-1").items[0].unit_price_fen) == (
        "delivered", date(2025, 1, 2), 1050)


@pytest.mark.one_database
def test_a_folder_with_faults_loads_nothing(context: Flask, clock: FixedClock, tmp_path: Path) -> None:
    folder = write(tmp_path, HEAD + "A,甲,A,A1,甲一,A one,A1-1,茶亭,Tea,一街道,一社区,路人,viele,open,\n")
    with pytest.raises(catalogue.CatalogueRefused) as error:
        catalogue.load(catalogue=catalogue.read(folder), clock=clock)
    assert error.value.facts == {"problems": "projects.csv:2 beneficiary_count not_a_whole_number"}
    db.session.rollback()
    assert db.session.scalars(select(SubProject)).all() == []
    with pytest.raises(catalogue.CatalogueRefused):
        catalogue.read(write(tmp_path, 'a,"b\n'))
