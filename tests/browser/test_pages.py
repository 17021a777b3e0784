"""One page of every kind that a role can reach by links: it answers, fits its window and has no axe-core violation."""

import hashlib
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

import charityledger
from tests.browser.conftest import Site
from tests.conftest import settings

VISITOR = "visitor"


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> MapAdapter:
    """The application's routes, to tell kinds of pages apart."""
    folder = tmp_path_factory.mktemp("routes")
    return charityledger.create_app(settings(folder, f"sqlite:///{folder}/none")).url_map.bind("localhost")


def endpoint(routes: MapAdapter, path: str) -> str:
    try:
        return str(routes.match(path.removeprefix("/en") or "/")[0])
    except HTTPException:
        return path


def is_english(address: str) -> bool:
    return f"{urlsplit(address).path}/".startswith("/en/")


def visit(page: Page, routes: MapAdapter, start: str) -> Iterator[str]:
    """Goes to one page per endpoint, following the links of each, and yields its address once it stands there."""
    waiting, seen = [start], set()
    while waiting:
        address = waiting.pop(0)
        kind = endpoint(routes, urlsplit(address).path)
        # The other language is a walk of its own.
        if kind in seen or kind == "static" or is_english(address) != is_english(start):
            continue
        seen.add(kind)
        answer = page.request.get(address)
        assert answer.ok, f"{address}: {answer.status}"
        if "text/html" not in answer.headers["content-type"]:
            continue
        page.goto(address)
        yield address
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        waiting += [link for link in links if urlsplit(link).netloc == urlsplit(start).netloc]


# Every role sees every kind of page that it can reach; widths, colours and languages take turns.
@pytest.mark.parametrize(("role", "start", "width", "dark"), [
    (VISITOR, "/", 390, False), (VISITOR, "/", 1280, False), (VISITOR, "/en/", 390, True),
    (VISITOR, "/en/", 1280, True),
    ("donor", "/", 390, False), ("donor", "/en/", 1280, True),
    ("staff", "/", 1280, False), ("staff", "/", 390, True), ("staff", "/en/", 1280, False),
    ("finance", "/", 1280, True), ("auditor", "/", 1280, False), ("auditor", "/en/", 390, False),
    ("admin", "/", 1280, False)])
def test_pages(site: Site, open_page: Callable[..., Page], picture: Callable[[Page, str], None], routes: MapAdapter,
               role: str, start: str, width: int, dark: bool) -> None:
    page = open_page(width=width, dark=dark)
    if role != VISITOR:
        site.sign_in(page, role)
    faults, pages = [], 0
    for address in visit(page, routes, site.url + start):
        pages += 1
        if page.locator("h1").count() != 1:
            faults.append(f"{address}: {page.locator('h1').count()} main headings")
        if not page.title():
            faults.append(f"{address}: no title")
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(f"{address}: wider than {width}")
        for violation in Axe().run(page).response["violations"]:
            targets = ", ".join(str(node["target"]) for node in violation["nodes"][:3])
            faults.append(f"{address}: {violation['id']} ({violation['help']}) at {targets}")
        name = endpoint(routes, urlsplit(address).path)
        picture(page, f"{role}/{name}-{width}{'-dark' if dark else ''}{'-en' if is_english(start) else ''}")
    assert faults == []
    assert pages > 5


@pytest.mark.parametrize(("start", "width", "amount"), [("/", 390, "1"), ("/en/", 1280, "1"), ("/", 1280, "")])
def test_the_look_at_a_file_of_state_receipts(site: Site, open_page: Callable[..., Page],
                                              picture: Callable[[Page, str], None], start: str, width: int,
                                              amount: str) -> None:
    """No link leads there: with a line that is wrong, and with none."""
    page = open_page(width=width)
    site.sign_in(page, "staff")
    page.goto(f"{site.url}{start}desk/state-receipts")
    gift = (page.locator("tbody th a").first.get_attribute("href") or "").rsplit("/", 1)[1]
    issued = f"41030125,0000000001,2026-04-15,{amount}" if amount else ",,,"
    table = f"捐赠编号,票据代码,票据号码,开票日期,金额\n{gift},{issued}"
    page.goto(f"{site.url}{start}desk/state-receipts/import")
    page.locator("input[type=file]").set_input_files(
        [{"name": "receipts.csv", "mimeType": "text/csv", "buffer": table.encode()}])
    page.locator("main form .btn-primary").click()
    assert page.locator("h1").count() == 1
    assert page.locator("#errors").count() == (1 if amount else 0)
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert Axe().run(page).response["violations"] == []
    picture(page, f"staff/state_receipts.preview-{width}-{bool(amount)}")


TABLE = ("演示村镇银行,,,,\n记账何时,钱数,方向词,谁付的,说了什么\n13/04/2026 09:30,3600.00,进,张三,捐9482719322\n"
         "14/04/2026 10:00,20.00,出,演示银行,费\n")


@pytest.mark.parametrize(("start", "width", "scripts"), [("/", 390, True), ("/en/", 1280, True), ("/", 1280, False)])
def test_explaining_a_table(site: Site, open_page: Callable[..., Page], picture: Callable[[Page, str], None],
                            start: str, width: int, scripts: bool) -> None:
    """From an unknown file to the look at its import, with scripts and without; then out of use again."""
    page = open_page(width=width, scripts=scripts)
    site.sign_in(page, "staff")
    page.goto(f"{site.url}{start}desk/statements")
    # Not through the form: its answer is 422, which a browser reports as an error.
    csrf = page.locator("form[enctype] input[name=csrf_token]").get_attribute("value") or ""
    page.request.post(f"{site.url}{start}desk/statements/preview", headers={"Referer": page.url}, multipart={
        "csrf_token": csrf, "account": "BANK",
        "file": {"name": "village.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}})
    sha256 = hashlib.sha256(TABLE.encode()).hexdigest()
    page.goto(f"{site.url}{start}desk/statements/mappings/new?sha256={sha256}&account=BANK&name=village.csv")
    assert page.locator("input[name=head]:checked").get_attribute("value") == "2"
    looks(page, picture, f"staff/mappings.new-{width}", scripts=scripts)
    for at, field in enumerate(("date", "amount", "direction", "name", "memo")):
        page.select_option(f"select[name=column_{at}]", field)
    page.check("input[name=dates][value=dmy]")
    page.fill("input[name=in_words]", "进")
    page.fill("input[name=out_words]", "出")
    page.locator("button[value=look]").click()
    assert page.locator("#errors tbody tr").count() == 2
    looks(page, picture, f"staff/mappings.create-{width}", scripts=scripts)
    page.locator("button[value=save]").click()
    assert "/preview?" in page.url
    looks(page, picture, f"staff/statements.look-{width}", scripts=scripts)
    page.goto(f"{site.url}{start}desk/statements/mappings")
    looks(page, picture, f"staff/mappings.home-{width}", scripts=scripts)
    page.locator("main tbody form button").click()
    assert page.locator("main tbody form button").count() == 0


def looks(page: Page, picture: Callable[[Page, str], None], name: str, *, scripts: bool) -> None:
    assert page.locator("h1").count() == 1
    if scripts:
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert Axe().run(page).response["violations"] == []
    picture(page, name)
