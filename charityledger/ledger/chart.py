"""Chart of accounts after 民间非营利组织会计制度 (revised 2024-12, in force 2026-01-01). Pure."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["asset", "liability", "net_assets", "income", "cost", "transfer", "memorandum"]


@dataclass(frozen=True)
class Account:
    """`holds` says what the checked balances watch: money (never below zero), stock (never below zero) or nothing."""

    code: str
    name_zh: str
    name_en: str
    kind: Kind
    holds: Literal["money", "stock", ""] = ""

    @property
    def memorandum(self) -> bool:
        return self.kind == "memorandum"


CASH, BANK, WECHAT, ALIPAY = "1001", "1002", "1009.1", "1009.2"
PREPAID, STOCK, AGENCY_ASSET = "1141", "1201", "1501"
SUSPENSE, AGENCY_LIABILITY = "2209.1", "2501"
NET_UNRESTRICTED, NET_RESTRICTED = "3101", "3102"
GIFT_UNRESTRICTED, GIFT_RESTRICTED, OTHER_INCOME = "4101.1", "4101.2", "4901"
PROGRAMME_COST, MANAGEMENT_COST, FUNDRAISING_COST, OTHER_COST = "5101", "5201", "5301", "5401"
FUND_TRANSFER = "6101"
PLEDGED, PLEDGED_CONTRA = "8001", "8002"

CHART = (
    Account(CASH, "库存现金", "Cash on hand", "asset", "money"),
    Account(BANK, "银行存款", "Bank deposits", "asset", "money"),
    Account(WECHAT, "其他货币资金—微信", "Other monetary funds: WeChat", "asset", "money"),
    Account(ALIPAY, "其他货币资金—支付宝", "Other monetary funds: Alipay", "asset", "money"),
    Account(PREPAID, "预付账款", "Prepayments", "asset"),
    Account(STOCK, "存货—受赠物资", "Stock of donated goods", "asset", "stock"),
    Account(AGENCY_ASSET, "受托代理资产", "Assets held as agent", "asset"),
    Account(SUSPENSE, "其他应付款—待确认捐赠款", "Other payables: gifts in suspense", "liability"),
    Account(AGENCY_LIABILITY, "受托代理负债", "Liabilities as agent", "liability"),
    Account(NET_UNRESTRICTED, "净资产—非限定性", "Net assets, unrestricted", "net_assets"),
    Account(NET_RESTRICTED, "净资产—限定性", "Net assets, restricted", "net_assets"),
    Account(GIFT_UNRESTRICTED, "捐赠收入—非限定性", "Donation income, unrestricted", "income"),
    Account(GIFT_RESTRICTED, "捐赠收入—限定性", "Donation income, restricted", "income"),
    Account(OTHER_INCOME, "其他收入", "Other income", "income"),
    Account(PROGRAMME_COST, "业务活动成本", "Programme cost", "cost"),
    Account(MANAGEMENT_COST, "管理费用", "Management cost", "cost"),
    Account(FUNDRAISING_COST, "筹资费用", "Fundraising cost", "cost"),
    Account(OTHER_COST, "其他费用", "Other cost", "cost"),
    Account(FUND_TRANSFER, "基金间划转", "Transfers between funds", "transfer"),
    Account(PLEDGED, "备查：捐赠承诺", "Memorandum: pledges", "memorandum"),
    Account(PLEDGED_CONTRA, "备查：捐赠承诺对应", "Memorandum: pledges, contra", "memorandum"),
)
BY_CODE = {account.code: account for account in CHART}

GENERAL_FUND, SUSPENSE_FUND = "GEN", "HOLD"


def is_restricted(fund: str) -> bool:
    """Every fund but the general one and the suspense fund is restricted to its sub-project."""
    return fund not in (GENERAL_FUND, SUSPENSE_FUND)


def gift_account(fund: str) -> str:
    """The income account of a gift to this fund."""
    return GIFT_RESTRICTED if is_restricted(fund) else GIFT_UNRESTRICTED


def net_assets_of(account: str, fund: str) -> str | None:
    """Where income, cost or a transfer of this fund stands once its year is over; None for other accounts.

    A release has already moved what was spent from restricted to unrestricted net assets, so income closes to the
    restricted side and cost to the unrestricted one.
    """
    kind = BY_CODE[parent_of(account)].kind
    if kind not in ("income", "cost", "transfer"):
        return None
    return NET_RESTRICTED if is_restricted(fund) and kind != "cost" else NET_UNRESTRICTED


def under(parent: str, suffix: str) -> str:
    """Code of the sub-account that one real bank account or wallet gets: `1002-ICBC`."""
    return f"{parent}-{suffix}"


def parent_of(code: str) -> str:
    """The chart's account that a sub-account belongs to."""
    return code.split("-", 1)[0]
