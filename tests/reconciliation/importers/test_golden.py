"""Every layout: what is read of its sample, kept as a golden file, and the figures worked out by hand."""

import json
from collections.abc import Callable

import pytest

from charityledger.reconciliation import importers
from charityledger.reconciliation.importers import FORMATS, read, read_files
from tests.reconciliation.importers.samples import NAMES, TABLES, rows, sample, told

# Format, lines, in, out, opening, closing (fen): worked out by hand from the files.
FIGURES = {
    "wechat-merchant-fundflow.csv": ("wechat-fund", 6, 15001, 5060, 0, 9941),
    "wechat-merchant-trade-ALL.csv": ("wechat-trade", 4, 15001, 5000, None, None),
    "wechat-merchant-trade-SUCCESS.csv": ("wechat-trade", 2, 20999, 0, None, None),
    "wechat-personal.csv": ("wechat-personal", 4, 12816, 3050, None, None),
    "wechat-personal.xlsx": ("wechat-personal", 4, 12816, 3050, None, None),
    "alipay-merchant-trade.gbk.csv": ("alipay-trade", 2, 20000, 8000, None, None),
    "alipay-merchant-trade.zip": ("alipay-trade", 2, 20000, 8000, None, None),
    "alipay-merchant-signcustomer.gbk.csv": ("alipay-account", 4, 20000, 18120, 0, 1880),
    "alipay-personal.gbk.csv": ("alipay-personal", 3, 5000, 6600, None, None),
    "boc-corporate.csv": ("boc", 4, 520000, 1000, 1000000, 1519000),
    "boc-usd.csv": ("boc", 2, 0, 0, 100000, 124050),
    "ccb-corporate.xls": ("ccb", 3, 2009941, 2000000, 1519000, 1528941),
    "icbc-v1.gbk.csv": ("icbc", 4, 240321, 1500, 1533940, 1772761),
    "icbc-corporate-v2.gbk.csv": ("icbc-v2", 2, 10000, 5000, 1528940, 1533940),
    "icbc-corporate-v3.xlsx": ("icbc-v3", 2, 10000, 5000, 1528940, 1533940),
    "abc.gbk.xls": ("abc", 3, 50105, 8800, 1200000, 1241305),
    "cmb.gbk.csv": ("cmb", 3, 300000, 300550, 3000000, 2999450),
    "bocom.gbk.csv": ("bocom", 3, 66000, 6200, 500000, 559800),
    "citic.xls": ("citic", 2, 12816, 2816, 100000, 110000),
    "spdb.utf16.csv": ("spdb", 3, 40000, 10000, 200000, 230000),
    "bank-html.xls": ("bank", 2, 7000, 2000, 10000, 15000),
}
KINDS = {
    "wechat-merchant-fundflow.csv": ["payment", "fee", "payment", "fee", "refund", "payment"],
    "wechat-merchant-fundflow-payout.csv": ["payout", "returned"],
    "alipay-merchant-signcustomer.gbk.csv": ["payment", "fee", "refund", "payout"],
    "alipay-merchant-trade.gbk.csv": ["payment", "refund"],
    "ccb-corporate.xls": ["payment", "payout", "returned"],
    "boc-corporate.csv": ["payment", "payment", "payment", "charge"],
    "icbc-v1.gbk.csv": ["payment", "payment", "charge", "interest"],
    "cmb.gbk.csv": ["payment", "charge", "payment"],
    "spdb.utf16.csv": ["payment", "payment", "returned"],
}


@pytest.mark.parametrize("name", NAMES)
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    stem = name.rpartition(".")[0]
    golden(f"{stem}{'-xlsx' if name.endswith('.xlsx') else ''}.expected.json",
           "".join(told(file.parsed, file.faults) for file in read_files(sample(name))))


@pytest.mark.parametrize("name", FIGURES)
def test_figures(name: str) -> None:
    parsed, faults = read(sample(name))
    assert faults == []
    assert parsed is not None
    assert (parsed.format, len(parsed.lines), parsed.in_fen, parsed.out_fen, parsed.opening_fen,
            parsed.closing_fen) == FIGURES[name]
    assert parsed.ties
    assert parsed.books is ("trade" not in name)


@pytest.mark.parametrize("name", KINDS)
def test_kinds(name: str) -> None:
    parsed, _ = read(sample(name))
    assert parsed is not None
    assert [line.kind for line in parsed.lines] == KINDS[name]


def test_every_format_has_a_sample() -> None:
    assert {figures[0] for figures in FIGURES.values()} | {"camt053", "mt940"} == set(FORMATS)


@pytest.mark.parametrize("name", TABLES)
def test_each_is_read_alike_when_its_format_is_chosen(name: str) -> None:
    found, _ = read(sample(name))
    assert found is not None
    chosen, faults = read(sample(name), found.format)
    assert faults == []
    assert chosen is not None
    assert chosen.lines == found.lines


def test_totals_that_do_not_tie_are_told() -> None:
    parsed, faults = read(sample("wechat-merchant-trade-ALL.badtotal.csv"))
    assert faults == []
    assert parsed is not None
    assert [(total.name, total.declared, total.found) for total in parsed.totals if not total.ties] == [("lines", 5, 4)]


def test_originals_are_the_cells_of_the_file() -> None:
    data = sample("boc-corporate.csv")
    parsed, _ = read(data)
    assert parsed is not None
    cells = dict(rows(data))
    assert [json.loads(line.original) for line in parsed.lines] == [cells[line.row] for line in parsed.lines]


def test_originals_of_many_rows_in_any_order() -> None:
    kept = importers.reading.Originals()
    for row in range(10, 3010, 3):
        kept.add(row, f'["{row}"]')
    assert [kept.of(row) for row in (10, 3007, 778, 1000, 775)] == [f'["{row}"]' for row in (10, 3007, 778, 1000, 775)]
    with pytest.raises(KeyError):
        kept.of(9)


def test_two_donors_with_equal_amounts_in_one_minute_are_two_lines() -> None:
    parsed, _ = read(sample("icbc-v1.gbk.csv"))
    assert parsed is not None
    one, two = parsed.lines[:2]
    assert (one.booked_at, one.amount_fen) == (two.booked_at, two.amount_fen)
    assert (one.counterparty, two.counterparty) == ("张三", "李四")


def test_closed_orders_that_say_paid_are_neutral() -> None:
    parsed, _ = read(sample("alipay-personal.gbk.csv"))
    assert parsed is not None
    assert parsed.neutral == 2
    assert "2026112600000003" not in {line.native_id for line in parsed.lines}


def test_foreign_money_is_kept_and_not_summed() -> None:
    parsed, _ = read(sample("boc-usd.csv"))
    assert parsed is not None
    assert [(line.amount_fen, line.currency) for line in parsed.lines] == [(25050, "USD"), (-1000, "USD")]
    assert (parsed.in_fen, parsed.out_fen) == (0, 0)
