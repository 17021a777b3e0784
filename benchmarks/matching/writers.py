"""Statement files in the layouts of WeChat's fund bill, Alipay's account bill, BOC, ICBC and CCB. Invented content."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from .world import Payment

OURS = "某区慈善总会"
OPENING_FEN = 5_000_000_000


def write(folder: Path, payments: Sequence[Payment], overlap: float, random: Random) -> list[tuple[str, Path]]:
    """(account, file) of every file. With `overlap`, a second file of each account repeats that share of its lines."""
    files = []
    for account, writer in WRITERS.items():
        mine = [payment for payment in payments if payment.account == account]
        balance = OPENING_FEN
        for number, payment in enumerate(mine):
            balance += payment.fen
            payment.balance = balance
            payment.order = payment.order or f"2026{number:014d}"
        cut = len(mine) * 2 // 3
        first = mine[: cut + int(len(mine) * overlap)]
        for number, part in enumerate((first, mine[cut:])):
            path = folder / f"{account}-{number + 1}.csv"
            path.write_bytes(writer(part, random))
            files.append((account, path))
    return files


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _wechat(payments: Sequence[Payment], random: Random) -> bytes:
    rows = [["记账时间", "微信支付业务单号", "资金流水单号", "业务名称", "业务类型", "收支类型", "收支金额(元)",
             "账户结余(元)", "资金变更提交申请人", "备注", "业务凭证号"]]
    words = {"payment": ("交易", "交易"), "fee": ("交易", "扣除交易手续费"), "refund": ("退款", "退款"),
             "payout": ("提现", "提现")}
    for payment in payments:
        name, kind = words[payment.kind]
        rows.append(["`" + cell for cell in (
            f"{payment.at:%Y-%m-%d %H:%M:%S}", payment.order, f"19{payment.balance:016d}{payment.kind[:3]}", name, kind,
            "收入" if payment.fen > 0 else "支出", _yuan(abs(payment.fen)), _yuan(payment.balance), "system",
            payment.memo, f"M{payment.order[-12:]}")])
    into = [payment.fen for payment in payments if payment.fen > 0]
    out = [-payment.fen for payment in payments if payment.fen < 0]
    rows += [["资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额"],
             [f"`{len(payments)}.0", f"`{len(into)}.0", f"`{_yuan(sum(into))}", f"`{len(out)}.0",
              f"`{_yuan(sum(out))}"]]
    return _csv(rows).encode()


def _alipay(payments: Sequence[Payment], random: Random) -> bytes:
    rows = [["账务流水号", "业务流水号", "商户订单号", "商品名称", "发生时间", "对方账号", "收入金额（+元）",
             "支出金额（-元）", "账户余额（元）", "交易渠道", "业务类型", "备注"]]
    kinds = {"payment": "在线支付", "refund": "退款（交易退款）", "payout": "提现", "fee": "收费"}
    rows += [[f"54{payment.balance:016d}\t", f"{payment.order}\t", f"T{payment.order[-8:]}\t", payment.memo,
                     f"{payment.at:%Y-%m-%d %H:%M:%S}", f"{payment.name}\t",
                     _yuan(payment.fen) if payment.fen > 0 else "0.00",
                     _yuan(payment.fen) if payment.fen < 0 else "0.00", _yuan(payment.balance), "支付宝",
                     kinds[payment.kind], ""] for payment in payments]
    head = ["#支付宝账务明细查询", "#账号：[20880000000000000156]", "#" + "-" * 41 + "账务明细列表" + "-" * 40]
    return ("\r\n".join(head) + "\r\n" + _csv(rows) + "#" + "-" * 41 + "账务明细列表结束" + "-" * 36
            + "\r\n").encode("gb18030")


def _boc(payments: Sequence[Payment], random: Random) -> bytes:
    rows = [[f"{zh}[ {en} ]" for zh, en in (
        ("交易类型", "Transaction Type"), ("业务类型", "Business type"), ("付款人账号", "Debit Account No."),
        ("付款人名称", "Payer's Name"), ("收款人账号", "Payee's Account Number"), ("收款人名称", "Payee's Name"),
        ("交易日期", "Transaction Date"), ("交易时间", "Transaction time"), ("交易货币", "Trade Currency"),
        ("交易金额", "Trade Amount"), ("交易后余额", "After-transaction balance"),
        ("交易流水号", "Transaction reference number"), ("用途", "Purpose"), ("交易附言", "Remark"))]]
    for payment in payments:
        theirs, ours = [payment.payer_account, payment.name], ["100000000001", OURS]
        rows.append(["来账" if payment.fen > 0 else "往账", "网上支付",
                     *(theirs + ours if payment.fen > 0 else ours + theirs),
                     f"{payment.at:%Y%m%d}", f"{payment.at:%H:%M:%S}", "CNY",
                     f"{'+' if payment.fen > 0 else ''}{_yuan(payment.fen)}", f"+{_yuan(payment.balance)}",
                     f"BOC{payment.balance:014d}", payment.memo if random.random() < 0.5 else "", payment.memo])
    return b"\xef\xbb\xbf" + _csv(rows).encode()


def _icbc(payments: Sequence[Payment], random: Random) -> bytes:
    rows = [["对方账号", "交易时间", "借贷标志", "对方单位", "对方行号", "用途", "摘要", "附言", "发生额", "余额",
             "币种"]]
    rows += [[payment.payer_account, f"{payment.at:%Y-%m-%d %H:%M:%S}", "贷" if payment.fen > 0 else "借",
              payment.name, "", "", "汇入" if payment.fen > 0 else "转账", payment.memo, _yuan(abs(payment.fen)),
              f"{payment.balance / 100:,.2f}", "人民币"] for payment in payments]
    return _csv(rows).encode("gbk", "replace")


def _ccb(payments: Sequence[Payment], random: Random) -> bytes:
    rows = [["账号", "账户名称", "交易时间", "借方发生额（支取）", "贷方发生额（收入）", "余额", "币种", "对方户名",
             "对方账号", "对方开户机构", "记账日期", "摘要", "备注", "账户明细编号-交易流水号", "企业流水号",
             "凭证种类", "凭证号"]]
    rows += [["41001000000000000001", OURS, f"{payment.at:%Y%m%d %H:%M:%S}",
                     _yuan(-payment.fen) if payment.fen < 0 else "0.00",
              _yuan(payment.fen) if payment.fen > 0 else "0.00", _yuan(payment.balance), "人民币元", payment.name,
              payment.payer_account, "", f"{payment.at:%Y%m%d}", "转账", payment.memo,
              f"{payment.balance:012d}-{payment.at:%H%M%S}", "", "", ""] for payment in payments]
    return _csv(rows).encode("gb18030")


WRITERS: dict[str, Callable[[Sequence[Payment], Random], bytes]] = {
    "WX1": _wechat, "ZFB1": _alipay, "BOC1": _boc, "ICBC1": _icbc, "CCB1": _ccb}
