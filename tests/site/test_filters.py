"""Figures, dates and units have one form each."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from flask import Flask
from flask_babel import force_locale
from markupsafe import Markup

from charityledger.site import filters

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(("template", "chinese", "english"), [
    ("{{ 7200000 | yuan }}", "¥72,000", "¥72,000"),
    ("{{ 7200050 | yuan }}", "¥72,000.50", "¥72,000.50"),
    ("{{ 360000 | yuan_exact }}", "¥3,600.00", "¥3,600.00"),
    ("{{ 504000 | yuan_signed }}", "＋¥5,040.00", "+¥5,040.00"),
    ("{{ -504000 | yuan_signed }}", "−¥5,040.00", "−¥5,040.00"),
    ("{{ capital(360000) }}", "人民币叁仟陆佰元整", "Three thousand, six hundred yuan only"),
    ("{{ day | day }}", "2026-04-16", "16 April 2026"),
    ("{{ late | day }}", "2026-04-17", "17 April 2026"),       # 00:30 in Zhengzhou, still the 16th in UTC
    ("{{ late | minute }}", "2026-04-17 00:30", "17 April 2026, 00:30"),
    ("{{ late | day_to_do }}", "4月17日（周五）00:30", "Friday 17 April, 00:30"),
    ("{{ day | day_to_do }}", "4月16日（周四）", "Thursday 16 April"),
    ("{{ day | month }}", "2026年4月", "April 2026"),
    ("{{ none | day }}", "", ""),
    ("{{ day | dated }}", '<time class="num" datetime="2026-04-16">2026-04-16</time>',
     '<time class="num" datetime="2026-04-16">16 April 2026</time>'),
    ("{{ 62792 | number }}", "62,792", "62,792"),
    ("{{ '9482719322' | reference }}", "9482 7193 22", "9482 7193 22"),
    ("{{ bench | unit(1) }}", "1组", "1 set"),
    ("{{ bench | unit(1200) }}", "1,200组", "1,200 sets"),
    ("{{ bench | amount(6) }}", "6组", "6 sets"),
    ("{{ money | amount(600) }}", "¥6", "¥6"),
    ("{{ ['甲', '乙'] | listed }}", "甲、乙", "甲, 乙"),
    ("{{ [bold, '<b>'] | listed }}", "<em>甲</em>、&lt;b&gt;", "<em>甲</em>, &lt;b&gt;"),
    ("{{ percent_down(999, 1000) }}", "99", "99"),
])
def test_filters(sqlite_app: Flask, template: str, chinese: str, english: str) -> None:
    given = {"day": date(2026, 4, 16), "late": datetime(2026, 4, 16, 16, 30, tzinfo=UTC), "none": None,
             "bold": Markup("<em>甲</em>"),
             "bench": SimpleNamespace(kind="goods", unit_zh="组", unit_en="set"), "money": SimpleNamespace(kind="cash")}
    drawn = sqlite_app.jinja_env.from_string(template)
    with sqlite_app.app_context():
        assert drawn.render(given) == chinese
        with force_locale("en"):
            assert drawn.render(given) == english


@pytest.mark.parametrize(("one", "many"), [
    ("site", "sites"), ("m²", "m²"), ("battery", "batteries"), ("class", "classes"), ("bench", "benches"),
    ("person-month", "person-months"), ("day", "days"), ("metre", "metres"), ("kg", "kg"), ("", ""),
])
def test_plurals_of_units(one: str, many: str) -> None:
    assert filters.plural(one) == many
