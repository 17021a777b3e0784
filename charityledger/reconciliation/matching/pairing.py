"""Explanations for lines that are no donations: payouts, payments, refunds, returns, fees, interest. Pure.

Everything is a proposal for a person; nothing here is booked. Where a line or its partner fits twice, every possibility
is listed and marked.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from . import names
from .model import Reason
from .moves import Expected, Moved, Proposal, ProposalKind
from .wallet_rows import fee_rows, refund_rows

_PAYOUT_DAYS = range(6)
_PAYMENT_DAYS = range(-1, 16)
_RETURN_DAYS = range(16)
_RETURNED = re.compile(r"退汇|退回|退款|户名不符|账号有误|冲正")
_INTEREST = re.compile(r"结息|利息|存款息")
_CHARGE = re.compile(r"手续费|工本费|账户管理费|年费|短信费|服务费|汇划费|邮电费")
_SHARING = ("fee", "refund_row")


def propose(lines: Iterable[Moved], expected: Iterable[Expected] = ()) -> list[Proposal]:
    """All proposals, by line in the order given. A line may have several; gifts are only partners."""
    lines = list(lines)
    waiting = [line for line in lines if not line.is_gift]
    found = [*_of_expected(waiting, expected), *_payouts(waiting), *_returns(lines), *refund_rows(lines),
             *fee_rows(lines), *_alone(waiting)]
    order = {line.id: at for at, line in enumerate(lines)}
    found.sort(key=lambda proposal: order[proposal.line_id])
    return _with_rivals(found)


def _of_expected(lines: Sequence[Moved], expected: Iterable[Expected]) -> Iterator[Proposal]:
    """Payments, refunds, deposits and payouts that our books know of, with the bank's line of the same amount."""
    by_amount: defaultdict[tuple[str, int], list[Moved]] = defaultdict(list)
    for line in lines:
        by_amount[line.account_code, line.amount_fen].append(line)
    for item in expected:
        for line in by_amount[item.account_code, item.amount_fen]:
            days = (line.on - item.on).days
            if days not in (_PAYOUT_DAYS if item.kind in ("payout", "deposit") else _PAYMENT_DAYS):
                continue
            by = _same_party(line, item.name, item.account)
            if item.kind in ("disbursement", "refund") and not by:
                continue
            kind: ProposalKind = "payment" if item.kind == "disbursement" else item.kind
            yield Proposal(kind, line.id, Reason(f"expected_{item.kind}", {"days": days, "by": by, "name": item.name}),
                           expected=(item.kind, item.id))


def _same_party(line: Moved, name: str, account: str) -> str:
    if account and account == line.counterparty_account:
        return "account"
    return "name" if name and names.clean(name) == names.clean(line.counterparty) else ""


def _payouts(lines: Sequence[Moved]) -> Iterator[Proposal]:
    """Money that left a wallet and came in from the wallet's company within five days."""
    arrivals: defaultdict[int, list[Moved]] = defaultdict(list)
    for line in lines:
        if line.amount_fen > 0 and line.account_kind == "bank" and names.is_intermediary(line.counterparty):
            arrivals[line.amount_fen].append(line)
    paired: set[int] = set()
    for line in lines:
        if line.kind == "payout" and line.amount_fen < 0:
            for arrival in arrivals[-line.amount_fen]:
                days = (arrival.on - line.on).days
                if days in _PAYOUT_DAYS:
                    paired |= {arrival.id, line.id}
                    yield Proposal("payout", arrival.id, Reason("payout_pair", {"days": days}), other_id=line.id)
    for line in (line for several in arrivals.values() for line in several):
        if line.id not in paired and "提现" in line.memo:
            yield Proposal("payout", line.id, Reason("payout_alone", {"name": line.counterparty}))
    for line in lines:
        if line.id not in paired and line.kind == "payout" and line.amount_fen < 0:
            yield Proposal("payout", line.id, Reason("payout_under_way"))


def _returns(lines: Sequence[Moved]) -> Iterator[Proposal]:
    """退汇: a payment of ours that came back, and a gift that was sent back."""
    earlier: defaultdict[tuple[str, int], list[Moved]] = defaultdict(list)
    for line in lines:
        if line.account_kind == "bank":
            earlier[line.account_code, line.amount_fen].append(line)
    for line in lines:
        if line.is_gift or line.account_kind != "bank":
            continue
        incoming = line.amount_fen > 0
        for first in earlier[line.account_code, -line.amount_fen]:
            days = (line.on - first.on).days
            by = _same_party(line, first.counterparty, first.counterparty_account)
            said = bool(_RETURNED.search(line.memo)) or line.kind == "returned"
            # A supplier may pay back what he got, so only the same party counts; without the word it must be clear.
            if first.id == line.id or days not in _RETURN_DAYS or not by or not (said or by == "account"):
                continue
            kind: ProposalKind = "returned_in" if incoming else "returned_out"
            yield Proposal(kind, line.id, Reason(kind, {"days": days, "by": by, "said": int(said)}), other_id=first.id)


def _alone(lines: Sequence[Moved]) -> Iterator[Proposal]:
    """Interest and bank charges, which have no partner."""
    for line in lines:
        if line.account_kind != "bank":
            continue
        told = f"{line.counterparty} {line.memo}"
        if line.amount_fen > 0 and (line.kind == "interest" or _INTEREST.search(told)):
            yield Proposal("interest", line.id, Reason("interest"))
        elif line.amount_fen < 0 and (line.kind in ("charge", "fee") or _CHARGE.search(told)):
            yield Proposal("charge", line.id, Reason("charge"))


def _with_rivals(found: Sequence[Proposal]) -> list[Proposal]:
    """Count for each proposal those others that want its line or partner; `refund_beyond` has one from the start."""
    lines = Counter(proposal.line_id for proposal in found)
    partners = Counter(proposal.other_id for proposal in found if proposal.kind not in _SHARING)
    books = Counter(proposal.expected for proposal in found if proposal.expected is not None)
    counted = []
    for proposal in found:
        rivals = proposal.rivals + lines[proposal.line_id] - 1
        # A gift may have a fee row and several partial refunds: they do not contend for it.
        if proposal.other_id is not None and proposal.kind not in _SHARING:
            rivals += partners[proposal.other_id] - 1
        if proposal.expected is not None:
            rivals += books[proposal.expected] - 1
        counted.append(replace(proposal, rivals=rivals) if rivals != proposal.rivals else proposal)
    return counted
