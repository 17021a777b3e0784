"""What every document carries: who issues it, what it was read from, and figures that are never mixed.

Documents are frozen values in one language. They hold every figure ready-made and check, when they are built,
that the figures tie; a renderer only lays them out. Pure: no database, no clock, no reportlab."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from charityledger.errors import CharityLedgerError

Language = Literal["zh", "en"]
Kind = Literal["cash", "goods", "hours"]


class TotalsDoNotTie(CharityLedgerError):
    """A figure in a document is not what its parts add up to, so the document is not issued.

    Facts: where (what the figure is), measure, stated, added (integers of one unit)."""

    code = "totals_do_not_tie"
    status = 500


class NotADocument(CharityLedgerError):
    """A document's content contradicts itself or lacks what it must say. Facts: where, why."""

    code = "not_a_document"
    status = 500


@dataclass(frozen=True)
class Organisation:
    """Who issues the document, in both languages."""

    name_zh: str
    name_en: str
    programme_zh: str
    programme_en: str

    def name(self, language: Language) -> str:
        return self.name_zh if language == "zh" else self.name_en

    def programme(self, language: Language) -> str:
        return self.programme_zh if language == "zh" else self.programme_en


@dataclass(frozen=True)
class Provenance:
    """What the document was read from. `number` is empty in a preview, which says so on every page.

    `events` is the number of events in the history that the document was read at; `made_at` is aware.
    `data_sha256` is the SHA-256 (64 hex digits) of the data behind the document, where there is one."""

    number: str
    events: int
    made_at: datetime
    demonstration: bool
    verify_url: str | None = None
    data_sha256: str | None = None

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise NotADocument(where="made_at", why="an instant without an offset")
        if self.events < 0:
            raise NotADocument(where="events", why="negative")
        if self.data_sha256 is not None and len(self.data_sha256) != 64:
            raise NotADocument(where="data_sha256", why="not 64 hex digits")


@dataclass(frozen=True)
class Figures:
    """Five measures in one unit: fen of cash, fen of goods at value, or hours. Units are never added to each
    other.

    `pledged` includes what has been paid of it; `still_needed` = need − received − outstanding promises, for goods
    counted by the piece and then valued."""

    need: int = 0
    pledged: int = 0
    received: int = 0
    disbursed: int = 0
    still_needed: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(a + b for a, b in zip(self.row, other.row, strict=True)))

    def __bool__(self) -> bool:
        return any(self.row)

    @property
    def row(self) -> tuple[int, int, int, int, int]:
        """The five measures in the order of their columns."""
        return self.need, self.pledged, self.received, self.disbursed, self.still_needed

    @property
    def outstanding(self) -> int:
        """Promised and not yet paid, as the definition of `still_needed` implies it."""
        return self.need - self.received - self.still_needed

    def check(self, where: str, kind: Kind) -> None:
        """Raises NotADocument where a measure is negative or the definition of `still_needed` cannot hold.

        Goods are needed by the piece and received at fair value, so at value theirs need not come out even."""
        if min(self.row[:4]) < 0:
            raise NotADocument(where=where, why="a measure is negative")
        if kind != "goods" and not 0 <= self.outstanding <= self.pledged:
            raise NotADocument(where=where, why="still needed is not need - received - outstanding")


MEASURES = ("need", "pledged", "received", "disbursed", "still_needed")


def added(parts: Iterable[Figures]) -> Figures:
    """The sum of figures of one unit."""
    total = Figures()
    for part in parts:
        total += part
    return total


def tie(where: str, stated: Figures, parts: Iterable[Figures]) -> None:
    """Raises TotalsDoNotTie unless `stated` is the sum of `parts`, measure by measure."""
    for measure, said, found in zip(MEASURES, stated.row, added(parts).row, strict=True):
        tie_one(where, measure, said, found)


def tie_one(where: str, measure: str, stated: int, found: int) -> None:
    """Raises TotalsDoNotTie unless the two integers are equal."""
    if stated != found:
        raise TotalsDoNotTie(where=where, measure=measure, stated=stated, added=found)
