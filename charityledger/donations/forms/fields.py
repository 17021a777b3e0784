"""Fields that several forms of this package use."""

import re
import unicodedata
from datetime import date
from typing import Any

from wtforms.widgets import DateInput

from ...errors import InvalidInput
from ...forms import ReadField
from ..pledge_rows import parse_day


class NotWhole(InvalidInput):
    """A count that is no whole number, or too large to be one of ours. Facts: text."""

    code = "not_whole"


def parse_whole(text: str) -> int:
    """A count, 1 or more: `12`, `1,200`, `１２`. Raises NotWhole."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not re.fullmatch(r"[0-9]{1,9}|[1-9][0-9]{0,2}(,[0-9]{3}){1,2}", plain) or not int(plain.replace(",", "")):
        raise NotWhole(text=text)
    return int(plain.replace(",", ""))


class WholeField(ReadField):
    """A count; `data` is an int."""

    reads = parse_whole


class DayField(ReadField):
    """A day; `data` is a date. Browsers without a date input send what was typed."""

    widget = DateInput()
    reads = parse_day
    writes = date.isoformat


def chosen(value: Any) -> str:
    """What a radio button sent, or an empty string."""
    return "" if value in (None, "None") else str(value)
