"""Amounts, counts, currencies, directions and moments as statements write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charityledger.errors import CharityLedgerError, InvalidInput
from charityledger.reconciliation.importers import amounts
from charityledger.reconciliation.importers.bank import between, direction, signed
from charityledger.reconciliation.importers.layout import Stated
from charityledger.reconciliation.importers.stated import read, said
from charityledger.reconciliation.importers.when import moment


@pytest.mark.parametrize(("text", "fen"), [
    ("28.16", 2816), ("¥28.16", 2816), ("￥28.16", 2816), ("1,234.56", 123456), ("+5000.00", 500000), ("-10.00", -1000),
    ("12,345,678.90", 1234567890), ("１２３．４５", 12345), ("100", 10000), ("15389.4", 1538940), ("100.000", 10000),
    ("0.00", 0), ("-0.00", 0), ("80元", 8000), ("CNY100.00", 10000), ("9999999999999.99", 999999999999999),
])
def test_amounts(text: str, fen: int) -> None:
    assert amounts.fen(text) == fen


@pytest.mark.parametrize(("text", "code"), [
    ("1,5", "ambiguous_amount"), ("1.234,56", "ambiguous_amount"), ("0,123.00", "ambiguous_amount"),
    ("1 000", "ambiguous_amount"),
    ("28.165", "too_many_decimals"), ("1e3", "not_a_number"), ("=1+1", "not_a_number"), ("(100.00)", "not_a_number"),
    ("99999999999999.99", "amount_too_large"), ("9" * 5000, "amount_too_large"), ("--5", "mixed_signs"),
    ("", "amount_absent"),
    ("/", "amount_absent"), ("５²", "not_a_number"), ("100.00-", "mixed_signs"),
])
def test_amounts_that_are_none(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        amounts.fen(text)
    assert caught.value.code == code


@given(fen=st.integers(-10**15 + 1, 10**15 - 1))
def test_an_amount_comes_back(fen: int) -> None:
    sign = "-" if fen < 0 else ""
    whole, part = divmod(abs(fen), 100)
    assert amounts.fen(f"{sign}{whole}.{part:02d}") == fen
    assert amounts.fen(f"{sign}{whole:,}.{part:02d}") == fen


@given(text=st.text(alphabet="0123456789,.+-¥元/ ()eE１，", max_size=12))
def test_text_is_an_amount_or_an_error(text: str) -> None:
    try:
        fen = amounts.fen(text)
    except InvalidInput:
        return
    assert isinstance(fen, int)


@pytest.mark.parametrize(("text", "fine", "fen"), [
    ("0.60000", 60000, 60), ("-0.30000", -30000, -30), ("0.05994", 5994, 6), ("0.00500", 500, 1), ("0.00499", 499, 0),
    ("1.2", 120000, 120),
])
def test_fees_have_five_decimals(text: str, fine: int, fen: int) -> None:
    assert amounts.fine(text) == fine
    assert amounts.fine_to_fen(fine) == fen


@pytest.mark.parametrize(("text", "count"), [("6", 6), ("6.0", 6), ("1,234", 1234), ("3笔", 3), ("２０．０", 20)])
def test_counts(text: str, count: int) -> None:
    assert amounts.count(text) == count


@pytest.mark.parametrize("text", ["6.5", "", "x", "-1", "1e3"])
def test_counts_that_are_none(text: str) -> None:
    with pytest.raises(InvalidInput):
        amounts.count(text)


@pytest.mark.parametrize(("text", "currency"), [
    ("", "CNY"), ("人民币", "CNY"), ("人民币元", "CNY"), ("RMB", "CNY"), ("cny", "CNY"), ("美元", "USD"),
    ("USD", "USD"), ("港币(HKD)", "HKD"), ("SEK", "SEK"),
])
def test_currencies(text: str, currency: str) -> None:
    assert amounts.currency(text) == currency


def test_a_currency_that_is_none() -> None:
    with pytest.raises(InvalidInput):
        amounts.currency("金币")


def test_currencies_without_cents() -> None:
    assert amounts.smallest(120000, "JPY", "1200.00") == 1200
    assert amounts.smallest(120000, "KWD", "1200.00") == 1200000
    with pytest.raises(InvalidInput):
        amounts.smallest(120050, "JPY", "1200.50")


@pytest.mark.parametrize(("text", "clock", "at"), [
    ("2026-11-01 09:00:01", "", "2026-11-01 09:00:01"), ("2026-11-04  08:00:00", "", "2026-11-04 08:00:00"),
    ("2026/11/1 9:05", "", "2026-11-01 09:05:00"), ("2026年11月01日 00:00:00", "", "2026-11-01 00:00:00"),
    ("2026-11-01T09:00:01", "", "2026-11-01 09:00:01"), ("20261103 09:00:00", "", "2026-11-03 09:00:00"),
    ("20261102", "09:30:00", "2026-11-02 09:30:00"), ("20261102", "093000", "2026-11-02 09:30:00"),
    ("20261102", "93000", "2026-11-02 09:30:00"), ("20261102093000", "", "2026-11-02 09:30:00"),
    ("2026-11-01-09.00.01.123456", "", "2026-11-01 09:00:01"),
    ("２０２６－１１－０１ ０９：００：０１", "", "2026-11-01 09:00:01"),
    ("46327.375", "", "2026-11-01 09:00:00"), ("46327", "0.375", "2026-11-01 09:00:00"),
])
def test_moments(text: str, clock: str, at: str) -> None:
    found, has_time = moment(text, clock)
    assert (str(found), has_time) == (at, True)


@pytest.mark.parametrize("text", ["2026-11-01", "20261101", "2026/11/1", "2026.11.01", "2026年11月1日", "46327"])
def test_days_without_a_time(text: str) -> None:
    found, has_time = moment(text)
    assert (str(found), has_time) == ("2026-11-01 00:00:00", False)


@pytest.mark.parametrize(("text", "clock"), [
    ("", ""), ("2026-13-01", ""), ("2026-02-30 09:00:00", ""), ("26-11-01", ""), ("01/11/2026", ""),
    ("2026-11-01 25:00:00", ""),
    ("20261102", "24:00:00"), ("20261102", "9"), ("1899-01-01 00:00:00 +08:00", ""), ("0001-01-01 00:00:00x", ""),
    ("4632", ""),
    ("9" * 500, ""), ("合计", ""), ("2026-11", ""), ("20261", "")
])
def test_moments_that_are_none(text: str, clock: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        moment(text, clock)
    assert caught.value.code == "moment_unreadable"


@given(text=st.text(alphabet="0123456789-/:. T年月日", max_size=20), clock=st.text(alphabet="0123456789:.", max_size=8))
def test_text_is_a_moment_or_an_error(text: str, clock: str) -> None:
    try:
        at, _ = moment(text, clock)
    except InvalidInput:
        return
    assert 1900 <= at.year < 2200


@pytest.mark.parametrize(("text", "sign"), [
    ("贷", 1), ("借", -1), ("贷 Cr", 1), ("借 Dr", -1), ("收入", 1), ("支出", -1), ("来账", 1), ("往账", -1),
    ("贷方", 1), ("借（Dr）", -1)])
def test_directions(text: str, sign: int) -> None:
    assert direction(text) == sign


@pytest.mark.parametrize("text", ["", "无", "贷借", "转账"])
def test_directions_that_are_none(text: str) -> None:
    with pytest.raises(InvalidInput):
        direction(text)


def test_a_sign_must_not_contradict_its_word() -> None:
    assert signed(-500, -1, "-5.00") == -500
    with pytest.raises(InvalidInput):
        signed(-500, 1, "-5.00")


def test_two_columns() -> None:
    assert between("5.00", "") == (500, 0)
    assert between("0.00", "5.00") == (0, 500)
    assert between("-5.00", "") == (-500, 0)
    for both in (("5.00", "1.00"), ("", "")):
        with pytest.raises(CharityLedgerError):
            between(*both)


@pytest.mark.parametrize(("cells", "totals"), [
    (["总笔数[ Total number ]", "4"], {"lines": 4}),
    (["借方发生总额[ Total Debit Amount of Payments ]", "10.00"], {"out_fen": 1000}),
    (["#支出合计：3笔，共-181.20元"], {"out_lines": 3, "out_fen": 18120}),
    (["收入：2笔 128.16元"], {"in_lines": 2, "in_fen": 12816}),
    (["共5笔记录"], {"lines": 5}),
    (["5 收 91,007,497.02"], {"in_lines": 5, "in_fen": 9100749702}),
    (["5", "收", "91,007,497.02"], {"in_lines": 5, "in_fen": 9100749702}),
    (["贷方笔数：3", "贷方金额：1,000.00"], {"in_lines": 3, "in_fen": 100000}),
    (["1. 充值/提现/零钱通存取等交易，将计入中性交易"], {}),
])
def test_what_a_file_says_of_itself(cells: list[str], totals: dict[str, int]) -> None:
    stated = Stated()
    read([cells], stated)
    assert stated.totals == totals, said(cells)


def test_balances_account_and_period_that_a_file_states() -> None:
    stated = Stated()
    read([["账号：3300000000000000001", "户名：某某"], ["期初余额", "1,000.00", "期末余额", "900.00"],
          ["起始日期：[2026年11月01日 00:00:00]   终止日期：[2026年11月30日 23:59:59]"]], stated)
    assert (stated.account_number, stated.opening_fen, stated.closing_fen) == ("3300000000000000001", 100000, 90000)
    assert stated.period == (date(2026, 11, 1), date(2026, 11, 30))
