"""Promises as rows: locked, kept in memory and written back, many in one statement each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..many import among, update_many
from ..projects.models import SubProject
from .models import Instalment, Pledge, PledgeLine

_PLEDGE, _LINE, _DUE, _SUB = Pledge.__table__.c, PledgeLine.__table__.c, Instalment.__table__.c, SubProject.__table__.c


@dataclass(slots=True)
class PromisedPart:
    """A `PledgeLine`."""

    id: int
    need_item_id: int
    amount: int
    paid: int


@dataclass(slots=True)
class Due:
    """An `Instalment`."""

    due_on: date
    amount_fen: int


@dataclass(slots=True)
class Promise:
    """A `Pledge` with the code of its fund. What `gifts` does to one it does to the other."""

    id: int
    reference: str
    donor_id: int
    sub_project_id: int
    kind: str
    state: str
    amount: int
    paid: int
    shown: str
    pledged_on: date | None
    reserved_at: datetime
    expires_at: datetime | None
    fund: str
    lines: list[PromisedPart] = field(default_factory=list)
    instalments: list[Due] = field(default_factory=list)

    @property
    def outstanding(self) -> int:
        """Promised and not yet come in."""
        return self.amount - self.paid


def locked(tx: Session, ids: Iterable[int]) -> dict[int, Promise]:
    """The promises with these numbers, by number, locked in their order; those that are not there are absent."""
    wanted = sorted(set(ids))
    connection = tx.connection()
    rows: Iterable[tuple[Any, ...]] = connection.execute(
        select(_PLEDGE.id, _PLEDGE.reference, _PLEDGE.donor_id, _PLEDGE.sub_project_id, _PLEDGE.kind, _PLEDGE.state,
               _PLEDGE.amount, _PLEDGE.paid, _PLEDGE.shown, _PLEDGE.pledged_on, _PLEDGE.reserved_at,
               _PLEDGE.expires_at, _SUB.code)
        .where(among(tx, _PLEDGE.id, wanted), _SUB.id == _PLEDGE.sub_project_id).order_by(_PLEDGE.id)
        .with_for_update(of=Pledge.__table__))
    found = {row[0]: Promise(*row) for row in rows}
    for pledge_id, *part in connection.execute(
            select(_LINE.pledge_id, _LINE.id, _LINE.need_item_id, _LINE.amount, _LINE.paid)
            .where(among(tx, _LINE.pledge_id, wanted)).order_by(_LINE.id)):
        found[pledge_id].lines.append(PromisedPart(*part))
    for pledge_id, *due in connection.execute(
            select(_DUE.pledge_id, _DUE.due_on, _DUE.amount_fen)
            .where(among(tx, _DUE.pledge_id, wanted)).order_by(_DUE.pledge_id, _DUE.number)):
        found[pledge_id].instalments.append(Due(*due))
    return found


def keep(tx: Session, promises: Iterable[Promise]) -> None:
    """Write what money did to promises: what is paid, and with it state and expiry."""
    kept = list(promises)
    update_many(tx, Pledge.__table__, [
        {"id": promise.id, "paid": promise.paid, "state": promise.state, "expires_at": promise.expires_at}
        for promise in kept])
    update_many(tx, PledgeLine.__table__, [
        {"id": part.id, "paid": part.paid} for promise in kept for part in promise.lines])
