"""The pages of statement files, walked as staff walk them: looked at first, then imported, then matched."""

import hashlib
import html
import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from charityledger.clock import FixedClock
from charityledger.donations.models import BankStatement, MatchRun, StatementLine
from charityledger.extensions import db
from charityledger.reconciliation import runs
from charityledger.reconciliation.runs import Policy
from tests.donations import world
from tests.people import client_of, make_user
from tests.reconciliation.files import FIXTURES

Clients = Mapping[str, FlaskClient]
HOME = "/desk/statements"
BOC = (FIXTURES / "boc-corporate.csv").read_bytes()
FUNDS = (FIXTURES / "wechat-merchant-fundflow.csv").read_bytes()
TRADES = (FIXTURES / "wechat-merchant-trade-ALL.csv").read_bytes()
BAD = (FIXTURES / "wechat-merchant-trade-ALL.badtotal.csv").read_bytes()


@pytest.fixture
def office(app: Flask, clock: FixedClock) -> Clients:
    """A client for each role. It is the middle of November, the month of the files."""
    with app.app_context():
        world.fill(clock)
    clock.forward(days=213)
    return {role: client_of(app, make_user(app, role)) for role in ("staff", "finance", "admin", "auditor", "donor")}


@pytest.fixture
def staff(office: Clients) -> FlaskClient:
    return office["staff"]


def preview(client: FlaskClient, data: bytes, account: str = "BANK", name: str = "流水.csv",
            language: str = "") -> TestResponse:
    return client.post(f"{language}{HOME}/preview", data={"account": account, "file": (io.BytesIO(data), name)})


def hidden(page: TestResponse) -> dict[str, str]:
    """The hidden fields of the form that imports; what the browser would send back."""
    return {name: html.unescape(value) for name, value in re.findall(
        r'<input[^>]*type="hidden"[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', page.text)} | {
        name: html.unescape(value) for name, value in re.findall(
            r'<input[^>]*?name="([^"]+)"[^>]*?type="hidden"[^>]*?value="([^"]*)"', page.text)}


def send(client: FlaskClient, page: TestResponse, **said: str) -> TestResponse:
    return client.post(f"{HOME}/import", data={**hidden(page), **said})


def take(client: FlaskClient, data: bytes, account: str = "BANK", name: str = "流水.csv", **said: str) -> TestResponse:
    return send(client, preview(client, data, account, name), **said)


def count(app: Flask, what: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(what)) or 0


def plain(page: TestResponse) -> str:
    """The text of a page, tags gone."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


@pytest.mark.parametrize("role", ["staff", "finance", "admin", "auditor"])
def test_the_office_sees_the_files(office: Clients, role: str) -> None:
    take(office["staff"], BOC)
    page = office[role].get(HOME)
    assert page.status_code == 200
    assert "流水.csv" in page.text
    assert office[role].get(f"{HOME}/1").status_code == 200
    assert ("enctype" in page.text) is (role != "auditor")


def test_an_auditor_changes_nothing_and_a_donor_sees_nothing(office: Clients, app: Flask) -> None:
    assert preview(office["auditor"], BOC).status_code == 403
    assert take(office["auditor"], BOC, sha256="0" * 64, account="BANK", name="x").status_code == 403
    assert office["auditor"].post(f"{HOME}/runs").status_code == 403
    take(office["staff"], BOC)
    for path in ("", "/1", "/1/file", "/runs/1"):
        assert office["donor"].get(HOME + path).status_code == 403
    assert "/sign-in" in app.test_client().get(HOME).headers["Location"]
    assert count(app, BankStatement) == count(app, MatchRun) == 1


class TestPreview:
    def test_what_a_file_is_is_shown_and_nothing_is_written(self, staff: FlaskClient, app: Flask) -> None:
        page = preview(staff, BOC)
        told = plain(page)
        assert page.status_code == 200
        assert "现在什么也没有记下" in told
        for figure in ("¥10,000.00", "＋¥5,200.00", "−¥10.00", "¥15,190.00", "100000000001"):
            assert figure in told, figure
        assert "✓ 一致" in told
        assert count(app, BankStatement) == count(app, StatementLine) == 0

    def test_in_english(self, staff: FlaskClient) -> None:
        told = plain(preview(staff, BOC, name="lines.csv", language="/en"))
        assert "+¥5,200.00" in told
        assert not re.search(r"[\u3400-\u9fff]", told.replace("中文", "").replace("基本户", "")), told

    @pytest.mark.parametrize(("data", "said"), [
        ({"account": "BANK"}, "请选一个文件"), ({"account": "", "file": b"x"}, "请选账户"),
        ({"account": "NONE", "file": b"x"}, "请选账户")])
    def test_what_is_missing_is_asked_for(self, staff: FlaskClient, data: dict[str, object], said: str) -> None:
        file = data.get("file")
        page = staff.post(f"{HOME}/preview", data={
            **data, **({"file": (io.BytesIO(file), "x.csv")} if isinstance(file, bytes) else {})})
        assert page.status_code == 422
        assert said in page.text

    @pytest.mark.parametrize("data", [
        b"", b"hello", b"\x00" * 500, b"PK\x03\x04" + b"\x00" * 90,
        (FIXTURES / "ccb-corporate.xls").read_bytes()[:2000], BOC[: len(BOC) // 2],
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><Document>&b;</Document>"])
    def test_a_damaged_file_is_explained(self, staff: FlaskClient, app: Flask, data: bytes) -> None:
        page = preview(staff, data)
        assert page.status_code == 422
        assert "这个文件不能导入" in page.text
        assert f'action="{HOME}/import' not in page.text
        assert count(app, BankStatement) == 0

    def test_a_file_of_another_kind_of_account(self, staff: FlaskClient) -> None:
        page = preview(staff, FUNDS, "BANK")
        assert (page.status_code, "这个文件不能导入" in page.text) == (422, True)

    def test_a_file_of_another_account(self, staff: FlaskClient, app: Flask) -> None:
        take(staff, BOC)
        changed = BOC.replace(b"100000000001", b"100000000009")
        page = preview(staff, changed)
        assert page.status_code == 422
        assert "100000000009" in plain(page)
        assert f'action="{HOME}/import' not in page.text
        again = staff.post(f"{HOME}/import", data={
            "sha256": hashlib.sha256(changed).hexdigest(), "account": "BANK", "name": "x", "totals": "y", "rest": "y"})
        assert again.status_code == 409
        assert count(app, BankStatement) == 1

    def test_the_name_of_a_file_is_text(self, staff: FlaskClient) -> None:
        page = preview(staff, BOC, name="<b>x</b>.csv")
        assert "<b>" not in page.text


class TestImport:
    def test_it_is_imported_and_a_run_is_asked_for(self, staff: FlaskClient, app: Flask, clock: FixedClock) -> None:
        done = take(staff, BOC)
        assert done.status_code == 303
        assert done.location == f"{HOME}/runs/1?statement=1"
        assert (count(app, StatementLine), count(app, MatchRun)) == (4, 1)
        waiting = staff.get(done.location)
        assert waiting.headers["Refresh"]
        assert "导入完成，新增4行" in waiting.text
        with app.app_context():
            runs.carry_out(1, policy=Policy(), clock=clock)
        ended = staff.get(done.location)
        assert "Refresh" not in ended.headers
        assert "已完成" in ended.text
        assert f'href="{HOME}/1"' in ended.text

    def test_sent_twice_it_is_imported_once(self, staff: FlaskClient, app: Flask) -> None:
        page = preview(staff, BOC)
        assert {send(staff, page).location for _ in range(2)} == {f"{HOME}/runs/1?statement=1"}
        assert (count(app, BankStatement), count(app, StatementLine)) == (1, 4)
        again = preview(staff, BOC)
        assert "这个文件已经导入过" in again.text
        assert f'action="{HOME}/import' not in again.text

    def test_what_was_not_previewed_is_not_imported(self, staff: FlaskClient, app: Flask) -> None:
        for sha256 in ("0" * 64, "../../etc/passwd", ""):
            done = staff.post(f"{HOME}/import", data={"sha256": sha256, "account": "BANK", "name": "x"})
            assert done.status_code // 100 == 4
            assert "/runs/" not in done.headers.get("Location", "")
        assert count(app, BankStatement) == 0

    def test_a_mismatch_must_be_ticked(self, staff: FlaskClient, app: Flask) -> None:
        take(staff, FUNDS, "WECHAT")
        page = preview(staff, BAD, "WECHAT")
        assert page.status_code == 200
        assert "✗ 不一致" in plain(page)
        refused = send(staff, page)
        assert refused.status_code == 409
        assert 'name="totals"' in refused.text
        assert count(app, BankStatement) == 1
        assert send(staff, page, totals="y").status_code == 303
        assert "导入时看过并确认：" in staff.get(f"{HOME}/2").text
        assert "合计对不上" in staff.get(f"{HOME}/2").text


def changed(data: bytes) -> bytes:
    """The BOC file once more, its second and third lines with other payers under the same numbers."""
    return data.replace("李四".encode(), "李十".encode()).replace("王五".encode(), "王六".encode())


class TestDoubtfulLines:
    @pytest.fixture
    def page(self, staff: FlaskClient) -> TestResponse:
        take(staff, BOC)
        return preview(staff, changed(BOC), name="again.csv")

    def test_they_are_asked_about_one_by_one(self, page: TestResponse) -> None:
        told = plain(page)
        assert page.status_code == 200
        assert "有2行要您看一看" in told
        assert told.count("BOC000") >= 2
        names = re.findall(r'type="radio" name="(line-\d+)" value="(same|another)"', page.text)
        assert names == [(f"line-{index}", value) for index in (1, 2) for value in ("same", "another")]
        assert 'name="rest"' in page.text

    @pytest.mark.parametrize("said", [{}, {"line-1": "same"}, {"line-1": "same", "line-2": "perhaps"},
                                      {"line-x": "same", "line-" + "9" * 5000: "same"}])
    def test_unanswered_nothing_is_imported(self, staff: FlaskClient, app: Flask, page: TestResponse,
                                            said: dict[str, str]) -> None:
        refused = send(staff, page, **said)
        assert refused.status_code == 409
        assert count(app, StatementLine) == 4
        for name, value in said.items():
            if value == "same" and name == "line-1":
                assert f'name="{name}" value="same" checked' in refused.text

    @pytest.mark.parametrize(("said", "lines"), [
        ({"line-1": "same", "line-2": "same"}, 4), ({"line-1": "same", "line-2": "another"}, 5),
        ({"line-1": "another", "line-2": "another"}, 6)])
    def test_answered_they_are_what_was_said(self, staff: FlaskClient, app: Flask, page: TestResponse,
                                             said: dict[str, str], lines: int) -> None:
        assert send(staff, page, **said).status_code == 303
        assert (count(app, BankStatement), count(app, StatementLine)) == (2, lines)

    def test_the_rest_as_is_likely(self, staff: FlaskClient, app: Flask, page: TestResponse) -> None:
        assert send(staff, page, rest="y").status_code == 303
        assert "流水号重复，内容不同" in staff.get(f"{HOME}/2").text


class TestOneFile:
    def test_its_lines_and_what_it_says_of_itself(self, staff: FlaskClient) -> None:
        take(staff, BOC)
        told = plain(staff.get(f"{HOME}/1"))
        for part in ("杭州明远科技有限公司", "＋¥5,000.00", "−¥10.00", "¥15,190.00", "未分配4行", "✓ 对得上"):
            assert part in told, part

    def test_in_english(self, staff: FlaskClient) -> None:
        take(staff, BOC, name="lines.csv")
        for path in ("", "/1", "/runs/1"):
            page = staff.get(f"/en{HOME}{path}")
            assert page.status_code == 200
            assert 'lang="en"' in page.text
            labels = re.findall(r'<(?:h[12]|th|dt|button)[^>]*>([^<]*)', page.text)
            assert labels
            assert not [label for label in labels if re.search(r"[\u3400-\u9fff]", label)]

    def test_a_trade_bill_says_which_rows_found_their_line(self, staff: FlaskClient, app: Flask) -> None:
        take(staff, TRADES, "WECHAT", "trades.csv")
        assert "行在账户的流水里还没有找到" in staff.get(f"{HOME}/1").text
        take(staff, FUNDS, "WECHAT", "funds.csv")
        assert "每一行在账户的流水里都找到了" in staff.get(f"{HOME}/1").text
        assert count(app, StatementLine) == 6

    def test_it_is_downloaded_byte_by_byte(self, staff: FlaskClient) -> None:
        take(staff, BOC, name="十一月.csv")
        done = staff.get(f"{HOME}/1/file")
        assert done.data == BOC
        done.close()
        assert done.mimetype == "application/octet-stream"
        assert done.headers["Content-Disposition"].startswith("attachment")
        assert done.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in done.headers["Content-Security-Policy"]

    def test_a_file_that_is_gone_from_disk_is_said_to_be(self, staff: FlaskClient, app: Flask) -> None:
        take(staff, BOC)
        for path in (Path(app.instance_path) / "statements").iterdir():
            path.unlink()
        gone = staff.get(f"{HOME}/1/file")
        assert gone.status_code // 100 in (4, 5)
        assert b"BOC0001" not in gone.data

    @pytest.mark.parametrize("path", ["/9", "/9/file", "/runs/9", "/99999999999999999999"])
    def test_what_is_not_there(self, staff: FlaskClient, path: str) -> None:
        assert staff.get(HOME + path).status_code == 404


class TestRuns:
    def test_one_is_asked_for_over_all_accounts(self, staff: FlaskClient, app: Flask) -> None:
        take(staff, BOC)
        with app.app_context():
            db.session.rollback()
        done = staff.post(f"{HOME}/runs", data={"account": ""})
        assert (done.status_code, done.location) == (303, f"{HOME}/runs/2")
        assert staff.post(f"{HOME}/runs", data={"account": ""}).location == done.location
        assert "全部账户" in staff.get(done.location).text
        assert staff.post(f"{HOME}/runs", data={"account": "NONE"}).status_code == 404

    @pytest.mark.parametrize(("state", "said"), [
        ("queued", "马上开始"), ("running", "看过3行，共10行"), ("failed", "中途出了错")])
    def test_each_state_is_told(self, staff: FlaskClient, app: Flask, set_run: Callable[..., None], state: str,
                                said: str) -> None:
        set_run(state=state, total=10, done=3, confirmed=2, suggested=1)
        page = staff.get(f"{HOME}/runs/1")
        assert said in page.text
        assert ("Refresh" in page.headers) is (state in ("queued", "running"))

    def test_what_a_run_did(self, staff: FlaskClient, app: Flask, clock: FixedClock) -> None:
        with app.app_context():
            pledge = world.promise(clock, 12_000, code="LB1-1", name="杭州明远科技有限公司")
            text = BOC.decode("utf-8-sig").replace("捐９４８２ ７１９３ ２２", pledge.reference).replace(
                "+5000.00", "+120.00").replace("+15000.00", "+10120.00")
        take(staff, text.encode("utf-8-sig"), rest="y", totals="y")
        with app.app_context():
            runs.carry_out(1, policy=Policy(), clock=clock)
        told = plain(staff.get(f"{HOME}/runs/1"))
        assert "自动确认 1" in told
        assert "其中：参考码完整 1" in told


@pytest.fixture
def set_run(app: Flask, clock: FixedClock) -> Callable[..., None]:
    def make(**facts: object) -> None:
        with app.app_context():
            from charityledger.database import transaction

            with transaction() as tx:
                tx.add(MatchRun(account_code=None, asked_at=clock.now(), **facts))
    return make
