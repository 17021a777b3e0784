"""工作台: what waits, for whom, and by when projects must be published."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.donations import disbursements
from charityledger.donations.disbursements import PaymentWish
from charityledger.donations.rules import Part
from charityledger.identity.models import User
from charityledger.projects.models import SubProject
from tests.donations import world
from tests.people import client_of, make_user
from tests.site.reading import Reader

pytestmark = pytest.mark.one_database
Visit = Callable[..., Reader]


@pytest.fixture
def office(small: Flask) -> dict[str, User]:
    """Users whose ids are those of the actors in world.py."""
    return {role: make_user(small, role) for role in ("staff", "finance", "admin", "auditor", "donor")}


def test_nothing_waits(small: Flask, office: dict[str, User], visit: Visit) -> None:
    page = visit(client_of(small, office["staff"]), "/desk")
    assert page.text.count("没有") >= 5
    assert page.all("nav", aria_label="工作导航")


def test_what_waits_and_whose_it_is(small: Flask, office: dict[str, User], clock: FixedClock, visit: Visit) -> None:
    with small.app_context():
        world.give(clock, 300_00)
        world.receive(clock, 88_00)
        disbursements.request(actor=world.STAFF, clock=clock, wish=PaymentWish(
            "HD1-1", "BANK", "收款人", "采购", "灶台", (Part(world.item("HD1-1"), 120_00),),
            files=((world.stored(), "发票.pdf"),)))
    mine = visit(client_of(small, office["staff"]), "/desk").text
    assert "待确认的款项 ¥88.00 1" in mine
    assert "等审批的拨付 ¥120.00；其中1件是您提出的，要另一位同事来审 1" in mine
    assert "等审批的拨付 ¥120.00 1" in visit(client_of(small, office["finance"]), "/desk").text


def test_who_may_open_it(small: Flask, office: dict[str, User], visit: Visit) -> None:
    for role in ("staff", "finance", "admin", "auditor"):
        assert "工作台" in visit(client_of(small, office[role]), "/desk").text
    visit(client_of(small, office["donor"]), "/desk", 403)
    assert small.test_client().get("/desk").status_code == 302


@pytest.mark.parametrize(("opened_on", "published_on", "ended_on", "says"), [
    (date(2026, 2, 10), None, None, "院落绿化 2026-05-10 25天"),
    (date(2025, 12, 1), date(2026, 1, 15), None, "院落绿化 2026-04-15 今天"),
    (date(2025, 12, 1), None, None, "院落绿化 2026-03-01 晚了45天"),
    (date(2026, 2, 20), None, None, ""),
    (date(2025, 1, 1), date(2026, 1, 1), date(2026, 2, 1), "院落绿化 2026-05-01 16天"),
    (date(2025, 1, 1), date(2026, 2, 1), date(2026, 2, 1), ""),
    (None, None, None, ""),
])
def test_disclosures_within_thirty_days(small: Flask, office: dict[str, User], visit: Visit, opened_on: date | None,
                                        published_on: date | None, ended_on: date | None, says: str) -> None:
    with small.app_context(), transaction() as tx:
        for sub in tx.query(SubProject):
            sub.opened_on = None
        yard = tx.query(SubProject).filter_by(code="LB1-1").one()
        yard.opened_on, yard.published_on, yard.ended_on = opened_on, published_on, ended_on
        tx.flush()
    text = visit(client_of(small, office["auditor"]), "/desk").text
    assert says in text
    assert ("三十天内没有到期的公示。" in text) is not bool(says)
    assert "社区小厨房" not in text


def test_people_of_the_office_begin_here(small: Flask) -> None:
    landings = small.extensions["charityledger.landings"]
    assert {landings[role] for role in ("staff", "finance", "auditor")} == {"desk.home"}
