"""Sessions in a browser: signing in and out, what ends a session, where one is led, cookies."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from charityledger.extensions import db, limiter
from charityledger.identity import passwords, service, session
from charityledger.identity.actor import ADMIN, DONOR, STAFF, Actor
from charityledger.identity.models import User
from tests.people import client_of, make_user

pytestmark = pytest.mark.one_database

PASSWORD = "a quiet lane at dusk"
BETTER = "lamps in every window"
MakeApp = Callable[..., Flask]


@pytest.fixture
def user(app: Flask) -> User:
    return make_user(app, STAFF, password_hash=passwords.new_hash(PASSWORD))


def sign_in(client: FlaskClient, password: str = PASSWORD, target: str = "") -> tuple[int, str]:
    answer = client.post("/sign-in", query_string={"next": target} if target else {},
                         data={"login": "staff@example.org", "password": password})
    return answer.status_code, answer.location or ""


def test_in_and_out(client: FlaskClient, user: User) -> None:
    assert sign_in(client) == (303, "/account")
    assert "staff@example.org" in client.get("/account").text
    assert client.get("/sign-in").location == "/account"
    out = client.post("/sign-out")
    assert (out.status_code, out.location) == (303, "/")
    assert client.get("/account").status_code == 302


def test_a_wrong_password_comes_back_with_the_form(client: FlaskClient, user: User) -> None:
    answer = client.post("/sign-in?next=/account/password", data={"login": "staff@example.org", "password": "wrong"})
    assert answer.status_code == 422
    assert 'value="staff@example.org"' in answer.text
    assert "wrong" not in answer.text
    assert 'action="/sign-in?next=/account/password"' in answer.text
    assert '<a href="#password">' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    unknown = client.post("/sign-in", data={"login": "nobody@example.org", "password": "wrong"})
    shown = re.compile(r'<p class="error"[^>]*>[^<]*</p>')
    assert shown.findall(unknown.text) == shown.findall(answer.text)


def test_a_session_ends_when_its_epoch_does(app: Flask, user: User) -> None:
    browser, phone = app.test_client(), app.test_client()
    sign_in(browser)
    sign_in(phone)
    changed = browser.post("/account/password", data={"current": PASSWORD, "new": BETTER, "again": BETTER})
    assert (changed.status_code, changed.location) == (303, "/account?saved=1")
    assert browser.get("/account").status_code == 200
    assert phone.get("/account").status_code == 302
    assert sign_in(phone, PASSWORD)[0] == 422
    assert sign_in(phone, BETTER)[0] == 303
    assert phone.post("/account/sign-out-everywhere").location == "/sign-in"
    assert browser.get("/account").status_code == phone.get("/account").status_code == 302


@pytest.mark.parametrize("act", ["role", "deactivate"])
def test_an_admin_ends_a_session(app: Flask, user: User, act: str) -> None:
    browser = app.test_client()
    sign_in(browser)
    admin = client_of(app, make_user(app, ADMIN))
    assert admin.post(f"/admin/users/{user.id}/{act}", data={"role": DONOR}).status_code == 303
    assert browser.get("/account").status_code == 302


@pytest.mark.parametrize("kept", ["", "1", "x.0", "1.", ".", "1.1", "²0.0", "999.0", "1.0.0", "-1.0"])
def test_a_session_that_says_something_else_is_nobody(app: Flask, user: User, kept: str) -> None:
    client = app.test_client()
    with client.session_transaction() as content:
        content["_user_id"] = kept
    assert client.get("/account").status_code == 302


def test_signing_in_leaves_nothing_of_the_session_before(app: Flask, user: User) -> None:
    client = app.test_client()
    with client.session_transaction() as content:
        content["csrf_token"] = content["planted"] = "by somebody else"
    sign_in(client)
    with client.session_transaction() as content:
        assert "planted" not in content
        assert content.get("csrf_token") != "by somebody else"
        assert content["_user_id"] == user.get_id()


def test_cookies(database_url: str, make_app: MakeApp) -> None:
    for https, name, secure in ((False, "session", False), (True, "__Host-session", True)):
        app = make_app(database_url, HTTPS=https)
        with app.app_context():
            if db.session.get(User, 1) is None:
                make_user(app, STAFF, password_hash=passwords.new_hash(PASSWORD))
        answer = app.test_client().post("/sign-in", data={"login": "staff@example.org", "password": PASSWORD},
                                        base_url=f"http{'s' if https else ''}://localhost")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith(f"{name}=")
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
        assert ("Secure" in cookie.split("; ")) is secure
        assert "Domain" not in cookie
        assert app.permanent_session_lifetime == session.LIFETIME == timedelta(hours=12)


SAFE = ["/account", "/en/account", "/projects?q=%E4%B9%A6&page=2", "/a#b", "/a//b", "/", "/a:b@c"]
UNSAFE = ["", None, "account", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil",
          "https://evil.example", "https:evil.example", "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example",
          " /account", "/ account", "/\x00", "/\x7f", "http://localhost/account", "@evil.example"]


@pytest.mark.parametrize("target", SAFE)
def test_addresses_within_the_site_are_followed(client: FlaskClient, user: User, target: str) -> None:
    assert session.inside(target) == target
    status, location = sign_in(client, target=target)
    assert status == 303
    assert location.startswith("/")
    assert not location.startswith("//")


@pytest.mark.parametrize("target", UNSAFE)
def test_every_other_address_is_not(client: FlaskClient, user: User, target: str | None) -> None:
    assert session.inside(target) is None
    if target and "\0" not in target:  # NUL is answered 400 wherever it stands
        assert sign_in(client, target=target) == (303, "/account")
        assert client.get("/sign-in", query_string={"next": target}).location == "/account"


@given(st.text(alphabet="/\\\t\n :.@aehlopstvx?#%") | st.text())
def test_whatever_is_followed_stays_here(target: str) -> None:
    followed = session.inside(target)
    if followed is not None:
        # What a browser makes of it: tabs and newlines go, backslashes are slashes.
        seen = re.sub(r"[\t\n\r]", "", followed).replace("\\", "/")
        assert re.match(r"/(?!/)", seen)


def test_a_part_says_where_its_people_begin(app: Flask, client: FlaskClient, user: User) -> None:
    session.land(app, STAFF, "identity.password")
    assert sign_in(client) == (303, "/account/password")
    with app.test_request_context():
        assert session.landing(DONOR) == url_for("identity.account")


def test_english_stays_english(client: FlaskClient, user: User) -> None:
    answer = client.post("/en/sign-in", data={"login": "staff@example.org", "password": PASSWORD})
    assert answer.location == "/en/account"
    assert client.post("/en/sign-out").location == "/en/"


def test_a_form_without_its_token_is_refused(database_url: str, make_app: MakeApp) -> None:
    app = make_app(database_url, WTF_CSRF_ENABLED=True)
    make_user(app, STAFF, password_hash=passwords.new_hash(PASSWORD))
    client = app.test_client()
    refused = client.post("/sign-in", data={"login": "staff@example.org", "password": PASSWORD})
    assert refused.status_code == 400
    assert "<h1>" in refused.text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)
    assert token
    data = {"login": "staff@example.org", "password": PASSWORD, "csrf_token": token.group(1)}
    assert client.post("/sign-in", data=data).status_code == 303
    assert client.post("/sign-out").status_code == 400
    assert client.post("/sign-out", data={"csrf_token": token.group(1)}).status_code == 400  # of the session before
    assert client.get("/account").status_code == 200


@pytest.fixture
def limited(database_url: str, make_app: MakeApp) -> Flask:
    app = make_app(database_url, RATE_LIMITS=True)
    limiter.reset()
    make_user(app, STAFF, password_hash=passwords.new_hash(PASSWORD))
    return app


def test_guessing_one_password_is_slowed(limited: Flask) -> None:
    client = limited.test_client()
    answers = [sign_in(client, f"guess {number}")[0] for number in range(12)]
    assert answers == [422] * 10 + [429] * 2
    assert sign_in(client) == (429, "")
    refused = client.post("/sign-in", data={"login": "STAFF@example.org ", "password": PASSWORD})
    assert refused.status_code == 429
    assert "<h1>" in refused.text
    assert client.get("/sign-in").status_code == 200
    elsewhere = client.post("/sign-in", data={"login": "staff@example.org", "password": PASSWORD},
                            environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 303


def test_guessing_from_many_addresses_is_slowed_too(limited: Flask) -> None:
    answers = {number: limited.test_client().post(
        "/sign-in", data={"login": "staff@example.org", "password": "guess"},
        environ_base={"REMOTE_ADDR": f"192.0.2.{number}"}).status_code for number in range(1, 63)}
    assert [number for number, status in answers.items() if status == 429] == [61, 62]


def test_trying_many_accounts_from_one_address_is_slowed(limited: Flask) -> None:
    client = limited.test_client()
    answers = [client.post("/sign-in", data={"login": f"{number}@example.org", "password": "guess"}).status_code
               for number in range(122)]
    assert answers == [422] * 120 + [429] * 2


def test_letters_and_codes_are_slowed(limited: Flask) -> None:
    client = limited.test_client()
    assert [client.post("/forgot", data={"login": "a@example.org"}).status_code for _ in range(6)] == [200] * 5 + [429]
    data = {"code": "0000-0000-0000-0000", "new": BETTER, "again": BETTER}
    assert [client.post("/reset", data=data).status_code for _ in range(122)][-3:] == [422, 429, 429]


def test_an_actor_is_whoever_is_signed_in(app: Flask, user: User) -> None:
    seen: list[Actor] = []

    def look() -> str:
        seen.append(session.current_actor())
        return ""

    from charityledger.identity.policy import EVERYONE, access
    app.add_url_rule("/look", "look", access(EVERYONE)(look))
    app.test_client().get("/look")
    client_of(app, user).get("/look")
    with app.app_context():
        service.deactivate(actor=Actor.system(), clock=app.extensions["charityledger.clock"], user_id=user.id)
    client_of(app, user).get("/look")
    assert seen == [Actor.public(), Actor(user.id, STAFF, STAFF), Actor.public()]
