"""Forms of the catalogue, of updates and of imports."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, FieldList, FormField, HiddenField, StringField
from wtforms import Form as PlainForm
from wtforms.widgets import DateInput, TextArea

from .. import wording
from ..errors import InvalidInput
from ..forms import Dropdown, Form, Given, Radios, ReadField, YuanField
from ..money import MAX_FEN
from .catalogue_rows import MAX_QUANTITY
from .cells import checked_text, code, day, printed_text, whole
from .table_errors import AmountDoesNotTie, PriceOfHours

KIND_NAMES = (("cash", _l("资金")), ("goods", _l("实物")), ("hours", _l("志愿时长")))
PICTURES = 3


class TextLine(StringField):
    """Text up to `most` characters without invisible ones; `lines` allows line breaks and draws a text area."""

    checked = staticmethod(checked_text)

    def __init__(self, label: Any = None, validators: Any = None, *, most: int, lines: bool = False,
                 **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.most, self.lines = most, lines
        if lines:
            self.widget = TextArea()

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = ""
        if valuelist:
            self.data = valuelist[0]        # shown again as it was typed, where it is refused
            try:
                self.data = self.checked(valuelist[0], self.most, lines=self.lines)
            except InvalidInput as error:
                raise ValueError(wording.text(error)) from None


class PrintedText(TextLine):
    """A text that stands in documents, too."""

    checked = staticmethod(printed_text)


class CountField(ReadField):
    """How many people; `data` is an int."""

    reads = whole(0, 100_000_000)


class QuantityField(ReadField):
    """How many units; `data` is an int, 1 or more."""

    reads = whole(1, MAX_QUANTITY)


class DayField(ReadField):
    """A day; `data` is a date."""

    widget = DateInput()
    reads = day
    writes = date.isoformat


class CodeField(ReadField):
    """A code such as BM01-3."""

    reads = code(20)


class NewSubProjectForm(Form):
    """The facts of a sub-project with its code, which never changes afterwards."""

    seen = HiddenField()
    code: CodeField | None = CodeField(_l("编号"), [Given(_l("请填写编号，例如BM01-3。"))])
    major_code = Dropdown(_l("大项目"), [Given(_l("请选大项目。"))], wanted=_l("请选大项目。"))
    title_zh = PrintedText(_l("名称"), [Given(_l("请填写名称。"))], most=120)
    title_en = PrintedText(_l("英文名称"), [Given(_l("请填写英文名称。"))], most=120)
    street = PrintedText(_l("街道"), [Given(_l("请填写街道。"))], most=60)
    community = PrintedText(_l("社区"), [Given(_l("请填写社区。"))], most=60)
    beneficiaries_zh = PrintedText(_l("受益人"), most=120)
    beneficiaries_en = PrintedText(_l("受益人（英文）"), most=200)
    beneficiary_count = CountField(_l("受益人数"), [Given(_l("请填写受益人数，不知道就写0。"))])
    summary_zh = PrintedText(_l("一两句话的介绍"), most=1000, lines=True)
    summary_en = PrintedText(_l("英文介绍"), most=2000, lines=True)
    opened_on = DayField(_l("开放日期"))
    ends_on = DayField(_l("预计结束日期"))
    ended_on = DayField(_l("实际结束日期"))


class SubProjectForm(NewSubProjectForm):
    """The same without the code; `seen` is what the facts were when the form was opened."""

    code = None


class NeedItemForm(Form):
    """A need item; its amount is worked out."""

    seen = HiddenField()
    title_zh = PrintedText(_l("名称"), [Given(_l("请填写名称。"))], most=120)
    title_en = PrintedText(_l("英文名称"), [Given(_l("请填写英文名称。"))], most=200)
    kind = Radios(_l("种类"), choices=KIND_NAMES, wanted=_l("请选种类。"))
    quantity = QuantityField(_l("数量"), [Given(_l("请填写数量。"))])
    unit_zh = PrintedText(_l("计量单位"), [Given(_l("请填写计量单位，例如套。"))], most=20)
    unit_en = PrintedText(_l("英文单位"), [Given(_l("请填写英文单位，例如set。"))], most=40)
    unit_price_fen = YuanField(_l("单价（元）"))

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if (self.kind.data == "hours") != (not self.unit_price_fen.data):
            self.refuse(PriceOfHours(), self.unit_price_fen)
        elif self.amount_fen > MAX_FEN:
            self.refuse(AmountDoesNotTie(amount_fen=MAX_FEN, product_fen=self.amount_fen), self.quantity)
        return not self.errors

    @property
    def amount_fen(self) -> int:
        """Quantity times price."""
        return int(self.quantity.data) * int(self.unit_price_fen.data or 0)


class StatusForm(Form):
    """One step of a project. Both fields come from the page."""

    wanted = HiddenField()
    seen = HiddenField()


class ImportForm(Form):
    """A table to preview."""

    table = FileField(_l("CSV或XLSX文件"))


class CommitForm(Form):
    """What was previewed: the file by its SHA-256, and the catalogue it was compared with."""

    sha256 = HiddenField()
    base = HiddenField()


class PictureForm(PlainForm):
    """One picture. `kept` is the signed name of one that was sent before."""

    file = FileField(_l("图片文件"))
    kept = HiddenField()
    alt_zh = TextLine(_l("图片说明"), most=200)
    alt_en = TextLine(_l("图片说明（英文）"), most=300)
    drop = BooleanField(_l("不用这张"))


class UpdateForm(Form):
    """News of a sub-project."""

    project = Dropdown(_l("项目"), [Given(_l("请选项目。"))], wanted=_l("请选项目。"))
    published_on = DayField(_l("日期"), [Given(_l("请填写日期。"))])
    body_zh = TextLine(_l("近况正文"), [Given(_l("请写几句近况。"))], most=4000, lines=True)
    body_en = TextLine(_l("英文"), most=6000, lines=True)
    quotation_zh = TextLine(_l("一句原话"), most=500, lines=True)
    quotation_en = TextLine(_l("原话的英文"), most=800, lines=True)
    pictures = FieldList(FormField(PictureForm), _l("图片"), min_entries=PICTURES, max_entries=PICTURES)
    disclosure = BooleanField(_l("这是一次资金和进度的公示"))

    def faults(self) -> list[tuple[str, str]]:
        """Faults of pictures lead to the control they are about, not to the pictures as a whole."""
        return [fault for fault in super().faults() if fault[0] != self.pictures.id] + [
            (control.id, str(message)) for entry in self.pictures for control in entry.form
            for message in control.errors]


class WithdrawForm(Form):
    """Why something goes."""

    reason = TextLine(_l("原因"), [Given(_l("请写明原因。"))], most=500, lines=True)


class PhotoForm(Form):
    """A photo of a sub-project."""

    file = FileField(_l("照片"))
    alt_zh = TextLine(_l("照片说明"), [Given(_l("请写一句照片说明，看不见图的人要靠它。"))], most=200)
    alt_en = TextLine(_l("照片说明（英文）"), most=300)
