"""The eleven worked examples of the ledger: every movement and every balance, on both databases.

A movement is `debit ← credit amount fund`; a balance is `fund account amount`, debit positive. After each posting the
books must tie (`Books.tie`). Year-end and what comes after it stand in test_year_end.py.
"""

from datetime import date

import pytest

from charityledger.errors import AccountOverdrawn, FundOverdrawn, HeldMoney, MixedMovement, StockOverdrawn
from charityledger.ledger import chart, postings, store
from charityledger.ledger.entry import Entry, Movement, reversal
from tests.ledger.books import BANK, WECHAT, Books

DAY = date(2026, 4, 15)


# 1. A gift through a wallet that keeps a fee: gross first, then the fee.

def test_wallet_fee_borne_by_the_fund(books: Books) -> None:
    books.posted(postings.gift(1, WECHAT, "A", 10_000, DAY, fee_fen=60), """
        其他货币资金—微信 ← 捐赠收入—限定性     100.00 A
        筹资费用          ← 其他货币资金—微信     0.60 A
        净资产—限定性     ← 净资产—非限定性       0.60 A""")
    books.are("""
        A 其他货币资金—微信   99.40
        A 净资产—非限定性     −0.60
        A 净资产—限定性        0.60
        A 捐赠收入—限定性   −100.00
        A 筹资费用             0.60""")


def test_wallet_fee_borne_by_the_general_fund(books: Books) -> None:
    books.gift("GEN", 500, DAY)
    books.posted(postings.gift(1, WECHAT, "A", 10_000, DAY, fee_fen=60, fee_fund="GEN"), """
        其他货币资金—微信 ← 捐赠收入—限定性     100.00 A
        筹资费用          ← 其他货币资金—微信     0.60 GEN""")
    books.are("""
        A 其他货币资金—微信     100.00
        A 捐赠收入—限定性     −100.00
        GEN 银行存款              5.00
        GEN 其他货币资金—微信    −0.60
        GEN 捐赠收入—非限定性    −5.00
        GEN 筹资费用              0.60""")


def test_a_general_fund_without_money_cannot_bear_the_fee(books: Books) -> None:
    with pytest.raises(FundOverdrawn) as refused:
        books.post(postings.gift(1, WECHAT, "A", 10_000, DAY, fee_fen=60, fee_fund="GEN"))
    assert refused.value.facts == {"fund": "GEN", "available_fen": 0, "requested_fen": 60}
    books.are("")


# 2. More is paid than was promised: the rest waits in HOLD, and is never disbursed from there.

def held(books: Books, money: str = BANK) -> None:
    books.posted(postings.pledge(1, "A", 10_000, DAY), "备查：捐赠承诺 ← 备查：捐赠承诺对应 100.00 A")
    books.posted(postings.gift(1, money, "A", 10_000, DAY, kept_fen=10_000, suspense_fen=5_000), f"""
        {chart.BY_CODE[chart.parent_of(money)].name_zh} ← 捐赠收入—限定性          100.00 A
        {chart.BY_CODE[chart.parent_of(money)].name_zh} ← 其他应付款—待确认捐赠款   50.00 HOLD
        备查：捐赠承诺对应 ← 备查：捐赠承诺            100.00 A""")


def test_over_payment_waits_in_suspense_and_moves_on(books: Books) -> None:
    held(books)
    books.are("""
        A 银行存款                      100.00
        A 捐赠收入—限定性             −100.00
        HOLD 银行存款                    50.00
        HOLD 其他应付款—待确认捐赠款   −50.00""")
    books.posted(postings.from_suspense(2, BANK, "B", 5_000, DAY), """
        银行存款                  ← 捐赠收入—限定性  50.00 B
        其他应付款—待确认捐赠款   ← 银行存款         50.00 HOLD""")
    books.are("""
        A 银行存款           100.00
        A 捐赠收入—限定性  −100.00
        B 银行存款            50.00
        B 捐赠收入—限定性   −50.00""")


def test_held_money_moves_on_though_its_wallet_has_paid_out(books: Books) -> None:
    held(books, WECHAT)
    books.posted(postings.payout(1, BANK, WECHAT, 15_000, DAY), "银行存款 ← 其他货币资金—微信 150.00 GEN")
    books.posted(postings.from_suspense(2, WECHAT, "GEN", 5_000, DAY), """
        其他货币资金—微信         ← 捐赠收入—非限定性  50.00 GEN
        其他应付款—待确认捐赠款   ← 其他货币资金—微信  50.00 HOLD""")
    books.are("""
        A 其他货币资金—微信     100.00
        A 捐赠收入—限定性     −100.00
        GEN 银行存款            150.00
        GEN 其他货币资金—微信 −100.00
        GEN 捐赠收入—非限定性  −50.00""")


@pytest.mark.parametrize("entry", [
    postings.disbursement(1, BANK, "HOLD", 5_000, DAY), postings.prepayment(1, BANK, "HOLD", 5_000, DAY),
    postings.management_cost(1, BANK, 5_000, DAY, "HOLD"), postings.surplus_transfer(1, BANK, "HOLD", "A", 5_000, DAY)],
    ids=lambda entry: entry.kind)
def test_money_in_suspense_is_never_disbursed(books: Books, entry: Entry) -> None:
    held(books)
    with pytest.raises(HeldMoney):
        books.post(entry)


# 3. Money paid out: every cost of a restricted fund carries its release in the same entry.

def test_disbursement_with_its_release(books: Books) -> None:
    books.gift("A", 20_000, DAY)
    books.posted(postings.disbursement(1, BANK, "A", 15_000, DAY), """
        业务活动成本   ← 银行存款          150.00 A
        净资产—限定性  ← 净资产—非限定性   150.00 A""")
    books.are("""
        A 银行存款            50.00
        A 净资产—非限定性  −150.00
        A 净资产—限定性      150.00
        A 捐赠收入—限定性  −200.00
        A 业务活动成本       150.00""")


def test_the_general_fund_has_nothing_to_release(books: Books) -> None:
    books.gift("GEN", 20_000, DAY)
    books.posted(postings.disbursement(1, BANK, "GEN", 15_000, DAY), "业务活动成本 ← 银行存款 150.00 GEN")
    books.are("""
        GEN 银行存款               50.00
        GEN 捐赠收入—非限定性   −200.00
        GEN 业务活动成本          150.00""")


def test_paid_before_delivery(books: Books) -> None:
    books.gift("A", 20_000, DAY)
    books.posted(postings.prepayment(1, BANK, "A", 15_000, DAY), "预付账款 ← 银行存款 150.00 A")
    books.are("""
        A 银行存款            50.00
        A 预付账款           150.00
        A 捐赠收入—限定性  −200.00""")
    books.posted(postings.delivery(1, "A", 15_000, DAY), """
        业务活动成本   ← 预付账款          150.00 A
        净资产—限定性  ← 净资产—非限定性   150.00 A""")
    books.are("""
        A 银行存款            50.00
        A 净资产—非限定性  −150.00
        A 净资产—限定性      150.00
        A 捐赠收入—限定性  −200.00
        A 业务活动成本       150.00""")


def test_no_fund_pays_with_the_money_of_another(books: Books) -> None:
    books.gift("A", 20_000, DAY)
    with pytest.raises(FundOverdrawn) as refused:
        books.post(postings.disbursement(1, BANK, "B", 1, DAY))
    assert refused.value.facts == {"fund": "B", "available_fen": 0, "requested_fen": 1}


def test_no_account_pays_with_the_money_of_another(books: Books) -> None:
    books.gift("A", 20_000, DAY)
    with pytest.raises(AccountOverdrawn) as refused:
        books.post(postings.disbursement(1, WECHAT, "A", 1, DAY))
    assert refused.value.facts == {"account": WECHAT, "available_fen": 0, "requested_fen": 1}


# 4. Goods are stock when received and cost when handed over.

def test_goods_received_and_handed_over(books: Books) -> None:
    books.posted(postings.goods_in(1, "A", 26_000, DAY), "存货—受赠物资 ← 捐赠收入—限定性 260.00 A")
    books.are("""
        A 存货—受赠物资      260.00
        A 捐赠收入—限定性  −260.00""")
    books.posted(postings.goods_out(1, "A", 26_000, DAY), """
        业务活动成本   ← 存货—受赠物资     260.00 A
        净资产—限定性  ← 净资产—非限定性   260.00 A""")
    books.are("""
        A 净资产—非限定性  −260.00
        A 净资产—限定性      260.00
        A 捐赠收入—限定性  −260.00
        A 业务活动成本       260.00""")


def test_no_more_goods_handed_over_than_the_fund_holds(books: Books) -> None:
    books.post(postings.goods_in(1, "A", 26_000, DAY))
    with pytest.raises(StockOverdrawn) as refused:
        books.post(postings.goods_out(1, "A", 26_001, DAY))
    assert refused.value.facts == {"fund": "A", "available_fen": 26_000, "requested_fen": 26_001}


# 5. A wallet pays out to the bank: nobody gave anything.

def test_wallet_payout(books: Books) -> None:
    books.gift("A", 8_000, DAY, WECHAT)
    books.posted(postings.payout(1, BANK, WECHAT, 5_000, DAY), "银行存款 ← 其他货币资金—微信 50.00 GEN")
    books.are("""
        A 其他货币资金—微信      80.00
        A 捐赠收入—限定性      −80.00
        GEN 银行存款             50.00
        GEN 其他货币资金—微信  −50.00""")
    # The fund's money is where it really is, so the bank can pay for A now, and the wallet only its rest.
    with pytest.raises(AccountOverdrawn):
        books.post(postings.disbursement(1, WECHAT, "A", 3_001, DAY))
    books.post(postings.disbursement(1, BANK, "A", 5_000, DAY))


def test_counted_cash_is_brought_to_the_bank(books: Books) -> None:
    books.gift("A", 8_000, DAY, chart.CASH)
    books.posted(postings.deposit(1, BANK, chart.CASH, "A", 8_000, DAY), "银行存款 ← 库存现金 80.00 A")
    books.are("""
        A 银行存款            80.00
        A 捐赠收入—限定性   −80.00""")


# 6. Payments and gifts that come back.

def test_our_payment_returned(books: Books) -> None:
    books.gift("A", 20_000, DAY)
    books.post(postings.disbursement(1, BANK, "A", 15_000, DAY))
    books.posted(postings.payment_returned(1, BANK, "A", 15_000, DAY), """
        银行存款          ← 业务活动成本    150.00 A
        净资产—非限定性   ← 净资产—限定性   150.00 A""")
    books.are("""
        A 银行存款           200.00
        A 捐赠收入—限定性  −200.00""")


def test_prepayment_returned_before_delivery(books: Books) -> None:
    books.gift("A", 20_000, DAY)
    books.post(postings.prepayment(1, BANK, "A", 15_000, DAY))
    books.posted(postings.payment_returned(1, BANK, "A", 15_000, DAY, prepaid=True), "银行存款 ← 预付账款 150.00 A")
    books.are("""
        A 银行存款           200.00
        A 捐赠收入—限定性  −200.00""")


def test_prepayment_returned_after_delivery(books: Books) -> None:
    books.gift("A", 20_000, DAY)
    books.post(postings.prepayment(1, BANK, "A", 15_000, DAY))
    books.post(postings.delivery(1, "A", 15_000, DAY))
    books.posted(postings.payment_returned(1, BANK, "A", 15_000, DAY), """
        银行存款          ← 业务活动成本    150.00 A
        净资产—非限定性   ← 净资产—限定性   150.00 A""")
    books.are("""
        A 银行存款           200.00
        A 捐赠收入—限定性  −200.00""")


def test_a_gift_sent_back_by_the_bank_reverses_the_gift(books: Books) -> None:
    books.posted(postings.pledge(1, "A", 10_000, DAY), "备查：捐赠承诺 ← 备查：捐赠承诺对应 100.00 A")
    gift = postings.gift(1, WECHAT, "A", 10_000, DAY, kept_fen=10_000, fee_fen=60)
    entry_id = books.post(gift)
    books.posted(reversal(gift, entry_id, DAY), """
        备查：捐赠承诺     ← 备查：捐赠承诺对应   100.00 A
        净资产—非限定性    ← 净资产—限定性          0.60 A
        其他货币资金—微信  ← 筹资费用               0.60 A
        捐赠收入—限定性    ← 其他货币资金—微信    100.00 A""")
    books.are("""
        A 备查：捐赠承诺        100.00
        A 备查：捐赠承诺对应  −100.00""")


# 7. Refunds, dated today.

def test_refund_of_money_that_was_never_recognised(books: Books) -> None:
    books.posted(postings.to_suspense(1, BANK, 5_000, DAY), "银行存款 ← 其他应付款—待确认捐赠款 50.00 HOLD")
    books.posted(postings.refund(1, BANK, "HOLD", 5_000, DAY, recognised_in=None),
                 "其他应付款—待确认捐赠款 ← 银行存款 50.00 HOLD")
    books.are("")


def test_refund_in_the_year_of_the_gift(books: Books) -> None:
    books.gift("A", 10_000, DAY)
    books.posted(postings.refund(1, BANK, "A", 4_000, DAY, recognised_in=2026), "捐赠收入—限定性 ← 银行存款 40.00 A")
    books.are("""
        A 银行存款           60.00
        A 捐赠收入—限定性  −60.00""")


def test_refund_of_an_unrestricted_gift(books: Books) -> None:
    books.gift("GEN", 10_000, DAY)
    books.posted(postings.refund(1, BANK, "GEN", 4_000, DAY, recognised_in=2026),
                 "捐赠收入—非限定性 ← 银行存款 40.00 GEN")
    books.are("""
        GEN 银行存款             60.00
        GEN 捐赠收入—非限定性  −60.00""")


def test_refund_that_is_our_fault(books: Books) -> None:
    books.gift("A", 10_000, DAY)
    books.posted(postings.refund(1, BANK, "A", 4_000, DAY, recognised_in=2026, our_fault=True), """
        管理费用       ← 银行存款          40.00 A
        净资产—限定性  ← 净资产—非限定性   40.00 A""")
    books.are("""
        A 银行存款            60.00
        A 净资产—非限定性   −40.00
        A 净资产—限定性       40.00
        A 捐赠收入—限定性  −100.00
        A 管理费用            40.00""")


def test_refund_of_what_the_fund_has_spent_is_refused(books: Books) -> None:
    books.gift("A", 10_000, DAY)
    books.post(postings.disbursement(1, BANK, "A", 9_000, DAY))
    books.gift("GEN", 10_000, DAY)
    with pytest.raises(FundOverdrawn) as refused:
        books.post(postings.refund(1, BANK, "A", 4_000, DAY, recognised_in=2026))
    assert refused.value.facts == {"fund": "A", "available_fen": 1_000, "requested_fen": 4_000}


def test_refund_of_what_the_fund_has_spent_is_made_up_by_the_general_fund(books: Books) -> None:
    books.gift("A", 10_000, DAY)
    books.post(postings.disbursement(1, BANK, "A", 9_000, DAY))
    books.gift("GEN", 10_000, DAY)
    books.posted(postings.refund(1, BANK, "A", 4_000, DAY, recognised_in=2026, general_pays_fen=3_000), """
        银行存款         ← 基金间划转  30.00 A
        基金间划转       ← 银行存款    30.00 GEN
        捐赠收入—限定性  ← 银行存款    40.00 A""")
    books.are("""
        A 净资产—非限定性      −90.00
        A 净资产—限定性          90.00
        A 捐赠收入—限定性      −60.00
        A 业务活动成本           90.00
        A 基金间划转           −30.00
        GEN 银行存款             70.00
        GEN 捐赠收入—非限定性 −100.00
        GEN 基金间划转           30.00""")


# 8. Instalments, and a promise that is released.

def test_instalment_and_release_of_the_rest(books: Books) -> None:
    books.posted(postings.pledge(1, "A", 10_000, DAY), "备查：捐赠承诺 ← 备查：捐赠承诺对应 100.00 A")
    books.posted(postings.gift(1, BANK, "A", 4_000, DAY, kept_fen=4_000), """
        银行存款            ← 捐赠收入—限定性   40.00 A
        备查：捐赠承诺对应  ← 备查：捐赠承诺    40.00 A""")
    books.are("""
        A 银行存款             40.00
        A 捐赠收入—限定性    −40.00
        A 备查：捐赠承诺       60.00
        A 备查：捐赠承诺对应 −60.00""")
    books.posted(postings.pledge_freed(1, "A", 6_000, DAY), "备查：捐赠承诺对应 ← 备查：捐赠承诺 60.00 A")
    books.are("""
        A 银行存款           40.00
        A 捐赠收入—限定性  −40.00""")


def test_a_promise_is_not_money(books: Books) -> None:
    books.posted(postings.pledge(1, "A", 10_000, DAY), "备查：捐赠承诺 ← 备查：捐赠承诺对应 100.00 A")
    with pytest.raises(FundOverdrawn):
        books.post(postings.disbursement(1, BANK, "A", 1, DAY))
    with pytest.raises(MixedMovement):
        Entry("pledge", DAY, (Movement(BANK, chart.GIFT_RESTRICTED, "A", 10_000),))


# 9. Surplus of one fund for another: nil over all funds.

def test_surplus_to_another_fund(books: Books) -> None:
    books.gift("A", 10_000, DAY)
    books.posted(postings.surplus_transfer(1, BANK, "A", "B", 2_000, DAY), """
        银行存款    ← 基金间划转  20.00 B
        基金间划转  ← 银行存款    20.00 A""")
    books.are("""
        A 银行存款            80.00
        A 捐赠收入—限定性  −100.00
        A 基金间划转          20.00
        B 银行存款            20.00
        B 基金间划转        −20.00""")


def test_more_surplus_than_there_is(books: Books) -> None:
    books.gift("A", 10_000, DAY)
    with pytest.raises(FundOverdrawn):
        books.post(postings.surplus_transfer(1, BANK, "A", "B", 10_001, DAY))


# 10. Interest and management cost.

def test_interest_and_management_cost(books: Books) -> None:
    books.posted(postings.interest(1, BANK, 300, DAY), "银行存款 ← 其他收入 3.00 GEN")
    books.posted(postings.management_cost(2, BANK, 200, DAY), "管理费用 ← 银行存款 2.00 GEN")
    books.are("""
        GEN 银行存款   1.00
        GEN 其他收入 −3.00
        GEN 管理费用   2.00""")


def test_management_cost_of_a_restricted_fund_carries_its_release(books: Books) -> None:
    books.gift("A", 10_000, DAY)
    books.posted(postings.management_cost(2, BANK, 200, DAY, "A"), """
        管理费用       ← 银行存款          2.00 A
        净资产—限定性  ← 净资产—非限定性   2.00 A""")
    books.are("""
        A 银行存款            98.00
        A 净资产—非限定性    −2.00
        A 净资产—限定性        2.00
        A 捐赠收入—限定性  −100.00
        A 管理费用             2.00""")


def test_every_posting_that_pays_out_needs_a_second_person() -> None:
    """What takes money from the organisation and is not the bank's own doing."""
    paying = (postings.disbursement(1, BANK, "A", 1, DAY), postings.prepayment(1, BANK, "A", 1, DAY),
              postings.refund(1, BANK, "A", 1, DAY, recognised_in=2026),
              postings.surplus_transfer(1, BANK, "A", "B", 1, DAY),
              reversal(postings.gift(1, BANK, "A", 1, DAY), 1, DAY))
    assert {entry.kind for entry in paying} == store.NEEDS_APPROVAL
