"""Two statement files of the demonstration, so that the desk has something to clear: most lines settle themselves, the
rest take one look each. Invented lines in real layouts, imported through the same services as real files."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from .clock import LOCAL, Clock
from .donations import money_accounts
from .donations.models import Disbursement, Donor, Pledge
from .donations.rules import LIVE_STATES
from .extensions import db
from .identity.actor import Actor
from .reconciliation import imports, reading, runs
from .reconciliation.runs import Policy

OURS, TENPAY = "慈善总会（演示）", "财付通支付科技有限公司"
PAYOUT_FEN = 120_00


@dataclass(frozen=True)
class Seen:
    """One line of the bank's file."""

    fen: int
    who: str
    memo: str
    account: str = ""


def fill(*, staff: Actor, clock: Clock, instance: Path) -> None:
    """A wallet's payout and a week of the bank, matched by one run."""
    imports_of = {"WECHAT": ("演示-微信资金账单.csv", _wechat(clock)), "BANK": ("演示-中国银行流水.csv", _bank(clock))}
    for account, (name, data) in imports_of.items():
        db.session.rollback()
        imports.commit(file=reading.read(data, name), account_code=account, confirmed=imports.EVERYTHING, actor=staff,
                       instance=instance, clock=clock)
    run_id = runs.queue(account_code=None, actor=staff, clock=clock)
    runs.carry_out(run_id, policy=Policy(), clock=clock)


def _lines() -> list[Seen]:
    """What a morning brings: codes whole and cut short, names without a code, and lines that are no gifts."""
    rows = db.session.execute(
        select(Pledge, Donor).join(Donor, Donor.id == Pledge.donor_id)
        .where(Pledge.state.in_(LIVE_STATES), Pledge.kind == "cash", Pledge.amount > Pledge.paid,
               ~Pledge.id.in_(select(Pledge.id).where(Pledge.instalments.any())))
        .order_by(Pledge.id).limit(9)).all()
    ways = (lambda p: f"捐 {p.reference}", lambda p: p.reference, lambda p: f"捐{p.reference[:4]} {p.reference[4:8]} "
            f"{p.reference[8:]}", lambda p: f"捐{p.reference[:8]}", lambda p: "爱心捐款", lambda p: "认领项目")
    found = []
    for n, (pledge, donor) in enumerate(rows):
        name = donor.name if n != 6 else donor.name[:1] + "*" * (len(donor.name) - 1)
        found.append(Seen(pledge.amount - pledge.paid, name, ways[n % len(ways)](pledge),
                          f"62220000000000{n:04d}"))
    paid = db.session.scalars(select(Disbursement).where(
        Disbursement.state == "paid", Disbursement.account_code == "BANK")
        .order_by(Disbursement.paid_on.desc(), Disbursement.id.desc()).limit(1)).first()
    if paid is not None:
        found.append(Seen(-paid.amount_fen, paid.payee, "货款", "6222000000001001"))
    return [*found, Seen(PAYOUT_FEN, TENPAY, "提现"), Seen(66_66, "", "爱心捐款"), Seen(12_34, "", "结息"),
            Seen(-10_00, "", "账户管理费")]


def _bank(clock: Clock) -> bytes:
    lines, now = _lines(), clock.now().astimezone(LOCAL)
    balance = next(row.balance_fen for row in money_accounts.figures(db.session()) if row.account.code == "BANK")
    head = ["交易类型", "付款人账号", "付款人名称", "收款人账号", "收款人名称", "交易日期", "交易时间", "交易金额",
            "交易后余额", "交易流水号", "摘要", "用途", "交易附言"]
    rows: list[Sequence[str]] = [head]
    for n, line in enumerate(lines):
        at = now - timedelta(hours=30) + timedelta(minutes=37 * n)
        balance += line.fen
        ours, theirs = ["6222000000000000", OURS], [line.account, line.who]
        rows.append(["来账" if line.fen > 0 else "往账", *(theirs + ours if line.fen > 0 else ours + theirs),
                     f"{at:%Y%m%d}", f"{at:%H:%M:%S}", _yuan(line.fen), _yuan(balance), f"DEMOBOC{n:05d}", line.memo,
                     "", line.memo])
    return _csv(rows)


def _wechat(clock: Clock) -> bytes:
    at: datetime = clock.now().astimezone(LOCAL) - timedelta(hours=40)
    return _csv([
        ["记账时间", "微信支付业务单号", "资金流水单号", "业务名称", "业务类型", "收支类型", "收支金额(元)",
         "账户结余(元)", "资金变更提交申请人", "备注", "业务凭证号"],
        [f"`{at:%Y-%m-%d %H:%M:%S}", "`4200000000DEMO0001", "`1900000001DEMO1", "`提现", "`提现", "`支出",
         f"`{_yuan(PAYOUT_FEN)}", "`0.00", "`system", "`", "`"],
        ["资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额"],
        ["`1.0", "`0.0", "`0.00", "`1.0", f"`{_yuan(PAYOUT_FEN)}"]])


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")
