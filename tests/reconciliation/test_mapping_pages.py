"""An unknown table, walked from its upload to its import as the office walks, and the next file after it."""

import hashlib
import io
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from charityledger.cli import main
from charityledger.clock import FixedClock
from charityledger.donations.models import BankStatement, ColumnMapping, StatementLine
from charityledger.extensions import db
from tests.donations import world
from tests.people import client_of, make_user

Clients = dict[str, FlaskClient]
NEW = "/desk/statements/mappings/new"
EVIL = "<script>alert(1)</script>"
TABLE = f"""演示村镇银行,,,,
记账何时,钱数,方向词,谁付的,{EVIL}
13/04/2026 09:30,"3,600.00",进,张三,捐9482719322
14/04/2026 10:00,20.00,出,=1+1,<b>费</b>
"""
CHOSEN = {"column_0": "date", "column_1": "amount", "column_2": "direction", "column_3": "name", "column_4": "memo",
          "dates": "dmy", "positive": "in", "in_words": "进，来", "out_words": "出", "currency": "CNY",
          "label": "村镇银行明细"}


@pytest.fixture
def office(app: Flask, clock: FixedClock) -> Clients:
    clients = {role: client_of(app, make_user(app, role, name=name)) for role, name in (
        ("staff", "经办"), ("finance", "财务"), ("auditor", "审计"), ("donor", "捐赠人"))}
    with app.app_context():
        world.fill(clock)
    return clients


def upload(client: FlaskClient, data: bytes = TABLE.encode(), name: str = "village.csv", account: str = "BANK",
           root: str = "") -> TestResponse:
    return client.post(f"{root}/desk/statements/preview", data={"account": account, "file": (io.BytesIO(data), name)})


def place(page: str) -> dict[str, str]:
    """What the link on the page of an unknown file says."""
    found = re.search(rf'href="((?:/en)?{NEW}\?[^"]+)"', page)
    assert found, page
    query = parse_qs(urlsplit(found[1].replace("&amp;", "&")).query)
    return {name: values[0] for name, values in query.items()}


def explain(client: FlaskClient, where: dict[str, str], act: str = "save", **more: str) -> TestResponse:
    return client.post(NEW, data={**where, "sheet": "0", "head": "2", "act": act, **CHOSEN, **more})


def kept(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(ColumnMapping.name).order_by(ColumnMapping.id)))


def test_from_upload_to_import(office: Clients, app: Flask) -> None:
    staff = office["staff"]
    refused = upload(staff)
    assert refused.status_code == 422
    assert "没有认出" in refused.text
    where = place(refused.text)
    assert where["name"] == "village.csv"
    page = staff.get(NEW, query_string=where).text
    assert re.search(r'value="2" checked', page)        # the head was guessed
    assert "13/04/2026 09:30" in page
    assert EVIL not in page
    assert "&lt;script&gt;" in page
    seen = explain(staff, where, "look")
    assert (seen.status_code, kept(app)) == (200, [])
    for words in ("2026-04-13", "09:30", "＋¥3,600.00", "−¥20.00", "=1+1", "&lt;b&gt;费&lt;/b&gt;"):
        assert words in seen.text, words
    saved = explain(staff, where)
    assert saved.status_code == 303
    assert kept(app) == ["村镇银行明细"]
    preview = staff.get(saved.location)
    assert preview.status_code == 200
    assert "村镇银行明细" in preview.text
    assert "导入，新增2行" in preview.text
    imported = staff.post("/desk/statements/import", data={
        "sha256": where["sha256"], "account": "BANK", "name": "village.csv"})
    assert imported.status_code == 303
    with app.app_context():
        rows = db.session.scalars(select(StatementLine).order_by(StatementLine.id)).all()
        assert [(row.amount_fen, row.counterparty, row.memo) for row in rows] == [
            (360_000, "张三", "捐9482719322"), (-2_000, "=1+1", "<b>费</b>")]
        statement = db.session.scalars(select(BankStatement)).one()
    shown = staff.get(f"/desk/statements/{statement.id}").text
    assert "村镇银行明细" in shown


def test_the_next_file_is_read_by_itself(office: Clients, app: Flask, tmp_path: Path) -> None:
    explain(office["staff"], place(upload(office["staff"]).text))
    later = TABLE.replace("13/04", "15/04").replace("14/04", "16/04").encode()
    assert "导入，新增2行" in upload(office["finance"], later).text
    path = tmp_path / "later.csv"
    path.write_bytes(later)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["statement", *arguments, "--json"], obj=app)

    listed = json.loads(call("mappings").output)
    assert [(one["name"], one["columns"]["date"], one["dates"]) for one in listed] == [("村镇银行明细", [1], "dmy")]
    told = json.loads(call("import", str(path), "--account", "BANK").output)
    assert (told["imported"], told["mapping"], told["format"]) == (True, "村镇银行明细", listed[0]["format"])
    assert (told["lines"], told["in_fen"], told["out_fen"]) == (2, 360_000, 2_000)
    again = json.loads(call("import", str(path), "--account", "BANK", "--format", "村镇银行明细").output)
    assert (again["known_file"], again["new"], again["known"]) == (True, 0, 2)
    assert call("import", str(path), "--account", "BANK", "--format", "别的").exit_code == 2


def test_an_invalid_mapping_loses_nothing(office: Clients, app: Flask) -> None:
    staff = office["staff"]
    where = place(upload(staff).text)
    page = explain(staff, where, column_0="", column_1="", label="")
    assert page.status_code == 422
    assert "请起个名字" in page.text
    page = explain(staff, where, column_0="", column_1="memo", currency="人民币币")
    assert page.status_code == 422
    for words in ("还没有说哪一列是日期", "还没有说哪一列是金额", "没有币种“人民币币”", "选了收支方向"):
        assert words in page.text, words
    # What was chosen stands there still.
    assert re.search(r'name="column_3"[^>]*>.*?<option selected value="name">', page.text, re.DOTALL)
    assert 'value="进，来"' in page.text
    twice = explain(staff, where, column_3="date").text
    assert 'id="column_3-e"' in twice
    unread = explain(staff, where, dates="ymd")
    assert unread.status_code == 422
    assert "按这样的对应读不出流水" in unread.text
    assert "看不懂“13/04/2026 09:30”" in unread.text
    assert explain(staff, where, column_0="nonsense").status_code == 422
    assert explain(staff, where, head="3").status_code == 422           # a line is no head
    assert kept(app) == []


def test_sent_twice_and_by_two(office: Clients, app: Flask) -> None:
    where = place(upload(office["staff"]).text)
    assert explain(office["staff"], where, form_token="one").status_code == 303
    assert explain(office["staff"], where, form_token="one").status_code == 303
    second = explain(office["finance"], where, form_token="two", label="又一种")
    assert second.status_code == 422
    assert "已经有同事说明过（村镇银行明细）" in second.text
    assert kept(app) == ["村镇银行明细"]


def test_the_list_and_taking_one_out_of_use(office: Clients, app: Flask) -> None:
    staff = office["staff"]
    assert "还没有" in staff.get("/desk/statements/mappings").text
    explain(staff, place(upload(staff).text))
    page = office["auditor"].get("/desk/statements/mappings").text
    for words in ("村镇银行明细", "经办", "日在前", "进、来", "用了5列"):
        assert words in page, words
    assert EVIL not in page
    assert "/remove" not in page            # an auditor reads
    with app.app_context():
        number = db.session.scalars(select(ColumnMapping.id)).one()
    assert office["auditor"].post(f"/desk/statements/mappings/{number}/remove").status_code == 403
    assert office["finance"].post(f"/desk/statements/mappings/{number}/remove").status_code == 303
    page = staff.get("/desk/statements/mappings").text
    assert "谁说不再用" in page
    assert "财务" in page
    assert office["finance"].post(f"/desk/statements/mappings/{number}/remove").status_code == 409
    # The same file can be explained anew.
    assert explain(staff, place(upload(staff).text)).status_code == 303


def test_another_head_and_another_sheet(office: Clients) -> None:
    book = Workbook()
    book.active.append(["说", "明", "页", "面"])
    sheet = book.create_sheet("流水")
    for cells in (["甲", "乙", "丙"], ["何时", "进", "谁"], ["2026-04-13", 5, "张三"]):
        sheet.append(cells)
    data = io.BytesIO()
    book.save(data)
    where = place(upload(office["staff"], data.getvalue(), "book.xlsx").text)
    page = office["staff"].get(NEW, query_string={**where, "sheet": "1", "head": "2"}).text
    assert 'aria-current="page"><bdi>流水</bdi>' in page
    assert "第1列“何时”是" in page
    assert "第1列“甲”是" in office["staff"].get(NEW, query_string={**where, "sheet": "1", "head": "1"}).text


def test_a_file_that_is_read_by_a_mapping_and_has_faults_says_so(office: Clients) -> None:
    explain(office["staff"], place(upload(office["staff"]).text))
    page = upload(office["staff"], TABLE.replace("14/04/2026", "2026年").encode()).text
    assert "这个文件是按“村镇银行明细”读的" in page
    assert NEW not in page


@pytest.mark.parametrize(("data", "says"), [
    (b" ", "没有表格"), ((",".join(f"c{n}" for n in range(500)) + "\n1,2\n").encode(), "列数太多"),
    (b"PK\x03\x04", "打不开")])
def test_what_is_no_table_is_said(office: Clients, data: bytes, says: str) -> None:
    assert upload(office["staff"], data, "odd.csv").status_code == 422
    where = {"sha256": hashlib.sha256(data).hexdigest(), "account": "BANK", "name": "odd.csv"}
    for answer in (office["staff"].get(NEW, query_string=where), explain(office["staff"], where)):
        assert answer.status_code == 422
        assert says in answer.text


def test_what_is_asked_for_is_checked(office: Clients) -> None:
    where = place(upload(office["staff"]).text)
    assert office["staff"].get(NEW).status_code == 409                              # no such file is held
    assert office["staff"].get(NEW, query_string={**where, "sha256": "../../x"}).status_code == 409
    assert office["staff"].get(NEW, query_string={**where, "account": "NOWHERE"}).status_code == 404
    assert office["staff"].get(NEW, query_string={**where, "account": "CASH"}).status_code == 404
    assert office["staff"].get(NEW, query_string={**where, "sheet": "99", "head": "x"}).status_code == 200
    assert office["donor"].get(NEW, query_string=where).status_code == 403
    assert office["auditor"].post(NEW, data=where).status_code == 403


def test_in_english(office: Clients) -> None:
    page = upload(office["staff"], root="/en").text
    assert "you can say what each column is" in page
    where = place(page)
    page = office["staff"].get(f"/en{NEW}", query_string=where).text
    for words in ("Which row is the head", "Money in", "Day first: 04/11/2026", "See what is read"):
        assert words in page, words
    seen = office["staff"].post(f"/en{NEW}", data={**where, "sheet": "0", "head": "2", "act": "look", **CHOSEN}).text
    assert "Read this way" in seen
    assert "Remember and go on to import" in seen
