"""The pages of closing a month, walked as the people of the office walk them, and the documents of a closed month."""

import io
import re
from datetime import date

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.donations.models import Allocation, MoneyAccount, Request, StatementLine
from charityledger.extensions import db
from charityledger.ledger.models import Period
from tests.donations import world
from tests.people import client_of, make_user
from tests.reconciliation import rows

Clients = dict[str, FlaskClient]
END = date(2026, 4, 30)


@pytest.fixture
def office(app: Flask, clock: FixedClock) -> Clients:
    """A client for each role. April's bank file has a gift that is matched, a charge that is held, and reaches the
    month's end; a payment of April is not there yet. The present day is 6 May."""
    clients = {role: client_of(app, make_user(app, role, name=name)) for role, name in (
        ("staff", "经办"), ("finance", "财务"), ("admin", "管理员"), ("auditor", "审计"), ("donor", "捐赠人"))}
    with app.app_context():
        world.fill(clock)
        line = world.give(clock, 20_000)
        with transaction() as tx:
            file_id = rows.statement(tx, opening_fen=0, closing_fen=19_985)
            row = tx.get_one(StatementLine, line.id)
            row.statement_id, row.native_id, row.counterparty = file_id, "4200001", "=HYPERLINK(1)"
            tx.get_one(MoneyAccount, "BANK").number = "6222 0000 4821"
            charge = rows.line(tx, file_id, END, -15, native_id="B 6640", counterparty="演示银行", kind="charge")
            rows.hold(tx, charge, "等银行回单")
        clock.forward(days=21)
        world.give(clock, 700, on=END)
    return clients


def ask(client: FlaskClient, *vouched: str, period: str = "202604", **more: str) -> TestResponse:
    return client.post(f"/desk/closing/{period}", data={"vouched": list(vouched), **more})


def closed(office: Clients) -> None:
    answer = ask(office["staff"], "WECHAT", "ALIPAY", "CASH")
    assert answer.status_code == 303
    assert office["finance"].post(answer.location + "/approve").status_code == 303


def test_the_months(office: Clients) -> None:
    page = office["staff"].get("/desk/closing").text
    assert re.findall(r'/desk/closing/(\d{6})', page) == ["202605", "202604", "202604"]
    assert "还没过完" in page
    assert "看看能不能结" in page
    assert 'href="/desk/closing" aria-current="page"' in page


def test_a_month_shows_what_stands_between(office: Clients) -> None:
    page = office["auditor"].get("/desk/closing/202604").text
    for words in ("¥207.00", "¥199.85", "−¥0.15", "等银行回单", "B 6640", "未达账项（2项）", "¥206.85"):
        assert words in page, words
    assert "提出结账" not in page                      # an auditor reads


def test_asking_and_approving(office: Clients, app: Flask) -> None:
    page = ask(office["staff"])
    assert page.status_code == 422
    assert "还没有勾选：微信收款、支付宝收款、钱箱现金。" in page.text
    answer = ask(office["staff"], "WECHAT", "ALIPAY", "CASH", note="四月结账")
    shown = office["finance"].get(answer.location).text
    for words in ("2026年4月", "可以结账", "¥207.00", "¥199.85", "支付宝收款、钱箱现金、微信收款", "四月结账",
                  "批准结账"):
        assert words in shown, words
    assert "等另一位同事审批" in office["staff"].get("/desk/closing/202604").text
    assert office["staff"].post(answer.location + "/approve").status_code == 403
    assert office["finance"].post(answer.location + "/approve").status_code == 303
    page = office["staff"].get("/desk/closing/202604").text
    assert "经办提出，财务批准，2026-05-06结账。" in page
    assert "提出结账2026年4月" not in page
    assert "¥207.00" in office["admin"].get(answer.location).text
    with app.app_context():
        assert db.session.get_one(Period, "202604").closed_at is not None


def test_what_stands_in_the_way_is_said(office: Clients, app: Flask) -> None:
    with app.app_context(), transaction() as tx:
        rows.line(tx, 1, END, 5)
    page = office["staff"].get("/desk/closing/202604").text
    assert "“基本户”还有1笔流水没有去处" in page
    assert "对账单余额与期初加全部流水相差" in page
    assert "提出结账2026年4月" not in page
    assert ask(office["staff"], "WECHAT", "ALIPAY", "CASH").status_code == 422
    with app.app_context():
        assert db.session.scalars(select(Request)).all() == []


def test_december_offers_the_year_end(office: Clients, clock: FixedClock) -> None:
    closed(office)
    clock.forward(days=245)
    for n in range(5, 12):
        code = f"2026{n:02d}"
        assert "年末结转" not in office["staff"].get(f"/desk/closing/{code}").text
        answer = ask(office["staff"], "BANK", "WECHAT", "ALIPAY", "CASH", period=code)
        office["finance"].post(answer.location + "/approve")
    assert "同时做年末结转" in office["staff"].get("/desk/closing/202612").text
    answer = ask(office["staff"], "BANK", "WECHAT", "ALIPAY", "CASH", period="202612", year_end="y")
    assert "全年收入和费用转入净资产" in office["finance"].get(answer.location).text


ROUTES = {
    ("GET", "/desk/closing"): {"staff", "finance", "admin", "auditor"},
    ("GET", "/desk/closing/202604"): {"staff", "finance", "admin", "auditor"},
    ("POST", "/desk/closing/202604"): {"staff", "finance", "admin"},
    ("GET", "/documents/reconciliation.pdf?account=BANK&period=202604"): {"staff", "finance", "admin", "auditor"},
    ("GET", "/documents/unmatched.pdf?account=BANK&period=2026-04"): {"staff", "finance", "admin", "auditor"},
    ("GET", "/documents/matched.xlsx?account=BANK&period=202604"): {"staff", "finance", "admin", "auditor"},
}


@pytest.mark.one_database
def test_who_may_open_what(office: Clients, app: Flask) -> None:
    for (method, address), allowed in ROUTES.items():
        for role, client in office.items():
            status = client.open(address, method=method).status_code
            assert (status in (200, 303, 422)) is (role in allowed), f"{role} {method} {address}: {status}"
        assert app.test_client().open(address, method=method).status_code in (302, 401)


@pytest.mark.one_database
@pytest.mark.parametrize("address", [
    "/desk/closing/2026-13", "/desk/closing/1", "/documents/reconciliation.pdf?account=BANK&period=x",
    "/documents/reconciliation.pdf?account=NONE&period=202604", "/documents/other.pdf?account=BANK&period=202604"])
def test_addresses_that_people_edit(office: Clients, address: str) -> None:
    assert office["staff"].get(address).status_code in (404, 422)


def text_of(answer: TestResponse) -> str:
    assert answer.mimetype == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)


def test_the_documents_of_an_open_month_are_previews(office: Clients) -> None:
    told = text_of(office["staff"].get("/documents/reconciliation.pdf?account=BANK&period=202604"))
    assert "预览，未编号" in told
    assert "经办" not in told
    nothing = office["staff"].get("/documents/reconciliation.pdf?account=WECHAT&period=202604")
    assert nothing.status_code == 409
    assert "没有导入过对账单" in nothing.text


def test_the_documents_of_a_closed_month(office: Clients) -> None:
    closed(office)
    answer = office["auditor"].get("/documents/reconciliation.pdf?account=BANK&period=202604")
    told = text_of(answer)
    for words in ("EQ-BR-202605-0001", "尾号 4821", "207.00", "199.85", "206.85", "经办", "财务", "2026-05-06",
                  "银行已付、本会未付", "B 6640", "未核销", "1 个子项目基金（限定性）"):
        assert words in told, words
    assert office["staff"].get("/documents/reconciliation.pdf?account=BANK&period=202604").data == answer.data
    assert "EQ-BR-202605-0001" in office["staff"].get("/documents").text
    english = text_of(office["staff"].get("/en/documents/reconciliation.pdf?account=BANK&period=202604"))
    assert "Bank reconciliation statement" in english
    assert "EQ-BR-202605-0001" in english
    unmatched = text_of(office["staff"].get("/documents/unmatched.pdf?account=BANK&period=202604"))
    assert "EQ-UL-202605-0001" in unmatched
    assert "暂挂：等银行回单" in unmatched
    matched = text_of(office["staff"].get("/documents/matched.pdf?account=BANK&period=202604"))
    for words in ("EQ-ML-202605-0001", "4200001", "HD1-1 社区小厨房", "202604-0001"):
        assert words in matched, words


def test_the_lists_as_workbooks(office: Clients) -> None:
    """Typed cells, a frozen head, the total as a formula, and text that stays text."""
    answer = office["staff"].get("/documents/matched.xlsx?account=BANK&period=202604")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    assert sheet.freeze_panes == "A2"
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]][:3] == ["booked_on", "bank_reference", "counterparty"]
    first = rows[1]
    assert (first[0].value.date(), first[1].value, first[2].value, first[2].data_type, first[7].value) == \
        (date(2026, 4, 15), "4200001", "=HYPERLINK(1)", "s", 200)
    assert rows[-1][7].value == "=SUM(H2:H3)"
    other = openpyxl.load_workbook(io.BytesIO(
        office["staff"].get("/documents/unmatched.xlsx?account=BANK&period=202604").data)).active
    assert other is not None
    row = next(other.iter_rows(min_row=2, values_only=True))
    assert (row[1], row[4], row[5], row[7]) == ("B 6640", "held", "暂挂：等银行回单", -0.15)


def test_the_command(office: Clients, runner: FlaskCliRunner, app: Flask, tmp_path: object) -> None:
    from charityledger.cli import main

    def run(*args: str) -> str:
        done = runner.invoke(main, ["report", "reconciliation", "--account", "BANK", *args], obj=app)
        return f"{done.exit_code} {done.output}"

    out = f"{tmp_path}/r.pdf"
    assert "0 " in run("--period", "202604", "--out", out)
    assert PdfReader(out).pages
    assert run("--period", "202604", "--list", "matched", "--format", "xlsx", "--out", f"{tmp_path}/m.xlsx")[0] == "0"
    assert run("--period", "202604", "--format", "xlsx", "--out", out)[0] == "2"
    assert "not_a_month" in run("--period", "April", "--out", out)
    assert "preview, not numbered" in run("--period", "202604", "--list", "unmatched", "--out", out)


def test_the_list_ties_with_the_books(office: Clients, app: Flask) -> None:
    """What is listed as matched is what the lines are used for."""
    answer = office["staff"].get("/documents/matched.xlsx?account=BANK&period=202604")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    listed = sum(row[7] for row in sheet.iter_rows(min_row=2, max_row=sheet.max_row - 1, values_only=True))
    with app.app_context():
        assert round(listed * 100) == sum(db.session.scalars(select(Allocation.amount_fen)))
