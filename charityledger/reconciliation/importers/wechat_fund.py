"""微信支付资金账单: every movement of the merchant's balance, fees as rows of their own. Pure."""

from .amounts import count, fen, optional_fen
from .bank import direction, signed
from .layout import Layout
from .lines import Kind, Line
from .named_totals import NamedTotals
from .originals import Originals
from .when import moment

_KINDS: tuple[tuple[str, Kind], ...] = (
    ("手续费", "fee"), ("退票", "returned"), ("提现失败", "returned"), ("退款", "refund"), ("提现", "payout"))


class FundReader(NamedTotals):
    """One row, one movement."""

    names = {"资金流水总笔数": ("lines", count), "收入笔数": ("in_lines", count), "收入金额": ("in_fen", fen),
             "支出笔数": ("out_lines", count), "支出金额": ("out_fen", fen)}
    begins = "资金流水总笔数"

    def line(self, number: int, row: dict[str, str], evidence: Originals) -> Line | None:
        booked_at, has_time = moment(row["time"])
        amount_fen = signed(fen(row["amount"]), direction(row["direction"]), row["amount"])
        balance_fen = optional_fen(row["balance"])
        if amount_fen == 0:
            return None
        return Line(number, booked_at, amount_fen, _kind(row), row["native"], memo=row["memo"], order_id=row["order"],
                    merchant_order=row["merchant_order"], balance_fen=balance_fen, has_time=has_time,
                    evidence=evidence)


def _kind(row: dict[str, str]) -> Kind:
    what = row["type"] or row["name"]
    return next((kind for word, kind in _KINDS if word in what), "payment")


WECHAT_FUND = Layout(
    "wechat-fund", "wechat_fund",
    {
        "time": ("记账时间",), "order": ("微信支付业务单号",), "native": ("资金流水单号",), "name": ("业务名称",),
        "type": ("业务类型",), "direction": ("收支类型",), "amount": ("收支金额",), "balance": ("账户结余",),
        "memo": ("备注",), "merchant_order": ("业务凭证号",),
    },
    (("time",), ("native",), ("direction",), ("amount",)), FundReader, ("资金流水单号",))
