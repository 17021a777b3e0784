"""我的捐赠: signing up, the donor's page, claiming, colleagues."""

import re
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from charityledger import mail
from charityledger.clock import FixedClock
from charityledger.donations import disbursements, enterprises
from charityledger.donations.disbursements import PaymentWish
from charityledger.donations.models import Donation, Pledge
from charityledger.donations.rules import Part
from charityledger.extensions import db
from charityledger.identity import passwords
from charityledger.projects.models import StoredFile
from tests.donations import world
from tests.donations.test_adopt import first_step, hidden, second_step
from tests.people import client_of, make_user

ME = {"kind": "individual", "name": "周岚", "phone": "13800000000", "password": "a quiet evening",
      "again": "a quiet evening"}
ENTERPRISE = {**ME, "kind": "enterprise", "organisation": "禾木食品有限公司", "uscc": "91410103MA00000006"}


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def site(app: Flask, clock: FixedClock) -> Flask:
    with app.app_context():
        world.fill(clock)
    return app


def signed_up(site: Flask, facts: dict[str, str] = ME) -> FlaskClient:
    client = site.test_client()
    assert client.post("/mine/sign-up", data=facts).status_code == 303
    return client


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def pay(site: Flask, clock: FixedClock, fen: int, line: int = 1) -> int:
    """A payment of an item, asked for, approved and delivered."""
    with site.app_context():
        file = StoredFile(sha256=f"{line:064d}", media_type="application/pdf", size_bytes=1, added_at=clock.now())
        db.session.add(file)
        db.session.commit()
        wish = PaymentWish("HD1-1", "BANK", "收款单位", "买灶", "灶具一套", (Part(world.item("HD1-1", line), fen),),
                           files=((file.id, "票据.pdf"),))
        paid = disbursements.request(actor=world.STAFF, clock=clock, wish=wish)
        disbursements.approve(actor=world.FINANCE, clock=clock, disbursement_id=paid, paid_on=world.DAY)
        return paid


def test_a_gift_is_followed_to_what_it_bought(site: Flask, clock: FixedClock) -> None:
    client = signed_up(site)
    page = client.get("/adopt/HD1-1").get_data(as_text=True)
    assert 'name="phone"' not in page   # known already
    assert "周岚" in page
    second_step(client, first_step(client, {"what": "whole", "pay": "once"}))
    home = text(client, "/mine")
    assert "¥500.00" in home
    with site.app_context():
        [pledge] = db.session.scalars(db.select(Pledge))
        reference = pledge.reference
        world.receive(clock, 40_000, reference=reference)
    paid = pay(site, clock, 25_000)
    home = text(client, "/mine")
    figures = re.findall(r'class="big num">([^<]*)<', home)[:3]
    assert figures == ["¥100.00", "¥400.00", "¥250.00"]
    assert "灶具一套" in home
    with site.app_context():
        disbursements.deliver(actor=world.STAFF, clock=clock, disbursement_id=paid, on=world.DAY, note_zh="已验收")
    assert "落地" in text(client, "/mine")


def test_earlier_pledges_are_claimed_not_attached(site: Flask, clock: FixedClock) -> None:
    visitor = site.test_client()
    second_step(visitor, first_step(visitor, {"what": "any", "amount": "100"}))
    with site.app_context():
        [pledge] = db.session.scalars(db.select(Pledge))
        reference = pledge.reference
        world.receive(clock, 4_000, reference=reference)
    client = signed_up(site)
    assert "还没有认领" in text(client, "/mine")
    wrong = client.post("/mine/claim", data={"reference": reference, "tail": "1234"})
    assert wrong.status_code == 422
    for _ in range(2):
        assert client.post("/mine/claim", data={"reference": reference, "tail": "0000"}).status_code == 303
    assert f"{reference[:4]} {reference[4:8]}" in text(client, "/mine")
    assert "¥40.00" in text(client, "/mine")
    with site.app_context():
        [gift] = db.session.scalars(db.select(Donation))
        assert gift.donor_id == db.session.scalars(db.select(Pledge.donor_id)).one()
    other = signed_up(site, {**ME, "phone": "13900000000", "name": "别人"})
    refused = other.post("/mine/claim", data={"reference": reference, "tail": "0000"})
    assert refused.status_code == 422
    assert "已经在一个账户里" in refused.get_data(as_text=True)


@pytest.mark.one_database
def test_two_names_ask_for_one(site: Flask) -> None:
    owner = signed_up(site, {**ENTERPRISE, "phone": "13800000001"})
    link = invitation(owner)
    client = signed_up(site)
    assert client.post(link).status_code == 303
    page = text(client, "/adopt/HD1-1")
    assert page.count('name="as_donor"') == 2
    fields = {"what": "any", "amount": "100", "shown": "full", "pay": "once"}
    sent = client.post("/adopt/HD1-1", data={**hidden(client.get("/adopt/HD1-1")), **fields})
    assert sent.status_code == 422
    donor_id = re.findall(r'name="as_donor"[^>]*value="(\d+)"><span>禾木', page)[0]
    second_step(client, client.post("/adopt/HD1-1", data={**hidden(client.get("/adopt/HD1-1")), **fields,
                                                          "as_donor": donor_id}))
    assert "¥100.00" in text(owner, "/mine")
    assert "¥100.00" in text(client, f"/mine?donor={donor_id}")
    assert client.get("/mine?donor=999").status_code == 404


def invitation(owner: FlaskClient, email: str = "") -> str:
    page = text(owner, "/mine/members")
    donor = re.findall(r'name="donor" value="(\d+)"', page)[0]
    data = {"donor": donor, "email": email, "form_token": "one form"}
    first, again = (owner.post("/mine/members/invite", data=data).get_data(as_text=True) for _ in range(2))
    link = re.findall(r"http://localhost(/mine/invitations/[\w-]+)", first)[0]
    assert link in again
    return str(link)


@pytest.mark.one_database
def test_colleagues(site: Flask) -> None:
    owner = signed_up(site, ENTERPRISE)
    link = invitation(owner)
    lin = site.test_client()
    assert "禾木食品有限公司" in text(lin, link)
    joined = lin.post(link, data={**ME, "name": "小林", "phone": "13800000002", "form_token": "joining"})
    assert joined.status_code == 303
    assert "禾木食品有限公司" in text(lin, "/mine")
    assert lin.get(link).status_code == 303 or lin.get(link).status_code == 302
    assert site.test_client().get(link).status_code == 422
    page = text(owner, "/mine/members")
    donor = re.findall(r'name="donor" value="(\d+)"', page)[0]
    [theirs] = re.findall(r"/mine/members/(\d+)/owner", page)
    assert owner.post("/mine/members/leave", data={"donor": donor}).status_code == 409
    assert lin.post(f"/mine/members/{theirs}/owner", data={"donor": donor}).status_code == 403
    assert owner.post(f"/mine/members/{theirs}/owner", data={"donor": donor}).status_code == 303
    for _ in range(2):
        assert owner.post("/mine/members/leave", data={"donor": donor}).status_code == 303
    assert "不代表任何捐赠人" in text(owner, "/mine")
    assert owner.get(f"/mine/members?donor={donor}").status_code == 404
    # Who left sees and adopts nothing of it any more.
    with site.app_context():
        assert [m.user.name for m in enterprises.members(db.session, int(donor))] == ["小林"]


@pytest.mark.one_database
def test_invitation_by_mail_where_there_is_a_server(database_url: str, make_app: Callable[..., Flask],
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    site = make_app(database_url, MAIL_SERVER="127.0.0.1:9")
    letters: list[str] = []
    monkeypatch.setattr(mail, "_by_smtp", lambda _settings, message: letters.append(message.get_content()))
    owner = signed_up(site, ENTERPRISE)
    sent = owner.post("/mine/members/invite", data={"donor": "1", "email": "lin@example.org"})
    assert sent.status_code == 303
    assert "/mine/invitations/" in letters[0]
    assert "/mine/invitations/" not in text(owner, "/mine/members")


@pytest.mark.one_database
@pytest.mark.parametrize(("facts", "says"), [
    ({"password": "short", "again": "short"}, "密码至少要"),
    ({"again": "another evening"}, "两遍写的不一样"),
    ({"kind": ""}, "请选个人或单位"),
    ({"kind": "enterprise", "organisation": "", "uscc": "91410103MA00000006"}, "请填写单位名称"),
    ({"kind": "enterprise", "organisation": "禾木", "uscc": ""}, "请填写统一社会信用代码"),
    ({"kind": "enterprise", "organisation": "禾木", "uscc": "91410103MA0000000O"}, "没有“O”"),
    ({"phone": "123"}, "不是国内的手机号"),
])
def test_faults_of_signing_up(site: Flask, facts: dict[str, str], says: str) -> None:
    answer = site.test_client().post("/mine/sign-up", data={**ME, **facts})
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)


@pytest.mark.one_database
def test_signing_up_again_names_the_field(site: Flask) -> None:
    signed_up(site, ENTERPRISE)
    same_phone = site.test_client().post("/mine/sign-up", data=ME)
    assert "已经有账户" in same_phone.get_data(as_text=True)
    same_code = site.test_client().post("/mine/sign-up", data={**ENTERPRISE, "phone": "13800000009"})
    assert "这家单位已经有账户了" in same_code.get_data(as_text=True)


@pytest.mark.one_database
def test_gifts_without_a_pledge_are_shown_otherwise(site: Flask, clock: FixedClock) -> None:
    client = signed_up(site)
    with site.app_context():
        world.give(clock, 5_000)
        gift = db.session.scalars(db.select(Donation)).one()
        gift.donor_id = 1
        gift_id = gift.id
        db.session.commit()
    assert "没有经过认领的捐赠" in text(client, "/mine")
    assert client.post(f"/mine/gifts/{gift_id}/shown", data={"shown": "full"}).status_code == 303
    with site.app_context():
        assert db.session.get_one(Donation, gift_id).shown == "full"
    stranger = signed_up(site, {**ME, "phone": "13900000000"})
    assert stranger.post(f"/mine/gifts/{gift_id}/shown", data={"shown": "none"}).status_code == 404


@pytest.mark.one_database
def test_staff_have_no_donor_pages(site: Flask) -> None:
    staff = client_of(site, make_user(site, "staff"))
    assert staff.get("/mine").status_code == 403
    assert "name=\"phone\"" in text(staff, "/adopt/HD1-1")
