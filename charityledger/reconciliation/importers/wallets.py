"""WeChat Pay's and Alipay's bills. Fund and account bills book; trade bills say more about the same payments. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from ...money import parse_yuan
from .banks import found
from .cells import normal, signed_fen
from .layout import Cells, Layout, word
from .lines import Line, Parsed, Total

_ALIPAY_SUM = re.compile(r"(收入|支出|交易|退款)合计[:：]([0-9]+)笔.*?共(-?[0-9,]+\.[0-9]{2})元")
_NAME_AND_ACCOUNT = re.compile(r"(.*?)\s*[(（]([^()（）]*)[)）]")
# A closed order may still say that it was paid.
_SUCCESSFUL = ("成功", "已存入", "已收钱", "已转账", "已到账", "已付款", "朋友已收钱", "已退款", "对方已收钱")


def _trailer(outside: Sequence[list[str]], first: str, names: dict[str, str], parsed: Parsed) -> Iterable[Total]:
    """Totals in two rows at the end: their names, then their values; counts may read `6.0`."""
    for head, values in pairwise(outside):
        if head and word(head[0]) == first:
            for name, value in zip(head, values, strict=False):
                known = names.get(word(name))
                if known is not None:
                    fen = abs(parse_yuan(value, signed=True))
                    yield Total(known, fen if known.endswith("fen") else fen // 100, found(parsed)[known])


def _fund_totals(parsed: Parsed, outside: Sequence[list[str]]) -> Iterable[Total]:
    return _trailer(outside, "资金流水总笔数", {
        "资金流水总笔数": "lines", "收入笔数": "in_lines", "收入金额": "in_fen", "支出笔数": "out_lines",
        "支出金额": "out_fen"}, parsed)


def _trade_totals(parsed: Parsed, outside: Sequence[list[str]]) -> Iterable[Total]:
    return _trailer(outside, "总交易单数", {"总交易单数": "lines", "应结订单总金额": "in_fen", "退款总金额": "out_fen"},
                    parsed)


def _alipay_totals(parsed: Parsed, outside: Sequence[list[str]]) -> Iterable[Total]:
    for cells in outside:
        for what, count, fen in _ALIPAY_SUM.findall(",".join(cells)):
            side = "in" if what in ("收入", "交易") else "out"
            yield Total(f"{side}_lines", int(count), found(parsed)[f"{side}_lines"])
            yield Total(f"{side}_fen", abs(parse_yuan(fen, signed=True)), found(parsed)[f"{side}_fen"])


def _parted(line: Line, told: str) -> Line:
    """`张三 (138******00)` as a name and an account."""
    both = _NAME_AND_ACCOUNT.match(told)
    return replace(line, counterparty=both[1] if both else told, counterparty_account=both[2] if both else "")


def _wechat_trade(cells: Cells, line: Line) -> Line | None:
    state = normal(cells.get("state"))
    refund_id = cells.get("refund_id")
    if state == "refund":
        line = replace(line, kind="refund", amount_fen=-signed_fen(cells.get("refund"), "退款金额"))
    elif state != "success":
        return None
    return replace(line, native_id=f"{line.order_id}/{refund_id if refund_id not in ('', '0') else ''}")


def _wechat_personal(cells: Cells, line: Line) -> Line | None:
    return line if cells.get("direction") in ("收入", "支出") else None


def _alipay_account(cells: Cells, line: Line) -> Line | None:
    if line.kind == "charge":
        line = replace(line, kind="fee")
    return _parted(line, cells.get("party"))


def _alipay_trade(cells: Cells, line: Line) -> Line | None:
    refund = cells.get("business") == "退款" or line.amount_fen < 0
    line = replace(line, kind="refund" if refund else "payment", amount_fen=-abs(line.amount_fen) if refund else
                   line.amount_fen, native_id=f"{line.order_id}/{cells.get('business')}/{cells.get('refund_id')}")
    return _parted(line, cells.get("party"))


def _alipay_personal(cells: Cells, line: Line) -> Line | None:
    counted = cells.get("direction") in ("收入", "支出") and any(
        known in cells.get("state") for known in _SUCCESSFUL)
    return line if counted else None


LAYOUTS = (
    Layout("wechat-fund", "wechat_fund", {
        "when": ("记账时间",), "order": ("微信支付业务单号",), "native": ("资金流水单号",), "direction": ("收支类型",),
        "amount": ("收支金额",), "balance": ("账户结余",), "type": ("业务类型", "业务名称"), "memo": ("备注",),
        "merchant_order": ("业务凭证号",)},
        (("when", "native", "direction", "amount"),), ("资金流水单号",), totals=_fund_totals),
    Layout("wechat-trade", "wechat_trade", {
        "when": ("交易时间",), "order": ("微信订单号",), "merchant_order": ("商户订单号",), "state": ("交易状态",),
        "amount": ("应结订单金额",), "refund": ("退款金额",), "refund_id": ("微信退款单号",), "memo": ("商品名称",),
        "currency": ("货币种类",)},
        (("when", "order", "state", "amount"),), ("微信订单号", "应结订单金额"), books=False, finish=_wechat_trade,
        totals=_trade_totals),
    Layout("wechat-personal", "wechat_personal", {
        "when": ("交易时间",), "type": ("交易类型",), "name": ("交易对方",), "direction": ("收/支",),
        "amount": ("金额",), "native": ("交易单号",), "merchant_order": ("商户单号",), "memo": ("商品", "备注"),
        "state": ("当前状态",)},
        (("when", "direction", "amount", "native"),), ("当前状态", "交易单号"), finish=_wechat_personal),
    Layout("alipay-account", "alipay_account", {
        "when": ("发生时间",), "native": ("账务流水号",), "order": ("业务流水号",), "merchant_order": ("商户订单号",),
        "memo": ("商品名称", "备注"), "party": ("对方账号",), "in": ("收入金额",), "out": ("支出金额",),
        "balance": ("账户余额",), "type": ("业务类型",)},
        (("when", "native", "in", "out"),), ("账务流水号",), finish=_alipay_account, totals=_alipay_totals),
    Layout("alipay-trade", "alipay_trade", {
        "when": ("完成时间", "创建时间"), "order": ("支付宝交易号",), "merchant_order": ("商户订单号",),
        "business": ("业务类型",), "memo": ("商品名称", "备注"), "party": ("对方账户",), "amount": ("商家实收",),
        "refund_id": ("退款批次号/请求号",)},
        (("when", "order", "amount"),), ("支付宝交易号", "商家实收"), books=False, finish=_alipay_trade,
        totals=_alipay_totals),
    Layout("alipay-personal", "alipay_personal", {
        "when": ("交易时间",), "name": ("交易对方",), "account": ("对方账号",), "memo": ("商品说明", "备注"),
        "direction": ("收/支",), "amount": ("金额",), "state": ("交易状态",), "native": ("交易订单号",),
        "merchant_order": ("商家订单号",)},
        (("when", "direction", "amount", "native"),), ("交易订单号", "收/支"), finish=_alipay_personal),
)
