"""A line beside the promises that it may keep, field by field, for a person to see. Pure."""

from charityledger.phone import last_four
from charityledger.reference import show

from . import codes, names
from .book import Waiting
from .evidence import ACCOUNT, NEAR_DAYS, PHONE, TAIL, Seen, days_after
from .fees import is_fee
from .model import Agreement


def agreements(seen: Seen, parts: list[tuple[Waiting, int]], by: str) -> tuple[Agreement, ...]:
    """Field by field, the line beside one or several promises. Amounts are plain yuan, days ISO."""
    line = seen.line
    waitings = [waiting for waiting, _ in parts]
    first = waitings[0].pledge
    asked = sum(waiting.outstanding for waiting in waitings)
    if len(parts) == 1 and waitings[0].awaits(line.amount_fen):
        asked = line.amount_fen
    found = [Agreement("amount", yuan(line.amount_fen),
                       yuan(asked) if len(parts) == 1 else " + ".join(yuan(each.outstanding) for each in waitings),
                       "same" if asked == line.amount_fen else "near" if is_fee(line.amount_fen, asked) else "no")]
    if line.counterparty:
        same = seen.name == waitings[0].donor
        near = seen.kind == names.MASKED and names.fits(seen.name, waitings[0].donor)
        found.append(Agreement("name", line.counterparty, first.donor_name,
                               "same" if same else "near" if near else "no"))
    if by == ACCOUNT:
        found.append(Agreement("account", seen.account[-4:], seen.account[-4:], "same"))
    days = days_after(seen, waitings[0])
    found.append(Agreement("date", line.on.isoformat(), first.pledged_on.isoformat(),
                           "same" if days in NEAR_DAYS else "no"))
    written = seen.reading.codes
    mine = [waiting.pledge.reference for waiting in waitings]
    found.append(Agreement("code", "、".join(map(show, written)), "、".join(map(show, mine)),
                           "same" if written and set(written) == set(mine) else
                           "near" if any(slips(seen, waiting) for waiting in waitings) else "no"))
    if by in (PHONE, TAIL):
        found.append(Agreement("phone", last_four(first.phone), last_four(first.phone),
                               "same" if by == PHONE else "near"))
    return tuple(found)


def slips(seen: Seen, waiting: Waiting) -> bool:
    """Whether digits of the line are one slip from the code of a promise."""
    number = int(waiting.pledge.reference)
    return any(number in codes.neighbours(near) for near in seen.reading.near)


def yuan(fen: int) -> str:
    """`5,040.00`: figures only, the page sets them beside each other."""
    return f"{fen // 100:,}.{fen % 100:02d}"
