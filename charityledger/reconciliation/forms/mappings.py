"""The form that explains the columns of a table, one control for each, made for the table at hand."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, StringField
from wtforms.validators import Length

from ...errors import CharityLedgerError
from ...forms import Dropdown, Form, Given, Radios
from ..importers.lines import Source
from ..importers.mapped import TableMapping
from ..importers.mapped_reader import DateOrder
from ..mappings import NAME_MOST

# In the order in which people look for them.
FIELD_NAMES: Mapping[str, Any] = {
    "date": _l("日期（可以带时间）"), "time": _l("时间（单独一列）"), "in": _l("收入金额"), "out": _l("支出金额"),
    "amount": _l("金额（收支同一列）"), "direction": _l("收支方向"), "balance": _l("余额"), "name": _l("对方户名"),
    "other": _l("对方账号"), "memo": _l("摘要、附言"), "says": _l("交易种类"), "native": _l("银行流水号"),
    "order": _l("订单号"), "merchant_order": _l("商户订单号"), "currency": _l("币种"), "account": _l("本方账号"),
}
_COLUMN = "column_"
_BETWEEN = re.compile(r"[,;\uff0c\uff1b\u3001]")
_DATES: Mapping[str, DateOrder] = {"ymd": "ymd", "dmy": "dmy", "mdy": "mdy"}
_SIGNS: Mapping[str, Literal["in", "out"]] = {"in": "in", "out": "out"}
# The control that an error is about.
_BLAMED = {"mapping_name_wrong": "label", "mapping_name_taken": "label", "mapping_word_both_ways": "out_words",
           "unknown_currency": "currency"}


class MappingForm(Form):
    """What holds for the whole table; `form_for` adds a control for each column."""

    sha256 = HiddenField(validators=[Length(max=64)])
    account = HiddenField(validators=[Length(max=20)])
    name = HiddenField(validators=[Length(max=200)])
    sheet = HiddenField(validators=[Length(max=3)])
    head = HiddenField(validators=[Length(max=7)])
    dates = Radios(_l("日期怎么写"), choices=(("ymd", _l("年在前：2026-11-04、2026年11月4日、20261104")),
                                          ("dmy", _l("日在前：04/11/2026")), ("mdy", _l("月在前：11/04/2026"))),
                   default="ymd", wanted=_l("请选日期的写法。"))
    positive = Radios(_l("收支写在同一列、又没有方向列的，正数是"),
                      choices=(("in", _l("收入")), ("out", _l("支出"))), default="in", wanted=_l("请选正数是什么。"))
    out_below_zero = BooleanField(_l("支出那一列的数前面带负号"))
    in_words = StringField(_l("方向列里，表示收入的字样"), validators=[Length(max=80)])
    out_words = StringField(_l("方向列里，表示支出的字样"), validators=[Length(max=80)])
    currency = StringField(_l("没有写币种的行，是"), validators=[Length(max=10)], default="CNY")
    label = StringField(_l("给这种表格起个名字"), validators=[Given(_l("请起个名字，以后认得出。")),
                                                     Length(max=NAME_MOST)])

    def faults(self) -> list[tuple[str, str]]:
        """The columns stand above the rest."""
        found = super().faults()
        return sorted(found, key=lambda fault: bool(fault[0]) and not fault[0].startswith(_COLUMN))

    def columns(self) -> list[Field]:
        """The controls of the columns, in their order."""
        return [field for field in self if field.name.startswith(_COLUMN)]

    def mapping(self, head: Sequence[str], source: Source) -> TableMapping:
        """As filled in, not yet checked."""
        chosen = [(str(field.data), at) for at, field in enumerate(self.columns()) if field.data]
        return TableMapping(
            tuple(head), tuple(chosen), source, _DATES[self.dates.data], _SIGNS[self.positive.data],
            bool(self.out_below_zero.data), _words(self.in_words.data), _words(self.out_words.data),
            str(self.currency.data or "").strip() or "CNY")

    def blame(self, error: CharityLedgerError) -> None:
        """Show a refusal at the control that it is about."""
        name = _BLAMED.get(error.code)
        if error.code == "mapping_field_twice":
            twice = [field for field in self.columns() if field.data == error.facts["field"]]
            self.refuse(error, twice[-1])
        else:
            self.refuse(error, self[name] if name else None)


def form_for(head: Sequence[str], guesses: Mapping[int, str], given: Mapping[str, str]) -> MappingForm:
    """The form for a head. `guesses`: {column from 0: field}; `given`: what other controls hold at first."""
    class ForHead(MappingForm):
        pass

    choices = [("", _("不用")), *FIELD_NAMES.items()]
    for at, word in enumerate(head):
        label = _("第%(at)s列“%(word)s”是", at=at + 1, word=word) if word else _("第%(at)s列是", at=at + 1)
        setattr(ForHead, f"{_COLUMN}{at}", Dropdown(label, choices=choices, default=guesses.get(at, "")))
    return ForHead(data=given)


def _words(text: str | None) -> tuple[str, ...]:
    """Words as people part them."""
    return tuple(dict.fromkeys(word.strip() for word in _BETWEEN.split(text or "") if word.strip()))
