"""Forms of donors' accounts."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField, ValidationError
from wtforms.validators import Length

from ... import printable
from ...forms import Form, Given, PhoneField, Printed, Radios, UsccField
from .adopt import KINDS, EmailField
from .fields import chosen


class PersonForm(Form):
    """Who will sign in, and with which password."""

    name = StringField(_l("您的姓名"), [Given(_l("请填写姓名。")), Length(max=200), Printed()])
    phone = PhoneField(_l("电话"), [Given(_l("请填写联系电话。"))])
    email = EmailField(_l("邮箱（可不填）"))
    password = PasswordField(_l("密码"), [Given(_l("请填写密码。"))])
    again = PasswordField(_l("再写一遍密码"))

    def validate_again(self, field: Any) -> None:
        """A slip of the finger would lock its owner out."""
        if field.data != self.password.data:
            raise ValidationError(_l("两遍写的不一样，请再写一遍。"))


class SignUpForm(PersonForm):
    """An individual, or an enterprise with the person who signs up as its first owner."""

    kind = Radios(_l("为谁注册"), choices=KINDS, wanted=_l("请选个人或单位。"))
    organisation = StringField(_l("单位名称"), [Length(max=200), Printed()])
    uscc = UsccField(_l("统一社会信用代码"))

    @property
    def is_enterprise(self) -> bool:
        return chosen(self.kind.data) == "enterprise"

    def validate(self, extra_validators: Any = None) -> bool:
        """What only an enterprise fills in is not looked at for a person."""
        if not self.is_enterprise:
            self.uscc.process_errors = []
        fine = bool(super().validate(extra_validators))
        if self.is_enterprise and not printable.visible(self.organisation.data or "").strip():
            self.organisation.errors = [_l("请填写单位名称。")]
            fine = False
        if self.is_enterprise and not self.uscc.data and not self.uscc.errors:
            self.uscc.errors = [_l("请填写统一社会信用代码，共18位。")]
            fine = False
        return fine


class JoinForm(PersonForm):
    """A new user by an enterprise's invitation."""


class InviteForm(Form):
    email = EmailField(_l("同事的邮箱（可不填）"))


class ClaimForm(Form):
    """An earlier pledge, made without the account."""

    reference = StringField(_l("参考码"), [Given(_l("请填写十位参考码。")), Length(max=40)])
    tail = StringField(_l("认领时留的电话后四位"), [Given(_l("请填写电话的后四位。")), Length(max=20)])


class PlainForm(Form):
    """A button and its tokens."""
