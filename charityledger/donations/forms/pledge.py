"""Forms of a pledge's own page, and of finding it again."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.validators import Length

from ...forms import Form, Given, Radios
from .adopt import SHOWN


class ShownForm(Form):
    """How a gift is shown, changed at any time."""

    shown = Radios(_l("怎样公开"), choices=SHOWN, wanted=_l("请选一种，您随时可以改。"))


class ConfirmForm(Form):
    """The second step: one button, and one thing that can be asked for."""

    agreement = BooleanField(_l("我想要一份书面捐赠协议"))


class FindForm(Form):
    reference = StringField(_l("参考码"), [Given(_l("请填写十位参考码。")), Length(max=40)])
    tail = StringField(_l("电话后四位"), [Given(_l("请填写电话的后四位。")), Length(max=20)])
