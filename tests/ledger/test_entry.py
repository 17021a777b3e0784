"""Entries balance by construction, whatever the movements are."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charityledger.errors import MixedMovement, UnbalancedEntry, UnknownAccount
from charityledger.ledger import chart
from charityledger.ledger.entry import Entry, Movement, by_account_and_fund, change_in, reversal

DAY = date(2026, 4, 15)
accounts = st.sampled_from([account.code for account in chart.CHART if not account.memorandum])
funds = st.sampled_from(["A", "B", chart.GENERAL_FUND, chart.SUSPENSE_FUND])
movements = st.lists(st.tuples(accounts, accounts, funds, st.integers(1, 10**12)).filter(lambda m: m[0] != m[1])
                     .map(lambda m: Movement(*m)), min_size=1, max_size=9).map(tuple)


@given(movements)
def test_every_fund_balances(rows: tuple[Movement, ...]) -> None:
    sums = by_account_and_fund(rows)
    for fund in {m.fund for m in rows}:
        assert sum(fen for (_, of), fen in sums.items() if of == fund) == 0
    assert 0 not in sums.values()


@given(movements)
def test_a_reversal_undoes_everything(rows: tuple[Movement, ...]) -> None:
    entry = Entry("gift", DAY, rows, ("donation", 7))
    back = reversal(entry, 5, DAY)
    assert by_account_and_fund((*rows, *back.movements)) == {}
    assert (back.kind, back.reverses_id, back.subject) == ("reversal", 5, ("donation", 7))
    assert tuple(m.turned() for m in reversed(back.movements)) == rows


@given(movements)
def test_money_and_stock_are_what_their_accounts_say(rows: tuple[Movement, ...]) -> None:
    sums = by_account_and_fund(rows)
    for holds in ("money", "stock"):
        codes = {account.code for account in chart.CHART if account.holds == holds}
        for fund in {m.fund for m in rows}:
            assert change_in(rows, holds).get(fund, 0) == sum(
                fen for (code, of), fen in sums.items() if of == fund and code in codes)


@pytest.mark.parametrize("amount", [0, -1, 1.0, True, "100", None])
def test_an_amount_is_a_whole_positive_number_of_fen(amount: object) -> None:
    with pytest.raises(UnbalancedEntry):
        Movement(chart.BANK, chart.GIFT_RESTRICTED, "A", amount)  # type: ignore[arg-type]


def test_a_movement_has_two_sides_that_exist() -> None:
    with pytest.raises(UnbalancedEntry):
        Movement(chart.BANK, chart.BANK, "A", 1)
    with pytest.raises(UnknownAccount):
        Movement("1234", chart.BANK, "A", 1)
    with pytest.raises(UnknownAccount):
        Movement(chart.BANK, "9999-ICBC", "A", 1)
    assert Movement("1002-ICBC", "1002-CCB", "A", 1).turned() == Movement("1002-CCB", "1002-ICBC", "A", 1)


def test_promises_and_money_never_meet() -> None:
    for debit, credit in ((chart.PLEDGED, chart.GIFT_RESTRICTED), (chart.BANK, chart.PLEDGED_CONTRA)):
        with pytest.raises(MixedMovement):
            Movement(debit, credit, "A", 1)
    for kind in ("pledge", "pledge_freed"):
        with pytest.raises(MixedMovement):
            Entry(kind, DAY, (Movement(chart.BANK, chart.GIFT_RESTRICTED, "A", 1),))


def test_an_entry_moves_something() -> None:
    with pytest.raises(UnbalancedEntry):
        Entry("gift", DAY, ())


def test_only_money_accounts_and_stock_are_checked() -> None:
    assert {account.code for account in chart.CHART if account.holds == "money"} == {
        chart.CASH, chart.BANK, chart.WECHAT, chart.ALIPAY}
    assert {account.code for account in chart.CHART if account.holds == "stock"} == {chart.STOCK}
    assert len(chart.BY_CODE) == len(chart.CHART)
    assert all("-" not in account.code for account in chart.CHART)
    assert chart.parent_of(chart.under(chart.WECHAT, "A-B")) == chart.WECHAT
