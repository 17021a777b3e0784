"""Rows of a wallet's bill that belong to a gift's row: its fee, and refunds, whole or in part. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from .model import Reason
from .moves import Moved, Proposal

# WeChat's fund bill shows a refund net of the fee that comes back: 49.70 for 50.00.
_GROSS = re.compile(r"退款总金额\s*([0-9]+(?:\.[0-9]{1,2})?)\s*元")


def fee_rows(lines: Sequence[Moved]) -> Iterator[Proposal]:
    """Each fee row with the payment of the same order."""
    paid = _payments(lines)
    for line in lines:
        if line.kind == "fee" and line.account_kind != "bank":
            for gift in paid[line.account_code, line.order_id]:
                yield Proposal("fee", line.id, Reason("fee_of", {"paid_fen": gift.amount_fen}), other_id=gift.id)


def refund_rows(lines: Sequence[Moved]) -> Iterator[Proposal]:
    """Each refund row with the payment of the same order; together they never give back more than was paid."""
    paid = _payments(lines)
    fees: defaultdict[tuple[str, str], int] = defaultdict(int)
    for line in lines:
        if line.kind == "fee" and line.amount_fen < 0:
            fees[line.account_code, line.order_id] -= line.amount_fen
    returned: defaultdict[int, int] = defaultdict(int)
    for line in lines:
        if line.kind != "refund" or line.amount_fen >= 0:
            continue
        for gift in paid[line.account_code, line.order_id]:
            gross = _gross(line, gift, fees[line.account_code, line.order_id])
            returned[gift.id] += gross
            if returned[gift.id] > gift.amount_fen:
                code = "refund_beyond"
            else:
                code = "refund_whole" if gross == gift.amount_fen else "refund_part"
            facts = {"gross_fen": gross, "paid_fen": gift.amount_fen, "fee_fen": gross + line.amount_fen}
            yield Proposal("refund_row", line.id, Reason(code, facts), other_id=gift.id, gross_fen=gross,
                           rivals=1 if code == "refund_beyond" else 0)


def _gross(line: Moved, gift: Moved, fee_fen: int) -> int:
    """What the donor got back: as the memo says; else the whole gift if its fee explains the rest; else the row."""
    net = -line.amount_fen
    said = _GROSS.search(line.memo)
    if said:
        yuan, _, rest = said.group(1).partition(".")
        return int(yuan) * 100 + int(rest.ljust(2, "0"))
    return gift.amount_fen if fee_fen and net + fee_fen == gift.amount_fen else net


def _payments(lines: Sequence[Moved]) -> defaultdict[tuple[str, str], list[Moved]]:
    paid: defaultdict[tuple[str, str], list[Moved]] = defaultdict(list)
    for line in lines:
        if line.kind == "payment" and line.amount_fen > 0 and line.order_id:
            paid[line.account_code, line.order_id].append(line)
    return paid
