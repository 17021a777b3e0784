"""中国银行: bilingual heads, 来账 and 往账, signed amounts, counts and totals above the head. Pure."""

from .bank import BankReader, layout


class BocReader(BankReader):
    """The other side is the payer of what comes in and the payee of what goes out."""

    def counterparty(self, row: dict[str, str], amount_fen: int) -> tuple[str, str]:
        if amount_fen > 0:
            return row["payer"], row["payer_account"]
        return row["payee"], row["payee_account"]


BOC = layout("boc", ("付款人名称", "收款人名称", "付款人账号"), {
    "date": ("交易日期",),
    "time": ("交易时间",),
    "direction": ("交易类型", "来往账标志"),
    "amount": ("交易金额",),
    "payer": ("付款人名称",), "payer_account": ("付款人账号",),
    "payee": ("收款人名称",), "payee_account": ("收款人账号",),
    "native": ("交易流水号",),
    "says": ("摘要", "业务类型", "用途"),
}, needs=(("date", "time"), ("amount", "in"), ("payer", "name")), names=("中国银行",), reader=BocReader)
