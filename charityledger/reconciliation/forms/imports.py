"""Forms of importing statement files."""

import re
from collections.abc import Mapping

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField
from wtforms.validators import Length

from ...forms import Dropdown, Form, Given
from ..imports import Confirmed
from ..sorting import Answer

ANSWERS: Mapping[str, Answer] = {"same": "same", "another": "another"}
_PREFIX = "line-"
# No file has so many lines that more digits count one.
_ANSWER = re.compile(rf"{_PREFIX}([0-9]{{1,9}})")


class UploadForm(Form):
    """A file, and the account that it is of."""

    account = Dropdown(_l("账户"), [Given(_l("请选账户。"))], wanted=_l("请选账户。"))
    file = FileField(_l("流水文件"))


class ImportForm(Form):
    """What was previewed, and what a person said about it. Answers about single lines are named by `answer_name`."""

    sha256 = HiddenField()
    account = HiddenField()
    name = HiddenField(validators=[Length(max=200)])
    totals = BooleanField(_l("我看过对不上的数，还是要导入"))
    late = BooleanField(_l("已结账月份的行，记在最早的未结账日期"))
    rest = BooleanField(_l("没有选的行，都按建议办"))

    @property
    def confirmed(self) -> Confirmed:
        """For the service; what is no answer counts as none."""
        answers = {int(told[1]): ANSWERS[value] for name, value in request.form.items()
                   if (told := _ANSWER.fullmatch(name)) and value in ANSWERS}
        return Confirmed(answers, rest=bool(self.rest.data), totals=bool(self.totals.data), late=bool(self.late.data))


def answer_name(index: int) -> str:
    """The name of the control about the line with this index."""
    return f"{_PREFIX}{index}"


class RunForm(Form):
    """Ask for a run of the matcher; the empty account stands for all."""

    account = HiddenField()
