"""A promise found by hand: by its code, by the donor's name, by the last four digits of the telephone, by amount."""

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from .. import reference as references
from ..donations.models import Donor, Instalment, Pledge
from ..errors import InvalidInput
from ..money import parse_yuan
from ..projects.models import SubProject
from .candidates import OPEN_STATES

MOST = 20
_TAIL = re.compile(r"[0-9]{4}")
_PART_OF_CODE = re.compile(r"9[0-9]{4,9}")


@dataclass(frozen=True)
class Hit:
    """A promise of money. `waits`: whether it can take anything."""

    pledge: Pledge
    donor: Donor
    sub: SubProject

    @property
    def waits(self) -> bool:
        return self.pledge.state in OPEN_STATES and self.pledge.outstanding > 0


def find(session: Session, text: str) -> list[Hit]:
    """At most MOST promises; those that wait first, the newest of them first. One query.

    A whole code finds its promise whatever became of it; everything else finds promises that wait.
    """
    words = unicodedata.normalize("NFKC", text).strip()
    if not words:
        return []
    codes = references.parse(words)
    query = (select(Pledge, Donor, SubProject).join(Donor, Donor.id == Pledge.donor_id)
             .join(SubProject, SubProject.id == Pledge.sub_project_id).where(Pledge.kind == "cash"))
    if codes:
        query = query.where(Pledge.reference.in_(codes))
    else:
        query = query.where(Pledge.state.in_(OPEN_STATES), Pledge.amount > Pledge.paid, or_(*_ways(words)))
    rows = session.execute(query.order_by(Pledge.pledged_on.desc(), Pledge.id.desc()).limit(MOST))
    return [Hit(*row) for row in rows]


def _ways(words: str) -> list[ColumnElement[bool]]:
    plain = re.sub(r"\s", "", words)
    ways: list[ColumnElement[bool]] = [Donor.name.contains(words, autoescape=True)]
    if _TAIL.fullmatch(plain):
        ways += [Donor.phone.endswith(plain), Pledge.phone.endswith(plain)]
    if _PART_OF_CODE.fullmatch(plain):
        ways.append(Pledge.reference.startswith(plain))
    try:
        fen = parse_yuan(words)
    except InvalidInput:
        return ways
    return [*ways, Pledge.amount - Pledge.paid == fen,
            Pledge.id.in_(select(Instalment.pledge_id).where(Instalment.amount_fen == fen))]
