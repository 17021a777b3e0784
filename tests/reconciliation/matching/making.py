"""Promises and lines in a few words, and what the matcher says of them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from charityledger import reference
from charityledger.reconciliation.matching.matcher import Matcher
from charityledger.reconciliation.matching.model import Incoming, OpenPledge, Settled, Verdict

DAY = date(2026, 4, 15)
ZHANG, LI, WANG = "张三", "李四", "王建国"
MINGYUAN, MINGDA = "郑州明远科技有限公司", "郑州明达科技有限公司"


def code(number: int) -> str:
    """The code of promise `number`; codes of neighbouring numbers are far apart."""
    return reference.make(4_827_193 + 104_729 * (number - 1))


def shown(number: int) -> str:
    return reference.show(code(number))


def promise(number: int = 1, fen: int = 10_000, name: str = ZHANG, *, days: int = 0, **more: Any) -> OpenPledge:
    """A promise made `days` before `DAY`. Its donor is an enterprise where the name says so."""
    instalments = more.get("instalments", ())
    given: dict[str, Any] = {
        "donor_id": number, "donor_kind": "enterprise" if "公司" in name else "individual",
        "due_fen": instalments[0] if instalments else fen, "pledged_on": DAY - timedelta(days=days), **more}
    given["accounts"] = frozenset(given.get("accounts", ()))
    return OpenPledge(number, code(number), donor_name=name, outstanding_fen=fen, **given)


def line(fen: int = 10_000, memo: str = "", who: str = ZHANG, *, account: str = "", on: date = DAY,
         number: int = 1) -> Incoming:
    """A gift, perhaps."""
    return Incoming(number, on, fen, who, account, (memo,) if memo else ())


def judge(one: Incoming, *promises: OpenPledge, settled: Mapping[str, Settled] | None = None,
          tiers: frozenset[int] = frozenset({1, 2})) -> Verdict:
    return Matcher(promises, settled or {}, tiers=tiers).judge(one)


def confirmed(verdict: Verdict) -> tuple[int, list[tuple[int, int]], str] | None:
    """(tier, [(promise, fen)], reason) of a confirmation."""
    found = verdict.confirmed
    return found and (found.tier, [(part.pledge_id, part.amount_fen) for part in found.parts], found.reason.code)


def offered(verdict: Verdict) -> list[tuple[int, list[tuple[int, int]], str]]:
    """The same of every candidate; only where nothing is confirmed."""
    assert verdict.confirmed is None
    return [(one.tier, [(part.pledge_id, part.amount_fen) for part in one.parts], one.reason.code)
            for one in verdict.candidates]
