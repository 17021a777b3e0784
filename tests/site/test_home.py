"""Home: windows lit by money that has arrived and by nothing else."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.projects.models import SiteFact
from tests.donations import world
from tests.site.reading import Reader

pytestmark = pytest.mark.one_database
Visit = Callable[..., Reader]


def lights(page: Reader) -> dict[str, str]:
    """The light of each window, by address."""
    return {str(pane["href"]): str(pane["title"]) for pane in page.all("a") if "pane" in str(pane.get("class", ""))}


def test_five_buildings_of_forty_eight_windows(whole: Flask, visit: Visit) -> None:
    page = visit(whole, "/")
    assert len(page.all("section", class_="block")) == 5
    assert len(page.all("li", class_="floor")) == 25
    assert len(lights(page)) == 48
    assert all(title.endswith("到账0%") for title in lights(page).values())
    assert "pane-light" not in str(page.tags)
    assert "居民报上来62,792条需求，归成5类、25个大项目、48个子项目" in page.text
    assert "到账 ¥0，需求 ¥7,060,170" in page.text


def test_a_promise_lights_no_window(small: Flask, clock: FixedClock, visit: Visit) -> None:
    with small.app_context():
        world.promise(clock, 500_00)
    page = visit(small, "/")
    assert lights(page)["/projects/HD1-1"] == "社区小厨房：到账0%"


def test_money_lights_it_as_high_as_it_reaches(small: Flask, clock: FixedClock, visit: Visit) -> None:
    with small.app_context():
        world.give(clock, 125_50)
    assert lights(visit(small, "/"))["/projects/HD1-1"] == "社区小厨房：到账25%"     # 25.1 is rounded down
    with small.app_context():
        world.give(clock, 374_49)
    assert lights(visit(small, "/"))["/projects/HD1-1"] == "社区小厨房：到账99%"     # a fen short of it is not all
    with small.app_context():
        world.give(clock, 1)
    assert lights(visit(small, "/"))["/projects/HD1-1"] == "社区小厨房：到账100%"


def test_what_is_needed_most_has_the_largest_share_open(small: Flask, clock: FixedClock, visit: Visit) -> None:
    with small.app_context():
        world.promise(clock, 300_00)
    page = visit(small, "/")
    cards = [link for link in page.links() if re.fullmatch("/projects/[A-Z0-9-]+", link)]
    assert cards[2:4] == ["/projects/LB1-1", "/projects/HD1-1"]      # after the two windows


def test_a_deployment_states_its_own_number_of_declarations(small: Flask, visit: Visit) -> None:
    with small.app_context(), transaction() as tx:
        tx.add(SiteFact(name="declarations", value="1234"))
        tx.flush()
    assert "1,234条" in visit(small, "/").text


def test_before_anything_was_paid_it_says_so(small: Flask, visit: Visit) -> None:
    assert "还没有拨付。" in visit(small, "/").text


def test_static_files_are_kept_as_long_as_their_address_stands(small: Flask, visit: Visit) -> None:
    sheet = str(visit(small, "/").all("link", rel="stylesheet")[0]["href"])
    client = small.test_client()
    assert "immutable" in client.get(sheet, buffered=True).headers["Cache-Control"]
    assert "immutable" not in client.get("/static/look.css", buffered=True).headers["Cache-Control"]


def test_without_projects_home_still_stands(app: Flask, visit: Visit) -> None:
    assert "到账 ¥0，需求 ¥0" in visit(app, "/").text
    assert "还没有公开的项目" in visit(app, "/projects").text
    assert "还没有拨付" in visit(app, "/where").text


def test_nothing_untrue_about_the_organisation(small: Flask, visit: Visit) -> None:
    """What a deployment has not filled in is said to be missing, never invented."""
    page = visit(small, "/")
    assert "待填写：登记证书、公开募捐资格证书、募捐方案备案编号、指定平台链接。" in page.text
    small.config["CERTIFICATE"] = "53410103X"
    assert "登记证书：53410103X" in visit(small, "/how").text


@pytest.mark.parametrize(("said", "shown"), [(True, True), ("1", True), (False, False), ("0", False)])
def test_a_demonstration_is_marked_as_set(small: Flask, visit: Visit, said: object, shown: bool) -> None:
    small.config["DEMONSTRATION"] = said
    assert ("演示站：" in visit(small, "/").text) is shown


def test_a_demonstration_is_marked_as_the_database_says(small: Flask, visit: Visit) -> None:
    small.config["DEMONSTRATION"] = ""
    assert "演示站：" not in visit(small, "/how").text
    with small.app_context(), transaction() as tx:
        tx.add(SiteFact(name="demonstration", value="1"))
        tx.flush()
    assert "演示站：" in visit(small, "/projects").text
