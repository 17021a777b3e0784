"""Forms of receiving: a line entered by hand, money in suspense, reversals and refunds."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from ... import printable, web, wording
from ...capital import capital, english
from ...forms import Dropdown, Form, Given, PhoneField, Printed, Radios, YuanField
from ...money import format_yuan
from ..donors import DonorFacts
from ..lines import AmountNotPositive, FeeTooLarge, ReceivedLine
from ..rules import BookedOnOutside, check_booked_on
from .adopt import KINDS, SHOWN
from .fields import DayField, chosen

HOMES = (("pledge", _l("按参考码，记给一份承诺")), ("project", _l("没有承诺，捐给一个项目")),
         ("general", _l("捐给非限定性资金")), ("hold", _l("放入待确认，以后再定")))
FAULTS = (("donor", _l("捐赠人申请退回")), ("ours", _l("我们办错了，记管理费用")))
# Above this a receipt entered by hand takes a second look: ten million yuan, more than the whole first batch raised.
LARGE_FEN = 10_000_000_00
NOBODY = ("", _l("不写捐赠人"))


def options(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Choices that depend on the database, set when the form is made."""
    return [SelectChoice(value, label) for value, label in pairs]


def not_believed(day: date | None, today: date) -> list[str]:
    """What to say of a day that has not come yet, or is too long ago to be entered by hand."""
    if day is not None and day > today:
        return [_("这一天还没有到，请检查日期。")]
    try:
        check_booked_on(day or today, today)
    except BookedOnOutside as error:
        return [wording.text(error)]
    return []


class OrderedForm(Form):
    """A form that inherits fields: `first` names those that stand first on its page, so that its errors do too."""

    first: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ordered = {name: self._fields[name] for name in (*self.first, *self._fields)}
        self._fields.clear()
        self._fields.update(ordered)


class DatedForm(OrderedForm):
    """A form about something that has happened."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def validate(self, extra_validators: Any = None) -> bool:
        fine: bool = super().validate(extra_validators)
        for field in self:
            if isinstance(field, DayField) and not field.errors:
                field.errors = not_believed(field.data, self.today)
                fine = fine and not field.errors
        return fine


class HomeForm(DatedForm):
    """Where money belongs: a promise, a project, the general fund, or suspense."""

    home = Radios(_l("记到哪里"), choices=HOMES, wanted=_l("请选记到哪里。"))
    reference = StringField(_l("参考码"), [Length(max=60)])
    sub_code = Dropdown(_l("项目"))

    def __init__(self, *args: Any, projects: list[tuple[str, str]], homes: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sub_code.choices = options(projects)
        if homes:
            self.home.choices = options((value, label) for value, label in HOMES if value in homes)

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        if chosen(self.home.data) == "project" and not self.sub_code.data:
            self.sub_code.errors = [_("请选项目。")]
            return False
        return fine

    @property
    def project(self) -> str | None:
        """The project's code, where that is the home."""
        return self.sub_code.data if self.home.data == "project" else None

    @property
    def general(self) -> bool:
        return bool(self.home.data == "general")


class DonorForm(HomeForm):
    """Who gave, for a gift without a promise. Without a name it stays without a donor."""

    donor_kind = Dropdown(_l("捐赠人是"), choices=[NOBODY, *KINDS])
    donor_name = StringField(_l("捐赠人姓名或单位"), [Length(max=200), Printed()])
    donor_phone = PhoneField(_l("捐赠人电话"))
    shown = Dropdown(_l("怎样公开"), choices=SHOWN, default="none")

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        if self.donor_kind.data and not printable.visible(self.donor_name.data or "").strip():
            self.donor_name.errors = [_("请填写捐赠人姓名或单位，或者选“不写捐赠人”。")]
            return False
        return fine

    def donor(self) -> DonorFacts | None:
        """The donor that the form names, for a gift without a promise."""
        if not self.donor_kind.data or self.home.data not in ("project", "general"):
            return None
        return DonorFacts(self.donor_kind.data, self.donor_name.data, self.donor_phone.data or "")


class ReceiptForm(DonorForm):
    """A line of an account, entered by hand. A second page shows what it would do, and confirms."""

    first = ("account", "booked_on", "amount", "sure", "counterparty", "memo")

    account = Dropdown(_l("到账账户"))
    booked_on = DayField(_l("到账日期"), [Given(_l("请填写到账日期。"))])
    amount = YuanField(_l("金额（元）"), [Given(_l("请填写金额，例如120.50。"))])
    sure = BooleanField(_l("金额没有写错"))
    counterparty = StringField(_l("对方户名"), [Length(max=200)])
    memo = StringField(_l("附言"), [Length(max=400)])
    fee = YuanField(_l("钱包扣的手续费（元）"))
    native_id = StringField(_l("银行流水号"), [Length(max=80)])

    def __init__(self, *args: Any, accounts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account.choices = options(accounts)

    def validate(self, extra_validators: Any = None) -> bool:
        """What the service would refuse of amount and fee is said before anybody is asked to confirm it."""
        fine = super().validate(extra_validators)
        amount_fen, fee_fen = self.amount.data, self.fee.data or 0
        if amount_fen is None:
            return fine
        if amount_fen <= 0:
            self.refuse(AmountNotPositive(amount_fen=amount_fen), self.amount)
        elif fee_fen >= amount_fen:
            self.refuse(FeeTooLarge(fee_fen=fee_fen, amount_fen=amount_fen), self.fee)
        if amount_fen > LARGE_FEN and not self.sure.data:
            self.sure.errors = [_("金额很大：%(amount)s，%(words)s。请再对一遍，没有写错就打勾。",
                                  amount=format_yuan(amount_fen),
                                  words=(english if web.language() == "en" else capital)(amount_fen))]
        return fine and not self.errors

    def line(self) -> ReceivedLine:
        """What the valid form says."""
        return ReceivedLine(self.account.data, self.booked_on.data, self.amount.data,
                            (self.counterparty.data or "").strip(), (self.memo.data or "").strip(),
                            (self.native_id.data or "").strip() or None, self.fee.data or 0)


class AllocateForm(DonorForm):
    """What is left of a line finds its place."""

    first = ("home", "reference", "sub_code", "amount")

    amount = YuanField(_l("其中多少（元）"))


class SettleForm(HomeForm):
    """Held money, or part of it, finds its home."""

    amount = YuanField(_l("其中多少（元）"))
    on = DayField(_l("记账日期"), [Given(_l("请填写记账日期。"))])


class ReasonForm(OrderedForm):
    """A request that a second person decides."""

    reason = TextAreaField(_l("原因"), [Given(_l("请写明原因，审批的同事要看。")), Length(max=300)])
    files = MultipleFileField(_l("凭据文件"))


class RefundForm(ReasonForm):
    first = ("account", "fault", "general_pays")

    account = Dropdown(_l("从哪个账户退"))
    fault = Radios(_l("为什么退"), choices=FAULTS, wanted=_l("请选为什么退。"))
    general_pays = BooleanField(_l("项目已经用掉的部分，由非限定性资金划转补足"))

    def __init__(self, *args: Any, accounts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account.choices = options(accounts)


class HeldRefundForm(ReasonForm):
    first = ("account", "amount")

    account = Dropdown(_l("从哪个账户退"))
    amount = YuanField(_l("退多少（元）"))

    def __init__(self, *args: Any, accounts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account.choices = options(accounts)


class NoteForm(Form):
    """A decision or a step with a few words."""

    note = StringField(_l("说明"), [Length(max=300)])
    seen = HiddenField()
