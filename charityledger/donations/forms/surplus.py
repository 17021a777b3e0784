"""The form of a transfer of surplus."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...forms import Dropdown, Given, Radios, YuanField
from ..surplus import TransferWish
from .money import ReasonForm, options

BASES = (("consent", _l("捐赠人同意")), ("plan", _l("备案的募捐方案")))


class SurplusForm(ReasonForm):
    first = ("giving", "taking", "amount", "account", "basis")

    giving = Dropdown(_l("从哪个项目"))
    taking = Dropdown(_l("转给哪个项目"))
    amount = YuanField(_l("金额（元）"), [Given(_l("请填写金额，例如120.50。"))])
    account = Dropdown(_l("钱在哪个账户"))
    basis = Radios(_l("依据"), choices=BASES, wanted=_l("请选依据。"))

    def __init__(self, *args: Any, projects: list[tuple[str, str]], accounts: list[tuple[str, str]],
                 **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.giving.choices, self.taking.choices = options(projects), options(projects)
        self.account.choices = options(accounts)

    def validate(self, extra_validators: Any = None) -> bool:
        fine: bool = super().validate(extra_validators)
        for field in (self.giving, self.taking):
            if not field.data:
                field.errors = [_("请选项目。")]
                fine = False
        if not any(getattr(file, "filename", "") for file in self.files.data or ()):
            self.files.errors = [_("请附上同意书或方案，至少一个文件。")]
            fine = False
        return fine

    def wish(self, files: tuple[tuple[int, str], ...]) -> TransferWish:
        """What the valid form says; `files` were kept before."""
        return TransferWish(self.giving.data, self.taking.data, self.amount.data, self.account.data, self.basis.data,
                            files)
