"""微信支付交易账单, of type ALL, SUCCESS or REFUND: who paid what, before fees. It books nothing. Pure."""

from collections.abc import Sequence

from .amounts import count, currency, fen, fine, fine_to_fen, optional_fen
from .columns import Head
from .errors import AmountAbsent, AmountBelowZero, UnknownStatus
from .layout import Layout
from .lines import Line
from .named_totals import NamedTotals
from .originals import Originals
from .text import Row
from .when import moment


def _fee(text: str) -> int:
    return fine_to_fen(fine(text))


class TradeReader(NamedTotals):
    """A refund is a row of its own, with the order of its payment and a positive amount."""

    names = {"总交易单数": ("lines", count), "应结订单总金额": ("in_fen", fen), "退款总金额": ("out_fen", fen),
             "手续费总金额": ("fee_fen", _fee)}
    begins = "总交易单数"

    def __init__(self, head: Head, before: Sequence[Row]) -> None:
        super().__init__(head, before)
        self.fees = 0       # in hundred-thousandths of a yuan
        self.stated.found["fee_fen"] = 0

    def line(self, number: int, row: dict[str, str], evidence: Originals) -> Line | None:
        booked_at, has_time = moment(row["time"])
        unit = currency(row["currency"])
        refund = row["refund"] if row["refund"] != "0" else ""
        amount_fen = self._amount_fen(row, refunded=bool(refund))
        if row["fee"]:
            self.fees += fine(row["fee"])
            self.stated.found["fee_fen"] = fine_to_fen(self.fees)
        # FAIL: a refund that did not happen.
        if amount_fen == 0 or (refund and row["refund_status"] in ("FAIL", "FAILED")):
            return None
        native = f"{row['native']}/{refund}" if refund else row["native"]
        return Line(number, booked_at, amount_fen, "refund" if refund else "payment", native,
                    counterparty_account=row["payer"], memo=row["memo"], order_id=row["native"],
                    merchant_order=row["merchant_order"], currency=unit, has_time=has_time, evidence=evidence)

    def _amount_fen(self, row: dict[str, str], *, refunded: bool) -> int:
        status = row["status"].upper()
        if status not in ("SUCCESS", "REFUND", "REVOKED", ""):
            raise UnknownStatus(text=row["status"][:20])
        text = row["refund_amount"] if refunded else row["amount"]
        given = optional_fen(text)
        if given is None or (status == "REFUND" and not refunded):
            raise AmountAbsent()
        if given < 0:
            raise AmountBelowZero(text=text)
        if status == "REVOKED" and not refunded:
            return 0        # taken back before it was paid
        return -given if refunded else given


WECHAT_TRADE = Layout(
    "wechat-trade", "wechat_trade",
    {
        "time": ("交易时间", "支付时间"), "native": ("微信订单号",), "merchant_order": ("商户订单号",),
        "payer": ("用户标识",), "status": ("交易状态",), "currency": ("货币种类",),
        "amount": ("应结订单金额", "订单金额", "总金额"),
        "refund": ("微信退款单号",), "refund_amount": ("退款金额", "申请退款金额"), "refund_status": ("退款状态",),
        "memo": ("商品名称", "商户数据包"), "fee": ("手续费",),
    },
    (("time",), ("native",), ("amount",)), TradeReader, ("微信订单号",), books=False,
    money=("amount", "refund_amount", "fee"))
