"""Forms of sign-in, of one's own account and of user management."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField, ValidationError
from wtforms.validators import Length

from ..forms import Dropdown, Form, Given, PhoneField, Printed, ReadField
from .actor import ADMIN, AUDITOR, DONOR, FINANCE, STAFF
from .passwords import MOST_LENGTH
from .service import NAME_LENGTH, normal_email

ROLE_NAMES = {
    DONOR: _l("捐赠人"), STAFF: _l("工作人员"), FINANCE: _l("财务"), AUDITOR: _l("审计"), ADMIN: _l("管理员"),
}
# Each language is named in itself, for whoever reads only that one.
LANGUAGES = {"zh": "中文", "en": "English"}


class EmailField(ReadField):
    """`data` is the address as it is kept."""

    reads = normal_email


class SignInForm(Form):
    login = StringField(_l("邮箱或手机号"), [Given(_l("请填写邮箱或手机号。")), Length(max=254)])
    password = PasswordField(_l("密码"), [Given(_l("请填写密码。")), Length(max=4 * MOST_LENGTH)])


class ForgotForm(Form):
    login = StringField(_l("邮箱或手机号"), [Given(_l("请填写邮箱或手机号。")), Length(max=254)])


class NewPassword(Form):
    """The part that asks for a new password twice."""

    new = PasswordField(_l("新密码"), [Given(_l("请填写新密码。"))])
    again = PasswordField(_l("再写一遍新密码"))

    def validate_again(self, field: Any) -> None:
        """A slip of the finger would lock its owner out."""
        if field.data != self.new.data:
            raise ValidationError(_l("两遍写的不一样，请再写一遍。"))


class ChangePasswordForm(NewPassword):
    current = PasswordField(_l("现在的密码"), [Given(_l("请填写现在的密码。"))])


class ResetForm(NewPassword):
    code = StringField(_l("一次性验证码"), [Given(_l("请填写验证码。")), Length(max=80)])


class LinkResetForm(NewPassword):
    """The link brought the code along, so nobody is asked for it."""

    code = HiddenField(validators=[Length(max=80)])


class AccountForm(Form):
    name = StringField(_l("姓名或单位"), [Given(_l("请填写姓名或单位。")), Length(max=NAME_LENGTH), Printed()])
    locale = Dropdown(_l("来信用的语言"), choices=LANGUAGES.items())


class UserForm(Form):
    name = StringField(_l("姓名"), [Given(_l("请填写姓名。")), Length(max=NAME_LENGTH), Printed()])
    email = EmailField(_l("邮箱"))
    phone = PhoneField(_l("手机号"))
    role = Dropdown(
        _l("角色"), [Given(_l("请选角色。"))], choices=[("", _l("请选择")), *ROLE_NAMES.items()])


class RoleForm(Form):
    role = Dropdown(_l("角色"), choices=ROLE_NAMES.items())
