"""支付宝账务明细: every movement of the merchant's balance. Pure."""

import re

from .amounts import currency, optional_fen
from .errors import AmountAbsent, AmountBelowZero, TwoAmounts
from .layout import Layout
from .lines import Kind, Line
from .originals import Originals
from .stated import StatedReader
from .when import moment

_KINDS: tuple[tuple[str, Kind], ...] = (
    ("退款", "refund"), ("提现失败", "returned"), ("退票", "returned"), ("提现退回", "returned"), ("提现", "payout"),
    ("收费", "fee"), ("退费", "fee"), ("手续费", "fee"), ("服务费", "fee"), ("利息", "interest"), ("收益", "interest"))
# 张三 (138******00): a name, and the account in brackets.
_NAME = re.compile(r"(.*?)\s*[(（]([^()（）]*[0-9*@][^()（）]*)[)）]", re.DOTALL)


class AccountReader(StatedReader):
    """支出 may be signed or positive; its column says the direction."""

    def line(self, number: int, row: dict[str, str], evidence: Originals) -> Line | None:
        booked_at, has_time = moment(row["time"])
        amount_fen = _amount_fen(row)
        balance_fen = optional_fen(row["balance"])
        unit = currency(row["currency"])
        if amount_fen == 0:
            return None
        name, account = name_and_account(row["name"])
        return Line(number, booked_at, amount_fen, _kind(row["type"]), row["native"], name, account, row["memo"],
                    row["order"], row["merchant_order"], balance_fen, unit, has_time, evidence)


def _amount_fen(row: dict[str, str]) -> int:
    incoming, outgoing = optional_fen(row["in"]), optional_fen(row["out"])
    if incoming is None and outgoing is None:
        raise AmountAbsent()
    if incoming and outgoing:
        raise TwoAmounts()
    if incoming and incoming < 0:
        raise AmountBelowZero(text=row["in"])
    return (incoming or 0) - abs(outgoing or 0)


def name_and_account(text: str) -> tuple[str, str]:
    """(`张三`, `138******00`) of `张三 (138******00)`; all of it as the name where there is no account."""
    found = _NAME.fullmatch(text)
    return (found[1], found[2]) if found else (text, "")


def _kind(what: str) -> Kind:
    return next((kind for word, kind in _KINDS if word in what), "payment")


ALIPAY_ACCOUNT = Layout(
    "alipay-account", "alipay_account",
    {
        "time": ("发生时间", "入账时间"), "native": ("账务流水号",), "order": ("业务流水号", "支付宝交易号"),
        "merchant_order": ("商户订单号",), "name": ("对方账号", "对方账户"), "in": ("收入金额", "收入"),
        "out": ("支出金额", "支出"), "balance": ("账户余额", "余额"), "currency": ("币种",),
        "type": ("业务类型", "账务类型"),
        "memo": ("商品名称", "备注"),
    },
    (("time",), ("native",), ("in",), ("out",)), AccountReader, ("账务流水号",))
