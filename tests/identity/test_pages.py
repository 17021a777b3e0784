"""The pages themselves: what they show, forms that come back, letters, the admin's steps."""

import email
import re
from email.message import Message
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charityledger import mail
from charityledger.extensions import db
from charityledger.identity import passwords
from charityledger.identity.actor import ADMIN, AUDITOR, DONOR, FINANCE, STAFF
from charityledger.identity.models import User
from charityledger.ids import SequenceIds
from tests.people import client_of, make_user

pytestmark = pytest.mark.one_database

PASSWORD = "a quiet lane at dusk"
BETTER = "lamps in every window"


def letters(app: Flask) -> list[Message]:
    """What was written to the folder, after everything handed over so far."""
    mail._POSTMAN.submit(lambda: None).result()
    return [email.message_from_bytes(path.read_bytes(), policy=default)
            for path in sorted(Path(app.config["INSTANCE"], "mail").glob("*.eml"))]


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    return client_of(app, make_user(app, ADMIN))


def test_every_page_has_one_heading_a_title_and_named_controls(app: Flask, admin: FlaskClient) -> None:
    pages = {path: admin.get(path).text for path in (
        "/account", "/account/password", "/forgot", "/reset", "/admin/users", "/admin/users/new", "/admin/users/1")}
    pages["/sign-in"] = app.test_client().get("/sign-in").text
    for path, page in pages.items():
        assert page.count("<h1") == 1, path
        assert re.search(r"<title>[^<·]{2,} · 公益\+</title>", page), path
        labels = set(re.findall(r'<label for="([^"]+)"', page))
        controls = re.findall(r'<(?:input|select)(?![^>]*type="hidden")[^>]*\sid="([^"]+)"', page)
        assert set(controls) == labels, path
        assert len(re.findall(r'\sid="', page)) == len(set(re.findall(r'\sid="([^"]+)"', page))), path
        assert page.count("btn-primary") <= 1, path


def test_names_are_text_wherever_they_stand(app: Flask, admin: FlaskClient) -> None:
    user = make_user(app, DONOR, name='<b onclick="x">周</b>')
    for page in (admin.get("/admin/users").text, admin.get(f"/admin/users/{user.id}").text,
                 client_of(app, user).get("/account").text):
        assert "&lt;b onclick=" in page
        assert "<b onclick" not in page


def test_one_changes_ones_own_name_and_language(app: Flask) -> None:
    user = make_user(app, DONOR)
    client = client_of(app, user)
    empty = client.post("/account", data={"name": " ", "locale": "fr"})
    assert empty.status_code == 422
    assert "有2处要改" in empty.text
    assert "请填写姓名或单位。" in empty.text
    assert "请从列表里选一项。" in empty.text
    assert client.post("/account", data={"name": "周女士", "locale": "en", "role": ADMIN}).status_code == 303
    with app.app_context():
        kept = db.session.get_one(User, user.id)
        assert (kept.name, kept.locale, kept.role) == ("周女士", "en", DONOR)
    assert "已经改好。" in client.get("/account?saved=1").text


def test_the_auditor_sees_no_form_that_would_be_refused(app: Flask) -> None:
    page = client_of(app, make_user(app, AUDITOR)).get("/account").text
    assert 'action="/account"' not in page
    assert 'action="/sign-out"' in page


@pytest.mark.parametrize(
    ("data", "shown", "field"),
    [
        ({"current": "", "new": BETTER, "again": BETTER}, "请填写现在的密码。", "current"),
        ({"current": "wrong", "new": BETTER, "again": BETTER}, "现在的密码不对", "current"),
        ({"current": PASSWORD, "new": BETTER, "again": "another"}, "两遍写的不一样", "again"),
        ({"current": PASSWORD, "new": "short", "again": "short"}, "密码至少要10个字符。", "new"),
        ({"current": PASSWORD, "new": "x" * 300, "again": "x" * 300}, "密码最多200个字符。", "new"),
        ({"current": PASSWORD, "new": "1234567890", "again": "1234567890"}, "这个密码太容易被猜到", "new"),
    ],
)
def test_what_is_wrong_with_a_new_password_is_said_where_it_is(
    app: Flask, data: dict[str, str], shown: str, field: str
) -> None:
    user = make_user(app, STAFF, password_hash=passwords.new_hash(PASSWORD))
    answer = client_of(app, user).post("/account/password", data=data)
    assert answer.status_code == 422
    summary = re.search(r'<div class="note note-bad[^>]*id="errors">.*?</div>', answer.text, re.DOTALL)
    assert summary
    assert re.findall(r'<a href="#([^"]+)">', summary.group()) == [field]
    assert shown in summary.group()
    assert f'id="{field}-e">{shown}' in answer.text
    assert re.search(rf'<input[^>]*aria-describedby="{field}-e[^>]*id="{field}"', answer.text)
    assert answer.text.count('aria-invalid="true"') == 1
    assert not any(typed and f'value="{typed}"' in answer.text for typed in data.values())


def test_a_letter_brings_a_link_that_sets_a_password(app: Flask, client: FlaskClient) -> None:
    user = make_user(app, DONOR)
    asked = client.post("/forgot", data={"login": "donor@example.org"})
    unknown = client.post("/forgot", data={"login": "nobody@example.org"})
    assert asked.status_code == unknown.status_code == 200
    assert asked.text == unknown.text
    (letter,) = letters(app)
    assert (letter["To"], letter["Subject"]) == ("donor@example.org", "重设密码")
    link = re.search(r"^http://localhost(/reset/\S{43})\r$", letter.get_content(), re.MULTILINE)
    assert link
    page = client.get(link.group(1))
    assert page.status_code == 200
    assert 'id="code"' not in page.text
    done = client.post(link.group(1), data={"new": BETTER, "again": BETTER})
    assert (done.status_code, done.location) == (303, "/account")
    assert "donor@example.org" in client.get("/account").text
    again = app.test_client().get(link.group(1))
    assert again.status_code == 422
    assert "链接或验证码用过了" in again.text
    assert 'href="/forgot"' in again.text
    assert "<input class" not in again.text
    with app.app_context():
        assert passwords.fits(BETTER, db.session.get_one(User, user.id).password_hash)


def test_letters_are_in_the_users_language(app: Flask, client: FlaskClient) -> None:
    make_user(app, DONOR, locale="en")
    client.post("/forgot", data={"login": "donor@example.org"})
    (letter,) = letters(app)
    assert "http://localhost/reset/" in letter.get_content()


def test_without_a_mail_server_nobody_is_promised_a_letter(app: Flask, client: FlaskClient) -> None:
    app.config.update(CONTACT_PHONE="0371-00000000")
    page = client.get("/forgot").text
    assert 'name="login"' not in page
    assert "0371-00000000" in page
    assert 'href="/reset"' in page
    app.config.update(MAIL_SERVER="mail.example.org:587")
    assert 'name="login"' in client.get("/forgot").text


def test_an_admin_adds_somebody_who_sets_a_password_with_a_code(app: Flask, admin: FlaskClient) -> None:
    app.extensions["charityledger.ids"] = SequenceIds()
    form = {"name": "李会计", "email": "Li@Example.org", "phone": "", "role": FINANCE, "form_token": "once"}
    made = admin.post("/admin/users/new", data=form)
    assert made.status_code == 303
    assert admin.post("/admin/users/new", data=form).location == made.location
    page = made.location.partition("?")[0]
    assert "还没有密码" in admin.get(made.location).text
    shown = admin.post(f"{page}/code")
    code = re.search(r'<p class="big num">([0-9A-Z-]{19})</p>', shown.text)
    assert code
    assert shown.status_code == 200
    assert shown.headers["Cache-Control"] == "no-store"
    assert code.group(1) not in admin.get(page).text

    person = app.test_client()
    wrong = person.post("/reset", data={"code": "0000 0000 0000 0000", "new": BETTER, "again": BETTER})
    assert wrong.status_code == 422
    assert '<a href="#code">' in wrong.text
    typed = code.group(1).lower().replace("-", "")
    assert person.post("/reset", data={"code": typed, "new": "李会计li", "again": "李会计li"}).status_code == 422
    done = person.post("/reset", data={"code": typed, "new": BETTER, "again": BETTER})
    assert (done.status_code, done.location) == (303, "/account")
    assert "财务" in person.get("/account").text


@pytest.mark.parametrize(
    ("facts", "field", "shown"),
    [
        ({"name": ""}, "name", "请填写姓名。"),
        ({"email": "li"}, "email", "“li”不像邮箱地址"),
        ({"phone": "1380000000"}, "phone", "手机号应是11位，您填了10位。"),
        ({"role": ""}, "role", "请选角色。"),
        ({"role": "owner"}, "role", "请从列表里选一项。"),
        ({"email": ""}, "email", "请填写邮箱或手机号，登录时要用。"),
        ({"email": "admin@example.org"}, "email", "这个邮箱或手机号已经有账户。"),
    ],
)
def test_what_is_wrong_with_a_new_user_is_said_where_it_is(
    admin: FlaskClient, facts: dict[str, str], field: str, shown: str
) -> None:
    form = {"name": "李会计", "email": "li@example.org", "phone": "", "role": FINANCE}
    answer = admin.post("/admin/users/new", data=form | facts)
    assert answer.status_code == 422
    assert f'<a href="#{field}">{shown}' in answer.text
    for name, typed in (form | facts).items():
        if typed and name != "role":
            assert f'value="{typed}"' in answer.text


def test_the_last_admin_is_told_why_nothing_changed(app: Flask, admin: FlaskClient) -> None:
    for address, data in (("/admin/users/1/deactivate", {}), ("/admin/users/1/role", {"role": STAFF})):
        answer = admin.post(address, data=data)
        assert answer.status_code == 409
        assert "最后一位管理员" in answer.text
    assert admin.post("/admin/users/1/role", data={"role": "owner"}).status_code == 422
    assert admin.get("/admin/users").status_code == 200


def test_users_are_listed_filtered_and_paged(
    app: Flask, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from charityledger.identity import service

    monkeypatch.setattr(service, "PAGE_SIZE", 2)
    for number in range(4):
        make_user(app, DONOR, name=f"捐赠人{number}", email=f"{number}@example.org")
    first, last = admin.get("/admin/users").text, admin.get("/admin/users?page=3").text
    assert ("捐赠人0" in first, "捐赠人3" in first, "捐赠人3" in last) == (True, False, True)
    assert '<span aria-current="page">3</span>' in last
    assert "捐赠人2" in admin.get("/admin/users?q=捐赠人2").text
    assert "捐赠人" not in admin.get("/admin/users?role=admin").text.partition("<tbody>")[2]
    assert "没有符合条件的用户。" in admin.get("/admin/users?q=nobody").text
    for odd in ("?page=0", "?page=x", "?page=99", "?role=owner", "?q=%25%5f"):
        assert admin.get(f"/admin/users{odd}").status_code == 200


@pytest.mark.parametrize("path", ["/admin/users/404", "/admin/users/x", "/reset/" + "x" * 100])
def test_nobody_there(admin: FlaskClient, path: str) -> None:
    assert admin.get(path).status_code == 404


