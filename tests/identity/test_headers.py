"""Security headers on pages, files, redirects and errors; and pages that keep to the policy they announce."""

import re
from collections.abc import Callable

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from charityledger.identity.actor import ADMIN, STAFF
from charityledger.identity.headers import HEADERS, TRANSPORT_SECURITY
from charityledger.identity.policy import EVERYONE, access
from tests.people import client_of, make_user

pytestmark = pytest.mark.one_database


def policy(text: str) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in text.split("; "))


def test_the_policy_allows_nothing_inline_and_nobody_else() -> None:
    directives = policy(HEADERS["Content-Security-Policy"])
    assert directives["default-src"] == "'none'"
    assert {name for name, value in directives.items() if value == "'self'"} == {
        "style-src", "script-src", "img-src", "form-action"}
    assert {name for name, value in directives.items() if value == "'none'"} == {
        "default-src", "frame-ancestors", "base-uri"}


@pytest.mark.parametrize("path", ["/", "/sign-in", "/static/look.css", "/account", "/nowhere", "/en/nowhere"])
def test_every_answer_has_them(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert "Strict-Transport-Security" not in answer.headers


def test_refusals_and_faults_have_them(app: Flask) -> None:
    def fail() -> str:
        raise ZeroDivisionError

    app.config["PROPAGATE_EXCEPTIONS"] = False  # as in production
    app.add_url_rule("/fail", "fail", access(EVERYONE)(fail))
    for answer in (client_of(app, make_user(app, STAFF)).get("/admin/users"), app.test_client().post("/account"),
                   app.test_client().get("/fail")):
        assert answer.status_code in (403, 401, 500)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_https_is_kept_to(database_url: str, make_app: Callable[..., Flask]) -> None:
    app = make_app(database_url, HTTPS=True)
    assert app.test_client().get("/sign-in").headers["Strict-Transport-Security"] == TRANSPORT_SECURITY


@pytest.mark.parametrize(("proxies", "address", "scheme"), [(0, "127.0.0.1", "http"), (1, "192.0.2.8", "https")])
def test_as_many_proxies_are_believed_as_there_are(
    database_url: str, make_app: Callable[..., Flask], proxies: int, address: str, scheme: str
) -> None:
    app = make_app(database_url, TRUSTED_PROXIES=proxies)
    app.add_url_rule("/seen", "seen", access(EVERYONE)(lambda: f"{request.remote_addr} {request.scheme}"))
    seen = app.test_client().get("/seen", headers={
        "X-Forwarded-For": "203.0.113.99, 192.0.2.8", "X-Forwarded-Proto": "https"})
    assert seen.text == f"{address} {scheme}"


def test_what_a_signed_in_person_saw_is_kept_nowhere(app: Flask) -> None:
    client = client_of(app, make_user(app, ADMIN))
    for path in ("/account", "/admin/users", "/admin/users/404"):
        assert client.get(path).headers["Cache-Control"] == "no-store"
    with client.get("/static/look.css") as answer:
        assert answer.headers["Cache-Control"] != "no-store"


def test_the_pages_keep_to_the_policy(app: Flask) -> None:
    user = make_user(app, ADMIN)
    client = client_of(app, user)
    pages = [client.get(path).text for path in (
        "/account", "/account/password", "/forgot", "/reset", "/reset/nothing", "/admin/users", "/admin/users/new",
        f"/admin/users/{user.id}")]
    pages.append(app.test_client().get("/sign-in").text)
    for page in pages:
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:|data:", page)
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//(?!localhost)', page)
