"""A running demonstration and a real browser. `.ci/run` installs Chromium; nothing here leaves this machine.

`open_page(width=…, dark=…, language=…)` gives a page whose console errors, refused scripts and failed requests
fail the test.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.installation import ROOT, Installation

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")
PICTURES = Path(__file__).with_name("pictures")


@dataclass
class Site:
    """The demonstration as `make run` starts it: its address and what it printed about signing in."""

    url: str
    installation: Installation
    password: str
    emails: dict[str, str]

    def sign_in(self, page: Page, role: str) -> None:
        """Through the form, as a person would. `role`: donor, staff, finance, auditor or admin."""
        page.goto(f"{self.url}/sign-in")
        page.locator("input[name=login]").fill(self.emails[role])
        page.locator("input[name=password]").fill(self.password)
        page.locator("main form button").first.click()
        page.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    installation = Installation(folder / "instance")
    with (folder / "errors").open("w+") as errors, subprocess.Popen(
            installation.command("serve", "--demonstration"), cwd=ROOT, stdin=subprocess.DEVNULL,
            env=installation.environment(RATE_LIMITS="0"), stdout=subprocess.PIPE, stderr=errors, text=True) as server:
        try:
            said = ""
            for line in server.stdout or ():
                said += line
                if found := re.match(r"Serving on (\S+)", line):
                    yield _told(found[1], installation, said)
                    break
            else:
                errors.seek(0)
                pytest.fail(f"the site did not start:\n{said}\n{errors.read()}")
        finally:
            server.terminate()


def _told(url: str, installation: Installation, said: str) -> Site:
    """The sign-ins out of what the first start prints."""
    password = re.search(r"one password for all\): (\S+)", said)
    assert password, said
    return Site(url, installation, password[1], dict(re.findall(r"^  (\w+) +(\S+@\S+)$", said, re.MULTILINE)))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    troubles: list[str] = []
    with ExitStack() as opened:
        def open_one(*, width: int = 1280, dark: bool = False, scripts: bool = True) -> Page:
            context = browser.new_context(
                base_url=site.url, viewport={"width": width, "height": 900}, locale="zh-CN",
                color_scheme="dark" if dark else "light", java_script_enabled=scripts)
            opened.callback(context.close)
            page = context.new_page()
            page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("requestfailed", lambda request: troubles.append(f"{request.url}: {request.failure}")
                    # A download ends its navigation, which Chromium reports as aborted.
                    if request.failure != "net::ERR_ABORTED" else None)
            return page

        yield open_one
    assert troubles == []


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """With `--pictures`, keep a picture of the whole page to look at; pictures/ is not under version control."""
    wanted = request.config.getoption("--pictures")

    def take(page: Page, name: str) -> None:
        if wanted:
            page.screenshot(path=PICTURES / f"{name}.png", full_page=True)

    return take
