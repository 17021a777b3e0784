"""The desk's sentences: why a line is here, what it may be, what was done with it. Chinese in the code, English in
translations/ like all other text."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, ngettext

from ..clock import LOCAL
from ..donations.models import LineNote, StatementLine
from ..money import format_yuan
from ..reference import parse
from . import handling, offers, reasons
from .matching.model import Agreement, Reason, Verdict


def _(text: str, **facts: object) -> str:
    return str(gettext(text, **facts))


# What a line is explained as; also the labels of the buttons that do it.
def explained(what: str) -> str:
    """手续费, 利息 …"""
    return {"fee": _("筹资费用（手续费）"), "interest": _("利息"), "charge": _("银行收费"),
            "other_income": _("其他收入"), "undo": _("撤销对账"), "refund": _("退款")}.get(what, what)


def why(line: StatementLine, verdict: Verdict | None, *, asked: bool, last: LineNote | None) -> str:
    """A few words under a line of the queue: why it waits for a person."""
    if asked:
        return _("等另一位同事审批")
    if line.currency != "CNY":
        return _("外币（%(currency)s），只留存", currency=line.currency)
    said = _said_by_the_bank(line)
    if said:
        return said
    if last is not None and last.step == "held":
        return last.note or _("先放着")
    count = 0 if verdict is None else len(verdict.candidates) + (verdict.confirmed is not None)
    if count:
        return str(ngettext("有%(num)s个候选", "有%(num)s个候选", count))
    return _("没有候选") if line.amount_fen > 0 else _("支出，看和账上哪一笔对得上")


def _said_by_the_bank(line: StatementLine) -> str:
    kinds = {"payout": _("疑似提现，内部转账"), "fee": _("手续费"), "interest": _("利息"), "charge": _("银行收费"),
             "refund": _("退款"), "returned": _("疑似退汇")}
    if line.kind in kinds:
        return kinds[line.kind]
    return kinds["payout"] if offers.looks_like_transfer(line) else ""


def when(line: StatementLine) -> str:
    """`04-15 14:32`, or the day alone where the file has no time."""
    if line.booked_at is None:
        return f"{line.booked_on:%m-%d}"
    return f"{line.booked_at.astimezone(LOCAL):%m-%d %H:%M}"


def codes_in(line: StatementLine) -> list[str]:
    """References that the line's texts hold."""
    return parse(f"{line.memo} {line.merchant_order}")


def told(note: LineNote) -> str:
    """One step of a line's history as a sentence."""
    facts = handling.facts_of(note)
    if note.step == "matched" and note.code != "by_hand":
        return _("对上了：%(reason)s", reason=because(note.code, facts))
    said = {
        "by_hand": _("按人工拆分记账"), "fee": _("记为手续费"), "fee_carried": _("手续费已随捐赠记账，只做配对"),
        "interest": _("记为利息"), "charge": _("记为银行收费"), "other_income": _("记为其他收入，不是捐赠"),
        "transfer": _("记为账户之间的转账"), "paired": _("与账上已有的一笔配对，没有另外记账"),
        "taken_over": _("与手工登记的同一笔对上，没有另外记账"), "came_back": _("记为退汇，拨付的钱回来了"),
        "kept_open": _("先放着，没有记账"), "in_suspense": _("放入待确认"),
        "copy_of": _("文件里有同一行，这一行不再用"),
        "undone": _("撤销，这一行重新等待"),
    }
    if note.step == "asked":
        return _("提出：%(what)s，等另一位同事审批", what=explained(note.code))
    if note.step == "refused":
        return _("没有批准：%(what)s", what=explained(note.code))
    if note.step == "resumed":
        return _("重新拿出来办")
    return said.get(note.code) or because(note.code, facts)


def because(code: str, facts: Mapping[str, Any]) -> str:
    """The matcher's reason as a sentence."""
    return reasons.text(Reason(code, facts))


def field_name(agreement: Agreement) -> str:
    """Heading of one row of a candidate's table."""
    return str(reasons.FIELDS[agreement.name])


def judged(agreement: Agreement) -> str:
    """What the table says of one field."""
    if agreement.verdict == "same":
        return _("✓ 一致")
    return _("≈ 接近") if agreement.verdict == "near" else _("不作数")


def outcome_kind(kind: str) -> str:
    """What part of a line became, in one word."""
    return {"donation": _("捐赠"), "suspense": _("待确认"), "deposit": _("现金存入"), "refund": _("退款"),
            "disbursement": _("已批准的拨付"), "returned": _("退汇"), "payout": _("内部转账"), "fee": _("手续费"),
            "interest": _("利息"), "charge": _("银行收费"), "other_income": _("其他收入")}.get(kind, kind)


def entry_kind(kind: str) -> str:
    """What an entry of the books is."""
    return {"gift": _("记为捐赠"), "suspense": _("放入待确认"), "suspense_settled": _("从待确认转出"),
            "reversal": _("冲正"),
            "match_undone": _("撤销对账"), "refund": _("退款"), "deposit": _("现金存入银行"), "disbursement": _("拨付"),
            "prepayment": _("预付"), "payment_returned": _("退汇"), "payout": _("内部转账"), "wallet_fee": _("手续费"),
            "interest": _("利息"), "management_cost": _("银行收费"), "other_income": _("其他收入")}.get(kind, kind)


def amount(fen: int) -> str:
    """`¥5,040.00`."""
    return format_yuan(fen)
