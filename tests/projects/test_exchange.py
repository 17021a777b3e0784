"""Out to a spreadsheet and back: the round trip is exact, and an import does what its preview said."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select

from charityledger.audit.models import Event
from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.errors import CharityLedgerError
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.projects import catalogue, exchange, items, measures, service, spreadsheet
from charityledger.projects.import_plan import CHANGED, NEW, UNCHANGED, Plan
from charityledger.projects.models import Category, MajorProject, NeedItem, SubProject
from charityledger.projects.table_errors import CatalogueChanged, PreviewGone
from tests.projects.conftest import item_of, sub_of, take


def preview(data: bytes) -> Plan:
    db.session.rollback()
    return exchange.preview(db.session, data)


def edited(name: str, old: str, new: str) -> bytes:
    """The export of one table, with a change made in a text editor."""
    db.session.rollback()
    text = exchange.export_csv(db.session, name).decode("utf-8-sig")
    assert old in text
    return text.replace(old, new, 1).encode()


def told(plan: Plan) -> list[list[object]]:
    """What a plan changes, in short."""
    return [[row.subject, row.state, {change.field: change.now for change in row.changes}]
            for row in plan.rows if row.state != UNCHANGED]


def codes(plan: Plan) -> list[tuple[int, str, str]]:
    return [(p.line, p.column, p.code) for p in plan.problems]


def everything() -> list[tuple[object, ...]]:
    """All of the catalogue, without its ids."""
    db.session.rollback()
    return [(sub.code, sub.status, *(getattr(sub, f) for f in service.FIELDS),
             *((item.line, *(getattr(item, f) for f in items.FIELDS)) for item in sub.items))
            for sub in db.session.scalars(select(SubProject).order_by(SubProject.code))]


def test_what_was_exported_is_unchanged(small: Flask) -> None:
    for data in (exchange.export_xlsx(db.session), exchange.export_csv(db.session, "projects"),
                 exchange.export_csv(db.session, "need_items")):
        plan = preview(data)
        assert (plan.problems, told(plan), plan.missing, plan.acts) == ([], [], [], False)


@pytest.mark.one_database
@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_of_another_century_is_a_problem_of_its_cell(small: Flask, day: str) -> None:
    head, first, *_ = csv.reader(io.StringIO(exchange.export_csv(db.session, "projects").decode("utf-8-sig")))
    first[head.index("ended_on")] = day
    out = io.StringIO()
    csv.writer(out).writerows((head, first))
    plan = preview(out.getvalue().encode())
    assert codes(plan) == [(2, "ended_on", "day_outside")]
    assert not plan.acts


@pytest.mark.one_database
def test_the_round_trip_into_an_empty_database_is_exact(small: Flask, staff: Actor, clock: FixedClock,
                                                        databases: object, tmp_path: Path, make_app: object) -> None:
    service.revise(sub_project_id=sub_of("BM01-1").id, seen=None, actor=staff, clock=clock, values={
        "summary_zh": "=第一行\n第二行", "summary_en": "@two,\n\"quoted\"", "ends_on": date(2026, 12, 31),
        "beneficiaries_en": "'quoted'", "title_en": "+1"})
    items.revise(item_id=item_of("BM01-1", 2).id, seen=None, actor=staff, clock=clock,
                 values={"unit_price_fen": 1_234_505, "amount_fen": 1_234_505})
    items.withdraw(item_id=item_of("BM01-1", 3).id, actor=staff, clock=clock)
    service.change_status(sub_project_id=sub_of("WH02-1").id, wanted="under_way", seen=None, actor=staff, clock=clock)
    before = [tuple(part for part in row if not (isinstance(part, tuple) and part[0] == 3 and row[0] == "BM01-1"))
              for row in everything()]
    data = exchange.export_xlsx(db.session)
    tables = [exchange.export_csv(db.session, name) for name in ("projects", "need_items")]
    (tmp_path / "other").mkdir()
    with make_app(databases.fresh("sqlite", tmp_path / "other")).app_context():
        catalogue.load(catalogue=catalogue.Catalogue([], []), clock=clock)
        plan = preview(data)
        assert {row.state for row in plan.rows} == {NEW}
        assert exchange.commit(data=data, base=plan.base, actor=Actor.system(), clock=clock) == len(plan.rows)
        assert everything() == before
        assert [exchange.export_csv(db.session, name) for name in ("projects", "need_items")] == tables


@pytest.mark.one_database
def test_preview_tells_new_changed_unchanged_and_missing(small: Flask, clock: FixedClock) -> None:
    data = edited("need_items", "BM03-1,3,应急药箱,First-aid boxes,cash,个,piece,8,450,3600",
                  "BM03-1,3,应急药箱,First-aid boxes,cash,个,piece,9,450.50,4054.50\r\n"
                  "BM03-1,7,长椅,Benches,in_kind,条,bench,4,300,1200")
    data = data.replace(b"BM01-1,1," + data.split(b"BM01-1,1,")[1].split(b"\r\n")[0] + b"\r\n", b"")
    plan = preview(data)
    assert told(plan) == [["BM03-1/3", CHANGED, {"quantity": 9, "unit_price_fen": 45_050, "amount_fen": 405_450}],
                          ["BM03-1/7", NEW, {}]]
    assert plan.missing == [("BM01-1/1", "灶台与排烟改造")]
    assert plan.count(UNCHANGED) == 7


def test_an_import_does_what_its_preview_said_once(small: Flask, staff: Actor, clock: FixedClock) -> None:
    data = edited("projects", "百家灶小厨房", "千家灶").replace("社区小厨房".encode(), "社区厨房".encode())
    plan = preview(data)
    assert told(plan) == [["BM01", CHANGED, {"title_zh": "社区厨房"}], ["BM01-1", CHANGED, {"title_zh": "千家灶"}]]
    assert exchange.commit(data=data, base=plan.base, actor=staff, clock=clock) == 2
    assert sub_of("BM01-1").title_zh == "千家灶"
    assert db.session.get(MajorProject, "BM01").title_zh == "社区厨房"
    events = db.session.scalar(select(func.count(Event.id)))
    assert exchange.commit(data=data, base=plan.base, actor=staff, clock=clock) == 2
    db.session.rollback()
    assert db.session.scalar(select(func.count(Event.id))) == events
    kinds = db.session.scalars(select(Event.kind).where(Event.id > plan.base)).all()
    assert set(kinds) == {"catalogue_revised"}


@pytest.mark.one_database
def test_there_and_back_and_there_again(small: Flask, staff: Actor, clock: FixedClock) -> None:
    """The same file acts again when the catalogue came back to where it was before."""
    there, back = edited("projects", "百家灶小厨房", "千家灶"), exchange.export_csv(db.session, "projects")
    for data, title in ((there, "千家灶"), (back, "百家灶小厨房"), (there, "千家灶")):
        exchange.commit(data=data, base=preview(data).base, actor=staff, clock=clock)
        assert sub_of("BM01-1").title_zh == title


@pytest.mark.one_database
def test_a_catalogue_that_changed_meanwhile_is_previewed_again(small: Flask, staff: Actor, clock: FixedClock) -> None:
    data = edited("projects", "百家灶小厨房", "千家灶")
    plan = preview(data)
    service.revise(sub_project_id=sub_of("BM03-1").id, values={"title_en": "Rest room"}, seen=None, actor=staff,
                   clock=clock)
    with pytest.raises(CatalogueChanged):
        exchange.commit(data=data, base=plan.base, actor=staff, clock=clock)
    assert sub_of("BM01-1").title_zh == "百家灶小厨房"


@pytest.mark.one_database
def test_what_only_the_catalogue_knows(small: Flask, staff: Actor, clock: FixedClock) -> None:
    take(item_of("BM03-1", 3), clock, pledged=90_000)
    items.withdraw(item_id=item_of("BM03-1", 2).id, actor=staff, clock=clock)
    head = "sub_code,line,item_zh,item_en,kind,unit_zh,unit_en,quantity,unit_price_yuan,amount_yuan\n"
    plan = preview((head + "BM03-1,3,应急药箱,First-aid boxes,cash,个,piece,1,450,450\n"
                           "BM03-1,3,应急药箱,First-aid boxes,in_kind,个,piece,8,450,3600\n").encode())
    assert codes(plan) == [(3, "line", "row_twice")]
    plan = preview((head + "BM03-1,3,应急药箱,First-aid boxes,cash,个,piece,1,450,450\n"
                           "BM03-1,2,空调,Air conditioner,in_kind,套,set,4,6200,24800\n"
                           "BM99-1,1,空调,Air conditioner,in_kind,套,set,4,6200,24800\n").encode())
    assert codes(plan) == [(2, "quantity", "capacity_below_taken"), (3, "line", "line_used"),
                           (4, "sub_code", "unknown_project")]
    plan = preview((head + "BM03-1,3,应急药箱,First-aid boxes,in_kind,个,piece,90000,450,40500000\n").encode())
    assert codes(plan) == [(2, "kind", "kind_fixed")]
    assert not plan.acts
    with pytest.raises(CharityLedgerError) as error:
        exchange.commit(data=edited("need_items", "应急药箱,First-aid boxes,cash,个,piece,8,450,3600",
                                    "应急药箱,First-aid boxes,cash,个,piece,1,450,450"),
                        base=preview(b"").base, actor=staff, clock=clock)
    assert error.value.code == "capacity_below_taken"


def row(code: str, **more: object) -> dict[str, object]:
    told = {"category_code": "BM", "category_zh": "便民利民", "category_en": "Everyday convenience",
            "major_code": "BM01", "major_zh": "社区小厨房", "major_en": "Community kitchens", "sub_code": code,
            "sub_zh": "茶亭", "sub_en": "Tea", "street": "淮河路街道", "community": "连心胡同", "beneficiaries_zh": "",
            "beneficiary_count": 0}
    return {**told, **more}


def need(code: str, line: int) -> list[object]:
    return [code, line, "茶桶", "Tea urns", "cash", "个", "urn", 2, 300, 600]


def xlsx(projects: list[dict[str, object]], needs: list[list[object]]) -> bytes:
    return spreadsheet.write_xlsx([
        ("projects", list(projects[0]), [list(told.values()) for told in projects]),
        ("need_items", ["sub_code", "line", "item_zh", "item_en", "kind", "unit_zh", "unit_en", "quantity",
                        "unit_price_yuan", "amount_yuan"], needs)])


def test_new_groups_projects_and_items_in_one_workbook(small: Flask, staff: Actor, clock: FixedClock) -> None:
    new = {"category_code": "XX", "category_zh": "新类", "category_en": "New", "major_code": "XX01", "major_zh": "新项",
           "major_en": "New one"}
    data = xlsx([row("BM01-3", status="draft"), row("XX01-1", status="open", **new)],
                [need("XX01-1", 1), need("XX01-1", 2), need("BM01-3", 1)])
    plan = preview(data)
    assert codes(plan) == []
    assert [r[:2] for r in told(plan)] == [["XX", NEW], ["XX01", NEW], ["BM01-3", NEW], ["XX01-1", NEW],
                                           ["XX01-1/1", NEW], ["XX01-1/2", NEW], ["BM01-3/1", NEW]]
    assert sorted(code for code, _title in plan.missing if "/" not in code) == ["BM01-1", "BM03-1", "WH02-1"]
    exchange.commit(data=data, base=plan.base, actor=staff, clock=clock)
    assert (sub_of("XX01-1").status, sub_of("XX01-1").opened_on) == ("open", date(2026, 4, 15))
    assert (sub_of("BM01-3").status, sub_of("BM01-3").opened_on) == ("draft", None)
    assert db.session.get(Category, "XX").position == 3
    assert [f.own.need for f in measures.items(db.session, sub_project_ids=[sub_of("XX01-1").id])] == [60_000] * 2
    opened = xlsx([row("BM01-3", status="open")], [need("BM01-3", 1)])
    plan = preview(opened)
    assert told(plan) == [["BM01-3", CHANGED, {"status": "open"}]]
    exchange.commit(data=opened, base=plan.base, actor=staff, clock=clock)
    assert (sub_of("BM01-3").status, sub_of("BM01-3").opened_on) == ("open", date(2026, 4, 15))


@pytest.mark.one_database
def test_a_draft_opens_with_the_items_of_the_same_file(small: Flask, staff: Actor, clock: FixedClock) -> None:
    first = spreadsheet.write_csv(list(row("x")), [list(row("BM01-3").values())])
    exchange.commit(data=first, base=preview(first).base, actor=staff, clock=clock)
    without = spreadsheet.write_csv(list(row("x", status="")), [list(row("BM01-3", status="open").values())])
    assert codes(preview(without)) == [(2, "status", "status_no_items")]
    both = xlsx([row("BM01-3", status="open")], [need("BM01-3", 1)])
    exchange.commit(data=both, base=preview(both).base, actor=staff, clock=clock)
    assert sub_of("BM01-3").status == "open"


@pytest.mark.one_database
def test_statuses_follow_their_rules(small: Flask, clock: FixedClock) -> None:
    take(item_of("BM01-1", 1), clock, pledged=100)
    assert codes(preview(xlsx([row("BM01-1", status="closed"), row("BM03-1", status="draft"),
                               row("BM09-1", status="open"), row("WH02-1", status="under_way", opened_on="2026-04-15",
                                                                 ends_on="2026-04-01")][:3], []))) == [
        (2, "status", "status_promises_open"), (3, "status", "status_not_next"), (4, "status", "status_no_items")]
    dates = spreadsheet.write_csv([*row("x"), "opened_on", "ends_on"],
                                  [[*row("BM01-1").values(), "2026-04-15", "2026-04-14"]])
    assert codes(preview(dates)) == [(2, "opened_on", "dates_out_of_order")]


@pytest.mark.one_database
def test_columns_that_are_left_out_stay_as_they_are(small: Flask, staff: Actor, clock: FixedClock) -> None:
    service.revise(sub_project_id=sub_of("BM01-1").id, values={"summary_zh": "几句话"}, seen=None, actor=staff,
                   clock=clock)
    data = spreadsheet.write_csv(list(row("x")), [list(row("BM01-1").values())])
    exchange.commit(data=data, base=preview(data).base, actor=staff, clock=clock)
    assert (sub_of("BM01-1").title_zh, sub_of("BM01-1").summary_zh) == ("茶亭", "几句话")


def test_a_crash_leaves_nothing(small: Flask, staff: Actor, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    data = xlsx([row("BM01-1"), row("BM01-3")], [need("BM01-1", 1), need("BM01-3", 1)])
    plan, before = preview(data), everything()
    events = db.session.scalars(select(Event.id)).all()

    def crash(*_args: object, **_more: object) -> None:
        raise RuntimeError("power failure")

    monkeypatch.setattr(exchange, "add_project", crash)
    with pytest.raises(RuntimeError):
        exchange.commit(data=data, base=plan.base, actor=staff, clock=clock)
    assert everything() == before
    assert db.session.scalars(select(Event.id)).all() == events


@pytest.mark.one_database
def test_the_workbook_is_pleasant_to_open(small: Flask) -> None:
    book = load_workbook(io.BytesIO(exchange.export_xlsx(db.session)))
    assert book.sheetnames == ["projects", "need_items"]
    sheet = book["projects"]
    assert (sheet.freeze_panes, sheet["A1"].font.bold) == ("A2", True)
    head = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, head.index("beneficiary_count") + 1).value == 120
    assert sheet.cell(2, head.index("opened_on") + 1).is_date
    assert book["need_items"]["I2"].value == 68000


@pytest.mark.one_database
def test_an_upload_waits_for_its_import(instance: Path, clock: FixedClock) -> None:
    sha256 = exchange.hold(instance, b"table", clock)
    assert exchange.held(instance, sha256) == b"table"
    for gone in ("", "../secret-key", "0" * 64):
        with pytest.raises(PreviewGone):
            exchange.held(instance, gone)
    clock.at = FixedClock(clock.at).at.replace(year=2100)
    exchange.hold(instance, b"another", clock)
    with pytest.raises(PreviewGone):
        exchange.held(instance, sha256)


@pytest.mark.one_database
def test_events_of_an_import_hold_no_text(small: Flask, staff: Actor, clock: FixedClock) -> None:
    data = xlsx([row("BM01-3", summary_zh="只给人看的话")], [need("BM01-3", 1)])
    exchange.commit(data=data, base=preview(data).base, actor=staff, clock=clock)
    with transaction() as tx:
        payloads = "".join(tx.scalars(select(Event.payload)))
    assert "只给人看的话" not in payloads
    assert "茶" not in payloads
    assert json.loads(payloads[payloads.rindex('{"fields"'):])["items"][0] == {
        "field": "title_zh", "is": items.revisions.told("title_zh", "茶桶"), "item": 1}
    assert db.session.scalars(select(NeedItem)).all()
