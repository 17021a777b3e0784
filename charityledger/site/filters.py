"""How figures, dates and names are written in templates. One form each, as look/ has it."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from .. import capital as words
from .. import money, reference
from ..clock import LOCAL
from ..plurals import in_units
from ..plurals import plural as plural
from .language import HTML_LANGUAGES, in_language, is_translated, language

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS_ZH = "一二三四五六日"


def _local(moment: date | datetime) -> date | datetime:
    return moment.astimezone(LOCAL) if isinstance(moment, datetime) else moment


def day(moment: date | datetime | None) -> str:
    """`2026-04-16`, or `16 April 2026` in English; nothing for None."""
    if moment is None:
        return ""
    at = _local(moment)
    return f"{at:%Y-%m-%d}" if language() == "zh" else f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def minute(moment: datetime) -> str:
    """`2026-04-16 09:00`, or `16 April 2026, 09:00`, in the district's time."""
    return f"{day(moment)}{' ' if language() == 'zh' else ', '}{_local(moment):%H:%M}"


def month(period: date) -> str:
    """`2026年3月`, or `March 2026`."""
    return f"{period.year}年{period.month}月" if language() == "zh" else f"{MONTHS[period.month - 1]} {period.year}"


def day_to_do(moment: date | datetime) -> str:
    """`4月19日（周日）18:00`, or `Sunday 19 April, 18:00`: a day by which somebody does something."""
    at = _local(moment)
    time = f"{at:%H:%M}" if isinstance(at, datetime) else ""
    if language() == "zh":
        return f"{at.month}月{at.day}日（周{WEEKDAYS_ZH[at.weekday()]}）{time}"
    return f"{WEEKDAYS_EN[at.weekday()]} {at.day} {MONTHS[at.month - 1]}" + (f", {time}" if time else "")


def dated(moment: date | datetime | None, write: Any = None) -> Markup:
    """The day (or `write`'s form of the moment) in a `<time>` element."""
    if moment is None:
        return Markup("")
    at = _local(moment)
    if isinstance(at, datetime):
        written, machine = (write or minute)(at), at.isoformat(timespec="minutes")
    else:
        written, machine = (write or day)(at), at.isoformat()
    return Markup('<time class="num" datetime="{}">{}</time>').format(machine, written)


def number(value: int) -> str:
    """`62,792`."""
    return f"{value:,}"


def capital(amount_fen: int) -> str:
    """人民币叁仟陆佰元整, or the amount in English words."""
    return words.capital(amount_fen) if language() == "zh" else words.english(amount_fen)


def marked(row: Any, field: str) -> Markup:
    """`in_language`, marked as Chinese where it stands untranslated on an English page."""
    text = escape(in_language(row, field))
    return text if is_translated(row, field) else Markup('<span lang="{}">{}</span>').format(HTML_LANGUAGES["zh"], text)


def unit(row: Any, amount: int) -> str:
    """`6组`, or `6 sets`: so many of a need item's own unit. English counts one without its s."""
    if language() == "zh":
        return f"{number(amount)}{row.unit_zh}"
    return in_units(amount, row.unit_en)


def amount(row: Any, value: int) -> str:
    """A figure of a need item in its own measure: money, units or hours."""
    return money.format_yuan_public(value) if row.kind == "cash" else unit(row, value)


def open_amount(item: Any) -> str:
    """What can still be adopted of a need item."""
    return amount(item, item.own.open)


def yuan_signed(fen: int) -> str:
    """`＋¥5,040.00`, in English `+¥5,040.00`."""
    return money.format_yuan_signed(fen) if language() == "zh" else money.format_yuan_signed(fen, plus="+")


def kind(name: str) -> str:
    """What can be given: 资金, 实物, 志愿时长."""
    return {"cash": _("资金"), "goods": _("实物"), "hours": _("志愿时长")}[name]


def listed(texts: list[str]) -> str:
    """`甲、乙、丙`, or `a, b, c`. Markup among them stays markup, and the others are escaped then."""
    comma = "、" if language() == "zh" else ", "
    return Markup(comma).join(texts) if any(isinstance(text, Markup) for text in texts) else comma.join(texts)


def _late(written: Callable[..., object]) -> Callable[..., object]:
    """A filter that depends on the reader's language. Taking the context keeps Jinja from working it out when it
    compiles a template, in whatever language that happens to be."""
    @pass_context
    def in_context(_context: Context, *args: object, **kwargs: object) -> object:
        return written(*args, **kwargs)

    return in_context


def init_app(app: Flask) -> None:
    """Filters have the name of their function where nothing else is said."""
    app.jinja_env.filters.update(
        yuan=money.format_yuan_public, yuan_exact=money.format_yuan, number=number, reference=reference.show,
        plural=plural, **{name: _late(written) for name, written in (
            ("yuan_signed", yuan_signed), ("day", day), ("minute", minute), ("month", month), ("dated", dated),
            ("day_to_do", day_to_do), ("unit", unit), ("amount", amount), ("open_amount", open_amount),
            ("kind", kind), ("listed", listed), ("capital", capital), ("spoken", in_language))})
    app.jinja_env.globals.update(
        title=partial(in_language, field="title"), in_language=in_language, marked=marked, capital=capital,
        percent_down=money.percent_down, language=language)
    app.jinja_env.tests["translated"] = is_translated
