"""Error pages: what happened, what is safe, what to do; JSON for programs; nothing of the machine in either."""

import logging
import re
from collections.abc import Callable

import pytest
from flask import Flask, abort, request
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests

from charityledger import errors
from charityledger.identity.errors import NotSignedIn
from charityledger.identity.policy import EVERYONE, STAFF, access
from charityledger.site import faults
from tests.people import client_of, make_user
from tests.site.reading import Reader, read

pytestmark = pytest.mark.one_database
Raise = Callable[[Exception], Flask]


@pytest.fixture
def failing(sqlite_app: Flask) -> Raise:
    """`failing(error)`: the application with /fail, which raises it."""
    def raising(error: Exception) -> Flask:
        @access(EVERYONE)
        def fail() -> str:
            raise error

        sqlite_app.add_url_rule("/fail", "fail", fail, methods=["GET", "POST"])
        return sqlite_app

    return raising


def test_no_address_asks_for_a_number_that_the_database_cannot_hold(sqlite_app: Flask) -> None:
    admin = client_of(sqlite_app, make_user(sqlite_app, "admin"))
    most = "9" * 40
    asked = 0
    for rule in sqlite_app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            path = re.sub(r"<any\((\w+)[^>]*>", r"\1", re.sub(r"<int:\w+>", most, rule.rule))
            if "<" not in path:
                answer = admin.get(f"{path}?page={most}&donor={most}&project=HD1-1&item={most}")
                asked += most in path
                assert answer.status_code < 500, path
    assert asked > 10


def page(app: Flask, path: str = "/fail", method: str = "GET", **more: object) -> tuple[int, Reader]:
    response = app.test_client().open(path, method=method, **more)  # type: ignore[arg-type]
    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    return response.status_code, read(response.text)


def number_of(shown: Reader) -> str:
    """The incident number on a page."""
    found = re.search("[0-9A-Z]{4}-[0-9A-Z]{4}", shown.text)
    assert found
    return found[0]


@pytest.mark.parametrize("status", [code for code in faults.PAGES if code < 500])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_status_has_its_page(failing: Raise, status: int, prefix: str) -> None:
    class Told(errors.CharityLedgerError):
        code = "error"

    Told.status = status
    code, shown = page(failing(Told()), f"{prefix}/fail")
    assert code == status
    assert "这一步没有做成，什么也没有记下。" in shown.text or prefix
    assert f"错误{status}" in shown.text or prefix
    assert "事件号" not in shown.text


def test_a_conflict_says_what_is_safe_and_what_to_do(failing: Raise) -> None:
    error = errors.OverNeed(item_id=1, item="院落绿化", item_en="Yard", kind="cash", unit="项", unit_en="item",
                            left=240000, requested=360000)
    status, shown = page(failing(error), method="POST")
    assert status == 409
    assert "名额刚被别人认领了一部分" in shown.text
    assert "¥2,400.00" in shown.text
    assert "没有扣款" in shown.text
    assert "请返回上一页" in shown.text


def test_reading_and_writing_are_told_apart(failing: Raise) -> None:
    app = failing(errors.NotFound(what="甲"))
    assert "钱和记录都不受影响。" in page(app)[1].text
    assert "这一步没有记下，也没有扣款。" in page(app, method="POST")[1].text


def test_what_is_safe_is_said_once(failing: Raise) -> None:
    app = failing(errors.Conflict())
    assert page(app, method="POST")[1].text.count("没有记下") == 1
    english = page(app, "/en/fail", "POST")[1].text
    assert "no change was recorded" in english
    assert "This step was not recorded" not in english


def test_a_fault_of_ours_has_a_number_that_stands_in_the_log(failing: Raise, caplog: pytest.LogCaptureFixture) -> None:
    app = failing(RuntimeError("secret of the machine"))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with caplog.at_level(logging.ERROR):
        status, shown = page(app, method="POST")
    assert status == 500
    incident = number_of(shown)
    assert f"incident {incident}: POST /fail" in caplog.text
    assert "secret of the machine" in caplog.text
    assert "secret" not in shown.text
    assert "Traceback" not in shown.text
    assert "您可以放心再试一次" in shown.text


def test_under_test_a_fault_of_ours_is_raised(failing: Raise) -> None:
    with pytest.raises(RuntimeError):
        failing(RuntimeError("seen by the developer")).test_client().get("/fail")


def test_a_foreseen_fault_of_ours_has_a_number_too(failing: Raise, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(errors.CharityLedgerError):
        code = "error"
        status = 500

    with caplog.at_level(logging.ERROR):
        _status, shown = page(failing(Broken()))
    assert number_of(shown) in caplog.text


def test_not_found_offers_the_search(sqlite_app: Flask) -> None:
    status, shown = page(sqlite_app, "/nothing/here")
    assert status == 404
    assert shown.all("form", role="search")[0]["action"] == "/projects"
    assert "/projects" in shown.links()


def test_signing_in_is_offered_where_it_helps(failing: Raise) -> None:
    status, shown = page(failing(NotSignedIn()), method="POST")
    assert status == 401
    assert "/sign-in" in shown.links()


def test_a_wrong_method_says_which_ones_there_are(sqlite_app: Flask) -> None:
    response = sqlite_app.test_client().post("/projects")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    read(response.text)


def test_too_often_keeps_the_time_to_wait(failing: Raise) -> None:
    response = failing(TooManyRequests(retry_after=60)).test_client().get("/fail")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert "请等几分钟再试。" in read(response.text).text


def test_too_large(sqlite_app: Flask) -> None:
    @access(EVERYONE)
    def upload() -> str:
        return str(len(request.get_data()))

    sqlite_app.add_url_rule("/upload", "upload", upload, methods=["POST"])
    sqlite_app.config["MAX_CONTENT_LENGTH"] = 100
    status, shown = page(sqlite_app, "/upload", "POST", data=b"x" * 101)
    assert status == RequestEntityTooLarge.code
    assert "文件太大了" in shown.text


def test_a_form_without_its_token(sqlite_app: Flask) -> None:
    sqlite_app.config["WTF_CSRF_ENABLED"] = True
    status, shown = page(sqlite_app, "/sign-in", "POST", data={"login": "a", "password": "b"})
    assert status == 400
    assert "这张表放得太久了" in shown.text
    assert "这一步没有记下" in shown.text


@pytest.mark.parametrize(("accept", "json"), [
    ("application/json", True), ("text/html", False), ("*/*", False), ("text/html;q=0.5, application/json", True),
    ("", False),
])
def test_a_program_gets_json(failing: Raise, accept: str, json: bool) -> None:
    app = failing(errors.FundOverdrawn(fund="YJ01-2", available_fen=100, requested_fen=200))
    response = app.test_client().get("/fail", headers={"Accept": accept})
    assert response.status_code == 409
    assert response.is_json is json
    if json:
        assert response.json == {"error": "fund_overdrawn", "status": 409,
                                 "message": "这个项目可用的钱是¥1.00，不够¥2.00。没有记下。"}


def test_json_of_our_own_fault(failing: Raise) -> None:
    app = failing(ValueError("inner words"))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    told = app.test_client().get("/fail", headers={"Accept": "application/json"}).json
    assert told["error"] == "server_error"
    assert len(told["incident"]) == 9
    assert "inner words" not in str(told)


def test_what_a_visitor_typed_is_text(failing: Raise) -> None:
    _status, shown = page(failing(errors.NotFound(what="<img src=x onerror=alert(1)>")))
    assert shown.all("img") == []
    assert "<img src=x" in shown.text


def test_the_office_keeps_its_frame(sqlite_app: Flask) -> None:
    @access(STAFF)
    def fail() -> str:
        raise errors.Conflict

    sqlite_app.add_url_rule("/office-fail", "office_fail", fail)
    client = client_of(sqlite_app, make_user(sqlite_app, "staff", name="王经办"))
    shown = read(client.get("/office-fail").text)
    assert shown.all("nav", aria_label="工作导航")
    assert "王经办" in shown.text
    donor = client_of(sqlite_app, make_user(sqlite_app, "donor"))
    refused = donor.get("/office-fail")
    assert refused.status_code == 403
    assert read(refused.text).all("nav", aria_label="主导航")


def test_when_even_the_frame_fails(failing: Raise, monkeypatch: pytest.MonkeyPatch) -> None:
    app = failing(errors.Conflict())
    monkeypatch.setitem(app.jinja_env.globals, "sections", lambda: 1 / 0)
    app.jinja_env.cache.clear()  # type: ignore[union-attr]
    status, shown = page(app)
    assert status == 409
    assert "情况变了" in shown.text


def test_a_response_that_a_view_aborts_with_is_left_alone(sqlite_app: Flask) -> None:
    @access(EVERYONE)
    def own() -> str:
        abort(sqlite_app.response_class("mine", 418))

    sqlite_app.add_url_rule("/own", "own", own)
    assert sqlite_app.test_client().get("/own").text == "mine"
