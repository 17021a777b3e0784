"""Rules of promises and gifts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ..errors import InvalidInput

PLEDGE_STATES = ("reserved", "pledged", "part_paid", "fulfilled", "expired", "cancelled", "released", "defaulted",
                 "transferred")
LIVE_STATES = ("pledged", "part_paid")                  # outstanding counts
COUNTED_STATES = ("pledged", "part_paid", "fulfilled")  # whole amount counts as pledged
# Freed by the donor, by time, by evidence of hardship (慈善法, article 41), or given up by staff.
ENDED_STATES = ("expired", "cancelled", "released", "defaulted", "transferred")
DISBURSEMENT_STATES = ("requested", "paid", "rejected", "withdrawn", "returned")
SHOWN = ("full", "short", "none")
PLEDGED_WITHIN_YEARS = 5
BOOKED_WITHIN_YEARS = 5


class AmountNotPositive(InvalidInput):
    """Facts: amount_fen."""

    code = "amount_not_positive"


class PledgedOnOutside(InvalidInput):
    """A promise is logged of today or of a day that can be remembered. Facts: earliest, latest (as text)."""

    code = "pledged_on_outside"


def check_pledged_on(day: date, today: date) -> None:
    """From the first day of the fifth year before until today; anything else is a slip of the pen. Raises
    PledgedOnOutside."""
    earliest = date(today.year - PLEDGED_WITHIN_YEARS, 1, 1)
    if not earliest <= day <= today:
        raise PledgedOnOutside(earliest=earliest.isoformat(), latest=today.isoformat())


class BookedOnOutside(InvalidInput):
    """What happened is entered of today or of a day that can be remembered. Facts: earliest, latest (as text)."""

    code = "booked_on_outside"


def check_booked_on(day: date, today: date) -> None:
    """The same for what a person enters as having happened. Lines of statement files may be older: the bank says so.
    Raises BookedOnOutside."""
    earliest = date(today.year - BOOKED_WITHIN_YEARS, 1, 1)
    if not earliest <= day <= today:
        raise BookedOnOutside(earliest=earliest.isoformat(), latest=today.isoformat())


@dataclass(frozen=True)
class Part:
    """So much (fen, units, hours) for one need item."""

    need_item_id: int
    amount: int


def spread(amount: int, left: Sequence[Part]) -> list[Part]:
    """Spread an amount over items in their order, each up to what it has left; the sum may fall short of `amount`."""
    parts = []
    for item in left:
        take = min(amount, item.amount)
        if take > 0:
            parts.append(Part(item.need_item_id, take))
            amount -= take
    return parts


def instalment_plan(amount_fen: int, due: Sequence[date]) -> list[tuple[date, int]]:
    """Equal instalments on the given days; the first ones carry the odd fen. Requires 1 <= len(due) <= amount_fen."""
    share, odd = divmod(amount_fen, len(due))
    return [(day, share + (1 if n < odd else 0)) for n, day in enumerate(due)]


def paid_instalments(paid_fen: int, amounts: Sequence[int]) -> list[int]:
    """How much of each instalment is paid, oldest due first."""
    paid = []
    for amount in amounts:
        part = min(paid_fen, amount)
        paid.append(part)
        paid_fen -= part
    return paid


def next_due(paid_fen: int, plan: Sequence[tuple[date, int]]) -> date | None:
    """Due day of the oldest instalment that is not all paid."""
    paid = paid_instalments(paid_fen, [fen for _day, fen in plan])
    return next((day for (day, fen), part in zip(plan, paid, strict=True) if part < fen), None)


def state_after_payment(amount: int, paid: int) -> str:
    """State of a live pledge from what has come in."""
    return "fulfilled" if paid == amount else "part_paid" if paid else "pledged"


def short_name(name: str, kind: str) -> str:
    """What "称呼" shows of a person: surname and 先生/女士 are not known to us, so 周**; an enterprise stays whole."""
    if kind == "enterprise" or not name:
        return name
    return name[0] + "**"


def masked_email(address: str) -> str:
    """`l***@example.org`: its holder recognises it."""
    name, _at, host = address.rpartition("@")
    return f"{name[:1]}***@{host}"
