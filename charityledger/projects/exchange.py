"""The catalogue out to a spreadsheet and back: export, preview, and the import of exactly what was previewed."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..clock import Clock, today
from ..database import use_case
from ..identity.actor import Actor
from ..ledger.idempotency import once
from . import capacity, catalogue_rows, files, items, revisions, service, spreadsheet
from .catalogue import (
    ITEM_FIELDS,
    KIND_WORDS,
    PROJECT_FIELDS,
    add_project,
    groups,
    item_values,
    project_values,
)
from .catalogue_rows import NEED_ITEMS, PROJECTS, Row
from .import_plan import CHANGED, NEW, UNCHANGED, Plan, compare
from .models import Category, MajorProject, NeedItem, SubProject
from .spreadsheet import Cell
from .table_errors import CatalogueChanged, PreviewGone

KEPT_FOR = timedelta(days=2)


def tables(session: Session) -> list[tuple[str, tuple[str, ...], list[list[Cell]]]]:
    """(name, head, rows) of the two tables; need items that were withdrawn are left out."""
    query = (select(SubProject, MajorProject, Category)
             .join(MajorProject, MajorProject.code == SubProject.major_code)
             .join(Category, Category.code == MajorProject.category_code).order_by(SubProject.position))
    subs = session.execute(query).all()
    needs = session.execute(
        select(SubProject.code, NeedItem).join(NeedItem, NeedItem.sub_project_id == SubProject.id)
        .where(NeedItem.withdrawn.is_(False)).order_by(SubProject.position, NeedItem.line)).all()
    return [("projects", tuple(c.name for c in PROJECTS), [_project_cells(*row) for row in subs]),
            ("need_items", tuple(c.name for c in NEED_ITEMS), [_item_cells(*row) for row in needs])]


def export_csv(session: Session, name: str) -> bytes:
    """One of the two tables, `projects` or `need_items`."""
    return next(spreadsheet.write_csv(head, rows) for table, head, rows in tables(session) if table == name)


def export_xlsx(session: Session) -> bytes:
    """Both tables, a sheet each."""
    return spreadsheet.write_xlsx(tables(session))


def preview(session: Session, data: bytes) -> Plan:
    """What importing this file would do to the catalogue as it is now."""
    plan = Plan(hashlib.sha256(data).hexdigest(), revisions.latest(session))
    sheets, plan.problems = spreadsheet.read(data)
    if not plan.problems:
        plan.tables, plan.problems = catalogue_rows.parse(sheets)
    if not plan.problems:
        compare(session, plan)
    return plan


@use_case
def commit(tx: Session, *, data: bytes, base: int, actor: Actor, clock: Clock) -> int:
    """Import what `preview` showed of this file on catalogue `base`, all or nothing; returns how many rows changed.

    Raises CatalogueChanged when anything changed since, and the first problem that came up meanwhile.
    """
    sent = Plan(hashlib.sha256(data).hexdigest(), base)

    def act() -> int:
        revisions.take_turn(tx)
        plan = preview(tx, data)
        if plan.base != base:
            raise CatalogueChanged()
        if plan.problems:
            raise plan.problems[0].error
        _carry_out(tx, plan, actor, clock)
        return len(plan.rows) - plan.count(UNCHANGED)

    return once(tx, sent.key, {"use": "import_catalogue", "sha256": sent.sha256, "base": base}, act, clock=clock)


def _project_cells(sub: SubProject, major: MajorProject, category: Category) -> list[Cell]:
    above = {"category_code": category.code, "category_zh": category.title_zh, "category_en": category.title_en,
             "major_zh": major.title_zh, "major_en": major.title_en, "sub_code": sub.code}
    return [above[column.name] if column.name in above
            else getattr(sub, PROJECT_FIELDS.get(column.name, column.name)) for column in PROJECTS]


def _item_cells(code: str, item: NeedItem) -> list[Cell]:
    def cell(name: str) -> Cell:
        if name == "sub_code":
            return code
        value: Cell = getattr(item, ITEM_FIELDS.get(name, name))
        if name == "kind":
            return KIND_WORDS[str(value)]
        return _yuan(value) if name.endswith("_yuan") and isinstance(value, int) else value

    return [cell(column.name) for column in NEED_ITEMS]


def _yuan(fen: int) -> Cell:
    return fen // 100 if fen % 100 == 0 else Decimal(fen).scaleb(-2)


def _carry_out(tx: Session, plan: Plan, actor: Actor, clock: Clock) -> None:
    """Write a plan without problems. Locks projects, then items, each in ascending order."""
    projects, needs = plan.tables.projects or [], plan.tables.items or []
    service.add_groups(tx, *groups(projects), rename=True, actor=actor, clock=clock)
    states = {row.subject: row.state for row in (*plan.projects, *plan.items)}
    ids = {sub.code: sub.id for sub in tx.scalars(select(SubProject))}
    changed = {ids[code]: row for row in projects if states[code := str(row.values["sub_code"])] == CHANGED}
    subs = {sub_id: service.locked(tx, sub_id) for sub_id in sorted(changed)}
    for sub_id, row in changed.items():
        service.apply(tx, subs[sub_id], project_values(row), actor=actor, clock=clock)
    _carry_out_items(tx, [row for row in needs if str(row.values["sub_code"]) in ids], states, ids, actor, clock)
    for sub_id, row in changed.items():         # after the items: a draft opens only with some
        wanted = str(row.values.get("status") or subs[sub_id].status)
        if wanted != subs[sub_id].status:
            service.set_status(tx, subs[sub_id], wanted, actor=actor, clock=clock)
    for row in projects:
        code = str(row.values["sub_code"])
        if states[code] == NEW:
            own = [need for need in needs if need.values["sub_code"] == code]
            add_project(tx, row, own, status="draft", on=today(clock), actor=actor, clock=clock)


def _carry_out_items(tx: Session, rows: Sequence[Row], states: dict[str, str], ids: dict[str, int], actor: Actor,
                     clock: Clock) -> None:
    known = {(item.sub_project_id, item.line): item for item in tx.scalars(select(NeedItem))}

    def key(row: Row) -> tuple[int, int]:
        return ids[str(row.values["sub_code"])], int(str(row.values["line"]))

    by_state = {state: [row for row in rows if states[f"{row.values['sub_code']}/{row.values['line']}"] == state]
                for state in (NEW, CHANGED)}
    counters = capacity.lock(tx, [known[key(row)].id for row in by_state[CHANGED]])
    for row in by_state[CHANGED]:
        item = known[key(row)]
        items.apply(tx, item, counters[item.id], item_values(row), actor=actor, clock=clock)
    for row in by_state[NEW]:
        sub_id, line = key(row)
        items.add.inside(tx, sub_project_id=sub_id, line=line, values=item_values(row), actor=actor, clock=clock)


def hold(instance: Path, data: bytes, clock: Clock) -> str:
    """Keep an uploaded table between its preview and its import; returns its SHA-256. Old ones go."""
    sha256 = hashlib.sha256(data).hexdigest()
    files.write_durably(_held(instance, sha256), data)
    too_old = (clock.now() - KEPT_FOR).timestamp()
    for path in _held(instance, sha256).parent.iterdir():
        if path.stat().st_mtime < too_old:
            path.unlink(missing_ok=True)
    return sha256


def held(instance: Path, sha256: str) -> bytes:
    """What `hold` kept. Raises PreviewGone."""
    path = _held(instance, sha256)
    if not files.is_sha256(sha256) or not path.is_file():
        raise PreviewGone()
    return path.read_bytes()


def _held(instance: Path, sha256: str) -> Path:
    return instance / "imports" / sha256
