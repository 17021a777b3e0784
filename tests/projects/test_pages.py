"""The desk's pages of projects, walked as staff and, where they only read, as an auditor."""

import io
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from charityledger.clock import FixedClock
from charityledger.extensions import db
from charityledger.projects import catalogue, exchange, items, service
from charityledger.projects.models import NeedItem, ProjectUpdate, SubProject
from charityledger.projects.views import exchange as views_exchange
from tests.people import client_of, make_user
from tests.projects.conftest import item_of, picture, sub_of, take
from tests.projects.sending import fields

pytestmark = pytest.mark.one_database
CODES = {"BM01-1", "BM03-1", "WH02-1"}


@pytest.fixture
def desk(app: Flask, clock: FixedClock) -> Iterator[FlaskClient]:
    """Signed in as staff, at a small catalogue."""
    app.extensions["charityledger.clock"] = clock
    whole = catalogue.read()
    with app.app_context():
        catalogue.load(catalogue=catalogue.Catalogue([row for row in whole.projects if row["sub_code"] in CODES],
                                                     [row for row in whole.need_items if row["sub_code"] in CODES]),
                       clock=clock)
    with client_of(app, make_user(app, "staff")) as client:
        yield client


@pytest.fixture
def reader(app: Flask, desk: FlaskClient) -> FlaskClient:
    return client_of(app, make_user(app, "auditor"))


def inside(app: Flask, read: Callable[[], object]) -> object:
    """What `read` finds in the database now."""
    with app.app_context():
        return read()


PAGES = (
    "/desk/catalogue", "/desk/catalogue?q=bjz", "/desk/catalogue?category=WH&status=open", "/desk/catalogue?q=zzz",
    "/desk/catalogue/new", "/desk/catalogue/BM01-1", "/desk/catalogue/BM01-1/edit", "/desk/catalogue/BM01-1/items/new",
    "/desk/catalogue/BM01-1/items/4", "/desk/catalogue/exchange", "/desk/updates", "/desk/updates?code=BM01-1",
    "/desk/updates/deadlines", "/desk/updates/new?code=BM01-1&disclosure=1")


@pytest.mark.parametrize("language", ["", "/en"])
def test_every_page_opens_for_who_writes_and_who_reads(desk: FlaskClient, reader: FlaskClient, language: str) -> None:
    for client in (desk, reader):
        for address in PAGES:
            page = client.get(language + address)
            assert page.status_code == 200, address
            assert page.text.count("<h1") == 1, address
            assert 'style="' not in page.text, address
            assert not re.search(r"<\w+[^>]* on\w+=", page.text), address


def test_what_is_not_there(desk: FlaskClient) -> None:
    for address in ("catalogue/BM99-1", "catalogue/BM01-1/items/9", "catalogue/export/x", "updates/9",
                    "updates?code=BM99", "updates/pictures/x"):
        assert desk.get(f"/desk/{address}").status_code == 404, address


def test_the_list_is_narrowed_by_initials_and_by_state(desk: FlaskClient) -> None:
    assert re.findall(r"/desk/catalogue/([A-Z0-9-]+)\"", desk.get("/desk/catalogue?q=bjz").text) == ["BM01-1"]
    assert "没有这样的项目" in desk.get("/desk/catalogue?status=closed").text
    assert "3个子项目" in desk.get("/desk/catalogue").text


def test_a_project_from_draft_to_open(app: Flask, desk: FlaskClient) -> None:
    form = fields(desk.get("/desk/catalogue/new"), code="BM01-3", major_code="BM01", title_zh="茶亭", title_en="Tea",
                  street="一街道", community="一社区", beneficiary_count="1,200")
    assert desk.post("/desk/catalogue/new", data=form).location.endswith("/desk/catalogue/BM01-3")
    assert desk.post("/desk/catalogue/new", data=form).status_code == 303     # a double click
    page = desk.get("/desk/catalogue/BM01-3")
    assert "还没有需求明细，不能开放认领。" in page.text
    assert "开放认领</button>" not in page.text
    item = fields(desk.get("/desk/catalogue/BM01-3/items/new"), title_zh="茶桶", title_en="Tea urns", kind="cash",
                  quantity="2", unit_zh="个", unit_en="urn", unit_price_fen="300.50")
    assert desk.post("/desk/catalogue/BM01-3/items/new", data=item).status_code == 303
    page = desk.get("/desk/catalogue/BM01-3")
    assert "¥601.00" in page.text
    sent = fields(page) | {"wanted": "open", "seen": "draft"}
    assert desk.post("/desk/catalogue/BM01-3/status", data=sent).status_code == 303
    assert inside(app, lambda: sub_of("BM01-3").status) == "open"
    late = desk.post("/desk/catalogue/BM01-3/status", data=sent | {"form_token": "other"})
    assert late.status_code == 409
    assert "别人已经改过这里" in late.text
    assert desk.post("/desk/catalogue/BM01-3/status", data={"wanted": "lost", "seen": "open"}).status_code == 400


def test_faults_are_named_at_their_fields(desk: FlaskClient) -> None:
    form = fields(desk.get("/desk/catalogue/new"), code="bm 3", title_zh="看不见\u200b", beneficiary_count="许多",
                  opened_on="2026-04-15", ends_on="15.4.2026")
    page = desk.post("/desk/catalogue/new", data=form)
    assert page.status_code == 422
    assert re.findall(r'<a href="#(\w+)">', page.text.split('id="errors"')[1].split("</ul>")[0]) == [
        "code", "major_code", "title_zh", "title_en", "street", "community", "beneficiary_count", "ends_on"]
    assert "<title>有" in page.text
    taken = fields(desk.get("/desk/catalogue/new"), code="BM01-1", major_code="BM01", title_zh="茶亭", title_en="Tea",
                   street="一街道", community="一社区", beneficiary_count="0")
    assert "编号“BM01-1”已经用过" in desk.post("/desk/catalogue/new", data=taken).text


def test_two_people_edit_at_once_and_nothing_is_lost(app: Flask, desk: FlaskClient, clock: FixedClock) -> None:
    form = fields(desk.get("/desk/catalogue/BM01-1/edit"), title_zh="我的题目", summary_zh="我写的介绍")

    def other() -> None:
        sub = sub_of("BM01-1")
        service.revise(sub_project_id=sub.id, values={"title_zh": "别人的题目"}, seen=None,
                       actor=catalogue.Actor.system(), clock=clock)

    inside(app, other)
    page = desk.post("/desk/catalogue/BM01-1/edit", data=form)
    assert page.status_code == 409
    assert page.text.count("别人的题目") >= 2
    assert 'value="我的题目"' in page.text
    assert "我写的介绍" in page.text
    again = fields(page)
    assert again["seen"] != form["seen"]
    assert desk.post("/desk/catalogue/BM01-1/edit", data=again).status_code == 303
    assert inside(app, lambda: (sub_of("BM01-1").title_zh, sub_of("BM01-1").summary_zh)) == ("我的题目", "我写的介绍")


def test_an_item_is_edited_within_what_is_taken(app: Flask, desk: FlaskClient, clock: FixedClock) -> None:
    inside(app, lambda: take(item_of("BM03-1", 3), clock, pledged=90_000))
    address = "/desk/catalogue/BM03-1/items/3"
    page = desk.get(address)
    assert "已经认领了" in page.text
    assert "¥900.00" in page.text
    assert desk.post(address, data=fields(page, quantity="3")).status_code == 303
    refused = desk.post(address, data=fields(desk.get(address), quantity="1"))
    assert refused.status_code == 422
    assert "已经有人认领，不能改得比已认领的还少" in refused.text
    assert "不能再改" in desk.post(address, data=fields(desk.get(address), kind="goods")).text
    assert desk.post(f"{address}/withdraw", data={"form_token": "t"}).status_code == 409
    assert inside(app, lambda: item_of("BM03-1", 3).quantity) == 3
    priced = fields(desk.get("/desk/catalogue/BM01-1/items/4"), unit_price_fen="5")
    assert "志愿时长没有单价" in desk.post("/desk/catalogue/BM01-1/items/4", data=priced).text
    assert desk.post("/desk/catalogue/BM01-1/items/4/withdraw", data={"form_token": "u"}).status_code == 303
    assert desk.get("/desk/catalogue/BM01-1/items/4").status_code == 404


def test_an_item_changed_meanwhile(app: Flask, desk: FlaskClient, clock: FixedClock) -> None:
    form = fields(desk.get("/desk/catalogue/BM03-1/items/3"), quantity="9")
    inside(app, lambda: items.revise(item_id=item_of("BM03-1", 3).id, seen=None, clock=clock,
                                     actor=catalogue.Actor.system(), values={"quantity": 10, "amount_fen": 450_000}))
    page = desk.post("/desk/catalogue/BM03-1/items/3", data=form)
    assert page.status_code == 409
    assert desk.post("/desk/catalogue/BM03-1/items/3", data=fields(page)).status_code == 303
    assert inside(app, lambda: (item_of("BM03-1", 3).quantity, item_of("BM03-1", 3).amount_fen)) == (9, 405_000)


def upload(data: bytes, name: str = "表.csv") -> dict[str, object]:
    return {"table": (io.BytesIO(data), name), "form_token": "t"}


def test_export_edit_import(app: Flask, desk: FlaskClient) -> None:
    exported = desk.get("/desk/catalogue/export/projects.csv")
    assert exported.headers["Content-Disposition"] == "attachment; filename=projects.csv"
    assert exported.mimetype == "text/csv"
    assert desk.get("/desk/catalogue/export/catalogue.xlsx").data.startswith(b"PK")
    same = desk.post("/desk/catalogue/import", data=upload(exported.data))
    assert "与目录完全一样" in same.text
    changed = exported.data.replace("百家灶小厨房".encode(), "<b>千家灶</b>".encode())
    page = desk.post("/desk/catalogue/import", data=upload(changed))
    assert page.status_code == 200
    assert "&lt;b&gt;千家灶&lt;/b&gt;" in page.text
    assert inside(app, lambda: sub_of("BM01-1").title_zh) == "百家灶小厨房"
    form = fields(page)
    for _twice in range(2):
        assert desk.post("/desk/catalogue/import/commit", data=form).location.endswith("/desk/catalogue")
    assert inside(app, lambda: sub_of("BM01-1").title_zh) == "<b>千家灶</b>"


def test_an_import_with_faults_says_where(desk: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    faulty = desk.get("/desk/catalogue/export/projects.csv").data.replace(b",120,", ",一百二十,".encode())
    page = desk.post("/desk/catalogue/import", data=upload(faulty))
    assert page.status_code == 200
    assert "第2行" in page.text
    assert "<code>beneficiary_count</code>" in page.text
    assert "import/commit" not in page.text
    assert "看不出这是哪一张表" in desk.post("/desk/catalogue/import", data=upload(b"x")).text
    assert desk.post("/desk/catalogue/import", data={"form_token": "t"}).status_code == 422
    monkeypatch.setattr(views_exchange, "MAX_UPLOAD", 1000)
    assert desk.post("/desk/catalogue/import", data=upload(faulty)).status_code == 413


def test_a_preview_that_is_out_of_date_is_made_again(app: Flask, desk: FlaskClient, clock: FixedClock) -> None:
    changed = desk.get("/desk/catalogue/export/projects.csv").data.replace("百家灶小厨房".encode(), "千家灶".encode())
    form = fields(desk.post("/desk/catalogue/import", data=upload(changed)))
    inside(app, lambda: service.revise(sub_project_id=sub_of("BM03-1").id, values={"title_en": "Rooms"}, seen=None,
                                       actor=catalogue.Actor.system(), clock=clock))
    page = desk.post("/desk/catalogue/import/commit", data=form)
    assert page.status_code == 409
    assert "目录又改过" in page.text
    assert desk.post("/desk/catalogue/import/commit", data=fields(page)).status_code == 303
    gone = form | {"sha256": "0" * 64}
    assert desk.post("/desk/catalogue/import/commit", data=gone).status_code == 409
    assert desk.post("/desk/catalogue/import/commit", data=form | {"base": "x"}).status_code == 400


def test_news_are_previewed_published_and_withdrawn(app: Flask, desk: FlaskClient) -> None:
    form: dict[str, object] = fields(desk.get("/desk/updates/new?code=BM01-1"), body_zh="灶台装好了。\n下周开灶。",
                                     quotation_zh="香", do="preview", disclosure="y")
    assert form["project"] == "BM01-1"
    photo = {"pictures-0-file": (io.BytesIO(picture()), "a.jpg")}
    refused = desk.post("/desk/updates/new", data=form | photo)
    assert refused.status_code == 422
    assert '<a href="#pictures-0-alt_zh">' in refused.text
    # The picture was kept: only its words are still to be written.
    again = fields(refused, do="preview") | {"pictures-0-alt_zh": "新灶台", "disclosure": "y"}
    preview = desk.post("/desk/updates/new", data=again)
    assert preview.status_code == 200
    assert "还没有发布" in preview.text
    shown = re.search(r'<img src="([^"]+)" alt="新灶台"', preview.text)
    assert shown is not None
    with desk.get(shown[1]) as sent:
        assert sent.mimetype == "image/jpeg"
        assert sent.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert inside(app, lambda: db.session.scalars(select(ProjectUpdate)).all()) == []
    back = desk.post("/desk/updates/new", data=fields(preview, do="edit"))
    assert back.status_code == 200
    assert "下周开灶。</textarea>" in back.text
    for _twice in range(2):
        done = desk.post("/desk/updates/new", data=fields(preview, do="publish"))
        assert done.status_code == 303
    assert len(inside(app, lambda: db.session.scalars(select(ProjectUpdate)).all())) == 1
    assert str(inside(app, lambda: sub_of("BM01-1").published_on)) == "2026-04-15"
    page = desk.get(done.location)
    assert "灶台装好了。" in page.text
    assert desk.post(f"{done.location}/withdraw", data=fields(page, reason=" ")).status_code == 422
    assert desk.post(f"{done.location}/withdraw", data=fields(page, reason="写错了")).status_code == 303
    assert "原因：写错了" in desk.get(done.location).text
    assert "已撤下" in desk.get("/desk/updates").text


def test_nobody_publishes_a_file_by_its_number(app: Flask, desk: FlaskClient) -> None:
    form = fields(desk.get("/desk/updates/new?code=BM01-1"), body_zh="图", do="publish")
    for forged in ("1", "MQ.forged"):
        desk.post("/desk/updates/new", data=form | {"pictures-0-kept": forged, "pictures-0-alt_zh": "图",
                                                    "form_token": forged})
    assert [len(u.pictures) for u in inside(app, lambda: [
        update for update in db.session.scalars(select(ProjectUpdate)) if len(update.pictures) >= 0])] == [0, 0]
    assert '<a href="#project">' in desk.post("/desk/updates/new", data=form | {"project": ""}).text
    future = desk.post("/desk/updates/new", data=form | {"published_on": "2026-04-16"})
    assert future.status_code == 422
    assert '<a href="#published_on">' in future.text
    broken = desk.post("/desk/updates/new", data=form | {"pictures-1-file": (io.BytesIO(b"GIF89a"), "a.gif")})
    assert '<a href="#pictures-1-file">' in broken.text


def test_a_photo_comes_and_goes(desk: FlaskClient) -> None:
    page = desk.get("/desk/catalogue/BM01-1")
    sent = {"form_token": "p", "alt_zh": "门口"}
    assert desk.post("/desk/catalogue/BM01-1/photos", data=sent).status_code == 422
    broken = desk.post("/desk/catalogue/BM01-1/photos", data=sent | {"file": (io.BytesIO(b"%PDF-1%%EOF"), "a.jpg")})
    assert "不是图片" in broken.text
    fine = {"file": (io.BytesIO(picture("PNG")), "a.png")}
    assert desk.post("/desk/catalogue/BM01-1/photos", data=sent | fine).status_code == 303
    page = desk.get("/desk/catalogue/BM01-1")
    with desk.get(re.search(r'<img src="([^"]+)"', page.text)[1]) as shown:
        assert shown.mimetype == "image/png"
    number = re.search(r"photos/(\d+)/withdraw", page.text)[1]
    assert desk.post(f"/desk/catalogue/BM03-1/photos/{number}/withdraw", data={}).status_code == 404
    assert desk.post(f"/desk/catalogue/BM01-1/photos/{number}/withdraw", data={}).status_code == 303


def test_the_auditor_reads_and_changes_nothing(app: Flask, reader: FlaskClient) -> None:
    for address in ("catalogue/new", "catalogue/BM01-1/edit", "catalogue/BM01-1/status", "catalogue/import",
                    "catalogue/BM01-1/items/new", "catalogue/BM01-1/items/1/withdraw", "catalogue/import/commit",
                    "catalogue/BM01-1/photos", "updates/new", "updates/1/withdraw"):
        assert reader.post(f"/desk/{address}", data={}).status_code == 403
    for address in ("catalogue", "catalogue/BM01-1", "updates"):
        assert "btn-primary" not in reader.get(f"/desk/{address}").text
    assert inside(app, lambda: len(db.session.scalars(select(NeedItem)).all())) == 9
    assert inside(app, lambda: len(db.session.scalars(select(SubProject)).all())) == 3


def test_the_import_page_names_every_column(desk: FlaskClient) -> None:
    page = desk.get("/desk/catalogue/exchange").text
    for name in (c.name for c in (*exchange.PROJECTS, *exchange.NEED_ITEMS)):
        assert f"<code>{name}</code>" in page
