"""Which days a document may be about: what has been, in its order."""

from datetime import date

from ..clock import Clock, today
from ..errors import InvalidInput


class PeriodReversed(InvalidInput):
    """A period that ends before it begins. Facts: starts, ends (as text)."""

    code = "period_reversed"


class DayToCome(InvalidInput):
    """A numbered document would state what nobody knows yet. Facts: day, today (as text)."""

    code = "day_to_come"


def check(clock: Clock, ends_on: date, starts_on: date | None = None) -> None:
    """Raises PeriodReversed or DayToCome."""
    if starts_on is not None and starts_on > ends_on:
        raise PeriodReversed(starts=starts_on.isoformat(), ends=ends_on.isoformat())
    if ends_on > today(clock):
        raise DayToCome(day=ends_on.isoformat(), today=today(clock).isoformat())
