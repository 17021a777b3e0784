"""One site in two languages: addresses, links, texts, and the catalogue of translations."""

import re
from collections.abc import Callable
from importlib.resources import files

import pytest
from babel.messages.pofile import read_po
from flask import Flask, url_for
from flask_babel import force_locale, gettext

from charityledger.site import language
from charityledger.site.language import LanguagePrefix
from tests.site.reading import Reader

pytestmark = pytest.mark.one_database
Visit = Callable[..., Reader]
PAGES = ("/", "/projects", "/projects?q=bsxy", "/projects/YJ01-2", "/projects/KN04-2", "/where", "/how")


@pytest.mark.parametrize("path", PAGES)
def test_each_page_in_both_languages_links_to_itself_in_the_other(whole: Flask, visit: Visit, path: str) -> None:
    chinese, english = visit(whole, path), visit(whole, f"/en{path}")
    assert chinese.all("html")[0]["lang"] == "zh-CN"
    assert english.all("html")[0]["lang"] == "en"
    assert chinese.all("a", hreflang="en")[0]["href"] == f"/en{path}"
    assert english.all("a", hreflang="zh-CN")[0]["href"] == path
    assert chinese.all("link", rel="alternate")[0]["href"] == f"/en{path}"


@pytest.mark.parametrize("path", PAGES)
def test_an_english_page_stays_english(whole: Flask, visit: Visit, path: str) -> None:
    page = visit(whole, f"/en{path}")
    for link in page.all("a"):
        href = str(link["href"])
        assert href.startswith(("/en/", "#", "?")) or link.get("hreflang") == "zh-CN", href
    for form in page.all("form"):
        assert str(form["action"]).startswith("/en/")
    # Static files are the same in both languages, so a browser keeps one of each.
    assert all(str(link["href"]).startswith("/static/") for link in page.all("link", rel="stylesheet"))


@pytest.mark.parametrize(("path", "script", "rest"), [
    ("/en", "/en", "/"), ("/en/", "/en", "/"), ("/en/projects", "/en", "/projects"), ("/english", "", "/english"),
    ("/projects/en", "", "/projects/en"), ("/en/en/x", "/en", "/en/x"), ("", "", ""),
])
def test_the_prefix_moves_to_script_name(path: str, script: str, rest: str) -> None:
    seen: dict[str, str] = {}
    LanguagePrefix(lambda environ, _start: seen.update(environ) or [])({"PATH_INFO": path}, None)  # type: ignore[arg-type]
    assert seen.get("SCRIPT_NAME", "") == script
    assert seen["PATH_INFO"] == rest


def test_below_a_prefix_of_its_own(whole: Flask) -> None:
    response = whole.test_client().get("/en/projects", environ_overrides={"SCRIPT_NAME": "/charity"})
    assert 'href="/charity/en/projects?c=BM"' not in response.text
    assert 'hreflang="zh-CN" href="/charity/projects"' in response.text
    assert 'href="/charity/static/look.css' in response.text


def test_url_for_writes_the_readers_language(whole: Flask) -> None:
    with whole.test_request_context("/projects", environ_overrides={"SCRIPT_NAME": "/en",
                                                                    "charityledger.language": "en"}):
        assert url_for("site.where") == "/en/where"
        assert language.language() == "en"
        assert language.in_other_language() == "/projects"


def test_a_form_that_is_only_sent_leads_to_the_other_languages_home(whole: Flask) -> None:
    with whole.test_request_context("/sign-out", method="POST"):
        assert language.in_other_language() == "/en/"


def test_mail_and_commands_choose_their_language(whole: Flask) -> None:
    with whole.app_context():
        assert language.language() == "zh"
        with force_locale("en"):
            assert language.language() == "en"
        assert gettext("一句没有翻译的话") == "一句没有翻译的话"


def test_titles_in_the_readers_language_or_in_chinese(whole: Flask) -> None:
    class Row:
        title_zh, title_en = "小厨房", "Kitchen"
        summary_zh, summary_en = "一句<话>", ""

    with whole.app_context():
        title, marked = whole.jinja_env.globals["title"], whole.jinja_env.globals["marked"]
        assert title(Row) == "小厨房"  # type: ignore[operator]
        with force_locale("en"):
            assert title(Row) == "Kitchen"  # type: ignore[operator]
            assert str(marked(Row, "summary")) == '<span lang="zh-CN">一句&lt;话&gt;</span>'  # type: ignore[operator]


def test_the_english_catalogue_is_well_formed_where_there_is_one() -> None:
    po = files("charityledger") / "translations" / "en" / "LC_MESSAGES" / "messages.po"
    if not po.is_file():
        return
    with po.open("rb") as source:
        catalogue = read_po(source, locale="en")
    for message in catalogue:
        if not message.id or not message.string:
            continue
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = {name for text in originals for name in re.findall(r"%\((\w+)\)", text)}
        for text in strings:
            assert set(re.findall(r"%\((\w+)\)", text)) <= wanted, text
