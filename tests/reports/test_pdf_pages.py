"""Long tables: every page carries the right sums, nothing leaves the page, nothing is printed over anything else."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

import pytest
from pypdf import PdfReader

from charityledger.money import format_fen
from charityledger.reports.documents import Designation, Document, FundStatement, GoodsLine, PledgeItem
from charityledger.reports.pdf import FontFolder, render
from charityledger.reports.pdf.sheet import Sheet
from charityledger.reports.pdf.text import measure
from tests.reports.samples import (
    HUNDRED,
    RARE,
    SAMPLES,
    certificate,
    donor_statement,
    fund_lines,
    fund_statement,
    goods_receipt,
    needs_of,
    needs_statement,
    pledge_slip,
    receipt,
)

Pages = Callable[[Document], list[str]]
SUM = r"(−?[\d,]+\.\d\d)"
LINE = re.compile(rf"^\d{{4}}-\d\d-\d\d (?:\d{{6}}-\d{{4,5}}|—) .*?{SUM} {SUM}$", re.M)


def fen(text: str) -> int:
    return int(text.replace(",", "").replace(".", "").replace("−", "-"))


def sums_after(label: str, page: str) -> list[int]:
    found = re.search(rf"{re.escape(label)} {SUM} {SUM} {SUM}", page)
    assert found, f"no {label} in\n{page}"
    return [fen(text) for text in found.groups()]


def check_every_page(statement: FundStatement, texts: list[str]) -> None:
    """Read the pages alone, as an auditor would: add the lines, compare what is carried and brought forward."""
    came = went = shown = 0
    balance = statement.opening_fen
    for number, page in enumerate(texts):
        if number:
            assert sums_after("承前页（本期累计）", page) == [came, went, balance]
        for amount, after in LINE.findall(page):
            moved = fen(after) - balance
            assert abs(moved) == fen(amount)
            came, went, balance = came + max(moved, 0), went + max(-moved, 0), fen(after)
            shown += 1
        if "期末余额" in page and number:
            assert sums_after("期末余额", page) == [came, went, balance]
            break
        if "过次页" in page:
            assert sums_after("过次页（本期累计）", page) == [came, went, balance]
    assert (came, went, balance) == (statement.total_in_fen, statement.total_out_fen, statement.closing_fen)
    assert shown == len(statement.lines)


Box = tuple[float, float, float, float, str]


@pytest.fixture
def boxes(fonts: FontFolder, monkeypatch: pytest.MonkeyPatch) -> Callable[[Document], list[list[Box]]]:
    """Where every text of every page stands: left, right, baseline, size, text."""

    def collect(document: Document) -> list[list[Box]]:
        found: list[list[Box]] = [[]]
        text, end_page = Sheet.text, Sheet.end_page

        def noting(
            self: Sheet, x: float, y: float, s: str, size: float = 8.5, *args: Any, **more: Any
        ) -> float:
            end = text(self, x, y, s, size, *args, **more)
            bold = args[0] if args else more.get("bold", False)
            width = measure(s, size, bold, args[3] if len(args) > 3 else more.get("track", 0))
            found[-1].append((end - width, end, y, size, s))
            return end

        def turning(self: Sheet) -> None:
            end_page(self)
            found.append([])

        with monkeypatch.context() as patched:
            patched.setattr(Sheet, "text", noting)
            patched.setattr(Sheet, "end_page", turning)
            render(document, fonts)
        return found[:-1]

    return collect


@pytest.mark.parametrize("n", [84, 200])
def test_carried_forward_on_every_page(n: int, pages: Pages) -> None:
    # One-line names only, so that a line of text is a line of the ledger.
    lines = tuple(replace(line, counterparty="某人", memo="捐赠") for line in fund_lines(n))
    statement = fund_statement(lines=lines)
    check_every_page(statement, pages(statement))


def test_ten_thousand_lines(
    boxes: Callable[[Document], list[list[Box]]], draw: Callable[[Document], PdfReader]
) -> None:
    """Every page as it was set; some of them also as another program reads them, which takes it a while."""
    lines = tuple(replace(line, counterparty="某人", memo="捐赠") for line in fund_lines(10_000))
    statement = fund_statement(lines=lines)
    texts = [as_lines(page) for page in boxes(statement)]
    check_every_page(statement, texts)
    assert 200 < len(texts) < 260
    pdf = draw(statement)
    assert len(pdf.pages) == len(texts)
    for number in (1, 100, len(texts)):
        page = pdf.pages[number - 1].extract_text()
        assert f"第 {number} 页，共 {len(texts)} 页" in page
        assert LINE.findall(page) == LINE.findall(texts[number - 1])


def as_lines(page: list[Box]) -> str:
    """The texts of a page, those on one baseline in one line."""
    return "\n".join(" ".join(box[4] for box in line) for _, line in groupby(page, key=lambda box: box[2]))


def test_one_line_and_none(pages: Pages) -> None:
    statement = fund_statement(n=1)
    (page,) = pages(statement)
    assert page.count(format_fen(statement.closing_fen)) == 4  # equation, line, month, closing
    (page,) = pages(fund_statement(n=0))
    assert "本期没有收支。" in page
    assert "期末余额 0.00 0.00 7,536.20" in page
    assert "第 1 页，共 1 页" in page


def test_a_document_of_nothing(pages: Pages) -> None:
    cover, *_, last = pages(needs_of(()))
    assert "0 / 0 / 0 / 0" in cover
    assert "核验" in last
    page, *_ = pages(donor_statement(n=0, pledges=(), bought=()))
    assert "本期没有捐赠。" in page


def test_needs_carry_cash_over_the_pages(pages: Pages) -> None:
    """What a page brings forward is what the one before it carried, and the last total is the statement's."""
    document = needs_statement()
    five = " ".join([SUM] * 5)
    carried = None
    for page in pages(document):
        brought = re.search(rf"承前页（累计） {five}", page)
        assert (brought.groups() if brought else None) == carried
        forward = re.search(rf"过次页（累计） {five}", page)
        if forward and brought:
            assert [fen(f) for f in forward.groups()] > [fen(b) for b in brought.groups()]
        carried = forward.groups() if forward else None
    assert carried is None


def test_needs_figures_are_the_same_everywhere(pages: Pages) -> None:
    document = needs_statement()
    texts = pages(document)
    row = " ".join(format_fen(amount) for amount in document.cash.row)
    assert (
        sum(page.count(row) for page in texts) == 3 + 4
    )  # cover, by major, by item; four levels of the tie-out
    assert " ".join(["0.00"] * 5) in texts[-1]
    for item in document.items("cash"):
        row = " ".join(format_fen(amount) for amount in item.figures.row)
        assert sum(row in page for page in texts), item.code
    goods = " ".join(format_fen(amount) for amount in document.goods.row)
    assert sum(page.count(goods) for page in texts) == 2 + 4  # cover, goods; four levels


def test_money_and_goods_are_never_added(pages: Pages) -> None:
    document = needs_statement()
    text = "\n".join(pages(document))
    for cash, goods in zip(document.cash.row, document.goods.row, strict=True):
        assert format_fen(cash + goods) not in text


LONG_NAMES: dict[str, Callable[[], Document]] = {
    "receipt": lambda: receipt(
        donor=HUNDRED,
        designations=(Designation("BM02-1", HUNDRED, HUNDRED, 10_200_05),),
        channel=HUNDRED,
        voucher="202605-0077",
    ),
    "receipt-goods": lambda: goods_receipt(
        donor=HUNDRED,
        goods=(GoodsLine(HUNDRED, 99_999, "个", 10_00, 999_990_00),),
        amount_fen=999_990_00,
        designations=(Designation("BM02-1", HUNDRED, HUNDRED, 999_990_00),),
    ),
    "certificate": lambda: certificate(
        donor=HUNDRED, project_name=HUNDRED[:40], items=(HUNDRED,), benefit=HUNDRED + "。"
    ),
    "certificate-en": lambda: certificate(
        "en", donor="Long Name " * 10, items=("sets of porridge boilers " * 4,)
    ),
    "certificate-large": lambda: certificate(
        cash_fen=99_999_999_999_99, goods=(HUNDRED,), goods_fen=1, hours=1
    ),
    "donor": lambda: donor_statement(donor=HUNDRED),
    "slip": lambda: pledge_slip(
        donor=HUNDRED,
        project_name=HUNDRED,
        place=HUNDRED,
        items=(PledgeItem(HUNDRED, "cash", "套", 1, 29_800_05, 29_800_05),),
        goods_fen=0,
        hours=0,
        contact=HUNDRED,
    ),
    "fund": lambda: fund_statement(
        fund_name=HUNDRED,
        lines=tuple(replace(line, counterparty=HUNDRED, memo=HUNDRED) for line in fund_lines(30)),
    ),
    "fund-large": lambda: fund_statement(n=20, opening_fen=999_990_000_00),
    "needs": lambda: _renamed(HUNDRED),
    "needs-rare": lambda: _renamed(RARE),
}


def _renamed(name: str) -> Document:
    """The whole catalogue with every name replaced."""
    tree = []
    for category in needs_statement().categories:
        majors = []
        for major in category.majors:
            subs = []
            for sub in major.subs:
                items = tuple(replace(item, name=name) for item in sub.items)
                subs.append(replace(sub, name=name, place=name, items=items))
            majors.append(replace(major, name=name, subs=tuple(subs)))
        tree.append(replace(category, name=name[:12], majors=tuple(majors)))
    return needs_of(tuple(tree))


@pytest.mark.parametrize("name", [*SAMPLES, *(f"long-{name}" for name in LONG_NAMES)])
def test_nothing_is_clipped_or_overprinted(name: str, boxes: Callable[[Document], list[list[Box]]]) -> None:
    document = LONG_NAMES[name.removeprefix("long-")]() if name.startswith("long-") else SAMPLES[name]()
    lying = "certificate" in name
    left, right, foot = (90, 752, 520) if lying else (57, 553, 812)
    for number, page in enumerate(boxes(document), 1):
        for x1, x2, y, size, text in page:
            assert left <= x1, f"page {number}: {text!r} starts at {x1:.1f}"
            assert x2 <= right, f"page {number}: {text!r} ends at {x2:.1f}"
            assert 25 + size * 0.6 < y < foot, f"page {number}: {text!r} leaves the page at {y:.1f}"
        for i, one in enumerate(page):
            for other in page[i + 1 :]:
                assert not overlap(one, other), f"page {number}: {one} over {other}"


def overlap(one: Box, other: Box) -> bool:
    """Whether two texts touch: 0.72 of the size above the baseline, 0.08 below; blanks count for nothing."""
    if not (one[4].strip() and other[4].strip()):
        return False
    across = min(one[1], other[1]) - max(one[0], other[0])
    down = min(one[2] + one[3] * 0.08, other[2] + other[3] * 0.08) - max(
        one[2] - one[3] * 0.72, other[2] - other[3] * 0.72
    )
    return across > 0.5 and down > 0.3


def test_a_very_long_sub_project_runs_over_pages(pages: Pages) -> None:
    """Items stay together where a page holds them; more than a page of them is carried like any other table."""
    category = needs_statement().categories[0]
    sub = category.majors[0].subs[0]
    item = next(item for item in sub.items if item.kind == "cash")
    many = tuple(replace(item, code=f"X-{n}") for n in range(200))
    whole = replace(sub, items=many)
    for field in ("cash", "goods", "hours"):
        total = item.figures
        for _ in range(199):
            total += item.figures
        whole = replace(whole, **{field: total if field == "cash" else type(total)()})
    major = replace(category.majors[0], subs=(whole,), cash=whole.cash, goods=whole.goods, hours=whole.hours)
    tree = replace(category, majors=(major,), cash=whole.cash, goods=whole.goods, hours=whole.hours)
    texts = pages(needs_of((tree,)))
    assert sum("过次页" in page for page in texts) >= 3
    assert date(2026, 7, 2).isoformat() in texts[0]
