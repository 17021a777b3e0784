"""What all forms share: the tokens, the errors in the order of the page, fields that read money and numbers.

`templates/parts/forms.html` draws them.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from . import printable, web, wording
from .errors import CharityLedgerError, InvalidInput
from .money import format_fen, parse_yuan
from .phone import parse_phone
from .uscc import parse_uscc

Pairs = Iterable[tuple[str, Any]]


class Form(FlaskForm):
    """A form that acts once: `form_token` comes back with it and is the service's idempotency key."""

    form_token = HiddenField(default=web.new_form_token, validators=[Length(max=80)])

    @property
    def key(self) -> str:
        """The idempotency key for the service."""
        return str(self.form_token.data)

    @property
    def status(self) -> int:
        """For the page that shows the form: 422 where it came back to be corrected."""
        return 422 if self.is_submitted() else 200

    def refuse(self, error: CharityLedgerError, field: Field | None = None) -> None:
        """Show what a service refused, at `field` where one is to blame, else for the form as a whole."""
        if field is None:
            self.form_errors.append(wording.text(error))
        else:
            field.errors = [*field.errors, wording.text(error)]

    def faults(self) -> list[tuple[str, str]]:
        """(id of the field or "", message) for the summary above the form, in the order of the page."""
        whole = [("", str(message)) for message in self.form_errors]
        return whole + [
            ("" if isinstance(field, HiddenField) else field.id, str(message))
            for field in self for message in _flat(field.errors)]


def _flat(errors: Any) -> Iterator[Any]:
    """WTForms nests the errors of lists and of forms within forms."""
    for error in errors.values() if isinstance(errors, dict) else errors:
        if isinstance(error, (list, tuple, dict)):
            yield from _flat(error)
        else:
            yield error


class ReadField(StringField):
    """A line of text that `reads` understands; `data` is what it returned, or None.

    What cannot be read is shown again as it was typed, with the sentence of its error.
    """

    data: Any
    reads: ClassVar[Callable[[str], object]] = str
    writes: ClassVar[Callable[[Any], str]] = str

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else type(self).writes(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = type(self).reads(valuelist[0])
            except InvalidInput as error:
                raise ValueError(wording.text(error)) from None


class YuanField(ReadField):
    """An amount in yuan; `data` is fen (int)."""

    reads = parse_yuan
    writes = format_fen


class PhoneField(ReadField):
    """`data` is the number in its one form."""

    reads = parse_phone


class UsccField(ReadField):
    """统一社会信用代码; `data` is the code in capitals."""

    reads = parse_uscc


class Radios(RadioField):
    """Radio buttons from (value, label) pairs, none chosen beforehand. `wanted` asks for one where none came back."""

    def __init__(self, label: Any = None, validators: Any = None, *, choices: Pairs = (), wanted: Any = None,
                 **kwargs: Any) -> None:
        super().__init__(label, validators, choices=_options(choices),
                         invalid_choice_message=wanted or _l("请选一种。"), **kwargs)


class Dropdown(SelectField):
    """A list to choose one from, as (value, label) pairs. `wanted` asks again where something else came back."""

    def __init__(self, label: Any = None, validators: Any = None, *, choices: Pairs = (), wanted: Any = None,
                 **kwargs: Any) -> None:
        super().__init__(label, validators, choices=_options(choices),
                         invalid_choice_message=wanted or _l("请从列表里选一项。"), **kwargs)


def _options(pairs: Pairs) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


class Given:
    """Validator: something was given. `message` names the field and what to do: 请填写姓名。"""

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        # What could not be read has said so already.
        missing = field.data is None or (isinstance(field.data, str) and not printable.visible(field.data).strip())
        if missing and not field.errors:
            raise ValidationError(self.message)


class Printed:
    """Validator: the documents' font has every character, so that the text can stand on a receipt."""

    def __call__(self, form: Any, field: Any) -> None:
        try:
            printable.check(field.data or "")
        except printable.NotPrintable as error:
            raise ValidationError(wording.text(error)) from None
