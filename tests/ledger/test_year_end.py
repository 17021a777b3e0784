"""Worked example 11, the year-end close, and what is refunded or returned after it."""

from datetime import UTC, date, datetime

from charityledger.ledger import chart, postings
from charityledger.ledger.entry import reversal
from tests.ledger.books import BANK, Books

DAY, LAST, NEXT = date(2026, 4, 15), date(2026, 12, 31), date(2027, 1, 15)


def closed(books: Books) -> None:
    """A year: gifts to A and to the general fund, a payment, a transfer to B, interest and cost; then the close."""
    books.gift("A", 10_000, DAY)
    books.gift("GEN", 1_000, DAY)
    books.post(postings.disbursement(1, BANK, "A", 6_000, DAY))
    books.post(postings.surplus_transfer(1, BANK, "A", "B", 2_000, DAY))
    books.post(postings.interest(1, BANK, 300, DAY))
    books.post(postings.management_cost(2, BANK, 200, DAY))
    entry = postings.year_end(books.balances(), LAST)
    assert entry is not None
    books.posted(entry, """
        捐赠收入—非限定性 ← 净资产—非限定性    10.00 GEN
        捐赠收入—限定性   ← 净资产—限定性     100.00 A
        其他收入          ← 净资产—非限定性     3.00 GEN
        净资产—非限定性   ← 业务活动成本       60.00 A
        净资产—非限定性   ← 管理费用            2.00 GEN
        净资产—限定性     ← 基金间划转         20.00 A
        基金间划转        ← 净资产—限定性      20.00 B""")


def test_year_end_closes_income_cost_and_transfers_into_net_assets(books: Books) -> None:
    closed(books)
    books.are("""
        A 银行存款          20.00
        A 净资产—限定性   −20.00
        B 银行存款          20.00
        B 净资产—限定性   −20.00
        GEN 银行存款          11.00
        GEN 净资产—非限定性 −11.00""")
    assert not [key for key in books.balances()
                if chart.BY_CODE[chart.parent_of(key[0])].kind in ("income", "cost", "transfer")]


def test_net_assets_after_the_close_are_cash_stock_and_prepaid_less_liabilities(books: Books) -> None:
    books.gift("A", 10_000, DAY)
    books.post(postings.prepayment(1, BANK, "A", 4_000, DAY))
    books.post(postings.goods_in(1, "A", 500, DAY))
    books.post(postings.to_suspense(1, BANK, 900, DAY))
    books.post(postings.pledge(1, "A", 7_000, DAY))
    entry = postings.year_end(books.balances(), LAST)
    assert entry is not None
    books.posted(entry, "捐赠收入—限定性 ← 净资产—限定性 105.00 A")
    books.are("""
        A 银行存款             60.00
        A 预付账款             40.00
        A 存货—受赠物资         5.00
        A 净资产—限定性     −105.00
        A 备查：捐赠承诺       70.00
        A 备查：捐赠承诺对应 −70.00
        HOLD 银行存款                   9.00
        HOLD 其他应付款—待确认捐赠款  −9.00""")


def test_nothing_to_close(books: Books) -> None:
    assert postings.year_end(books.balances(), LAST) is None


def test_refund_after_year_end_lowers_net_assets(books: Books) -> None:
    closed(books)
    books.clock.at = datetime(2027, 1, 15, 2, 0, tzinfo=UTC)
    books.posted(postings.refund(1, BANK, "A", 500, NEXT, recognised_in=2026), "净资产—限定性 ← 银行存款 5.00 A")
    books.posted(postings.refund(2, BANK, "GEN", 100, NEXT, recognised_in=2026),
                 "净资产—非限定性 ← 银行存款 1.00 GEN")
    books.are("""
        A 银行存款          15.00
        A 净资产—限定性   −15.00
        B 银行存款          20.00
        B 净资产—限定性   −20.00
        GEN 银行存款          10.00
        GEN 净资产—非限定性 −10.00""")


def test_gift_of_last_year_reversed(books: Books) -> None:
    """With the fee that the wallet kept, in one entry; this year's income and cost show nothing of it (adr/0009)."""
    gift = postings.gift(1, BANK, "A", 4_000, DAY, fee_fen=60)
    entry_id = books.post(gift)
    entry = postings.year_end(books.balances(), LAST)
    assert entry is not None
    books.post(entry)
    books.posted(reversal(gift, entry_id, NEXT), """
        净资产—非限定性 ← 净资产—限定性     0.60 A
        银行存款        ← 净资产—非限定性   0.60 A
        净资产—限定性   ← 银行存款         40.00 A""")
    assert books.balances() == {}


def test_gift_of_last_year_reversed_before_the_books_are_closed(books: Books) -> None:
    """The old year keeps its income until its close takes it to net assets, where the reversal stands already."""
    gift = postings.gift(1, BANK, "A", 4_000, DAY)
    entry_id = books.post(gift)
    books.posted(reversal(gift, entry_id, NEXT), "净资产—限定性 ← 银行存款 40.00 A")
    books.are("""
        A 净资产—限定性     40.00
        A 捐赠收入—限定性 −40.00""")
    books.post(postings.year_end({("4101.2", "A"): -4_000}, LAST))
    assert books.balances() == {}


def test_goods_of_last_year_handed_over_by_mistake(books: Books) -> None:
    books.post(postings.goods_in(1, "A", 500, DAY))
    out = postings.goods_out(1, "A", 300, DAY)
    entry_id = books.post(out)
    books.posted(reversal(out, entry_id, NEXT), """
        净资产—非限定性 ← 净资产—限定性     3.00 A
        存货—受赠物资   ← 净资产—非限定性   3.00 A""")


def test_gift_to_the_general_fund_of_last_year_reversed(books: Books) -> None:
    gift = postings.gift(1, BANK, "GEN", 4_000, DAY, suspense_fen=500)
    entry_id = books.post(gift)
    books.posted(reversal(gift, entry_id, NEXT), """
        其他应付款—待确认捐赠款 ← 银行存款  5.00 HOLD
        净资产—非限定性         ← 银行存款 40.00 GEN""")


def test_payment_of_last_year_returned(books: Books) -> None:
    closed(books)
    books.posted(postings.payment_returned(1, BANK, "A", 6_000, NEXT, spent_in=2026), """
        银行存款          ← 净资产—非限定性 60.00 A
        净资产—非限定性   ← 净资产—限定性   60.00 A""")
    assert postings.year_end(books.balances(), date(2027, 12, 31)) is None      # this year had no cost and no income
    books.are("""
        A 银行存款          80.00
        A 净资产—限定性   −80.00
        B 银行存款          20.00
        B 净资产—限定性   −20.00
        GEN 银行存款          11.00
        GEN 净资产—非限定性 −11.00""")
