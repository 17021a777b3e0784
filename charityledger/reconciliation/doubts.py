"""Doubtful lines and totals as errors with facts, for pages and JSON. Pure."""

from collections.abc import Iterable

from ..clock import period_of
from ..errors import CharityLedgerError
from .errors import (
    KnownOrTwin,
    LooksEnteredByHand,
    LooksLikeOtherLayout,
    MonthClosed,
    NumberRepeats,
    NumberTwice,
    TotalDiffers,
)
from .importers.lines import Total
from .sorting import Doubt


def about(doubt: Doubt) -> CharityLedgerError:
    """What is doubtful about a line."""
    day = doubt.line.booked_at.date()
    facts = {"amount_fen": doubt.line.amount_fen,
             "day": (doubt.like.day if doubt.like is not None else day).isoformat()}
    match doubt.code:
        case "number_repeats":
            return NumberRepeats(native_id=doubt.line.native_id)
        case "number_twice":
            return NumberTwice(native_id=doubt.line.native_id)
        case "by_hand":
            return LooksEnteredByHand(**facts)
        case "other_layout":
            return LooksLikeOtherLayout(**facts)
        case "twin":
            return KnownOrTwin(**facts)
        case "closed_month":
            return MonthClosed(period=period_of(day), day=day.isoformat())


def explain(totals: Iterable[Total]) -> list[TotalDiffers]:
    """One for each figure that the file states about itself and that is not what its lines come to."""
    return [TotalDiffers(name=total.name, declared=total.declared, found=total.found)
            for total in totals if not total.ties]
