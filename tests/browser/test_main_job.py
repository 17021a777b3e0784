"""The main job as people do it: look → adopt → pledge → receive → ask for a payment → approve → read the statements."""

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from charityledger.clock import LOCAL
from charityledger.money import format_fen
from tests.browser.conftest import Site
from tests.poppler import Pdf

PHONE = "13900001234"
PAID_FEN = 1_000
FIGURES = ("pledged_fen", "received_fen", "disbursed_fen")


def project(site: Site, code: str) -> dict[str, int]:
    return next(p for p in site.installation.json("projects", "list")["projects"] if p["code"] == code)


def submit(page: Page) -> None:
    page.locator("main form .btn-primary:visible").first.click()


def choose_first(page: Page, name: str) -> None:
    """The first real choice of a list."""
    values = page.locator(f"select[name={name}] option").evaluate_all("options => options.map(o => o.value)")
    page.locator(f"select[name={name}]").select_option(next(value for value in values if value))


def picture_of_an_invoice() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(kept, "PNG")
    return kept.getvalue()


@pytest.mark.parametrize(("prefix", "width", "amount_fen"), [
    ("", 390, 12_345), ("", 1280, 23_456), ("/en", 390, 34_567), ("/en", 1280, 45_678)])
def test_main_job(site: Site, open_page: Callable[..., Page], picture: Callable[[Page, str], None], tmp_path: Path,
                  prefix: str, width: int, amount_fen: int) -> None:
    today = datetime.now(LOCAL).date().isoformat()
    name = f"main-job/{width}{prefix.replace('/', '-')}"
    code = max(site.installation.json("projects", "list")["projects"],
               key=lambda p: p["need_cash_fen"] - p["pledged_fen"])["code"]
    before = project(site, code)

    # A visitor looks and adopts; no account, no script needed.
    visitor = open_page(width=width)
    visitor.goto(f"{prefix}/")
    visitor.locator(f'a[href$="{prefix}/projects"]:visible').first.click()
    visitor.locator(f'a[href$="/projects/{code}"]:visible').first.click()
    visitor.locator(f'a[href*="/adopt/{code}"]:visible').first.click()
    visitor.locator("input[name=what][value=any]").check()
    visitor.locator("input[name=amount]").fill(format_fen(amount_fen))
    visitor.locator("input[name=pay][value=once]").check()
    visitor.locator("input[name=kind][value=individual]").check()
    visitor.locator("input[name=name]").fill("浏览器")
    visitor.locator("input[name=phone]").fill(PHONE)
    visitor.locator("input[name=shown][value=none]").check()
    picture(visitor, f"{name}-1-adopt")
    submit(visitor)
    picture(visitor, f"{name}-2-check")
    expect(visitor.locator("main")).to_contain_text(format_fen(amount_fen))
    submit(visitor)
    picture(visitor, f"{name}-3-pay")
    reference = visitor.locator("#ref").get_attribute("value")
    assert reference
    assert len(reference) == 10
    assert project(site, code)["pledged_fen"] == before["pledged_fen"] + amount_fen
    assert project(site, code)["received_fen"] == before["received_fen"]

    # Staff record the money that came with the reference, and ask for a payment.
    staff = open_page(width=width)
    site.sign_in(staff, "staff")
    staff.goto(f"{prefix}/desk/receipts/new")
    choose_first(staff, "account")
    staff.locator("input[name=booked_on]").fill(today)
    staff.locator("input[name=amount]").fill(format_fen(amount_fen))
    staff.locator("input[name=memo]").fill(reference)
    staff.locator("input[name=home][value=pledge]").check()
    staff.locator("input[name=reference]").fill(reference)
    submit(staff)
    picture(staff, f"{name}-4-receipt")
    submit(staff)
    expect(staff.locator("main")).to_contain_text(format_fen(amount_fen))
    assert project(site, code)["received_fen"] == before["received_fen"] + amount_fen

    staff.goto(f"{prefix}/desk/payments/new?project={code}")
    staff.locator("input[name^=item_]").first.fill(format_fen(PAID_FEN))
    choose_first(staff, "account")
    staff.locator("input[name=payee]").fill("印刷厂")
    staff.locator("input[name=purpose]").fill("印制说明牌")
    bought = f"说明牌一块 {reference}"
    staff.locator("input[name=bought_zh]").fill(bought)
    staff.locator("input[name=files]").set_input_files(
        {"name": "invoice.png", "mimeType": "image/png", "buffer": picture_of_an_invoice()})
    picture(staff, f"{name}-5-request")
    submit(staff)
    expect(staff).not_to_have_url(f"{site.url}{prefix}/desk/payments/new?project={code}")
    staff.goto(f"{prefix}/desk/payments")
    staff.locator('main a[href*="/desk/payments/"]:not([href$="/new"])').first.click()
    expect(staff.locator("main")).to_contain_text(bought)
    payment = staff.url
    expect(staff.locator('form[action$="/approve"]')).to_have_count(0)
    assert project(site, code)["disbursed_fen"] == before["disbursed_fen"]

    # Somebody else approves.
    finance = open_page(width=width)
    site.sign_in(finance, "finance")
    finance.goto(payment)
    finance.locator('form[action$="/approve"] input[name=on]').fill(today)
    finance.locator('form[action$="/approve"] .btn-primary').click()
    expect(finance.locator('form[action$="/deliver"]')).to_have_count(1)
    picture(finance, f"{name}-6-approved")
    after = project(site, code)
    assert [after[f] - before[f] for f in FIGURES] == [amount_fen, amount_fen, PAID_FEN]

    # The donor finds the gift again, and everybody sees what it bought.
    visitor.goto(f"{prefix}/pledges/find")
    visitor.locator("input[name=reference]").fill(reference)
    visitor.locator("input[name=tail]").fill(PHONE[-4:])
    submit(visitor)
    expect(visitor.locator("main")).to_contain_text(format_fen(amount_fen))
    picture(visitor, f"{name}-7-found")
    visitor.goto(f"{prefix}/projects/{code}")
    expect(visitor.locator("main")).to_contain_text(reference)
    picture(visitor, f"{name}-8-project")

    # The auditor downloads the statements, and they agree with what `audit` recomputes.
    auditor = open_page(width=width)
    site.sign_in(auditor, "auditor")
    auditor.goto(f"{prefix}/documents")
    audit = site.installation.json("audit")
    assert audit["ok"], audit["problems"]
    with auditor.expect_download() as download:
        auditor.locator('form[action$="/documents/needs.pdf"] .btn-primary').click()
    download.value.save_as(tmp_path / "needs.pdf")
    needs = Pdf(tmp_path / "needs.pdf").text()
    for total in audit["totals"].values():
        assert format_fen(total) in needs
    assert format_fen(after["received_fen"]) in needs
    with auditor.expect_download() as download:
        auditor.locator(f'a[href*="/documents/fund/{code}.pdf"]').first.click()
    download.value.save_as(tmp_path / "fund.pdf")
    fund = Pdf(tmp_path / "fund.pdf").text()
    assert format_fen(amount_fen) in fund
    assert format_fen(PAID_FEN) in fund
