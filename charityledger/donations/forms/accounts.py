"""The form of a new money account."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import Length

from ...forms import Dropdown, Form, Given

KINDS = (("bank", _l("银行账户")), ("wechat", _l("微信")), ("alipay", _l("支付宝")), ("cash", _l("现金")))


class AccountForm(Form):
    code = StringField(_l("账户代码"), [Given(_l("请填写账户代码，例如ICBC-2。")), Length(max=20)])
    kind = Dropdown(_l("种类"), choices=KINDS)
    name = StringField(_l("名称"), [Given(_l("请填写名称，例如工行专户。")), Length(max=60)])
