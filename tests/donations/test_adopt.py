"""Adopting without an account: choose, check, pledge; twice, too late, changed, released."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import joinedload
from werkzeug.test import TestResponse

from charityledger import mail
from charityledger.clock import FixedClock
from charityledger.donations import approvals, donors, links, refunds
from charityledger.donations.accounts import NewUser, sign_up
from charityledger.donations.adoption import expire
from charityledger.donations.donors import DonorFacts
from charityledger.donations.models import Pledge
from charityledger.extensions import db
from charityledger.identity.models import User
from charityledger.identity.passwords import UNUSABLE
from charityledger.printable import NotPrintable
from charityledger.projects.models import ItemProgress
from charityledger.reports import issuing
from charityledger.reports.build import pledges as build_pledges
from tests.donations import world
from tests.people import client_of, make_user

PERSON = {"kind": "individual", "name": "周岚", "phone": "138 0000 0000", "shown": "short", "pay": "once"}


@pytest.fixture
def site(app: Flask, clock: FixedClock) -> Flask:
    with app.app_context():
        world.fill(clock)
    return app


@pytest.fixture
def visitor(site: Flask) -> FlaskClient:
    return site.test_client()


def hidden(page: TestResponse) -> dict[str, str]:
    """The hidden fields of a page's last form."""
    form = page.get_data(as_text=True).rpartition("<form")[2]
    return dict(re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?type="hidden"[^>]*?value="([^"]*)"', form)) | dict(
        re.findall(r'<input[^>]*?type="hidden"[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', form))


def first_step(client: FlaskClient, fields: Mapping[str, object], code: str = "HD1-1") -> TestResponse:
    page = client.get(f"/adopt/{code}")
    assert page.status_code == 200
    return client.post(f"/adopt/{code}", data={**hidden(page), **PERSON, **fields})


def second_step(client: FlaskClient, sent: TestResponse, **more: str) -> TestResponse:
    assert sent.status_code == 303, sent.get_data(as_text=True)
    page = client.get(sent.location)
    assert page.status_code == 200
    return client.post(sent.location, data={**hidden(page), **more})


def pledges(app: Flask) -> list[Pledge]:
    with app.app_context():
        return list(db.session.scalars(db.select(Pledge).order_by(Pledge.id)))


def pledges_with_donors(app: Flask) -> list[Pledge]:
    with app.app_context():
        return list(db.session.scalars(db.select(Pledge).options(joinedload(Pledge.donor)).order_by(Pledge.id)))


def test_whole_project_in_three_steps(site: Flask, visitor: FlaskClient) -> None:
    sent = first_step(visitor, {"what": "whole", "email": "lan@example.org"})
    assert sent.status_code == 303, sent.get_data(as_text=True)
    [reserved] = pledges(site)
    assert (reserved.state, reserved.amount, reserved.shown) == ("reserved", 50_000, "short")
    checked = visitor.get(sent.location).get_data(as_text=True)
    assert "确认认领 ¥500.00" in checked
    assert "人民币伍佰元整" in checked
    assert "这是一份承诺，还不算捐款" in checked
    assert "*******0000" in checked
    assert "checked" not in checked     # nothing is ticked beforehand
    told = second_step(visitor, sent, agreement="y")
    page = visitor.get(told.location).get_data(as_text=True)
    [pledge] = pledges(site)
    assert (pledge.state, pledge.agreement_wanted) == ("pledged", True)
    reference = pledge.reference
    assert f'value="{reference}">{reference[:4]} {reference[4:8]} {reference[8:]}<' in page
    assert "data-copy" in page
    assert "人民币伍佰元整" in page


@pytest.mark.one_database
def test_nothing_is_chosen_beforehand(visitor: FlaskClient) -> None:
    page = visitor.get("/adopt/HD1-1").get_data(as_text=True)
    assert "checked" not in page
    assert "selected value=\"\"" in page or 'selected' not in page


@pytest.mark.one_database
def test_items_by_units_and_by_amount(site: Flask, visitor: FlaskClient) -> None:
    with site.app_context():
        one, two = world.item("HD1-1", 1), world.item("HD1-1", 2)
    assert first_step(visitor, {"what": "items", f"amount_{one}": "120.50", f"units_{two}": "1"}).status_code == 303
    with site.app_context():
        [pledge] = db.session.scalars(db.select(Pledge))
        assert {row.need_item_id: row.amount for row in pledge.lines} == {one: 12_050, two: 10_000}


@pytest.mark.one_database
def test_goods_take_units_and_no_account(site: Flask, visitor: FlaskClient) -> None:
    with site.app_context():
        goods = world.item("HD1-1", 3)
    told = second_step(visitor, first_step(visitor, {"what": goods, f"units_{goods}": "4", "pay": ""}))
    page = visitor.get(told.location).get_data(as_text=True)
    [pledge] = pledges(site)
    assert (pledge.kind, pledge.amount, pledge.state) == ("goods", 4, "pledged")
    assert "送到哪里" in page
    assert "收款账户" not in page


@pytest.mark.one_database
def test_instalments(site: Flask, visitor: FlaskClient) -> None:
    sent = first_step(visitor, {"what": "any", "amount": "100", "pay": "instalments", "instalments": "3",
                                "first_due": "2026-05-31"})
    told = second_step(visitor, sent)
    with site.app_context():
        [pledge] = db.session.scalars(db.select(Pledge))
        assert [(str(i.due_on), i.amount_fen) for i in pledge.instalments] == [
            ("2026-05-31", 3_334), ("2026-06-30", 3_333), ("2026-07-31", 3_333)]
    page = visitor.get(told.location).get_data(as_text=True)
    assert "¥33.34" in page
    assert "未到期" in page


@pytest.mark.one_database
def test_instalments_wait_for_the_next_one(site: Flask, clock: FixedClock, visitor: FlaskClient) -> None:
    second_step(visitor, first_step(visitor, {"what": "any", "amount": "90", "pay": "instalments", "instalments": "3",
                                              "first_due": "2026-04-20"}))
    reference = pledges(site)[0].reference
    with site.app_context():
        world.receive(clock, 3_000, reference=reference)
    clock.forward(days=40)      # the first one was due long ago, and is paid; the second waits its month of grace
    with site.app_context():
        assert expire(clock=clock) == 0
        clock.forward(days=30)
        assert expire(clock=clock) == 1
        assert world.progress("HD1-1", 1) == {"pledged": 3_000, "paid": 3_000, "received": 3_000}


@pytest.mark.one_database
@pytest.mark.parametrize(("fields", "says"), [
    ({"what": "any", "amount": "1,5"}, "看不准“1,5”是1.5"),
    ({"what": "any", "amount": "500.01"}, "最多¥500.00"),
    ({"what": "any"}, "请填写金额"),
    ({"what": "items"}, "请在要认领的需求后面填写"),
    ({"what": ""}, "请选认领什么"),
    ({"what": "whole", "phone": "1380000000"}, "手机号应是11位，您填了10位"),
    ({"what": "whole", "phone": ""}, "请填写联系电话"),
    ({"what": "whole", "shown": ""}, "请选一种，您随时可以改"),
    ({"what": "whole", "pay": ""}, "请选付款方式"),
    ({"what": "whole", "kind": "enterprise", "uscc": "91410103MA00000000"}, "校验位不对"),
    ({"what": "whole", "pay": "instalments", "instalments": "", "first_due": "2026-05-01"}, "请选分几期"),
    ({"what": "whole", "pay": "instalments", "instalments": "2", "first_due": "2026-04-14"}, "今天起一年以内"),
])
def test_faults_keep_what_was_typed(site: Flask, visitor: FlaskClient, fields: dict[str, str], says: str) -> None:
    sent = first_step(visitor, {"name": "周岚岚", **fields})
    page = sent.get_data(as_text=True)
    assert sent.status_code == 422
    assert says in page
    assert 'value="周岚岚"' in page
    for name, value in fields.items():
        if value and name in ("amount", "phone", "uscc"):
            assert f'value="{value}"' in page
    assert 'role="alert"' in page
    assert pledges(site) == []


@pytest.mark.one_database
@pytest.mark.parametrize(("fields", "says"), [
    ({"what": "whole", "seen_open": "1:0,2:0,3:0,4:0"}, "金额要大于零"),      # a hidden field that somebody rewrote
    ({"what": "any", "amount": "0.05", "pay": "instalments", "instalments": "12", "first_due": "2026-05-01"},
     'href="#instalments">¥0.05分不成12期，每期至少0.01元。'),
])
def test_less_than_a_fen_is_refused(site: Flask, visitor: FlaskClient, fields: dict[str, str], says: str) -> None:
    sent = first_step(visitor, {"name": "周岚岚", **fields})
    assert sent.status_code == 422
    assert says in sent.text
    assert pledges(site) == []


@pytest.mark.one_database
def test_a_name_hides_nothing(site: Flask, visitor: FlaskClient) -> None:
    assert first_step(visitor, {"what": "any", "amount": "1", "name": "周\u202e\u200b岚"}).status_code == 303
    assert [pledge.donor.name for pledge in pledges_with_donors(site)] == ["周岚"]
    sent = first_step(visitor, {"what": "any", "amount": "1", "name": "\u202e\u200b"})
    assert (sent.status_code, len(pledges(site))) == (422, 1)
    assert 'href="#name">请填写姓名或单位。' in sent.text      # at the field, with the form as it was


@pytest.mark.one_database
def test_a_name_that_no_document_can_show_is_refused_at_its_field(site: Flask, visitor: FlaskClient) -> None:
    sent = first_step(visitor, {"what": "any", "amount": "1", "name": "乐\N{GRINNING FACE}"})
    assert (sent.status_code, pledges(site)) == (422, [])
    assert 'href="#name">“\N{GRINNING FACE}”（U+1F600）在收据和证书上印不出来' in sent.text
    with site.app_context(), pytest.raises(NotPrintable):
        world.promise(FixedClock(datetime(2026, 4, 15, tzinfo=UTC)), 100, name="乐\N{GRINNING FACE}")


@pytest.mark.one_database
@pytest.mark.parametrize("item", ["²", "9" * 30, "x"])
def test_a_link_to_no_item_opens_the_form(visitor: FlaskClient, item: str) -> None:
    assert visitor.get(f"/adopt/HD1-1?item={item}").status_code == 200


@pytest.mark.one_database
def test_what_stands_under_another_choice_is_not_looked_at(site: Flask, visitor: FlaskClient) -> None:
    assert first_step(visitor, {"what": "whole", "amount": "1,5", "first_due": "soon"}).status_code == 303


def test_the_same_form_twice_reserves_once(site: Flask, visitor: FlaskClient) -> None:
    page = visitor.get("/adopt/HD1-1")
    data = {**hidden(page), **PERSON, "what": "any", "amount": "100"}
    first, again = visitor.post("/adopt/HD1-1", data=data), visitor.post("/adopt/HD1-1", data=data)
    assert first.location == again.location
    assert len(pledges(site)) == 1
    check = visitor.get(first.location)
    told = [visitor.post(first.location, data=hidden(check)) for _ in range(2)]
    assert {answer.status_code for answer in told} == {303}
    # The back button: the page of step 2 leads on, and its form again changes nothing.
    assert visitor.get(first.location).status_code == 302
    assert visitor.post(first.location, data=hidden(check)).location == told[0].location
    [pledge] = pledges(site)
    assert pledge.state == "pledged"
    with site.app_context():
        assert world.progress("HD1-1", 1) == {"pledged": 10_000}


def test_back_and_changed_replaces_the_reservation(site: Flask, visitor: FlaskClient) -> None:
    page = visitor.get("/adopt/HD1-1")
    data = {**hidden(page), **PERSON, "what": "whole"}
    visitor.post("/adopt/HD1-1", data=data)
    changed = visitor.post("/adopt/HD1-1", data={**data, "what": "any", "amount": "60"})
    assert changed.status_code == 422
    assert "您改了内容" in changed.get_data(as_text=True)
    assert 'value="60"' in changed.get_data(as_text=True)
    again = visitor.post("/adopt/HD1-1", data={**data, **hidden(changed), "what": "any", "amount": "60"})
    assert again.status_code == 303
    assert [(p.state, p.amount) for p in pledges(site)] == [("cancelled", 50_000), ("reserved", 6_000)]


@pytest.mark.one_database
def test_changing_from_step_two(site: Flask, visitor: FlaskClient) -> None:
    sent = first_step(visitor, {"what": "whole"})
    link = re.search(r'href="(/adopt/HD1-1\?change=[^"]+)"', visitor.get(sent.location).get_data(as_text=True))
    assert link
    page = visitor.get(link.group(1))
    assert 'value="周岚"' in page.get_data(as_text=True)
    # All of it was reserved, and yet it can be adopted anew: its own reservation stands in nobody's way.
    again = visitor.post("/adopt/HD1-1", data={**hidden(page), **PERSON, "what": "any", "amount": "500"})
    assert again.status_code == 303, again.get_data(as_text=True)
    assert [p.state for p in pledges(site)] == ["cancelled", "reserved"]


CONTACT = {"name": "禾木食品有限公司", "phone": "13711112222", "email": "lin@example.org",
           "uscc": "91350100M000100Y43"}


def filled_in(page: TestResponse) -> list[str]:
    """Which of CONTACT stand in a page."""
    return [name for name, value in CONTACT.items() if value in page.text]


def test_an_address_tells_nothing_of_its_donor(site: Flask, visitor: FlaskClient) -> None:
    """Anybody may hold it: it is found with a reference and four digits, and a letter may be forwarded."""
    sent = first_step(visitor, {"what": "any", "amount": "10", "kind": "enterprise", **CONTACT})
    assert sent.status_code == 303, sent.text
    with site.app_context():
        change = f"/adopt/HD1-1?change={links.token_of(1)}"
    stranger = site.test_client()
    assert filled_in(visitor.get(change)) == ["name", "phone", "email", "uscc"]    # who is just adopting
    assert filled_in(stranger.get(change)) == []
    assert 'value="10.00"' in stranger.get(change).text     # what was adopted is no secret to who holds the address
    second_step(visitor, sent)
    for client in (visitor, stranger):
        assert filled_in(client.get(change)) == []
    [pledge] = pledges(site)
    assert stranger.post("/pledges/find", data={"reference": pledge.reference, "tail": "2222"}).status_code == 303
    page = stranger.get(change)
    assert filled_in(page) == []
    released = f"/pledges/{change.rpartition('=')[2]}/release"
    visitor.post(released, data=hidden(visitor.get(released)))
    assert [p.state for p in pledges(site)] == ["cancelled"]
    for client in (visitor, stranger):
        assert filled_in(client.get(change)) == []


@pytest.mark.one_database
def test_a_donor_with_an_account_is_never_filled_in(site: Flask) -> None:
    signed_up = {"name": "周岚", "phone": "13711112222", "email": "lan@example.org", "password_hash": UNUSABLE}
    with site.app_context():
        user_id = sign_up(clock=site.extensions["charityledger.clock"], user=NewUser(**signed_up),
                          donor=DonorFacts("individual", "周岚", "13711112222", "lan@example.org"))
        client = client_of(site, db.session.get_one(User, user_id))
        change = f"/adopt/HD1-1?change={links.token_of(1)}"
    page = client.get("/adopt/HD1-1")
    sent = client.post("/adopt/HD1-1", data={**hidden(page), "what": "any", "amount": "10", "pay": "once",
                                             "shown": "none"})
    assert sent.status_code == 303, sent.text
    with client.session_transaction() as session:       # signed out, in the same browser
        del session["_user_id"]
    page = client.get(change)
    assert 'value="10.00"' in page.text
    assert [text for text in ("周岚", "13711112222", "lan@example.org") if text in page.text] == []


def test_too_late_offers_what_is_left(site: Flask, clock: FixedClock, visitor: FlaskClient) -> None:
    page = visitor.get("/adopt/HD1-1")
    with site.app_context():
        world.promise(clock, 26_000)
    late = visitor.post("/adopt/HD1-1", data={**hidden(page), **PERSON, "what": "whole"})
    text = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "名额刚被别人认领了一部分" in text
    assert "您想认领 ¥500.00，现在还剩 ¥240.00" in text
    assert "没有扣款，也没有记下任何承诺" in text
    sent = visitor.post("/adopt/HD1-1", data=hidden(late))
    assert sent.status_code == 303, sent.get_data(as_text=True)
    assert pledges(site)[-1].amount == 24_000


@pytest.mark.one_database
def test_too_late_for_items_and_goods(site: Flask, clock: FixedClock, visitor: FlaskClient) -> None:
    with site.app_context():
        two, goods = world.item("HD1-1", 2), world.item("HD1-1", 3)
    page = visitor.get("/adopt/HD1-1")
    with site.app_context():
        world.promise(clock, 45_000)
        world.promise(clock, 10, kind="goods")
    late = visitor.post("/adopt/HD1-1", data={**hidden(page), **PERSON, "what": "items", f"units_{two}": "2"})
    assert "改认领剩下的 ¥50.00" in late.get_data(as_text=True)
    assert visitor.post("/adopt/HD1-1", data=hidden(late)).status_code == 303
    none = visitor.post("/adopt/HD1-1", data={**hidden(page), **PERSON, "what": goods, f"units_{goods}": "1"})
    assert none.status_code == 409
    assert "现在已经没有了" in none.get_data(as_text=True)


def test_expired_before_it_was_confirmed(site: Flask, clock: FixedClock, visitor: FlaskClient) -> None:
    sent = first_step(visitor, {"what": "whole"})
    check = visitor.get(sent.location)
    clock.forward(minutes=31)
    late = visitor.post(sent.location, data=hidden(check))
    assert late.status_code == 409
    assert "没有扣款，也没有记下任何承诺" in late.get_data(as_text=True)
    assert [p.state for p in pledges(site)] == ["expired"]
    with site.app_context():
        assert world.progress("HD1-1", 1) == {}
    link = re.search(r'href="(/adopt/HD1-1\?change=[^"]+)"', late.get_data(as_text=True))
    assert link
    again = visitor.get(link.group(1)).get_data(as_text=True)
    assert 'value="items" checked' in again
    assert "周岚" not in again
    assert "0000 0000" not in again


@pytest.mark.one_database
def test_not_now_frees_at_once(site: Flask, visitor: FlaskClient) -> None:
    sent = first_step(visitor, {"what": "whole"})
    dropped = visitor.post(f"{sent.location}/drop", data=hidden(visitor.get(sent.location)))
    assert dropped.location.endswith("/projects/HD1-1")
    assert [p.state for p in pledges(site)] == ["cancelled"]
    assert visitor.get(sent.location).status_code == 410


def test_release_frees_what_is_not_paid(site: Flask, clock: FixedClock, visitor: FlaskClient) -> None:
    told = second_step(visitor, first_step(visitor, {"what": "whole"}))
    [pledge] = pledges(site)
    with site.app_context():
        world.receive(clock, 20_000, reference=pledge.reference)
    assert "部分到账" in visitor.get(told.location).get_data(as_text=True)
    page = visitor.get(f"{told.location}/release")
    assert "放开 ¥300.00" in page.get_data(as_text=True)
    for _ in range(2):
        assert visitor.post(f"{told.location}/release", data=hidden(page)).location == told.location
    after = visitor.get(told.location).get_data(as_text=True)
    assert "已经到账的 ¥200.00照常使用" in after
    with site.app_context():
        assert sum(row.open for row in db.session.scalars(db.select(ItemProgress).where(
            ItemProgress.need_item_id.in_([world.item("HD1-1", 1), world.item("HD1-1", 2)])))) == 30_000
        assert world.problems() == []


def refund(clock: FixedClock, donation_id: int) -> None:
    asked = refunds.request(actor=world.STAFF, clock=clock, what="donation", subject_id=donation_id,
                            account_code="BANK", reason="捐赠人申请")
    approvals.decide(actor=world.FINANCE, clock=clock, request_id=asked, decision="approve")


def test_a_refund_is_told_to_its_donor(site: Flask, clock: FixedClock, visitor: FlaskClient) -> None:
    sent = first_step(visitor, {"what": "whole"})
    told = second_step(visitor, sent)
    [pledge] = pledges(site)
    with site.app_context():
        line_id = world.receive(clock, 20_000, reference=pledge.reference).id
        world.receive(clock, 30_000, reference=pledge.reference)
        clock.forward(days=5)
        refund(clock, 1)
    page = visitor.get(told.location).text
    assert "2026-04-15到账的 ¥200.00，已经在2026-04-20退还给您。已经到账的 ¥300.00照常使用。" in page
    with site.app_context():
        clock.forward(days=1)
        refund(clock, 2)
        assert (world.pledge(pledge.id).state, world.problems()) == ("cancelled", [])
    page = visitor.get(told.location).text
    assert "2026-04-15到账的 ¥300.00，已经在2026-04-21退还给您。您不欠什么。" in page
    assert "没有扣款" not in page
    assert "退还 ¥500.00，2026-04-20、2026-04-21" in page
    assert '<span class="chip">已退还</span>' in page
    english = visitor.get(f"/en{told.location}").text
    assert "¥300.00 that arrived on 15 April 2026 was paid back to you on 21 April 2026." in english
    # The address of the second step leads to it, before and after.
    check = visitor.get(sent.location)
    assert (check.status_code, check.location) == (302, told.location)
    assert visitor.post(sent.location, data={"form_token": "another"}).location == told.location
    desk = client_of(site, make_user(site, "staff")).get(f"/desk/pledges/{pledge.id}").text
    assert f'<span class="num">¥200.00</span> <a href="/desk/receipts/{line_id}">' in desk
    assert '<span class="chip">2026-04-21退还</span>' in desk


@pytest.mark.one_database
def test_shown_is_changed_at_any_time(site: Flask, clock: FixedClock, visitor: FlaskClient) -> None:
    told = second_step(visitor, first_step(visitor, {"what": "whole"}))
    [pledge] = pledges(site)
    with site.app_context():
        world.receive(clock, 20_000, reference=pledge.reference)
    visitor.post(f"{told.location}/shown", data={"shown": "none"})
    with site.app_context():
        told_pledge = world.pledge(pledge.id)
        assert told_pledge.shown == "none"
        assert db.session.scalars(db.text("SELECT shown FROM donation")).all() == ["none"]


@pytest.mark.one_database
def test_found_again_by_reference_and_tail(site: Flask, visitor: FlaskClient) -> None:
    told = second_step(visitor, first_step(visitor, {"what": "whole"}))
    reference = pledges(site)[0].reference
    found = visitor.post("/pledges/find", data={"reference": f"{reference[:4]} {reference[4:8]} {reference[8:]}",
                                                "tail": "0000"})
    assert found.location == told.location
    wrong_tail = visitor.post("/pledges/find", data={"reference": reference, "tail": "0001"})
    unknown = visitor.post("/pledges/find", data={"reference": "9482719322", "tail": "0000"})
    said = [re.findall(r'class="error"[^>]*>([^<]*)', sent.get_data(as_text=True)) for sent in (wrong_tail, unknown)]
    assert said[0] == said[1] != []
    assert wrong_tail.status_code == unknown.status_code == 422


@pytest.mark.one_database
def test_a_token_of_somebody_else_is_nobodys(site: Flask, visitor: FlaskClient) -> None:
    second_step(visitor, first_step(visitor, {"what": "whole"}))
    with site.app_context():
        token = links.token_of(1)
    assert visitor.get(f"/pledges/{token}").status_code == 200
    assert visitor.get(f"/pledges/{token[:-1]}{'A' if token[-1] != 'A' else 'B'}").status_code == 404
    assert visitor.get("/pledges/1").status_code == 404


@pytest.mark.one_database
def test_only_what_is_open_is_offered(site: Flask, clock: FixedClock, visitor: FlaskClient) -> None:
    with site.app_context():
        world.promise(clock, 50_000)
        goods = world.item("HD1-1", 3)
    page = visitor.get("/adopt/HD1-1").get_data(as_text=True)
    assert 'value="whole"' not in page
    assert 'name="amount"' not in page
    assert f'value="{goods}"' in page
    with site.app_context():
        world.promise(clock, 100_000, code="LB1-1")
    closed = visitor.get("/adopt/LB1-1")
    assert closed.status_code == 200
    assert "现在没有可认领的" in closed.get_data(as_text=True)
    assert visitor.get("/adopt/XX9-9").status_code == 404


@pytest.mark.one_database
def test_mail_goes_out_once_and_its_failure_is_told(site: Flask, visitor: FlaskClient,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    sent = first_step(visitor, {"what": "any", "amount": "10", "email": "Lan@Example.org"})
    check = visitor.get(sent.location)
    for _ in range(2):
        told = visitor.post(sent.location, data=hidden(check))
    letters = list((Path(site.config["INSTANCE"]) / "mail").glob("*.eml"))
    assert len(letters) == 1
    text = letters[0].read_text("utf-8")
    reference = pledges(site)[0].reference
    assert f"{reference[:4]} {reference[4:8]} {reference[8:]}" in text
    assert "http://localhost/pledges/" in text
    assert "已发到您留的邮箱" in visitor.get(told.location).get_data(as_text=True)

    def fails(*_args: object) -> None:
        raise OSError

    monkeypatch.setattr(mail, "_to_folder", fails)
    told = second_step(visitor, first_step(visitor, {"what": "any", "amount": "10", "email": "lan@example.org"}))
    assert "邮件没有发出去，承诺已经记下" in visitor.get(told.location).get_data(as_text=True)
    assert pledges(site)[-1].state == "pledged"


def letters(app: Flask) -> list[tuple[str, str]]:
    """(to whom, text) of every letter, by address."""
    read = [BytesParser(policy=default).parsebytes(path.read_bytes())
            for path in (Path(app.config["INSTANCE"]) / "mail").glob("*.eml")]
    return sorted((letter["To"], letter.get_content()) for letter in read)


def test_a_letter_goes_to_the_address_given_with_its_pledge(site: Flask, visitor: FlaskClient) -> None:
    """Whoever adopts in somebody's name with an address of their own gets no letter of a later pledge."""
    wish = {"what": "any", "amount": "10"}
    sent = first_step(visitor, {**wish, "email": "attacker@evil.example"})
    visitor.post(f"{sent.location}/drop", data=hidden(visitor.get(sent.location)))
    person = site.test_client()
    sent = first_step(person, {**wish, "email": "victim@good.example"})
    assert "victim@good.example" in person.get(sent.location).text
    told = second_step(person, sent)
    assert len({pledge.donor_id for pledge in pledges(site)}) == 1      # one donor, and yet
    [(to, text)] = letters(site)
    assert to == "victim@good.example"
    assert told.location in text


@pytest.mark.one_database
def test_a_corrected_address_gets_the_letter(site: Flask, visitor: FlaskClient) -> None:
    wish = {"what": "any", "amount": "10"}
    sent = first_step(visitor, {**wish, "email": "typo@wrong.example"})
    checked = visitor.get(sent.location).text
    assert "typo@wrong.example" in checked      # so that its owner sees it
    link = re.search(r'href="(/adopt/HD1-1\?change=[^"]+)"', checked)
    assert link
    page = visitor.get(link.group(1))
    assert 'value="typo@wrong.example"' in page.text
    sent = visitor.post("/adopt/HD1-1", data={**hidden(page), **PERSON, **wish, "email": "right@good.example"})
    second_step(visitor, sent)
    assert [to for to, _text in letters(site)] == ["right@good.example"]
    # Without an address there is no letter, whatever was given before; with one there is, whatever was not.
    second_step(visitor, first_step(visitor, {**wish, "phone": "13911112222"}))
    second_step(visitor, first_step(visitor, wish))
    assert [to for to, _text in letters(site)] == ["right@good.example"]
    second_step(visitor, first_step(visitor, {**wish, "phone": "13911112222", "email": "later@good.example"}))
    assert [to for to, _text in letters(site)] == ["later@good.example", "right@good.example"]


@pytest.mark.one_database
def test_the_check_page_masks_the_address_for_others(site: Flask, visitor: FlaskClient) -> None:
    sent = first_step(visitor, {"what": "any", "amount": "10", "email": "lan@example.org"})
    page = site.test_client().get(sent.location).text
    assert "l***@example.org" in page
    assert "lan@example.org" not in page


@pytest.mark.one_database
def test_a_phone_is_the_pledges_own(site: Flask, visitor: FlaskClient) -> None:
    """A firm is found by its credit code, which anybody can look up: its earlier telephone number stays with it."""
    wish = {"what": "any", "amount": "10", "kind": "enterprise", "name": CONTACT["name"], "uscc": CONTACT["uscc"]}
    second_step(visitor, first_step(visitor, {**wish, "phone": "13711112222"}))
    sent = first_step(visitor, {**wish, "phone": "13933334444"})
    checked = visitor.get(sent.location).text
    assert "*******4444" in checked
    assert "2222" not in checked
    link = re.search(r'href="(/adopt/HD1-1\?change=[^"]+)"', checked)
    assert link
    assert 'value="13933334444"' in visitor.get(link.group(1)).text
    second_step(visitor, sent)
    first, second = pledges(site)
    assert first.donor_id == second.donor_id
    with site.app_context():
        for words in ("2222", "13933334444"):
            assert [donor.id for donor in donors.search(db.session(), words)[0]] == [first.donor_id]
    for pledge, tail, status in ((first, "2222", 303), (first, "4444", 422), (second, "4444", 303),
                                 (second, "2222", 422)):
        assert visitor.post("/pledges/find",
                            data={"reference": pledge.reference, "tail": tail}).status_code == status


@pytest.mark.one_database
def test_finding_is_slowed_down(database_url: str, make_app: Callable[..., Flask]) -> None:
    app = make_app(database_url, RATE_LIMITS=True)
    client = app.test_client()
    answers = [client.post("/pledges/find", data={"reference": "9482719322", "tail": "0000"}).status_code
               for _ in range(11)]
    assert answers == [422] * 10 + [429]


@pytest.mark.one_database
def test_a_pledges_page_is_kept_nowhere(visitor: FlaskClient) -> None:
    told = second_step(visitor, first_step(visitor, {"what": "whole"}))
    headers = visitor.get(told.location).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"


@pytest.mark.one_database
def test_where_to_pay_comes_from_the_settings(database_url: str, make_app: Callable[..., Flask], clock: FixedClock,
                                              tmp_path: Path) -> None:
    app = make_app(database_url, ACCOUNT_HOLDER="区慈善总会", ACCOUNT_BANK="某银行", ACCOUNT_NUMBER="6222 0000",
                   WALLET_PICTURES="codes/wechat.png, missing.png")
    picture = Path(app.instance_path) / "codes" / "wechat.png"
    picture.parent.mkdir()
    picture.write_bytes(b"\x89PNG")
    with app.app_context():
        world.fill(clock)
    client = app.test_client()
    page = client.get(second_step(client, first_step(client, {"what": "whole"})).location).get_data(as_text=True)
    assert "区慈善总会" in page
    assert "6222 0000" in page
    assert page.count("/pay-to/") == 1
    with client.get("/pay-to/0") as answer:
        assert answer.data == b"\x89PNG"
    assert client.get("/pay-to/1").status_code == 404


@pytest.mark.one_database
def test_a_demonstration_shows_an_account_that_is_marked(database_url: str, make_app: Callable[..., Flask],
                                                         clock: FixedClock) -> None:
    app = make_app(database_url, DEMONSTRATION=True)
    with app.app_context():
        world.fill(clock)
    client = app.test_client()
    told = second_step(client, first_step(client, {"what": "whole", "email": "lan@example.org"}))
    page, english = client.get(told.location).text, client.get(f"/en{told.location}").text
    assert '收款账户 <span class="chip">演示</span>' in page
    assert "演示账户，请勿转账" in page
    assert "请先不要转账" not in page
    assert "Demonstration: do not pay" in english
    warning = "这是演示用的账户，收不了钱，请不要转账。"
    assert warning in page
    assert "Please do not pay to it" in english
    [(_to, letter)] = letters(app)
    assert warning in letter
    assert "0000 0000 0000 0000 000" in letter
    with app.app_context():
        for language, holder in (("zh", "演示账户，请勿转账"), ("en", "Demonstration: do not pay")):
            slip = build_pledges.slip(db.session(), issuing.reading(db.session(), language, "", clock.now()),
                                      pledge_id=1, settings=app.config)
            assert [(way.holder, way.account) for way in slip.pay_to] == [(holder, "0000 0000 0000 0000 000")]


@pytest.mark.one_database
def test_no_account_is_made_up(visitor: FlaskClient) -> None:
    told = second_step(visitor, first_step(visitor, {"what": "whole"}))
    assert "收款账户还没有公布" in visitor.get(told.location).get_data(as_text=True)
