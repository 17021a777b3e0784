"""A person's own Alipay bill: only what went through counts; a row that was closed may still say 支出. Pure."""

from .amounts import fen
from .layout import Layout
from .lines import Line
from .originals import Originals
from .personal import PersonalReader, is_done
from .when import moment


class AlipayPersonalReader(PersonalReader):
    """不计收支 moves nothing."""

    def line(self, number: int, row: dict[str, str], evidence: Originals) -> Line | None:
        booked_at, has_time = moment(row["time"])
        amount_fen = self.tally(row["direction"], fen(row["amount"]), done=is_done(row["status"]))
        if amount_fen == 0:
            return None
        refund = "退款" in row["type"] or "退款" in row["status"]
        native = row["native"]
        return Line(number, booked_at, amount_fen, "refund" if refund else "payment",
                    f"{native}/退款" if refund and native else native, row["name"],
                    "" if row["other"] == "/" else row["other"], row["memo"], native, row["merchant_order"],
                    has_time=has_time, evidence=evidence)


ALIPAY_PERSONAL = Layout(
    "alipay-personal", "alipay_personal",
    {
        "time": ("交易时间", "付款时间", "交易创建时间"), "type": ("交易分类",), "name": ("交易对方",),
        "other": ("对方账号",), "direction": ("收/支",), "amount": ("金额",), "status": ("交易状态",),
        "native": ("交易订单号", "交易号"),
        "merchant_order": ("商家订单号",), "memo": ("商品说明", "商品名称", "备注"),
    },
    (("time",), ("direction",), ("amount",), ("status",), ("native",)), AlipayPersonalReader,
    ("交易订单号", "商家订单号", "收/付款方式"), ("支付宝",))
