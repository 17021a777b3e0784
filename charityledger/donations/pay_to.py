"""The account that donors pay to: as the settings say, or in a demonstration one that is plainly none."""

from collections.abc import Mapping
from dataclasses import dataclass

DEMONSTRATION_NUMBER = "0000 0000 0000 0000 000"
_HOLDER = {"zh": "演示账户，请勿转账", "en": "Demonstration: do not pay"}
_BANK = {"zh": "演示银行", "en": "Demonstration bank"}


@dataclass(frozen=True)
class PayTo:
    """`made_up`: there is no such account, and nobody is to pay to it."""

    holder: str
    bank: str
    number: str
    made_up: bool = False


def account(settings: Mapping[str, object], *, language: str, demonstration: bool) -> PayTo | None:
    """The account in the words of `language` (zh or en). None where the settings name none and all else is real."""
    if settings["ACCOUNT_NUMBER"]:
        holder = (settings["ACCOUNT_HOLDER"] or settings[f"ORGANISATION_{language.upper()}"]
                  or settings["ORGANISATION_ZH"])
        return PayTo(str(holder), str(settings["ACCOUNT_BANK"]), str(settings["ACCOUNT_NUMBER"]))
    if demonstration:
        return PayTo(_HOLDER[language], _BANK[language], DEMONSTRATION_NUMBER, made_up=True)
    return None
