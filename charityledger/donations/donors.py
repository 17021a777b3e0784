"""Donors: found again by kind, name and phone (or credit code), else created. Staff search them here."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from .. import printable
from .. import reference as references
from ..audit import events
from ..clock import Clock
from ..errors import InvalidInput, NotFound
from ..identity.actor import Actor
from ..many import insert_many, next_ids
from .models import Donor, Membership, Pledge

PAGE_SIZE = 50


@dataclass(frozen=True)
class DonorFacts:
    """What a form or file says of a donor. `donor_id` names one that is known already (a signed-in donor)."""

    kind: str = "individual"
    name: str = ""
    phone: str = ""
    email: str = ""
    uscc: str | None = None
    donor_id: int | None = None


class DonorNameMissing(InvalidInput):
    """Facts: none."""

    code = "donor_name_missing"


def find_or_create(tx: Session, facts: DonorFacts, *, actor: Actor, clock: Clock) -> int:
    """Id of the donor. The same name and phone (or credit code) is the same donor; a name alone never is."""
    if facts.donor_id is not None:
        return living(tx, facts.donor_id).id
    known = _find(tx, facts)
    return known if known is not None else create(tx, facts, actor=actor, clock=clock).id


def plain_name(name: str) -> str:
    """A name as it is kept: single spaces, and no format characters, which hide a name or turn its line round. (Rare
    characters stay: some names are written in letters that this Python does not know yet.)"""
    kept = " ".join("".join(letter for letter in name if unicodedata.category(letter) != "Cf").split())
    return kept if printable.visible(kept).strip() else ""


def new_name(name: str) -> str:
    """A name for the books, as `plain_name` keeps it. Raises DonorNameMissing, or NotPrintable: it will stand on
    receipts and certificates."""
    kept = plain_name(name)
    if not kept:
        raise DonorNameMissing()
    printable.check(kept)
    return kept


def create(tx: Session, facts: DonorFacts, *, actor: Actor, clock: Clock) -> Donor:
    """A new donor. Raises DonorNameMissing or NotPrintable."""
    donor = Donor(kind=facts.kind, name=new_name(facts.name), phone=facts.phone, email=facts.email,
                  uscc=facts.uscc or None, created_at=clock.now())
    tx.add(donor)
    tx.flush()
    events.record(tx, kind="donor_added", subject=("donor", donor.id), payload={"kind": facts.kind},
                  actor_id=actor.user_id, at=clock.now())
    return donor


def find_many(tx: Session, facts: Iterable[DonorFacts]) -> dict[DonorFacts, int]:
    """{facts: id} of those that are known, by the same rule as `find_or_create`; facts without a phone never are. Names
    as `plain_name` makes them."""
    wanted = {(one.kind, one.name, one.phone): one for one in facts if one.phone}
    found: dict[DonorFacts, int] = {}
    rows = tx.execute(select(Donor.id, Donor.kind, Donor.name, Donor.phone).where(
        Donor.merged_into_id.is_(None), Donor.phone.in_({phone for _, _, phone in wanted}), ~has_account())
        .order_by(Donor.id))
    for donor_id, *key in rows:
        told = wanted.get((key[0], key[1], key[2]))
        if told is not None:
            found.setdefault(told, donor_id)
    return found


def create_many(tx: Session, facts: Sequence[DonorFacts], *, actor: Actor, clock: Clock) -> list[int]:
    """New donors, each with a name as `plain_name` makes it; returns their ids."""
    numbers = next_ids(tx, Donor.__table__, len(facts))
    insert_many(tx, Donor.__table__, [
        {"id": number, "kind": one.kind, "name": one.name, "phone": one.phone, "email": one.email,
         "created_at": clock.now()} for number, one in zip(numbers, facts, strict=True)])
    events.record_many(tx, [events.Told("donor_added", ("donor", number), {"kind": one.kind})
                            for number, one in zip(numbers, facts, strict=True)], actor_id=actor.user_id,
                       at=clock.now())
    return numbers


def living(session: Session, donor_id: int) -> Donor:
    """The donor, or the one that it was merged into. Raises NotFound."""
    donor = session.get(Donor, donor_id)
    while donor is not None and donor.merged_into_id is not None:
        donor = session.get(Donor, donor.merged_into_id)
    if donor is None:
        raise NotFound(what=f"donor {donor_id}")
    return donor


def has_account() -> ColumnElement[bool]:
    """For queries of donors: whether anybody signs in for it."""
    return exists().where(Membership.donor_id == Donor.id)


def with_account(session: Session, donors: Iterable[Donor]) -> set[int]:
    """Ids of those donors that somebody signs in for."""
    return set(session.scalars(select(Membership.donor_id).where(
        Membership.donor_id.in_([donor.id for donor in donors]))))


def _find(tx: Session, facts: DonorFacts) -> int | None:
    # Never one with an account: whoever knows a name and a phone number must not write into somebody's account.
    query = select(Donor.id).where(Donor.merged_into_id.is_(None), Donor.kind == facts.kind,
                                   Donor.name == plain_name(facts.name), ~has_account())
    if facts.uscc:
        query = query.where(Donor.uscc == facts.uscc)
    elif facts.phone:
        query = query.where(Donor.phone == facts.phone)
    else:
        return None
    return tx.scalars(query.order_by(Donor.id)).first()


def search(session: Session, words: str, *, page: int = 1) -> tuple[Sequence[Donor], int]:
    """(one page of donors, how many there are). `words`: part of a name, the last four digits of a phone or more, a
    credit code, or a pledge's reference. Donors that were merged away are left out."""
    query = select(Donor).where(Donor.merged_into_id.is_(None))
    words = words.strip()
    if words:
        codes = references.parse(words)
        plain = words.replace(" ", "")
        tests = [Donor.name.contains(words, autoescape=True), Donor.uscc == plain.upper(),
                 exists().where(Pledge.donor_id == Donor.id, Pledge.reference.in_(codes))]
        if plain.replace("-", "").isdigit() and len(plain) >= 4:
            # A landline's extension stands behind the digits that people know it by.
            tests += [Donor.phone.like(f"%{plain}"), Donor.phone.like(f"%{plain}-%"),
                      exists().where(Pledge.donor_id == Donor.id, Pledge.phone.like(f"%{plain}"))]
        query = query.where(or_(*tests))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.scalars(query.order_by(Donor.id.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    return rows.all(), total
