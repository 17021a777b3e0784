"""Forms of the desk: what a line is, how it is divided, many lines at once."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from ...donations.donors import DonorFacts
from ...donations.forms.adopt import KINDS, SHOWN
from ...donations.forms.money import NOBODY, options
from ...forms import Dropdown, Form, PhoneField, YuanField
from ..decide import Home, Share

SHARES = 6
_HOMES: tuple[tuple[Home | str, Any], ...] = (
    ("", _l("（空着）")), ("pledge", _l("一份承诺")), ("project", _l("一个项目，没有承诺")),
    ("general", _l("非限定性资金")), ("suspense", _l("放入待确认")))


class StepForm(Form):
    """One thing done with a line: the button says which, `offer` what was chosen."""

    do = HiddenField(validators=[Length(max=20)])
    offer = StringField(_l("候选"), [Length(max=400)])
    note = StringField(_l("说明"), [Length(max=300)])
    to = StringField(_l("对方账户"), [Length(max=20)])


class SplitForm(Form):
    """A line divided by hand: up to SHARES shares, each for one place. Empty rows do not count."""

    note = StringField(_l("说明"), [Length(max=300)])
    donor_kind = Dropdown(_l("捐赠人是"), choices=[NOBODY, *KINDS])
    donor_name = StringField(_l("捐赠人姓名或单位"), [Length(max=200)])
    donor_phone = PhoneField(_l("捐赠人电话"))
    shown = Dropdown(_l("怎样公开"), choices=SHOWN, default="none")

    def __init__(self, *args: Any, projects: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in self.rows:
            row[1].choices = options(_HOMES)
            row[2].choices = options(projects)

    @property
    def rows(self) -> list[tuple[Any, Any, Any, Any]]:
        """(amount, home, project, reference) of each share."""
        return [(self[f"amount_{n}"], self[f"home_{n}"], self[f"project_{n}"], self[f"reference_{n}"])
                for n in range(1, SHARES + 1)]

    @property
    def filled(self) -> int:
        """The number of the last share with anything in it."""
        return max((n for n, row in enumerate(self.rows, 1) if any(field.data for field in row)), default=0)

    def shares(self) -> tuple[Share, ...]:
        """The shares that were filled in."""
        found = []
        for amount, home, project, reference in self.rows:
            if home.data and amount.data:
                where = {"pledge": reference.data or "", "project": project.data or ""}.get(home.data, "")
                found.append(Share(home.data, amount.data, where))
        return tuple(found)

    def validate(self, extra_validators: Any = None) -> bool:
        fine: bool = super().validate(extra_validators)
        for amount, home, project, reference in self.rows:
            if bool(home.data) != (amount.data is not None) and not amount.errors:
                (amount if home.data else home).errors = [_("这一份的金额和去处要一起填。")]
                fine = False
            elif home.data == "pledge" and not (reference.data or "").strip():
                reference.errors = [_("请填写这份承诺的参考码。")]
                fine = False
            elif home.data == "project" and not project.data:
                project.errors = [_("请选项目。")]
                fine = False
        if fine and not self.shares():
            self.form_errors.append(_("请至少填一份：多少钱，记到哪里。"))
            fine = False
        if self.donor_kind.data and not (self.donor_name.data or "").strip():
            self.donor_name.errors = [_("请填写捐赠人姓名或单位，或者选“不写捐赠人”。")]
            fine = False
        return fine

    def donor(self) -> DonorFacts | None:
        """Who gave what keeps no promise."""
        if not self.donor_kind.data:
            return None
        return DonorFacts(self.donor_kind.data, self.donor_name.data or "", self.donor_phone.data or "")


for _n in range(1, SHARES + 1):
    setattr(SplitForm, f"amount_{_n}", YuanField(_l("金额（元）")))
    setattr(SplitForm, f"home_{_n}", Dropdown(_l("记到哪里")))
    setattr(SplitForm, f"project_{_n}", Dropdown(_l("项目（捐给项目时）")))
    setattr(SplitForm, f"reference_{_n}", StringField(_l("参考码（记给承诺时）"), [Length(max=60)]))
