"""Chinese banks' corporate account statements: CSV, XLS, XLSX, and text that calls itself XLS. Pure."""

import re
from collections.abc import Iterable, Sequence

from ...money import parse_yuan
from .layout import Layout, word
from .lines import Parsed, Total

# Every name that a bank is known to use; `memo` takes all of them, the others the first that says something.
NAMES = {
    "when": ("交易时间", "入账时间", "交易日期时间"), "day": ("交易日期", "交易日", "入账日期", "记账日期", "日期"),
    "in": ("贷方发生额", "贷方发生额(收入)", "贷方金额", "收入金额", "收入", "转入金额", "贷方", "存入金额"),
    "out": ("借方发生额", "借方发生额(支取)", "借方金额", "支出金额", "支出", "转出金额", "借方", "支取金额"),
    "direction": ("借贷标志", "借贷", "借贷方向", "收支", "收/支", "交易方向"),
    "amount": ("发生额", "交易金额", "金额"), "balance": ("余额", "账户余额", "交易后余额", "本次余额"),
    "name": ("对方户名", "对方单位", "对方单位名称", "对方名称", "对方账户名称", "收(付)方名称", "收付方名称"),
    "account": ("对方账号", "对方账户", "收(付)方账号", "收付方账号"),
    "memo": ("附言", "交易附言", "用途", "摘要", "业务摘要", "备注"),
    "native": ("账户明细编号-交易流水号", "交易流水号", "流水号"), "type": ("业务类型", "交易类型"),
    "currency": ("币种", "交易货币", "货币"), "own_account": ("账号", "本方账号"),
}
TWO_COLUMNS = (("when", "in", "out"), ("day", "in", "out"))
ONE_COLUMN = (("when", "direction", "amount"), ("day", "direction", "amount"))

_BOC_TOTALS = {"总笔数": "lines", "借方发生总笔数": "out_lines", "借方发生总额": "out_fen",
               "贷方发生总笔数": "in_lines", "贷方发生总额": "in_fen"}
_ABC_FOOTER = re.compile(r"([0-9]+)\s*(收|支)\s*([0-9,]+\.[0-9]{2})")


def found(parsed: Parsed) -> dict[str, int]:
    """What the lines come to, by the names of totals."""
    into = [line for line in parsed.local if line.amount_fen > 0]
    return {"lines": len(parsed.local), "in_lines": len(into), "out_lines": len(parsed.local) - len(into),
            "in_fen": parsed.in_fen, "out_fen": parsed.out_fen}


def _boc(parsed: Parsed, outside: Sequence[list[str]]) -> Iterable[Total]:
    for cells in outside:
        name = _BOC_TOTALS.get(word(cells[0])) if len(cells) > 1 else None
        if name is not None:
            declared = parse_yuan(cells[1], signed=True)
            yield Total(name, abs(declared) if name.endswith("fen") else declared // 100, found(parsed)[name])


def _abc(parsed: Parsed, outside: Sequence[list[str]]) -> Iterable[Total]:
    for cells in outside:
        for count, side, fen in _ABC_FOOTER.findall(" ".join(cells)):
            name = "in" if side == "收" else "out"
            yield Total(f"{name}_lines", int(count), found(parsed)[f"{name}_lines"])
            yield Total(f"{name}_fen", parse_yuan(fen), found(parsed)[f"{name}_fen"])


LAYOUTS = (
    Layout("icbc-v2", "bank", NAMES, ONE_COLUMN, ("借贷标志", "发生额", "对方单位")),
    Layout("icbc-v3", "bank", NAMES, TWO_COLUMNS, ("转出金额", "转入金额")),
    Layout("icbc", "bank", NAMES, TWO_COLUMNS, ("借方发生额", "贷方发生额", "对方单位")),
    Layout("ccb", "bank", NAMES, TWO_COLUMNS, ("账户明细编号-交易流水号",)),
    Layout("abc", "bank", {**NAMES, "in": ("收入", "收入金额"), "out": ("支出", "支出金额")}, TWO_COLUMNS,
           ("收入", "支出", "对方户名"), totals=_abc),
    Layout("boc", "bank", {
        "day": ("交易日期",), "when": ("交易时间",), "amount": ("交易金额",), "balance": ("交易后余额",),
        "direction": ("交易类型",), "type": ("业务类型",), "payer": ("付款人名称",), "payee": ("收款人名称",),
        "payer_account": ("付款人账号",), "payee_account": ("收款人账号",), "native": ("交易流水号",),
        "memo": ("交易附言", "用途", "摘要", "备注"), "currency": ("交易货币",)},
        (("day", "amount", "payer", "payee"),), ("付款人名称", "收款人名称"), totals=_boc),
    Layout("cmb", "bank", NAMES, TWO_COLUMNS, ("借方金额", "贷方金额", "收(付)方名称")),
    Layout("citic", "bank", NAMES, TWO_COLUMNS, ("对方账户名称",)),
    Layout("spdb", "bank", NAMES, TWO_COLUMNS, ("借方金额", "贷方金额", "对方户名")),
    Layout("bocom", "bank", NAMES, ONE_COLUMN, ("借贷标志", "对方户名")),
    # Any other table with names that we know.
    Layout("bank", "bank", NAMES, (*TWO_COLUMNS, *ONE_COLUMN)),
)
