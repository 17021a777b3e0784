"""Forms of paying out: the request, and what happens to a payment afterwards."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Length

from ... import web
from ...forms import Dropdown, Given, Printed, YuanField
from ...projects.measures import ItemFigures
from ..disbursements import PaymentWish
from ..rules import Part
from .fields import DayField
from .money import DatedForm, options


class PaymentForm(DatedForm):
    """A payment asked for. `payment_form` adds an amount for each cash item of the project."""

    items: Sequence[ItemFigures]
    sub_code: str

    account = Dropdown(_l("付款账户"))
    payee = StringField(_l("收款单位或个人"), [Given(_l("请填写收款单位或个人。")), Length(max=200), Printed()])
    purpose = StringField(_l("用途"), [Given(_l("请填写用途。")), Length(max=300), Printed()])
    bought_zh = StringField(_l("买到什么（公开显示）"), [
        Given(_l("请填写买到什么，公开页面要显示。")), Length(max=300), Printed()])
    bought_en = StringField(_l("买到什么，英文（可不填）"), [Length(max=400), Printed()])
    prepaid = BooleanField(_l("先付款，后交付"))
    files = MultipleFileField(_l("凭据文件"))

    def __init__(self, *args: Any, accounts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account.choices = options(accounts)

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        amounts = [self[f"item_{item.item_id}"] for item in self.items]
        if not any(field.data or field.errors for field in amounts):
            amounts[0].errors = [_("请至少给一条需求填写金额。")]
            fine = False
        if not any(getattr(file, "filename", "") for file in self.files.data or ()):
            self.files.errors = [_("请附上发票、合同或收据，至少一个文件。")]
            fine = False
        return fine

    def wish(self, files: tuple[tuple[int, str], ...]) -> PaymentWish:
        """What the valid form says; `files` were kept before."""
        parts = tuple(Part(item.item_id, self[f"item_{item.item_id}"].data) for item in self.items
                      if self[f"item_{item.item_id}"].data)
        return PaymentWish(self.sub_code, self.account.data, self.payee.data.strip(), self.purpose.data.strip(),
                           self.bought_zh.data.strip(), parts, (self.bought_en.data or "").strip(), self.prepaid.data,
                           files)


def payment_form(sub_code: str, items: Sequence[ItemFigures]) -> type[PaymentForm]:
    """The form's class for one project."""
    title = "title_en" if web.language() == "en" else "title_zh"
    fields: dict[str, Any] = {f"item_{item.item_id}": YuanField(getattr(item, title)) for item in items}
    return type("ProjectPaymentForm", (PaymentForm,), {
        "items": items, "sub_code": sub_code, "first": tuple(fields), **fields})


class ApproveForm(DatedForm):
    on = DayField(_l("付款日期"), [Given(_l("请填写付款日期。"))])
    note = StringField(_l("说明（可不填）"), [Length(max=300)])


class RejectForm(DatedForm):
    why = StringField(_l("为什么不批"), [Given(_l("请写明为什么不批，申请的同事要看。")), Length(max=300)])


class DeliverForm(DatedForm):
    on = DayField(_l("验收日期"), [Given(_l("请填写验收日期。"))])
    note_zh = TextAreaField(_l("落地情况（公开显示）"), [
        Given(_l("请写一句落地情况，公开页面要显示。")), Length(max=300), Printed()])
    note_en = StringField(_l("落地情况，英文（可不填）"), [Length(max=400), Printed()])


class ReturnedForm(DatedForm):
    returned_on = DayField(_l("退回日期"), [Given(_l("请填写退回日期。"))])
