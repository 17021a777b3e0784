"""What an import would do: every row of the file against the catalogue as it is.

An import adds and changes; what the file does not mention stays as it is. Nothing is ever deleted.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import CharityLedgerError
from . import items, revisions, service
from .catalogue import groups, item_values, project_values
from .catalogue_rows import Row, Tables
from .errors import KindFixed, NoItemsYet
from .models import Category, ItemProgress, MajorProject, NeedItem, SubProject
from .revisions import FieldChange
from .rules import capacity_of, status_refusal
from .table_errors import LineUsed, Problem, UnknownProject

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"


@dataclass(frozen=True)
class RowPlan:
    """What an import does with one row. `subject` is a code (BM01) or a line (BM01-1/3)."""

    line: int
    subject: str
    title: str
    state: str
    changes: tuple[FieldChange, ...] = ()


@dataclass
class Plan:
    """What an import would do. With problems it does nothing. `base`: the catalogue that it was compared with."""

    sha256: str
    base: int
    groups: list[RowPlan] = field(default_factory=list)
    projects: list[RowPlan] = field(default_factory=list)
    items: list[RowPlan] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    tables: Tables = field(default_factory=Tables)

    @property
    def rows(self) -> list[RowPlan]:
        return [*self.groups, *self.projects, *self.items]

    def count(self, state: str) -> int:
        """How many rows are in this state; categories and major projects count where they change."""
        return sum(row.state == state for row in self.rows)

    @property
    def acts(self) -> bool:
        """Whether there is anything to do, and nothing in the way."""
        return not self.problems and any(row.state != UNCHANGED for row in self.rows)

    @property
    def key(self) -> str:
        """Idempotency key: this file, on this catalogue, acts once."""
        return "import-" + hashlib.sha256(f"{self.sha256} {self.base}".encode()).hexdigest()[:40]


def compare(session: Session, plan: Plan) -> None:
    """Fill in the rows of a plan whose tables are read, and the problems that only the catalogue shows."""
    subs = {sub.code: sub for sub in session.scalars(select(SubProject).order_by(SubProject.position))}
    needs = {(sub.code, item.line): item for sub in subs.values() for item in sub.items}
    new = {str(row.values["sub_code"]) for row in plan.tables.projects or []} - set(subs)
    needed = {str(row.values["sub_code"]) for row in plan.tables.items or []}
    if plan.tables.projects is not None:
        plan.groups = _compare_groups(session, plan.tables.projects)
        for row in plan.tables.projects:
            code = str(row.values["sub_code"])
            plan.projects.append(_compare_project(session, row, subs.get(code), code in needed, plan.problems))
        told = {row.subject for row in plan.projects}
        plan.missing += [(code, sub.title_zh) for code, sub in subs.items() if code not in told]
    if plan.tables.items is not None:
        counters = {counter.need_item_id: counter for counter in session.scalars(select(ItemProgress))}
        for row in plan.tables.items:
            code, line = str(row.values["sub_code"]), int(str(row.values["line"]))
            if code not in subs and code not in new:
                plan.problems.append(row.problem("sub_code", UnknownProject(text=code)))
            plan.items.append(_compare_item(session, row, needs.get((code, line)), counters, plan.problems))
        told = {row.subject for row in plan.items}
        plan.missing += [(f"{code}/{line}", item.title_zh) for (code, line), item in needs.items()
                         if not item.withdrawn and f"{code}/{line}" not in told]
    plan.problems.sort(key=lambda problem: (problem.sheet, problem.line))


def _compare_groups(session: Session, rows: list[Row]) -> list[RowPlan]:
    """Categories and major projects that are new or renamed, each at the first line that names it."""
    plans = []
    for (model, column), given in zip(((Category, "category_code"), (MajorProject, "major_code")), groups(rows),
                                      strict=True):
        known: dict[str, object] = {row.code: row for row in session.scalars(select(model))}  # type: ignore[attr-defined]  # both have a code
        for code, values in given.items():
            line = next(row.line for row in rows if row.values[column] == code)
            made = revisions.changes(revisions.values_of(known[code], values), values) if code in known else []
            if made or code not in known:
                plans.append(RowPlan(line, code, str(values["title_zh"]), CHANGED if code in known else NEW,
                                     tuple(made)))
    return plans


def _compare_project(session: Session, row: Row, sub: SubProject | None, has_items: bool,
                     problems: list[Problem]) -> RowPlan:
    values, status = project_values(row), row.values.get("status")
    code, title = str(row.values["sub_code"]), str(row.values["sub_zh"])
    present = revisions.values_of(sub, service.FIELDS) if sub else {}
    try:
        service.check_dates({**present, **values})
    except CharityLedgerError as error:
        problems.append(row.problem("opened_on", error))
    if sub is None:
        if status not in (None, "draft") and not has_items:
            problems.append(row.problem("status", NoItemsYet(state="draft", wanted=status)))
        return RowPlan(row.line, code, title, NEW)
    made = revisions.changes(present, values)
    if status is not None and status != sub.status:
        made.append(FieldChange("status", sub.status, status))
        standing = service.standing(session, sub)
        refused = status_refusal(sub.status, str(status), replace(standing, items=standing.items + has_items))
        if refused is not None:
            problems.append(row.problem("status", refused))
    return RowPlan(row.line, code, title, CHANGED if made else UNCHANGED, tuple(made))


def _compare_item(session: Session, row: Row, item: NeedItem | None, counters: Mapping[int, ItemProgress],
                  problems: list[Problem]) -> RowPlan:
    values = item_values(row)
    subject, title = f"{row.values['sub_code']}/{row.values['line']}", str(values["title_zh"])
    if item is None:
        return RowPlan(row.line, subject, title, NEW)
    if item.withdrawn:
        problems.append(row.problem("line", LineUsed(line=item.line)))
        return RowPlan(row.line, subject, title, UNCHANGED)
    made = revisions.changes(revisions.values_of(item, items.FIELDS), values)
    if any(change.field == "kind" for change in made) and items.has_history(session, item.id):
        problems.append(row.problem("kind", KindFixed(item=item.title_zh)))
    counter = counters[item.id]
    taken = counter.taken
    if made and capacity_of(str(values["kind"]), int(str(values["quantity"])), int(str(values["amount_fen"]))) < taken:
        problems.append(row.problem("quantity", items.below_taken(item, taken)))
    return RowPlan(row.line, subject, title, CHANGED if made else UNCHANGED, tuple(made))
