"""Every page that a visitor can reach fits its window, on a telephone and on a desk, light and dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

PAGES = ("/", "/projects/", "/adopt/find", "/sign-in")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_public_pages(open_page: Callable[..., Page], picture: Callable[[Page, str], None], width: int, prefix: str
                      ) -> None:
    page = open_page(width=width)
    for path in PAGES:
        answer = page.goto(prefix + path)
        assert answer is not None
        assert answer.ok, path
        assert page.locator("h1").count() == 1, path
        assert page.title(), path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} is too wide"
        picture(page, f"{width}{prefix.replace('/', '-')}{path.replace('/', '-')}")
