"""What every builder needs: the organisation, where the figures were read, and words in the document's language."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ...donations.rules import short_name
from ..documents import Language, Organisation, Provenance


@dataclass(frozen=True)
class Reading:
    """Everything about one reading that is not the data itself: filled in by `issuing`, the same for every builder."""

    language: Language
    organisation: Organisation
    provenance: Provenance


class Titled(Protocol):
    title_zh: str
    title_en: str


def title(thing: Titled, language: Language) -> str:
    """The title in the document's language; the Chinese one where there is no other."""
    return thing.title_zh if language == "zh" else thing.title_en or thing.title_zh


def word(language: Language, zh: str, en: str) -> str:
    """One of two wordings."""
    return zh if language == "zh" else en


def shown_name(name: str, kind: str, shown: str, language: Language) -> str:
    """A donor's name as the public may see it."""
    if shown == "full":
        return name
    if shown == "short":
        return short_name(name, kind)
    return word(language, "不公开姓名的捐赠人", "A donor who prefers not to be named")


def place(street: str, community: str, language: Language) -> str:
    """Street and community; the catalogue names places in Chinese only."""
    return f"{street}{community}" if language == "zh" else f"{street} {community}"


def at(moment: datetime) -> datetime:
    """In the district's time zone."""
    from ...clock import LOCAL

    return moment.astimezone(LOCAL)
