"""The desk with the keyboard alone: lines are cleared, undone and held without a mouse."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site


def waiting(page: Page) -> int:
    """What the heading says is waiting."""
    return int(re.findall(r"(\d+)行等您看", page.locator("main").inner_text())[0])


@pytest.mark.parametrize("width", [1280, 390])
def test_a_queue_is_cleared_with_the_keyboard(site: Site, open_page: Callable[..., Page],
                                              picture: Callable[[Page, str], None], width: int) -> None:
    page = open_page(width=width)
    site.sign_in(page, "staff")
    page.goto(f"{site.url}/desk/reconcile")
    before = waiting(page)
    picture(page, f"desk-{width}-1")
    # The wallet's payout stands first; its one candidate has the focus, and Enter confirms it: two lines are done.
    expect(page.locator("input[name=offer]").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_contain_text("已办完")
    assert waiting(page) == before - 2
    picture(page, f"desk-{width}-2")
    page.keyboard.press("u")
    expect(page.locator("main")).to_contain_text("撤销，这一行重新等待")
    assert waiting(page) == before

    # J goes down the queue, K up again.
    first = page.locator(".queue [aria-current]").inner_text()
    page.keyboard.press("j")
    expect(page.locator(".queue [aria-current]")).not_to_have_text(first)
    page.keyboard.press("k")
    expect(page.locator(".queue [aria-current]")).to_have_text(first, use_inner_text=True)

    # H opens the place where a line is held, with a reason.
    page.keyboard.press("h")
    page.keyboard.press("Tab")
    page.keyboard.type("等对方回话")
    page.keyboard.press("Enter")
    expect(page.locator(".log")).to_contain_text("等对方回话")
    assert waiting(page) == before - 1
    picture(page, f"desk-{width}-3")
    page.locator("button[value=resume]").click()
    expect(page.locator(".log")).to_contain_text("重新拿出来办")
    assert waiting(page) == before
    assert Axe().run(page).response["violations"] == []


def test_a_line_is_split_without_scripts(site: Site, open_page: Callable[..., Page],
                                         picture: Callable[[Page, str], None]) -> None:
    page = open_page(width=390, scripts=False)
    site.sign_in(page, "staff")
    page.goto(f"{site.url}/desk/reconcile")
    page.locator(".queue a", has_text="66.66").click()
    page.get_by_role("link", name="拆分").click()
    for n, (amount, home) in enumerate((("60", "general"), ("6.66", "suspense")), 1):
        page.locator(f"input[name=amount_{n}]").fill(amount)
        page.locator(f"select[name=home_{n}]").select_option(home)
    picture(page, "desk-split")
    page.locator("main form .btn-primary").click()
    expect(page.locator("main")).to_contain_text("已按您的拆分记下")
    expect(page.locator("main")).to_contain_text("非限定性资金")
    page.locator("input#undo-note").fill("试一试")
    page.locator("form#undo button").click()
    expect(page.locator("main")).to_contain_text("撤销，这一行重新等待")
