"""认领证书: a promise worth hanging up. It is not a receipt and says so."""

from dataclasses import dataclass
from datetime import date

from .common import Language, NotADocument, Organisation, Provenance


@dataclass(frozen=True)
class AdoptionCertificate:
    """What one adoption promises: money, goods (`goods` in words, at `goods_fen`), hours; never added to each
    other.

    `donor` is the name that the donor wants printed. `place` is street and community, or empty. `items` are
    the adopted need items with their quantity, in words; none means the project as a whole. `benefit` is a
    full sentence about whom it helps, or empty."""

    language: Language
    organisation: Organisation
    provenance: Provenance
    donor: str
    project_code: str
    project_name: str
    place: str
    items: tuple[str, ...]
    cash_fen: int
    goods: tuple[str, ...]
    goods_fen: int
    hours: int
    benefit: str
    reference: str
    adopted_on: date

    def __post_init__(self) -> None:
        if not self.donor.strip():
            raise NotADocument(where="donor", why="no name or words to print")
        promised = self.cash_fen or self.goods or self.hours
        if min(self.cash_fen, self.goods_fen, self.hours) < 0 or not promised:
            raise NotADocument(where="promise", why="nothing is promised, or less than nothing")
        if self.goods_fen and not self.goods:
            raise NotADocument(where="goods", why="a value without goods")
