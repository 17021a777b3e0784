"""Every page of identity, statement files and state receipts, for every role; and that no route lacks its rule."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from charityledger.errors import NotAllowed
from charityledger.identity.actor import ADMIN, AUDITOR, DONOR, FINANCE, ROLES, STAFF, VISITOR, Actor
from charityledger.identity.errors import NotSignedIn
from charityledger.identity.policy import EVERYONE, SIGNED_IN, Rule, access, rule_of
from tests.people import client_of, make_user

pytestmark = pytest.mark.one_database

# (method, path): what each role gets. 200 stands for "reached the view", whatever that answered.
EVERYBODY = dict.fromkeys((VISITOR, *ROLES), 200)
ADMINS_READ = {VISITOR: 302, DONOR: 403, STAFF: 403, FINANCE: 403, AUDITOR: 403, ADMIN: 200}
ADMINS_WRITE = ADMINS_READ | {VISITOR: 401}
SIGNED_IN_READ = EVERYBODY | {VISITOR: 302}
SIGNED_IN_WRITE = EVERYBODY | {VISITOR: 401}
KEEPERS_READ = ADMINS_READ | {STAFF: 200, FINANCE: 200, AUDITOR: 200}
KEEPERS_WRITE = ADMINS_WRITE | {STAFF: 200, FINANCE: 200}
TABLE = {
    ("GET", "/sign-in"): EVERYBODY,
    ("POST", "/sign-in"): EVERYBODY,
    ("POST", "/sign-out"): EVERYBODY,
    ("GET", "/account"): SIGNED_IN_READ,
    ("POST", "/account"): SIGNED_IN_WRITE | {AUDITOR: 403},
    ("GET", "/account/password"): SIGNED_IN_READ,
    ("POST", "/account/password"): SIGNED_IN_WRITE,
    ("POST", "/account/sign-out-everywhere"): SIGNED_IN_WRITE,
    ("GET", "/forgot"): EVERYBODY,
    ("POST", "/forgot"): EVERYBODY,
    ("GET", "/reset"): EVERYBODY,
    ("POST", "/reset"): EVERYBODY,
    ("GET", "/reset/<token>"): EVERYBODY,
    ("POST", "/reset/<token>"): EVERYBODY,
    ("GET", "/admin/users"): ADMINS_READ,
    ("GET", "/admin/users/new"): ADMINS_READ,
    ("POST", "/admin/users/new"): ADMINS_WRITE,
    ("GET", "/admin/users/<int:user_id>"): ADMINS_READ,
    ("POST", "/admin/users/<int:user_id>/role"): ADMINS_WRITE,
    ("POST", "/admin/users/<int:user_id>/deactivate"): ADMINS_WRITE,
    ("POST", "/admin/users/<int:user_id>/activate"): ADMINS_WRITE,
    ("POST", "/admin/users/<int:user_id>/code"): ADMINS_WRITE,
    ("GET", "/desk/statements"): KEEPERS_READ,
    ("GET", "/desk/statements/preview"): KEEPERS_READ,
    ("POST", "/desk/statements/preview"): KEEPERS_WRITE,
    ("POST", "/desk/statements/import"): KEEPERS_WRITE,
    ("GET", "/desk/statements/<int:statement_id>"): KEEPERS_READ,
    ("GET", "/desk/statements/<int:statement_id>/file"): KEEPERS_READ,
    ("POST", "/desk/statements/runs"): KEEPERS_WRITE,
    ("GET", "/desk/statements/runs/<int:run_id>"): KEEPERS_READ,
    ("GET", "/desk/statements/mappings"): KEEPERS_READ,
    ("GET", "/desk/statements/mappings/new"): KEEPERS_READ,
    ("POST", "/desk/statements/mappings/new"): KEEPERS_WRITE,
    ("POST", "/desk/statements/mappings/<int:mapping_id>/remove"): KEEPERS_WRITE,
    ("GET", "/desk/state-receipts"): KEEPERS_READ,
    ("GET", "/desk/state-receipts/export.<any(csv, xlsx):kind>"): KEEPERS_READ,
    ("GET", "/desk/state-receipts/import"): KEEPERS_READ,
    ("POST", "/desk/state-receipts/import"): KEEPERS_WRITE,
    ("POST", "/desk/state-receipts/import/commit"): KEEPERS_WRITE,
    ("GET", "/desk/state-receipts/<int:donation_id>"): KEEPERS_READ,
    ("POST", "/desk/state-receipts/<int:donation_id>/issued"): KEEPERS_WRITE,
    ("POST", "/desk/state-receipts/<int:donation_id>/waived"): KEEPERS_WRITE,
    ("POST", "/desk/state-receipts/<int:donation_id>/anonymous"): KEEPERS_WRITE,
    ("POST", "/desk/state-receipts/<int:donation_id>/void/<int:receipt_id>"): KEEPERS_WRITE,
}


def test_the_table_names_every_route(app: Flask) -> None:
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in ("identity", "users", "state_receipts", "statements", "mappings")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    assert routes == set(TABLE)


def test_every_role_on_every_route(app: Flask) -> None:
    subject = make_user(app, DONOR, email="subject@example.org")
    people = {VISITOR: None, **{role: make_user(app, role) for role in ROLES}}
    for (method, path), expected in TABLE.items():
        address = path.replace("<token>", "nothing").replace("<int:user_id>", str(subject.id))
        address = re.sub("<int:[a-z]+_id>", "7", address).replace("<any(csv, xlsx):kind>", "csv")
        answers = {}
        for role, user in people.items():
            with app.app_context():
                status = client_of(app, user).open(address, method=method).status_code
            answers[role] = status if status in (302, 401, 403) else 200
            if path == "/account/sign-out-everywhere" and user is not None:
                user.session_epoch += 1
            elif (method, path) == ("GET", "/sign-in") and user is not None:
                answers[role] = {302: 200}[status]  # whoever is signed in is led on
        assert answers == expected, f"{method} {path}"
        assert answers[VISITOR] in (200, 302, 401)


def test_head_and_options_are_reading(app: Flask) -> None:
    client = client_of(app, make_user(app, AUDITOR))
    assert client.head("/account").status_code == 200
    assert app.test_client().head("/admin/users").status_code == 302


def test_every_route_of_the_application_has_a_rule(app: Flask) -> None:
    assert [endpoint for endpoint in app.view_functions if rule_of(app, endpoint) is None] == []


def test_a_route_without_a_rule_is_refused_to_everybody(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False  # as in production
    app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    admin = make_user(app, ADMIN)
    for user in (None, admin):
        answer = client_of(app, user).get("/forgotten")
        assert answer.status_code == 500
        assert "open" not in answer.text


def test_a_rule_names_roles_that_exist() -> None:
    for roles in ((), ("staf",)):
        with pytest.raises(ValueError, match="role"):
            access(*roles)
    with pytest.raises(ValueError, match="role"):
        access(STAFF, write=["finanse"])


READ, WRITE = "GET", "POST"
CASES: list[tuple[Callable[[Callable[..., object]], Callable[..., object]], str, set[str]]] = [
    (access(EVERYONE), READ, {VISITOR, *ROLES}),
    (access(EVERYONE), WRITE, {VISITOR, DONOR, STAFF, FINANCE, ADMIN}),
    (access(EVERYONE, AUDITOR), WRITE, {VISITOR, *ROLES}),
    (access(SIGNED_IN), READ, set(ROLES)),
    (access(SIGNED_IN), WRITE, set(ROLES) - {AUDITOR}),
    (access(DONOR), READ, {DONOR}),
    (access(STAFF), READ, {STAFF, AUDITOR}),
    (access(STAFF), WRITE, {STAFF}),
    (access(FINANCE), READ, {FINANCE, AUDITOR}),
    (access(ADMIN), READ, {ADMIN}),
    (access(STAFF, FINANCE, write=[FINANCE]), READ, {STAFF, FINANCE, AUDITOR}),
    (access(STAFF, FINANCE, write=[FINANCE]), WRITE, {FINANCE}),
    (access(STAFF, write=[]), WRITE, set()),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_who_a_rule_lets_pass(number: int) -> None:
    marked, method, expected = CASES[number]
    rule: Rule = marked(lambda: None).access_rule  # type: ignore[attr-defined]
    assert {role for role in (VISITOR, *ROLES) if rule.allows(role, method)} == expected
    for other in ("PUT", "PATCH", "DELETE", "TRACE"):
        assert rule.allows(STAFF, other) == rule.allows(STAFF, WRITE)


def test_a_visitor_is_led_to_sign_in_and_back(app: Flask) -> None:
    answer = app.test_client().get("/en/admin/users?role=staff")
    assert answer.status_code == 302
    assert answer.location == "/en/sign-in?next=/en/admin/users?role%3Dstaff"


def test_what_cannot_be_led_there_is_said(app: Flask) -> None:
    answer = app.test_client().post("/admin/users/new")
    assert answer.status_code == 401
    assert "登录" in answer.text
    assert (NotSignedIn.status, NotAllowed.status) == (401, 403)


@pytest.mark.parametrize("path", ["/account?q=%00", "/%00", "/reset/%00"])
def test_nul_is_refused_before_any_database_sees_it(app: Flask, path: str) -> None:
    client = client_of(app, make_user(app, DONOR))
    assert client.get(path).status_code == 400
    assert client.post("/account", data={"name": ["fine", "a\0b"]}).status_code == 400


def test_actors_of_nobody_have_no_role_of_a_user() -> None:
    assert Actor.system().user_id is Actor.public().user_id is None
    assert {Actor.system().role, Actor.public().role}.isdisjoint(ROLES)
