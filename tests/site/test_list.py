"""The list: search, filters, counts, sorting, paging, and what an empty result offers."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from charityledger.clock import FixedClock
from charityledger.donations import adoption
from charityledger.donations.adoption import AdoptionWish
from charityledger.donations.donors import DonorFacts
from charityledger.extensions import db
from charityledger.ids import SequenceIds
from charityledger.site import figures, pages, search
from charityledger.site.pages import Listing
from tests.donations import world
from tests.site.reading import Reader

pytestmark = pytest.mark.one_database
Visit = Callable[..., Reader]


def listing(app: Flask, **arguments: object) -> Listing:
    with app.test_request_context():
        return pages.listing(db.session(), MultiDict(arguments))


def titles(page: Listing) -> list[str]:
    return [project.title_zh for project in page.pages.shown]


def test_all_of_it_grouped_by_category_and_major(whole: Flask, visit: Visit) -> None:
    page = visit(whole, "/projects")
    assert len(page.all("h3")) == 5
    assert len(page.all("h4")) == 25
    assert len(page.all("h5")) == 48
    assert page.all("nav", class_="pages") == []


@pytest.mark.parametrize(("q", "codes"), [
    ("百顺", ["YJ01-2"]), ("bsxy", ["YJ01-2"]), ("BSXY", ["YJ01-2"]), ("ｂｓｘｙ", ["YJ01-2"]), ("yj01-2", ["YJ01-2"]),
    ("杂院变形记", ["YJ01-1", "YJ01-2"]), ("zybxj", ["YJ01-1", "YJ01-2"]), ("Baishun", ["YJ01-2"]),
    ("淮河路 小厨房", ["BM01-1"]), ("淮河路街道连心胡同", ["WH02-1", "YJ01-1", "YJ01-2"]), ("没有这个", []),
    ("<script>", []), ("%", []), (";--", []),
])
def test_search(whole: Flask, q: str, codes: list[str]) -> None:
    assert [project.code for project in listing(whole, q=q).pages.shown] == codes


def test_groups_narrow_down_and_values_within_one_add_up(whole: Flask) -> None:
    assert listing(whole, c=["KN", "TS"]).pages.total == 19
    assert listing(whole, c="KN", k="goods").pages.total < listing(whole, c="KN").pages.total
    page = listing(whole, c=["KN", "XX", "<b>"], k="gold", s="soon", st="月球", sort="price", page="-1")
    assert page.choice == search.Choice(categories=("KN",))


def test_each_count_is_what_choosing_it_shows(whole: Flask) -> None:
    page = listing(whole, c="KN", q="区")
    for name, group in (("c", "categories"), ("k", "kinds"), ("s", "progress"), ("st", "street")):
        for value, count in page.counts[group].items():
            asked = {"c": "KN", "q": "区", name: value}
            assert listing(whole, **asked).pages.total == count, (group, value)


def test_the_counts_of_the_catalogue(whole: Flask) -> None:
    page = listing(whole)
    assert page.counts["categories"] == {"BM": 10, "KN": 9, "TS": 10, "WH": 9, "YJ": 10}
    assert page.counts["kinds"] == {"cash": 46, "goods": 16, "hours": 9}
    assert page.counts["progress"] == {"open": 48}


def test_progress_follows_promises_and_money(small: Flask, clock: FixedClock) -> None:
    with small.app_context():
        assert adopted(clock) == "open"
        pledge = world.promise(clock, 1000_00, code="LB1-1")
        assert adopted(clock) == "full"
        world.receive(clock, 999_99, reference=pledge.reference)
        assert adopted(clock) == "full"
        world.receive(clock, 1, reference=pledge.reference)
        assert adopted(clock) == "paid"
    assert [p.code for p in listing(small, s="paid").pages.shown] == ["LB1-1"]
    assert [p.code for p in listing(small, s="open").pages.shown] == ["HD1-1"]


def adopted(clock: FixedClock) -> str:
    db.session.rollback()
    return next(p for p in figures.projects(db.session()) if p.code == "LB1-1").progress


def test_a_reservation_takes_its_place_too(small: Flask, clock: FixedClock) -> None:
    with small.app_context():
        adoption.adopt(actor=world.STAFF, clock=clock, ids=SequenceIds(), confirm_minutes=30,
                       donor=DonorFacts("individual", "周", "13800000000"),
                       wish=AdoptionWish("LB1-1", "cash", 1000_00, "none"))
        assert adopted(clock) == "full"


def test_least_missing_first_and_nothing_left_last(small: Flask, clock: FixedClock) -> None:
    with small.app_context():
        assert titles(listing(small, sort="least")) == ["社区小厨房", "院落绿化"]       # ¥500 and ¥1,000
        world.promise(clock, 600_00, code="LB1-1")
        assert titles(listing(small, sort="least")) == ["院落绿化", "社区小厨房"]       # ¥400 and ¥500
        world.promise(clock, 400_00, code="LB1-1")
        assert titles(listing(small, sort="least")) == ["社区小厨房", "院落绿化"]


def test_sorting_by_people(whole: Flask) -> None:
    counts = [project.beneficiary_count for project in listing(whole, sort="people").pages.shown]
    assert counts == sorted(counts, reverse=True)


def test_pages_of_twelve(whole: Flask, visit: Visit) -> None:
    seen: list[str] = []
    for number in range(1, 5):
        page = listing(whole, sort="people", page=str(number))
        assert (len(page.pages.shown), page.pages.number, page.pages.last) == (12, number, 4)
        seen += titles(page)
    assert len(set(seen)) == 48
    assert listing(whole, sort="people", page="99999").pages.number == 4
    page_two = visit(whole, "/projects?sort=people&page=2")
    assert "/projects?sort=people&page=3" in page_two.links()
    assert "/projects?sort=people" in page_two.links()


def test_every_chosen_filter_can_be_taken_away(whole: Flask, visit: Visit) -> None:
    page = visit(whole, "/projects?c=TS&c=YJ&s=open&sort=least&q=" + quote("区"))
    for address in ("/projects?q=%E5%8C%BA&c=YJ&s=open&sort=least", "/projects?q=%E5%8C%BA&c=TS&s=open&sort=least",
                    "/projects?q=%E5%8C%BA&c=TS&c=YJ&sort=least", "/projects?c=TS&c=YJ&s=open&sort=least", "/projects"):
        assert address in page.links(), address


def test_an_empty_result_names_the_filters_and_offers_their_removal(whole: Flask, visit: Visit) -> None:
    page = visit(whole, "/projects?c=TS&k=goods&st=" + quote("德化街街道"))
    assert "没有同时符合这3个条件的项目" in page.text
    assert "特殊关爱、实物、德化街街道" in page.text
    for but, name in (("categories", "不限类别"), ("kinds", "不限能帮什么"), ("street", "不限街道")):
        chosen = listing(whole, c="TS", k="goods", st="德化街街道")
        count = dict(chosen.instead)[but]
        assert (name in page.text) is bool(count)
        assert not count or listing(whole, **_asked(chosen.choice.without(but))).pages.total == count


def _asked(choice: search.Choice) -> dict[str, object]:
    return {"c": list(choice.categories), "k": list(choice.kinds), "st": choice.street}


def test_what_was_typed_is_written_back_as_text(whole: Flask, visit: Visit) -> None:
    attack = '"><img src=x onerror=alert(1)>'
    page = visit(whole, "/projects?q=" + quote(attack))
    assert page.all("img") == []
    assert page.all("input", name="q")[0]["value"] == attack[:60]
