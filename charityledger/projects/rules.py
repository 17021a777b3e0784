"""Rules of projects. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from .errors import DeliveryOpen, MoneyLeft, NoItemsYet, PromisesOpen, StatusRefused

STATUSES = ("draft", "open", "under_way", "delivered", "closed")
# `fully_adopted` is not stored: an open project whose items have nothing left shows as that.
NEXT_STATUSES = {
    "draft": ("open",),
    "open": ("under_way", "closed"),
    "under_way": ("open", "delivered", "closed"),
    "delivered": ("under_way", "closed"),
    "closed": (),
}
PUBLIC_STATUSES = ("open", "under_way", "delivered", "closed")
ADOPTABLE_STATUSES = ("open", "under_way")
KINDS = ("cash", "goods", "hours")
# The catalogue's own words for the kinds.
CATALOGUE_KINDS = {"cash": "cash", "in_kind": "goods", "volunteer": "hours"}

DISCLOSURE_EVERY_MONTHS = 3      # article 79: a project that runs over six months
LONG_PROJECT_MONTHS = 6
REPORT_WITHIN_MONTHS = 3         # article 79: full report after the end


def capacity_of(kind: str, quantity: int, amount_fen: int) -> int:
    """An item's capacity in its own measure: fen for cash, units for goods, hours for hours."""
    return amount_fen if kind == "cash" else quantity


def status_shown(status: str, open_items: int) -> str:
    """`status`, or `fully_adopted` where an open project has no item with anything left."""
    return "fully_adopted" if status == "open" and not open_items else status


@dataclass(frozen=True)
class Standing:
    """What a change of status looks at. `promised`: reserved or promised and not come in, in any unit;
    `undelivered`: goods received or money paid out that has not reached the people; `held_fen`: money of the fund."""

    items: int
    promised: int
    undelivered: int
    held_fen: int


def status_refusal(status: str, wanted: str, standing: Standing) -> StatusRefused | None:
    """Why a project cannot go from `status` to `wanted` now; None where it can.

    Nothing promised may point at a project that takes nothing any more, and a closed project holds no money: what is
    left is transferred first (慈善法, article 58).
    """
    facts = {"state": status, "wanted": wanted}
    if wanted not in NEXT_STATUSES[status]:
        return StatusRefused(**facts)
    if status == "draft" and not standing.items:
        return NoItemsYet(**facts)
    if wanted in ("delivered", "closed"):
        if standing.promised:
            return PromisesOpen(**facts)
        if standing.undelivered:
            return DeliveryOpen(**facts)
    if wanted == "closed" and standing.held_fen:
        return MoneyLeft(**facts, held_fen=standing.held_fen)
    return None


def dates_after(status: str, wanted: str, on: date, opened_on: date | None,
                ended_on: date | None) -> tuple[date | None, date | None]:
    """(opened on, ended on) once the status has changed on `on`. A project that resumes has not ended."""
    if wanted in ADOPTABLE_STATUSES:
        return opened_on or on, None
    return opened_on, ended_on or on


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it has no such day; the calendar's last day
    where it has no such month."""
    month = day.month - 1 + months
    if day.year + month // 12 >= date.max.year:
        return date.max
    first = date(day.year + month // 12, month % 12 + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def next_disclosure(opened_on: date | None, ends_on: date | None, ended_on: date | None,
                    published_on: date | None) -> date | None:
    """By when funds and progress must be published next (慈善法, article 79); None where nothing is due.

    A project that runs over six months, or whose end is not set, publishes at least every three months; within
    three months of its end comes the full report.
    """
    if ended_on is not None:
        due = add_months(ended_on, REPORT_WITHIN_MONTHS)
        return None if published_on is not None and published_on >= ended_on else due
    if opened_on is None:
        return None
    if ends_on is not None and ends_on <= add_months(opened_on, LONG_PROJECT_MONTHS):
        return None
    return add_months(published_on or opened_on, DISCLOSURE_EVERY_MONTHS)
