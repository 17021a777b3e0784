"""Staff pages of donors: search, a donor's page, merging two records with a second person."""

import re

import pytest
from flask import Flask

from charityledger.audit.models import Event
from charityledger.clock import FixedClock
from charityledger.donations import adoption, approvals, donors, merging, renaming
from charityledger.donations.accounts import NewUser, sign_up
from charityledger.donations.adoption import AdoptionWish
from charityledger.donations.donors import DonorFacts
from charityledger.donations.merging import DonorHasAccount, DonorsDiffer, MergedAlready, MergeRefused
from charityledger.donations.models import Donation, Donor, Pledge, Request, Suspense
from charityledger.donations.renaming import SameName
from charityledger.donations.requests import AskedAlready
from charityledger.errors import SamePerson, WrongState
from charityledger.extensions import db
from charityledger.ids import SequenceIds
from charityledger.printable import NotPrintable
from tests.donations import world
from tests.donations.test_adopt import hidden
from tests.people import client_of, make_user

IDS = SequenceIds("donors")


@pytest.fixture
def site(app: Flask, clock: FixedClock) -> Flask:
    with app.app_context():
        world.fill(clock)
    return app


def promised(clock: FixedClock, name: str, phone: str = "", kind: str = "individual", fen: int = 1_000) -> int:
    """Donor of a promise that staff logged."""
    pledge_id = adoption.accept(actor=world.STAFF, clock=clock, ids=IDS, donor=DonorFacts(kind, name, phone),
                                wish=AdoptionWish("HD1-1", "cash", fen, "none"))
    return db.session.get_one(Pledge, pledge_id).donor_id


def found(words: str) -> list[str]:
    return [row.name for row in donors.search(db.session, words)[0]]


@pytest.mark.one_database
def test_search(site: Flask, clock: FixedClock) -> None:
    with site.app_context():
        promised(clock, "周岚", "13800001234")
        promised(clock, "一百%公司", "0371-68885678-801", "enterprise")
        reference = db.session.scalars(db.select(Pledge.reference).order_by(Pledge.id)).first() or ""
        assert found("岚") == ["周岚"]
        assert found("%") == ["一百%公司"]
        assert found("1234") == ["周岚"]
        assert found("5678") == ["一百%公司"]
        assert found(f"{reference[:4]} {reference[4:8]} {reference[8:]}") == ["周岚"]
        assert found("没有这个人") == []
        assert len(found("")) == 2


def test_merge_moves_everything_and_keeps_a_signpost(site: Flask, clock: FixedClock) -> None:
    with site.app_context():
        old = promised(clock, "周岚")
        user_id = sign_up(clock=clock, user=NewUser("周岚", "hash", phone="13800000000"),
                          donor=DonorFacts("individual", "周岚", "13800000000"))
        new = db.session.scalars(db.select(Donor.id).where(Donor.id != old)).one()
        reference = db.session.scalars(db.select(Pledge.reference)).one()
        world.receive(clock, 1_500, reference=reference)    # 5.00 too much: in suspense
        with pytest.raises(DonorHasAccount):
            merging.request_merge(actor=world.STAFF, clock=clock, donor_id=new, into_id=old, reason="同一位")
        request_id = merging.request_merge(actor=world.STAFF, clock=clock, donor_id=old, into_id=new, reason="同一位",
                                           key="form")
        assert merging.request_merge(actor=world.STAFF, clock=clock, donor_id=old, into_id=new, reason="同一位",
                                     key="form") == request_id
        with pytest.raises(AskedAlready):
            merging.request_merge(actor=world.STAFF, clock=clock, donor_id=old, into_id=new, reason="再来")
        with pytest.raises(SamePerson):
            merging.approve_merge(request_id=request_id, actor=world.STAFF, clock=clock)
        approvals.decide(actor=world.FINANCE, clock=clock, request_id=request_id, decision="approve")
        db.session.rollback()
        assert db.session.scalars(db.select(Pledge.donor_id)).all() == [new]
        assert db.session.scalars(db.select(Donation.donor_id)).all() == [new]
        assert db.session.scalars(db.select(Suspense.donor_id)).all() == [new]
        assert db.session.get_one(Donor, old).merged_into_id == new
        assert donors.living(db.session, old).id == new
        assert user_id
        with pytest.raises(WrongState):
            merging.approve_merge(request_id=request_id, actor=world.ADMIN, clock=clock)
        with pytest.raises(MergedAlready):
            merging.request_merge(actor=world.STAFF, clock=clock, donor_id=old, into_id=new, reason="又一次")
        # A form that was open before the merge still names the old record.
        promised_again = adoption.accept(
            actor=world.STAFF, clock=clock, ids=IDS, donor=DonorFacts(donor_id=old),
            wish=AdoptionWish("HD1-1", "cash", 500, "none"))
        assert db.session.get_one(Pledge, promised_again).donor_id == new
        assert world.problems() == []


def test_a_name_is_corrected_by_two_people_and_both_names_are_kept(site: Flask, clock: FixedClock) -> None:
    with site.app_context():
        who = promised(clock, "周蓝")
        with pytest.raises(SameName):
            renaming.request_rename(actor=world.STAFF, clock=clock, donor_id=who, name=" 周蓝 ", reason="写错了")
        with pytest.raises(NotPrintable):
            renaming.request_rename(actor=world.STAFF, clock=clock, donor_id=who, name="周\U0001f600", reason="写错了")
        asked = renaming.request_rename(actor=world.STAFF, clock=clock, donor_id=who, name="周岚", reason="写错了")
        with pytest.raises(AskedAlready):
            renaming.request_rename(actor=world.STAFF, clock=clock, donor_id=who, name="周兰", reason="又写错了")
        with pytest.raises(SamePerson):
            approvals.decide(actor=world.STAFF, clock=clock, request_id=asked, decision="approve")
        assert db.session.get_one(Donor, who).name == "周蓝"
        approvals.decide(actor=world.FINANCE, clock=clock, request_id=asked, decision="approve")
        db.session.rollback()
        assert db.session.get_one(Donor, who).name == "周岚"
        assert renaming.asked(db.session(), db.session.get_one(Request, asked)).was == "周蓝"
        told = db.session.scalars(db.select(Event).where(Event.kind == "donor_renamed")).one()
        assert (told.subject_id, told.payload, told.actor_id) == (str(who), f'{{"request":{asked}}}', 2)


@pytest.mark.one_database
def test_staff_ask_for_another_name_on_the_donor_page(site: Flask, clock: FixedClock) -> None:
    with site.app_context():
        who = promised(clock, "周蓝")
    staff, finance = (client_of(site, make_user(site, role)) for role in ("staff", "finance"))
    address = f"/desk/donors/{who}"
    form = {"renaming": "yes", "name": "周岚", "why": "登记时写错", "form_token": "a"}
    refused = staff.post(address, data={**form, "name": "\u200b"})
    assert (refused.status_code, 'href="#name">请填写姓名或单位。' in refused.text) == (422, True)
    assert staff.post(address, data=form).location == address
    assert "“周蓝”改成“周岚”" in staff.get(address).text
    page = finance.get("/desk/approvals/1").text
    assert ("更正捐赠人的名字" in page, "周岚" in page, "周蓝" in page) == (True, True, True)
    assert finance.post("/desk/approvals/1/approve", data={"note": "", "form_token": "b"}).status_code == 303
    assert "<h1>周岚</h1>" in staff.get(address).text


@pytest.mark.one_database
def test_what_is_never_merged(site: Flask, clock: FixedClock) -> None:
    with site.app_context():
        person, firm = promised(clock, "周岚"), promised(clock, "周岚", kind="enterprise")
        with pytest.raises(DonorsDiffer):
            merging.request_merge(actor=world.STAFF, clock=clock, donor_id=person, into_id=firm, reason="像")
        with pytest.raises(MergeRefused):
            merging.request_merge(actor=world.STAFF, clock=clock, donor_id=person, into_id=person, reason="像")
        other = promised(clock, "周岚")
        request_id = merging.request_merge(actor=world.STAFF, clock=clock, donor_id=person, into_id=other, reason="像")
        merging.reject_merge(request_id=request_id, actor=world.FINANCE, clock=clock, note="两个人")
        assert db.session.get_one(Donor, person).merged_into_id is None


@pytest.mark.one_database
def test_pages(site: Flask, clock: FixedClock) -> None:
    with site.app_context():
        old, new = promised(clock, "周岚"), promised(clock, "周岚女士", "13800000000")
    staff, auditor = client_of(site, make_user(site, "staff")), client_of(site, make_user(site, "auditor"))
    assert "周岚女士" in staff.get("/desk/donors?q=0000").get_data(as_text=True)
    page = staff.get(f"/desk/donors/{old}")
    assert "还没有承诺" not in page.get_data(as_text=True)
    wrong = staff.post(f"/desk/donors/{old}", data={"into": "999", "reason": "同一位"})
    assert wrong.status_code == 422
    wish = {**hidden(page), "into": new, "reason": "同一位"}
    asked = [staff.post(f"/desk/donors/{old}", data=wish) for _ in range(2)]
    assert [answer.status_code for answer in asked] == [303, 303]
    assert "等审批" in staff.get(f"/desk/donors/{old}").get_data(as_text=True)
    assert auditor.get(f"/desk/donors/{old}").status_code == 200
    assert "申请合并" not in auditor.get(f"/desk/donors/{old}").get_data(as_text=True)
    assert auditor.post(f"/desk/donors/{old}", data={"into": new, "reason": "x"}).status_code == 403
    assert staff.get("/desk/donors/999").status_code == 404
    assert re.search(r"没有找到“谁”", staff.get("/desk/donors?q=谁").get_data(as_text=True))
