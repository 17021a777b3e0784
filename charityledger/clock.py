"""Time comes in from outside; `datetime.now` stands only here."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

# The books are kept in the district's own time: a gift at 00:30 belongs to that day there, wherever the server stands.
LOCAL = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock for tests and the demonstration; it moves only when told."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        """Move by timedelta keywords: `clock.forward(days=3)`."""
        self.at += timedelta(**by)


def today(clock: Clock) -> date:
    """The date in the district's time zone."""
    return local_date(clock.now())


def local_date(moment: datetime) -> date:
    """The date of an instant in the district's time zone."""
    return moment.astimezone(LOCAL).date()


def period_of(day: date) -> str:
    """The accounting period of a day: `202604`."""
    return f"{day.year:04d}{day.month:02d}"
