"""Sub-projects: add, revise, change the status. Need items are in `items`, updates in `updates`.

Every change is one event, and none overwrites what somebody else changed after the form was opened (`seen`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..audit import events
from ..audit.events import Scalar
from ..clock import Clock, today
from ..database import use_case
from ..errors import NotFound
from ..identity.actor import Actor
from ..ledger import store
from ..ledger.balances import fund_cash
from ..ledger.idempotency import once
from ..pinyin import initials
from ..table_errors import check_year
from . import revisions
from .errors import CodeTaken, DatesOutOfOrder, EditConflict
from .models import Category, ItemProgress, MajorProject, NeedItem, SubProject
from .revisions import Value
from .rules import Standing, dates_after, status_refusal

FIELDS = ("major_code", "title_zh", "title_en", "street", "community", "beneficiaries_zh", "beneficiaries_en",
          "beneficiary_count", "summary_zh", "summary_en", "opened_on", "ends_on", "ended_on")
_FOUND_BY = ("title_zh", "street", "community")


@use_case
def add_sub_project(tx: Session, *, code: str, values: Mapping[str, Value], actor: Actor, clock: Clock,
                    key: str | None = None) -> int:
    """A new draft with its fund; returns its id. Raises CodeTaken, DatesOutOfOrder, NotFound (major project)."""
    def act() -> int:
        revisions.take_turn(tx)
        sub = insert(tx, code, values, status="draft")
        record_added(tx, sub, actor=actor, clock=clock)
        return sub.id

    return once(tx, key, {"use": "add_sub_project", "code": code, "values": dict(values)}, act, clock=clock)


@use_case
def revise(tx: Session, *, sub_project_id: int, values: Mapping[str, Value], seen: str | None, actor: Actor,
           clock: Clock, key: str | None = None) -> int:
    """Change some of `FIELDS`. Raises EditConflict when it is not as in `seen` any more, DatesOutOfOrder, NotFound."""
    def act() -> int:
        revisions.take_turn(tx)
        sub = locked(tx, sub_project_id)
        revisions.check_seen(revisions.values_of(sub, FIELDS), seen, values)
        apply(tx, sub, values, actor=actor, clock=clock)
        return sub.id

    content = {"use": "revise_sub_project", "id": sub_project_id, "values": dict(values), "seen": seen}
    return once(tx, key, content, act, clock=clock)


@use_case
def change_status(tx: Session, *, sub_project_id: int, wanted: str, seen: str | None, actor: Actor, clock: Clock,
                  key: str | None = None) -> int:
    """The next step of a project. `seen`: the status on the page. Raises EditConflict, StatusRefused and its kinds."""
    def act() -> int:
        revisions.take_turn(tx)
        sub = locked(tx, sub_project_id)
        if seen is not None and seen != sub.status:
            raise EditConflict(fields=["status"])
        set_status(tx, sub, wanted, actor=actor, clock=clock)
        return sub.id

    content = {"use": "change_status", "id": sub_project_id, "wanted": wanted, "seen": seen}
    return once(tx, key, content, act, clock=clock)


def revision_of(sub: SubProject) -> str:
    """What the form of a sub-project sends back as `seen`."""
    return revisions.digest(revisions.values_of(sub, FIELDS))


def standing(session: Session, sub: SubProject) -> Standing:
    """What decides on a change of status."""
    rows = session.execute(
        select(NeedItem.kind, ItemProgress).join(ItemProgress, ItemProgress.need_item_id == NeedItem.id)
        .where(NeedItem.sub_project_id == sub.id, NeedItem.withdrawn.is_(False))).all()
    return Standing(
        items=len(rows), promised=sum(p.reserved + p.pledged - p.paid for _kind, p in rows),
        # Money is delivered after it was paid out, goods after they came in; hours are given where they are needed.
        undelivered=sum((p.received if kind == "goods" else p.disbursed) - p.delivered
                        for kind, p in rows if kind != "hours"),
        held_fen=fund_cash(session).get(sub.code, 0))


def locked(tx: Session, sub_project_id: int) -> SubProject:
    """The sub-project as it is now. On PostgreSQL nobody can adopt from it while its status changes."""
    sub = tx.scalars(select(SubProject).where(SubProject.id == sub_project_id)
                     .with_for_update(key_share=True).execution_options(populate_existing=True)).first()
    if sub is None:
        raise NotFound(what=str(sub_project_id))
    return sub


def insert(tx: Session, code: str, values: Mapping[str, Value], *, status: str) -> SubProject:
    """The rows of a new sub-project and its fund, without an event."""
    if tx.scalar(select(SubProject.id).where(SubProject.code == code)) is not None:
        raise CodeTaken(text=code)
    if tx.get(MajorProject, values["major_code"]) is None:
        raise NotFound(what=str(values["major_code"]))
    check_dates(values)
    sub = SubProject(code=code, status=status, position=(tx.scalar(select(func.max(SubProject.position))) or 0) + 1,
                     **values)
    sub.pinyin = initials(*(getattr(sub, field) for field in _FOUND_BY))
    tx.add(sub)
    tx.flush()
    store.create_fund(tx, sub.code)
    return sub


def record_added(tx: Session, sub: SubProject, items: Iterable[Mapping[str, Value]] = (), *, actor: Actor,
                 clock: Clock) -> None:
    """The event of a new sub-project with the items that it came with."""
    listed: list[dict[str, Scalar]] = [
        {"item": number, **fact} for number, item in enumerate(items, 1) for fact in revisions.facts(item)]
    events.record(tx, kind="sub_project_added", subject=("sub_project", sub.code), payload={
        "fields": revisions.facts({"status": sub.status, **revisions.values_of(sub, FIELDS)}),
        "items": listed}, actor_id=actor.user_id, at=clock.now())


def apply(tx: Session, sub: SubProject, values: Mapping[str, Value], *, actor: Actor, clock: Clock) -> int:
    """Write what differs, with its event; returns how many fields changed."""
    present = revisions.values_of(sub, FIELDS)
    made = revisions.changes(present, values)
    if not made:
        return 0
    check_dates({**present, **values})
    if tx.get(MajorProject, values.get("major_code", sub.major_code)) is None:
        raise NotFound(what=str(values["major_code"]))
    for change in made:
        setattr(sub, change.field, change.now)
    sub.pinyin = initials(*(getattr(sub, field) for field in _FOUND_BY))
    tx.flush()
    revisions.record(tx, ("sub_project", sub.code), made, actor=actor, clock=clock)
    return len(made)


def set_status(tx: Session, sub: SubProject, wanted: str, *, actor: Actor, clock: Clock) -> None:
    """Check and write, with its event. `sub` is locked."""
    refused = status_refusal(sub.status, wanted, standing(tx, sub))
    if refused is not None:
        raise refused
    before = {"status": sub.status, "opened_on": sub.opened_on, "ended_on": sub.ended_on}
    opened_on, ended_on = dates_after(sub.status, wanted, today(clock), sub.opened_on, sub.ended_on)
    sub.status, sub.opened_on, sub.ended_on = wanted, opened_on, ended_on
    tx.flush()
    after = {"status": wanted, "opened_on": opened_on, "ended_on": ended_on}
    revisions.record(tx, ("sub_project", sub.code), revisions.changes(before, after), actor=actor, clock=clock)


def add_groups(tx: Session, categories: Mapping[str, Mapping[str, Value]],
               majors: Mapping[str, Mapping[str, Value]], *, rename: bool, actor: Actor, clock: Clock) -> None:
    """Add categories and major projects that are new; with `rename`, those called otherwise get their new names.

    `{code: {"title_zh", "title_en"}}`, for majors with "category_code".
    """
    levels: tuple[tuple[str, type[Category | MajorProject], Mapping[str, Mapping[str, Value]]], ...] = (
        ("category", Category, categories), ("major_project", MajorProject, majors))
    for name, model, given in levels:
        known: dict[str, Any] = {row.code: row for row in _all(tx, model)}
        for code, values in given.items():
            row = known.get(code)
            if row is None:
                known[code] = model(code=code, position=len(known) + 1, **values)
                tx.add(known[code])
            elif rename and (made := revisions.changes(revisions.values_of(row, values), values)):
                for change in made:
                    setattr(row, change.field, change.now)
                revisions.record(tx, (name, code), made, actor=actor, clock=clock)
        tx.flush()


def _all(tx: Session, model: type[Category | MajorProject]) -> Sequence[Any]:
    return tx.scalars(select(model)).all()


def check_dates(values: Mapping[str, Value]) -> None:
    """Raises DatesOutOfOrder or DayOutside."""
    opened = values.get("opened_on")
    for name in ("opened_on", "ends_on", "ended_on"):
        day = values.get(name)
        if isinstance(day, date):
            check_year(day)
        if isinstance(opened, date) and isinstance(day, date) and day < opened:
            raise DatesOutOfOrder()
