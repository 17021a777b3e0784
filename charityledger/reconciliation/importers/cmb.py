"""招商银行: the head stands somewhere below the account's particulars; corrections are flagged. Pure."""

from .bank import BankReader, layout
from .columns import joined
from .lines import Line
from .originals import Originals


class CmbReader(BankReader):
    """A line that the bank took back or corrected says so in its memo."""

    def line(self, number: int, row: dict[str, str], evidence: Originals) -> Line | None:
        if row["corrected"] not in ("", "N", "否", "0", "正常"):
            row["memo"] = joined((row["memo"], "冲账"))
        return super().line(number, row, evidence)


CMB = layout("cmb", ("收(付)方名称", "收付方名称", "收(付)方账号", "冲账标志"), {
    "corrected": ("冲账标志",),
    "order": ("业务参考号",),
    "merchant_order": ("商务支付订单号",),
}, names=("招商银行",), reader=CmbReader)
