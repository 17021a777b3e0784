"""The form that asks for a month's close."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from ...forms import Form


class CloseForm(Form):
    """`vouched`: the accounts that the person has checked by other means; none is ticked beforehand."""

    vouched = SelectMultipleField(_l("没有对账单可依的账户"), widget=ListWidget(prefix_label=False),
                                  option_widget=CheckboxInput())
    year_end = BooleanField(_l("同时做年末结转"), default=True)
    note = TextAreaField(_l("说明（可不填）"), validators=[Length(max=300)])

    def __init__(self, *args: Any, accounts: Sequence[tuple[str, str]], december: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vouched.choices = list(accounts)
        if not accounts:
            del self.vouched
        if not december:
            del self.year_end

    def validate(self, extra_validators: Any = None) -> bool:
        fine: bool = super().validate(extra_validators)
        if "vouched" in self:
            missing = [name for code, name in self.vouched.choices or () if code not in (self.vouched.data or ())]
            if missing:
                self.vouched.errors = [_("还没有勾选：%(names)s。", names=_("、").join(str(name) for name in missing))]
                fine = False
        return fine
