"""支付宝业务明细: who paid what, before fees. It books nothing. Pure."""

import re
from collections.abc import Sequence

from .alipay_account import name_and_account
from .amounts import count, fen
from .errors import DirectionDisagrees, UnknownStatus
from .layout import Layout
from .lines import Line
from .originals import Originals
from .stated import StatedReader, said
from .when import moment

_TOTAL = re.compile(r"(交易|退款)合计:([0-9,]+)笔,商家实收(?:退款)?共([+-]?[0-9,]+(?:\.[0-9]+)?)元")


class TradeReader(StatedReader):
    """A refund repeats the number of its payment and is below zero."""

    def footer(self, row: dict[str, str], cells: Sequence[str]) -> None:
        found = _TOTAL.search(",".join(said([cell]) for cell in cells))
        if found:
            way = "in" if found[1] == "交易" else "out"
            self.stated.totals[f"{way}_lines"] = count(found[2])
            self.stated.totals[f"{way}_fen"] = abs(fen(found[3]))

    def line(self, number: int, row: dict[str, str], evidence: Originals) -> Line | None:
        booked_at, has_time = moment(row["done"] or row["time"])
        amount_fen = fen(row["amount"])
        what = row["type"]
        if what not in ("交易", "退款"):
            raise UnknownStatus(text=what[:20])
        refund = what == "退款"
        if (amount_fen > 0 and refund) or (amount_fen < 0 and not refund):
            raise DirectionDisagrees(text=row["amount"])
        if amount_fen == 0:
            return None
        name, account = name_and_account(row["name"])
        native = "/".join(part for part in (row["native"], what, row["batch"] if refund else "") if part)
        return Line(number, booked_at, amount_fen, "refund" if refund else "payment", native, name, account,
                    row["memo"], row["native"], row["merchant_order"], has_time=has_time, evidence=evidence)


ALIPAY_TRADE = Layout(
    "alipay-trade", "alipay_trade",
    {
        "time": ("创建时间",), "done": ("完成时间",), "native": ("支付宝交易号",), "merchant_order": ("商户订单号",),
        "type": ("业务类型",), "name": ("对方账户",), "amount": ("商家实收", "订单金额"),
        "batch": ("退款批次号/请求号", "退款批次号"),
        "memo": ("商品名称", "备注"),
    },
    (("time", "done"), ("native",), ("type",), ("amount",)), TradeReader, ("支付宝交易号",), books=False)
