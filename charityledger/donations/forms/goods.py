"""Forms of goods and hours."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import StringField
from wtforms.validators import Length

from ... import printable
from ...forms import Dropdown, Given, PhoneField, Printed, YuanField
from ..donors import DonorFacts
from ..goods import KindGift
from .adopt import KINDS, SHOWN
from .fields import DayField, WholeField
from .money import NOBODY, DatedForm, options


class KindForm(DatedForm):
    """What goods and hours share: a promise's reference, or the item and who gave."""

    reference = StringField(_l("参考码（有承诺时填）"), [Length(max=60)])
    item = Dropdown(_l("哪条需求（没有承诺时选）"))
    received_on = DayField(_l("日期"), [Given(_l("请填写日期。"))])
    amount = WholeField(_l("数量"), [Given(_l("请填写数量。"))])
    donor_kind = Dropdown(_l("捐赠人是（有承诺时不用填）"), choices=[NOBODY, *KINDS])
    donor_name = StringField(_l("捐赠人姓名或单位"), [Length(max=200), Printed()])
    donor_phone = PhoneField(_l("捐赠人电话"))
    shown = Dropdown(_l("怎样公开"), choices=SHOWN, default="none")

    def __init__(self, *args: Any, items: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item.choices = options(items)

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        if not (self.reference.data or "").strip() and not self.item.data:
            self.item.errors = [_("请填写参考码，或选一条需求。")]
            fine = False
        if self.donor_kind.data and not printable.visible(self.donor_name.data or "").strip():
            self.donor_name.errors = [_("请填写捐赠人姓名或单位，或者选“不写捐赠人”。")]
            fine = False
        return fine

    def donor(self) -> DonorFacts | None:
        """Who gave, where no promise says it."""
        if not self.donor_kind.data or (self.reference.data or "").strip():
            return None
        return DonorFacts(self.donor_kind.data, self.donor_name.data, self.donor_phone.data or "")

    def gift(self, *, value_fen: int | None = None, basis: str, files: tuple[tuple[int, str], ...] = ()) -> KindGift:
        """What the valid form says."""
        reference = (self.reference.data or "").strip() or None
        return KindGift(self.received_on.data, self.amount.data, None if reference else int(self.item.data), reference,
                        value_fen, basis, self.shown.data, files)


class GoodsForm(KindForm):
    first = ("reference", "item", "received_on", "amount", "value", "basis", "files")

    value = YuanField(_l("公允价值合计（元）"))
    basis = StringField(_l("价值的依据"), [Length(max=200), Printed()])
    files = MultipleFileField(_l("凭据文件"))


class HoursForm(KindForm):
    first = ("reference", "item", "received_on", "amount", "basis")

    basis = StringField(_l("由谁证明"), [
        Given(_l("请写明由谁证明，例如社区李主任。")), Length(max=200), Printed()])


class HandOverForm(DatedForm):
    units = WholeField(_l("发放数量"), [Given(_l("请填写发放数量。"))])
    on = DayField(_l("发放日期"), [Given(_l("请填写发放日期。"))])
    files = MultipleFileField(_l("签收单等文件（可不附）"))
