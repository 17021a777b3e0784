"""A person's own WeChat bill, XLSX or CSV: payments in and out; 中性交易 (充值, 提现) move nothing. Pure."""

from .amounts import fen
from .layout import Layout
from .lines import Line
from .originals import Originals
from .personal import PersonalReader, is_done
from .when import moment


class WechatPersonalReader(PersonalReader):
    """`/` stands for nothing."""

    def line(self, number: int, row: dict[str, str], evidence: Originals) -> Line | None:
        booked_at, has_time = moment(row["time"])
        amount_fen = self.tally(row["direction"], fen(row["amount"]), done=is_done(row["status"]))
        if amount_fen == 0:
            return None
        refund = "退款" in row["type"]
        native = _some(row["native"])
        return Line(number, booked_at, amount_fen, "refund" if refund else "payment",
                    f"{native}/退款" if refund and native else native, _some(row["name"]), memo=row["memo"],
                    order_id=native, merchant_order=_some(row["merchant_order"]), has_time=has_time, evidence=evidence)


def _some(text: str) -> str:
    return "" if text == "/" else text


WECHAT_PERSONAL = Layout(
    "wechat-personal", "wechat_personal",
    {
        "time": ("交易时间",), "type": ("交易类型",), "name": ("交易对方",), "direction": ("收/支",),
        "amount": ("金额",), "status": ("当前状态",), "native": ("交易单号",),
        "merchant_order": ("商户单号",), "memo": ("商品", "备注"),
    },
    (("time",), ("direction",), ("amount",), ("native",)), WechatPersonalReader,
    ("当前状态", "商户单号"), ("微信支付账单明细", "微信昵称"))
