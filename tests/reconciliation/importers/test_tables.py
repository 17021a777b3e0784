"""Tables of banks and wallets: figures of every fixture, totals that do not tie, damaged and hostile files."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charityledger.reconciliation import importers
from charityledger.reconciliation.importers import table

FIXTURES = Path(__file__).parent / "fixtures"
# Format, lines, in, out, opening, closing (fen): worked out by hand from the files.
FIGURES = {
    "wechat-merchant-fundflow.csv": ("wechat-fund", 6, 15001, 5060, 0, 9941),
    "wechat-merchant-trade-ALL.csv": ("wechat-trade", 4, 15001, 5000, None, None),
    "alipay-merchant-trade.gbk.csv": ("alipay-trade", 2, 20000, 8000, None, None),
    "alipay-merchant-trade.zip": ("alipay-trade", 2, 20000, 8000, None, None),
    "alipay-merchant-signcustomer.gbk.csv": ("alipay-account", 4, 20000, 18120, 0, 1880),
    "boc-corporate.csv": ("boc", 4, 520000, 1000, 1000000, 1519000),
    "ccb-corporate.xls": ("ccb", 3, 2009941, 2000000, 1519000, 1528941),
    "icbc-corporate-v2.gbk.csv": ("icbc-v2", 2, 10000, 5000, 1528940, 1533940),
    "icbc-corporate-v3.xlsx": ("icbc-v3", 2, 10000, 5000, 1528940, 1533940),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figures(name: str) -> None:
    parsed, faults = importers.read((FIXTURES / name).read_bytes())
    assert faults == []
    assert parsed is not None
    assert (parsed.format, len(parsed.lines), parsed.in_fen, parsed.out_fen, parsed.opening_fen,
            parsed.closing_fen) == FIGURES[name]
    assert parsed.ties
    assert parsed.books is ("trade" not in name)


@pytest.mark.parametrize(("name", "kinds"), [
    ("wechat-merchant-fundflow.csv", ["payment", "fee", "payment", "fee", "refund", "payment"]),
    ("alipay-merchant-signcustomer.gbk.csv", ["payment", "fee", "refund", "payout"]),
    ("ccb-corporate.xls", ["payment", "payout", "returned"]),
    ("boc-corporate.csv", ["payment", "payment", "payment", "charge"]),
])
def test_kinds(name: str, kinds: list[str]) -> None:
    parsed, _ = importers.read((FIXTURES / name).read_bytes())
    assert parsed is not None
    assert [line.kind for line in parsed.lines] == kinds


def test_totals_that_do_not_tie_are_told() -> None:
    parsed, _ = importers.read((FIXTURES / "wechat-merchant-trade-ALL.badtotal.csv").read_bytes())
    assert parsed is not None
    assert [(total.name, total.declared, total.found) for total in parsed.totals if not total.ties] == [("lines", 5, 4)]


def test_columns_in_another_order_give_the_same_lines() -> None:
    text = (FIXTURES / "icbc-corporate-v2.gbk.csv").read_bytes().decode("gb18030").replace('"15,', '"15').splitlines()
    turned = "\n".join(",".join(reversed(line.split(","))) for line in text).encode("gb18030")
    one, _ = importers.read("\n".join(text).encode("gb18030"))
    two, _ = importers.read(turned)
    assert one is not None
    assert two is not None
    assert [(line.amount_fen, line.counterparty, line.balance_fen) for line in two.lines] == \
        [(line.amount_fen, line.counterparty, line.balance_fen) for line in one.lines]


@pytest.mark.parametrize(("old", "new", "code"), [
    ("100.00", "1,5", "ambiguous_amount"), ("贷", "无", "direction_unreadable"),
    ("100.00", "1.005", "too_many_decimals"),
])
def test_a_row_that_cannot_be_read_is_named(old: str, new: str, code: str) -> None:
    text = (FIXTURES / "icbc-corporate-v2.gbk.csv").read_bytes().decode("gb18030")
    head, row, *rest = text.splitlines()
    row = row.replace(f",{old},", f',"{new}",')
    _, faults = importers.read("\n".join([head, row, *rest]).encode("gb18030"))
    assert [(number, error.code) for number, error in faults] == [(2, code)]


def archive(content: bytes, name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(("data", "code"), [
    (b"\0" * (table.MAX_BYTES + 1), "statement_too_large"),
    (archive(b"0" * (table.MAX_BYTES + 1), "a.csv"), "statement_too_large"),
    (b"\xd0\xcf\x11\xe0 broken", "statement_broken"), (b"PK\x03\x04broken", "statement_broken"),
    (b"\xff\xff\xff\xff\x80", "statement_not_text"), (b"a,b\n1,2\n", "layout_unknown"), (b"", "layout_unknown"),
    (archive(b'<!DOCTYPE x [<!ENTITY a "b">]><x/>', "xl/workbook.xml"), "statement_broken"),
])
def test_files_that_are_no_statements_get_a_clear_error(data: bytes, code: str) -> None:
    parsed, faults = importers.read(data)
    assert parsed is None
    assert [error.code for _, error in faults] == [code]


@pytest.mark.parametrize("name", [name for name in FIGURES if name.endswith(".csv")])
@given(data=st.data())
def test_changed_bytes_never_crash(name: str, data: st.DataObject) -> None:
    original = (FIXTURES / name).read_bytes()
    at = data.draw(st.integers(0, len(original) - 1))
    until = data.draw(st.integers(at, min(len(original), at + 30)))
    parsed, faults = importers.read(original[:at] + data.draw(st.binary(max_size=8)) + original[until:])
    assert parsed is not None or faults
