"""Telephone numbers of mainland China, in one form each: `13800000000`, `0371-68880000`, `0371-68880000-801`.

One form, because a donor finds a pledge again by the last four digits, however the number was typed before.
"""

import re
import unicodedata

from charityledger.errors import InvalidInput

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
# Area codes 010 and 02x have three digits, all others four. Local numbers never begin with 0 or 1.
_LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})([2-9][0-9]{6,7})")
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|#)\s*([0-9]{1,6})$", re.IGNORECASE)
_DASHED = re.compile(r"(\(?0[0-9]{2,3}\)?[\s\-]*[2-9][0-9]{2,3}[\s\-]?[0-9]{4})-([0-9]{1,6})")


class PhoneMissing(InvalidInput):
    """Facts: none."""

    code = "phone_missing"


class MobileWrongLength(InvalidInput):
    """It begins like a mobile number but has not 11 digits. Facts: digits (how many it has)."""

    code = "mobile_wrong_length"


class AreaCodeMissing(InvalidInput):
    """A landline without its area code. Facts: none."""

    code = "area_code_missing"


class NotAPhone(InvalidInput):
    """Neither a mainland mobile number nor a landline. Facts: text."""

    code = "not_a_phone"


def parse_phone(text: str) -> str:
    """The one form of a number. Country prefix, spaces, hyphens and brackets are taken off.

    Raises a subclass of InvalidInput that says what is missing.
    """
    given = unicodedata.normalize("NFKC", text).strip()
    if not given:
        raise PhoneMissing()
    body, extension = _without_extension(given)
    digits = re.sub(r"[\s\-()]", "", body)
    country = re.match(r"\+86|0086", digits)
    if country:
        digits = digits[country.end() :]
        # Abroad the area code is written without its zero; a mobile has none to restore.
        if not _MOBILE.fullmatch(digits) and _LANDLINE.fullmatch("0" + digits):
            digits = "0" + digits
    elif re.fullmatch(r"86" + _MOBILE.pattern, digits):
        digits = digits[2:]
    if not re.fullmatch(r"[0-9]+", digits):
        raise NotAPhone(text=text)
    if _MOBILE.fullmatch(digits) and not extension:
        return digits
    landline = _LANDLINE.fullmatch(digits)
    if landline:
        return "-".join(part for part in (*landline.groups(), extension) if part)
    if re.fullmatch(r"1[3-9][0-9]{5,12}", digits) and len(digits) != 11:
        raise MobileWrongLength(digits=len(digits))
    if re.fullmatch(r"[2-9][0-9]{6,7}", digits):
        raise AreaCodeMissing()
    raise NotAPhone(text=text)


def _without_extension(given: str) -> tuple[str, str]:
    spoken = _EXTENSION.search(given)
    if spoken:
        return given[: spoken.start()], spoken.group(1)
    dashed = _DASHED.fullmatch(given)
    return (dashed.group(1), dashed.group(2)) if dashed else (given, "")


def is_mobile(phone: str) -> bool:
    """Whether a number in its one form can receive a text message."""
    return bool(_MOBILE.fullmatch(phone))


def last_four(phone: str) -> str:
    """The last four digits of a number in its one form; of a landline, those before the extension."""
    main = phone if is_mobile(phone) else "".join(phone.split("-")[:2])
    return main[-4:]


def masked(phone: str) -> str:
    """`*******0000`: only the tail, for pages where the holder should recognise it and others should not."""
    main = phone if is_mobile(phone) else "-".join(phone.split("-")[:2])
    return re.sub(r"[0-9]", "*", main[:-4]) + main[-4:]
