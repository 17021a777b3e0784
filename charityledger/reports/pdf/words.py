"""Words, dates and numbers that more than one document prints. Pairs are (zh, en)."""

from datetime import date, datetime, time

from charityledger.clock import LOCAL

Pair = tuple[str, str]

NOT_NUMBERED: Pair = ("预览，未编号", "Preview, not numbered")
DEMONSTRATION: Pair = ("演示数据", "Demonstration data")
NONE = "—"

_MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]


def day(on: date) -> str:
    """`2026-05-18`: tables and facts."""
    return on.isoformat()


def day_in_prose(on: date, E: int) -> str:
    """`2026 年 6 月 30 日`, `30 June 2026`."""
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}" if E else f"{on.year} 年 {on.month} 月 {on.day} 日"


def month_in_prose(on: date, E: int) -> str:
    return f"{_MONTHS[on.month - 1]} {on.year}" if E else f"{on.year} 年 {on.month} 月"


def period(starts_on: date, ends_on: date, E: int) -> str:
    return f"{day(starts_on)} {('至', 'to')[E]} {day(ends_on)}"


def instant(at: datetime, seconds: bool = False) -> str:
    """`2026-07-02 09:30 +08:00`, in the district's time."""
    local = at.astimezone(LOCAL)
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M}{f':{local:%S}' if seconds else ''} {offset[:3]}:{offset[3:]}"


def instant_in_prose(at: datetime, E: int) -> str:
    """`2026 年 7 月 2 日 09:30`, `2 July 2026, 09:30`, in the district's time; a day's last second is its end."""
    local = at.astimezone(LOCAL)
    if local.time().replace(microsecond=0) == time(23, 59, 59):
        return (f"{day_in_prose(local.date(), 0)} 24 时", f"the end of {day_in_prose(local.date(), 1)}")[E]
    return f"{day_in_prose(local.date(), E)}{('', ',')[E]} {local:%H:%M}"


def in_groups(text: str) -> str:
    """Hashes in groups of four."""
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def reference(code: str) -> str:
    """A reference code of ten digits as people copy it: `9482 7193 22`. Anything else as it is."""
    bare = code.replace(" ", "")
    return f"{bare[:4]} {bare[4:8]} {bare[8:]}" if len(bare) == 10 and bare.isdigit() else code
