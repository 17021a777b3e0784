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
    line, waitings = seen.line, [waiting for waiting, _ in parts]
    donor, pledge = waitings[0].donor, waitings[0].pledge
    found = [_amounts(line.amount_fen, waitings)]
    if line.counterparty:
        verdict = "same" if seen.name == donor else "no"
        if seen.kind == names.MASKED and names.fits(seen.name, donor):
            verdict = "near"
        found.append(Agreement("name", line.counterparty, pledge.donor_name, verdict))
    if by == ACCOUNT:
        found.append(Agreement("account", seen.account[-4:], seen.account[-4:], "same"))
    found.append(Agreement("date", line.on.isoformat(), pledge.pledged_on.isoformat(),
                           "same" if days_after(seen, waitings[0]) in NEAR_DAYS else "no"))
    found.append(_codes(seen, waitings))
    if by in (PHONE, TAIL):
        tail = last_four(pledge.phone)
        found.append(Agreement("phone", tail, tail, "same" if by == PHONE else "near"))
    return tuple(found)


def _amounts(amount_fen: int, waitings: list[Waiting]) -> Agreement:
    if len(waitings) == 1:
        asked = amount_fen if waitings[0].awaits(amount_fen) else waitings[0].outstanding
        told = yuan(asked)
    else:
        asked = sum(waiting.outstanding for waiting in waitings)
        told = " + ".join(yuan(waiting.outstanding) for waiting in waitings)
    verdict = "same" if asked == amount_fen else "near" if is_fee(amount_fen, asked) else "no"
    return Agreement("amount", yuan(amount_fen), told, verdict)


def _codes(seen: Seen, waitings: list[Waiting]) -> Agreement:
    written = seen.reading.codes
    mine = tuple(waiting.pledge.reference for waiting in waitings)
    if written == mine or (written and set(written) == set(mine)):
        verdict = "same"
    else:
        verdict = "near" if seen.reading.near and any(slips(seen, waiting) for waiting in waitings) else "no"
    return Agreement("code", "、".join(map(show, written)), "、".join(map(show, mine)), verdict)


def slips(seen: Seen, waiting: Waiting) -> bool:
    """Whether digits of the line are one slip from the code of a promise."""
    number = int(waiting.pledge.reference)
    return any(number in codes.neighbours(near) for near in seen.reading.near)


def yuan(fen: int) -> str:
    """`5,040.00`: figures only, the page sets them beside each other."""
    return f"{fen // 100:,}.{fen % 100:02d}"
