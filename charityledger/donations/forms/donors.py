"""Forms of the pages that staff keep about donors and pledges."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, MultipleFileField
from wtforms import BooleanField, Field, HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from ...forms import Form, Given, PhoneField, Printed, Radios
from ...projects.measures import ItemFigures
from ..models import Donor
from ..offers import Offer
from .adopt import AdoptForm, adopt_form
from .fields import DayField, WholeField

ENFORCEABILITY = (("ordinary", _l("口头或一般承诺")), ("written", _l("签了书面协议")), ("public", _l("在公开场合承诺")))
ENDINGS = (("released", _l("解除：捐赠人经济状况显著恶化，有依据（慈善法第四十一条）")),
           ("defaulted", _l("未履行：到期不付，催告无果")), ("cancelled", _l("取消：登记有误，或捐赠人在约束以外放弃")))


class OfflineForm(AdoptForm):
    """A promise made on paper, by phone or at an event. Its phone may be missing; its day is in the past."""

    def _check_first_due(self, field: Field) -> None:
        """The plan was agreed with the donor, perhaps a while ago."""
        if field.data is not None and not 2000 <= field.data.year <= self.today.year + 20:
            field.errors = [_("请检查第一期的日期。")]

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        if self["pledged_on"].data is not None and self["pledged_on"].data > self.today:
            self["pledged_on"].errors = [_("这一天还没有到，请检查日期。")]
            fine = False
        return fine


def offline_form(offer: Offer, seen: Sequence[int], donors: Sequence[Donor], today: date,
                 name_of: Callable[[ItemFigures], str]) -> type[OfflineForm]:
    """The class of the form for one project."""
    fields = {
        "phone": PhoneField(_l("联系电话（可不填）")),
        "pledged_on": DayField(_l("承诺的日期"), [Given(_l("请填写承诺的日期。"))]),
        "enforceability": Radios(_l("怎样承诺的"), choices=ENFORCEABILITY, wanted=_l("请选怎样承诺的。")),
        "external_id": StringField(_l("外部编号（可不填）"), [Length(max=80)])}
    if donors:
        del fields["phone"]
    return type("OfflineOfferForm", (OfflineForm, adopt_form(offer, seen, donors, today, name_of)), fields)


class EndForm(Form):
    """Ending somebody's promise takes a written reason."""

    state = Radios(_l("怎样结束"), choices=ENDINGS, wanted=_l("请选怎样结束。"))
    note = TextAreaField(_l("原因和依据"), [Given(_l("请写明原因和依据。")), Length(max=1000)])
    files = MultipleFileField(_l("凭据文件"))


class MergeForm(Form):
    into = WholeField(_l("并入哪一位，填编号"), [Given(_l("请填写捐赠人的编号。"))])
    reason = StringField(_l("为什么是同一位"), [Given(_l("请写明理由。")), Length(max=300)])


class RenameForm(Form):
    """Beside `MergeForm` on one page: `renaming` tells which of the two was sent."""

    renaming = HiddenField(default="yes")
    name = StringField(_l("正确的名字"), [Given(_l("请填写姓名或单位。")), Length(max=200), Printed()])
    why = StringField(_l("为什么要改"), [Given(_l("请写明理由。")), Length(max=300)])


class ImportForm(Form):
    """First the file; then, what it says having been looked at, its text once more with the confirmation."""

    file = FileField(_l("CSV文件"))
    text = HiddenField()
    confirmed = BooleanField()
