"""Many promises accepted at once: the rows of an import, set by set instead of row by row.

Each row is taken by itself: one that cannot be accepted records nothing and stops no other.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from .. import reference
from ..audit import events
from ..clock import Clock, today
from ..database import is_postgresql, use_case
from ..errors import CharityLedgerError, InvalidInput, NotFound, OverNeed, WrongState
from ..identity.actor import Actor
from ..ids import Ids
from ..ledger import postings, store
from ..ledger.idempotency import content_hash
from ..ledger.models import RequestKey
from ..ledger.store import Posting
from ..many import insert_many, next_ids
from ..projects import capacity
from ..projects.capacity import Change, Step
from ..projects.models import NeedItem, SubProject
from ..projects.rules import ADOPTABLE_STATUSES
from .adoption import ExternalIdTaken, expire_due, facts_of
from .donors import DonorFacts, DonorNameMissing, create_many, find_many, plain_name
from .models import Pledge, PledgeLine
from .pledge_rows import Fault, Row
from .rules import Part, check_pledged_on, spread

_ONE_IMPORT = 0x70_6C_65_64_67_65


class NoCashNeed(InvalidInput):
    """A project that needs goods or hours only; a file announces money. Facts: sub."""

    code = "no_cash_need"


@dataclass
class Accepted:
    """`pledges`: (row, pledge id, reference, whether it is new), in the order of the rows. `faults`: the others."""

    pledges: list[tuple[Row, int, str, bool]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class _Promise:
    """A row that can be accepted, with the ids that it gets."""

    row: Row
    sub_id: int
    parts: list[Part]
    donor_id: int
    pledge_id: int
    reference: str


@use_case
def accept_rows(tx: Session, *, actor: Actor, clock: Clock, ids: Ids, rows: Sequence[Row]) -> Accepted:
    """Accept a pledge for each row; the same row again gives the same pledge.

    Faults: OverNeed (nothing is pledged), ExternalIdTaken, DonorNameMissing, PledgedOnOutside, NotFound for an
    unknown project, WrongState for a closed one.
    """
    if is_postgresql(tx):
        # Two imports of one file at once: the second waits here and then finds the first one's pledges.
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_IMPORT})
    done = Accepted()
    waiting = _unknown(tx, rows, done)
    fitting = _fitting(tx, waiting, done, clock)
    donors = _donors(tx, [row for row, _, _ in fitting], actor, clock)
    numbers = next_ids(tx, Pledge.__table__, len(fitting))
    codes = _references(tx, ids, len(fitting))
    promises = [_Promise(row, sub_id, parts, donors[row.line], number, code)
                for (row, sub_id, parts), number, code in zip(fitting, numbers, codes, strict=True)]
    _write(tx, promises, actor, clock)
    done.pledges += [(p.row, p.pledge_id, p.reference, True) for p in promises]
    done.pledges.sort(key=lambda accepted: accepted[0].line)
    return done


def _key(row: Row) -> str:
    return f"pledge-import:{row.external_id}"


def _content(row: Row) -> dict[str, object]:
    return {"use": "import_row", **asdict(row), "line": 0}


def _unknown(tx: Session, rows: Sequence[Row], done: Accepted) -> list[Row]:
    """The rows that did not come before; the others go to `done`."""
    known = {row.key: row for row in tx.execute(
        select(RequestKey.key, RequestKey.content_hash, RequestKey.outcome).where(
            RequestKey.key.in_([_key(row) for row in rows])))}
    pledges = {row.external_id: row for row in tx.execute(
        select(Pledge.external_id, Pledge.id, Pledge.reference).where(
            Pledge.external_id.in_([row.external_id for row in rows])))}
    waiting = []
    for row in rows:
        before, pledge = known.get(_key(row)), pledges.get(row.external_id)
        if pledge is None:
            waiting.append(row)
        elif before is not None and before.content_hash == content_hash(_key(row), _content(row)):
            done.pledges.append((row, pledge.id, pledge.reference, False))
        else:
            done.faults.append((row.line, ExternalIdTaken(external_id=row.external_id)))
    return waiting


def _fitting(tx: Session, rows: Sequence[Row], done: Accepted, clock: Clock) -> list[tuple[Row, int, list[Part]]]:
    """(row, its sub-project, what goes to which item) of the rows that fit, one after the other."""
    subs = {sub.code: sub for sub in tx.scalars(
        select(SubProject).where(SubProject.code.in_({row.sub_code for row in rows})).order_by(SubProject.id)
        .with_for_update(read=True))}
    for sub in subs.values():
        expire_due(tx, clock=clock, sub_project_id=sub.id)
    items: dict[int, list[int]] = {}
    for sub_id, item_id in tx.execute(
            select(NeedItem.sub_project_id, NeedItem.id).where(
                NeedItem.sub_project_id.in_([sub.id for sub in subs.values()]), NeedItem.kind == "cash",
                NeedItem.withdrawn.is_(False)).order_by(NeedItem.sub_project_id, NeedItem.line)):
        items.setdefault(sub_id, []).append(item_id)
    left = capacity.left(tx, [item_id for ids in items.values() for item_id in ids])
    fitting = []
    for row in rows:
        try:
            sub = _home(subs, row)
            check_pledged_on(row.pledged_on, today(clock))
            if not plain_name(row.donor_name):
                raise DonorNameMissing()
            own = items.get(sub.id, [])
            if not own:
                raise NoCashNeed(sub=row.sub_code)
            parts = spread(row.amount_fen, [Part(item_id, left[item_id]) for item_id in own])
            if sum(part.amount for part in parts) < row.amount_fen:
                over = capacity.over_need(tx, own[0], sum(max(left[item_id], 0) for item_id in own), row.amount_fen)
                raise OverNeed(**over.facts, of_row=True)
        except CharityLedgerError as error:
            done.faults.append((row.line, error))
        else:
            for part in parts:
                left[part.need_item_id] -= part.amount
            fitting.append((row, sub.id, parts))
    return fitting


def _home(subs: dict[str, SubProject], row: Row) -> SubProject:
    sub = subs.get(row.sub_code)
    if sub is None:
        raise NotFound(what=row.sub_code)
    if sub.status not in ADOPTABLE_STATUSES:
        raise WrongState(subject=sub.code, state=sub.status, wanted="open")
    return sub


def _donors(tx: Session, rows: Sequence[Row], actor: Actor, clock: Clock) -> dict[int, int]:
    """{line: donor id}: known by kind, name and phone, else created; a name alone is always somebody new."""
    facts = {row.line: DonorFacts(kind=row.donor_kind, name=plain_name(row.donor_name), phone=row.phone)
             for row in rows}
    known = find_many(tx, facts.values())
    new: dict[object, DonorFacts] = {}
    for line, told in facts.items():
        if told not in known:
            new.setdefault(told if told.phone else line, told)
    made = dict(zip(new, create_many(tx, list(new.values()), actor=actor, clock=clock), strict=True))
    return {line: known[told] if told in known else made[told if told.phone else line]
            for line, told in facts.items()}


def _references(tx: Session, ids: Ids, count: int) -> list[str]:
    """Codes that nobody has yet."""
    codes: dict[str, None] = {}
    while len(codes) < count:
        drawn = dict.fromkeys(reference.make(ids.reference_seven()) for _ in range(count - len(codes)))
        taken = set(tx.scalars(select(Pledge.reference).where(Pledge.reference.in_(drawn))))
        codes.update((code, None) for code in drawn if code not in taken)
    return list(codes)


def _write(tx: Session, promises: Sequence[_Promise], actor: Actor, clock: Clock) -> None:
    """Pledges, their lines, items' counters, memorandum entries, history and keys, each set in one statement."""
    now = clock.now()
    funds = dict(tx.execute(select(SubProject.id, SubProject.code).where(
        SubProject.id.in_({p.sub_id for p in promises}))).all())
    insert_many(tx, Pledge.__table__, [
        {"id": p.pledge_id, "reference": p.reference, "donor_id": p.donor_id, "sub_project_id": p.sub_id,
         "kind": "cash", "state": "pledged", "amount": p.row.amount_fen, "shown": "none", "source": "import",
         "external_id": p.row.external_id, "reserved_at": now, "confirmed_at": now, "pledged_on": p.row.pledged_on,
         "payer_account": p.row.account} for p in promises])
    insert_many(tx, PledgeLine.__table__, [
        {"pledge_id": p.pledge_id, "need_item_id": part.need_item_id, "amount": part.amount}
        for p in promises for part in p.parts])
    capacity.apply_many(tx, [
        Step([Change(part.need_item_id, pledged=part.amount) for part in p.parts], ("pledge", p.pledge_id),
             p.row.pledged_on) for p in promises])
    store.post_many(tx, [
        Posting(postings.pledge(p.pledge_id, funds[p.sub_id], p.row.amount_fen, p.row.pledged_on), actor.user_id)
        for p in promises], clock=clock)
    events.record_many(tx, [
        events.Told("pledge_confirmed", ("pledge", p.pledge_id),
                    facts_of(p.reference, "cash", p.row.amount_fen, 0,
                             [(part.need_item_id, part.amount) for part in p.parts])) for p in promises],
        actor_id=actor.user_id, at=now)
    if promises:
        tx.connection().execute(insert(RequestKey.__table__), [
            {"key": _key(p.row), "content_hash": content_hash(_key(p.row), _content(p.row)),
             "outcome": str(p.pledge_id), "at": now} for p in promises])
