"""The catalogue as two CSV files in a folder, and loading it into a database that does not have it yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..clock import Clock, today
from ..database import use_case
from ..errors import InvalidInput
from ..identity.actor import Actor
from ..ledger import store
from . import catalogue_rows, items, service, spreadsheet
from .catalogue_rows import Row, Tables
from .models import SubProject
from .revisions import Value
from .rules import ADOPTABLE_STATUSES, CATALOGUE_KINDS
from .spreadsheet import Line, Sheet
from .table_errors import Problem

FILES = ("projects.csv", "need_items.csv")
# Column of the table → field of the model, where they are called differently.
PROJECT_FIELDS = {"sub_zh": "title_zh", "sub_en": "title_en"}
ITEM_FIELDS = {"item_zh": "title_zh", "item_en": "title_en", "unit_price_yuan": "unit_price_fen",
               "amount_yuan": "amount_fen"}
KIND_WORDS = {kind: word for word, kind in CATALOGUE_KINDS.items()}


class CatalogueRefused(InvalidInput):
    """A catalogue folder with faults. Facts: problems (`projects.csv:3 sub_code bad_code`, …)."""

    code = "catalogue_refused"


@dataclass(frozen=True)
class Catalogue:
    """The rows of projects.csv and need_items.csv, as text."""

    projects: Sequence[Mapping[str, str]]
    need_items: Sequence[Mapping[str, str]]


def read(folder: Path | None = None) -> Catalogue:
    """The catalogue in `folder`, by default the one that ships with the package. Raises CatalogueRefused."""
    where = folder or files("charityledger.projects") / "catalogue"

    def rows(name: str) -> list[Mapping[str, str]]:
        sheets, problems = spreadsheet.read((where / name).read_bytes())
        _refuse(problems, name)
        lines = sheets[0].lines if sheets else ()
        return [dict(zip(lines[0].cells, (*line.cells, *[""] * len(lines[0].cells)), strict=False))
                for line in lines[1:]]

    return Catalogue(rows(FILES[0]), rows(FILES[1]))


@use_case
def load(tx: Session, *, catalogue: Catalogue, clock: Clock, status: str = "open") -> int:
    """Add what the database does not have yet; what is there is left as it is. Returns how many sub-projects came.

    `status` is that of projects whose row names none. Raises CatalogueRefused.
    """
    tables = _parsed(catalogue)
    store.create_chart(tx)
    known = set(tx.scalars(select(SubProject.code)))
    new = [row for row in tables.projects or [] if row.values["sub_code"] not in known]
    service.add_groups(tx, *groups(new), actor=Actor.system(), clock=clock, rename=False)
    needs: dict[Value, list[Row]] = {}
    for row in tables.items or []:
        needs.setdefault(row.values["sub_code"], []).append(row)
    for row in new:
        add_project(tx, row, needs.get(row.values["sub_code"], []), status=status, on=today(clock),
                    actor=Actor.system(), clock=clock)
    return len(new)


def add_project(tx: Session, row: Row, needs: Sequence[Row], *, status: str, on: date, actor: Actor,
                clock: Clock) -> SubProject:
    """A sub-project with its need items and the one event that tells of them.

    Its needs are known since it was opened, where that is before `on`: a programme may be older than its database.
    """
    values = project_values(row)
    status = str(row.values.get("status") or status)
    if status in ADOPTABLE_STATUSES and not values.get("opened_on"):
        values["opened_on"] = on
    sub = service.insert(tx, str(row.values["sub_code"]), values, status=status)
    given = [item_values(need) for need in needs]
    since = min(on, sub.opened_on or on)
    for need, item in zip(needs, given, strict=True):
        items.insert(tx, sub.id, int(str(need.values["line"])), item, on=since)
    service.record_added(tx, sub, given, actor=actor, clock=clock)
    return sub


def groups(rows: Sequence[Row]) -> tuple[dict[str, dict[str, Value]], dict[str, dict[str, Value]]]:
    """Categories and major projects as rows name them: `({code: titles}, {code: titles and category_code})`."""
    categories: dict[str, dict[str, Value]] = {}
    majors: dict[str, dict[str, Value]] = {}
    for row in rows:
        told = row.values
        categories[str(told["category_code"])] = {"title_zh": told["category_zh"], "title_en": told["category_en"]}
        majors[str(told["major_code"])] = {"title_zh": told["major_zh"], "title_en": told["major_en"],
                                           "category_code": told["category_code"]}
    return categories, majors


def project_values(row: Row) -> dict[str, Value]:
    """The fields of a sub-project that a row speaks of; columns that the file lacks are left out."""
    named = {PROJECT_FIELDS.get(column, column): value for column, value in row.values.items()}
    return {field: named[field] for field in service.FIELDS if field in named}


def item_values(row: Row) -> dict[str, Value]:
    """The fields of a need item as a row has them."""
    named = {ITEM_FIELDS.get(column, column): value for column, value in row.values.items()}
    named["kind"] = CATALOGUE_KINDS[str(named["kind"])]
    return {field: named[field] for field in items.FIELDS}


def _parsed(catalogue: Catalogue) -> Tables:
    sheets = [_sheet(name, rows) for name, rows in zip(FILES, (catalogue.projects, catalogue.need_items), strict=True)
              if rows]
    if not sheets:
        return Tables()
    tables, problems = catalogue_rows.parse(sheets)
    _refuse(problems)
    return tables


def _sheet(name: str, rows: Sequence[Mapping[str, str]]) -> Sheet:
    head = tuple(rows[0])
    return Sheet(name, (Line(1, head), *(Line(number, tuple(row.get(column, "") for column in head))
                                         for number, row in enumerate(rows, 2))))


def _refuse(problems: Sequence[Problem], name: str = "") -> None:
    if problems:
        raise CatalogueRefused(problems=", ".join(
            f"{problem.sheet or name}:{problem.line} {problem.column} {problem.code}" for problem in problems[:20]))
