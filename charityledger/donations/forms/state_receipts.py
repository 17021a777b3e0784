"""Forms of the queue of state receipts."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from ...forms import Form, Given, ReadField, YuanField
from ..state_receipt_rows import Issued, parse_check_code, parse_code, parse_number
from ..state_receipts import MAX_REASON
from .fields import DayField
from .money import DatedForm

_TOO_LONG = _l("写得太长了，最多%(max)d个字符。")


class CodeField(ReadField):
    """票据代码; `data` is its digits."""

    reads = parse_code


class NumberField(ReadField):
    """票据号码; `data` is its digits."""

    reads = parse_number


class CheckCodeField(ReadField):
    """校验码; `data` is None where there is none."""

    reads = parse_check_code


class IssuedForm(DatedForm):
    """What the state's system issued for one gift."""

    code = CodeField(_l("票据代码"), [Given(_l("请填写票据代码。"))])
    number = NumberField(_l("票据号码"), [Given(_l("请填写票据号码。"))])
    check_code = CheckCodeField(_l("校验码"))
    issued_on = DayField(_l("开票日期"), [Given(_l("请填写开票日期。"))])
    amount = YuanField(_l("票据金额（元）"), [Given(_l("请填写票据上的金额。"))])

    def issued(self) -> Issued:
        """What the valid form says."""
        return Issued(self.code.data, self.number.data, self.check_code.data or "", self.issued_on.data,
                      self.amount.data)


class WaiveForm(Form):
    """The donor wants none."""

    waived_because = TextAreaField(_l("为什么不开"), [Given(_l("请写明原因。")), Length(max=MAX_REASON,
                                                                                     message=_TOO_LONG)])


class AnonymousForm(Form):
    """A lone button."""


class VoidForm(Form):
    """What was issued is void in the state's system."""

    voided_because = TextAreaField(_l("为什么作废"), [Given(_l("请写明原因。")), Length(max=MAX_REASON,
                                                                                     message=_TOO_LONG)])


class AnswersForm(Form):
    """A file of what was issued, to look at."""

    table = FileField(_l("CSV或XLSX文件"))


class CommitForm(Form):
    """The file that was looked at, by its SHA-256."""

    sha256 = HiddenField()
