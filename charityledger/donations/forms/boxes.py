"""Forms of cash boxes: a count, the second person's answer, the deposit."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import Length

from ...forms import Dropdown, Given, Printed, YuanField
from ..lines import ReceivedLine
from .fields import DayField
from .money import DatedForm, options


class CountForm(DatedForm):
    box = StringField(_l("哪个钱箱"), [Given(_l("请填写哪个钱箱，例如铭功路一号箱。")), Length(max=60), Printed()])
    counted_on = DayField(_l("清点日期"), [Given(_l("请填写清点日期。"))])
    amount = YuanField(_l("清点金额（元）"), [Given(_l("请填写清点金额。"))])
    sub_code = Dropdown(_l("捐给哪个项目"))
    account = Dropdown(_l("现金账户"))

    def __init__(self, *args: Any, projects: list[tuple[str, str]], accounts: list[tuple[str, str]],
                 **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sub_code.choices = options(projects)
        self.account.choices = options(accounts)


class RefuseForm(DatedForm):
    note = StringField(_l("您数的是多少，或哪里不对"), [Given(_l("请写明哪里不对。")), Length(max=300)])


class DepositForm(DatedForm):
    account = Dropdown(_l("存入哪个账户"))
    on = DayField(_l("银行入账日期"), [Given(_l("请填写银行入账日期。"))])
    amount = YuanField(_l("银行入账金额（元）"), [Given(_l("请填写银行入账金额。"))])
    native_id = StringField(_l("银行流水号"), [Length(max=80)])

    def __init__(self, *args: Any, accounts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account.choices = options(accounts)

    def line(self) -> ReceivedLine:
        """The bank's line that the valid form says."""
        return ReceivedLine(self.account.data, self.on.data, self.amount.data, "", "", self.native_id.data or None)
