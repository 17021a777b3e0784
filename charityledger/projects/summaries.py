"""What the desk shows of the catalogue: the list with figures, the history of a project, what must be published."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ..audit.models import Event
from . import measures
from .measures import Totals
from .models import Category, MajorProject, SubProject
from .rules import next_disclosure, status_shown

SOON = timedelta(days=30)


@dataclass(frozen=True)
class SubRow:
    """A sub-project in the desk's list. `status` may be `fully_adopted`."""

    sub: SubProject
    status: str
    totals: Totals


@dataclass(frozen=True)
class MajorRows:
    """A major project with those of its sub-projects that are asked for."""

    major: MajorProject
    subs: list[SubRow]


@dataclass(frozen=True)
class CategoryRows:
    """A category with its major projects."""

    category: Category
    majors: list[MajorRows]


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to. `words`: part of a title, code or place, or pinyin initials."""

    words: str = ""
    category: str = ""
    status: str = ""

    def takes(self, row: SubRow, category_code: str) -> bool:
        """Whether a row is asked for."""
        sub, words = row.sub, self.words.lower()
        told = f"{sub.code} {sub.title_zh} {sub.title_en} {sub.street} {sub.community} {sub.pinyin}".lower()
        return (words in told and self.category in ("", category_code) and self.status in ("", row.status))


def listing(session: Session, wanted: Filter) -> list[CategoryRows]:
    """The whole catalogue in its order, drafts included, narrowed to `wanted`. Four queries."""
    figures = measures.by(measures.items(session, public=False), "sub_code")
    categories = session.scalars(select(Category).order_by(Category.position)).all()
    majors = session.scalars(select(MajorProject).order_by(MajorProject.position)).all()
    rows: dict[str, list[SubRow]] = {}
    for sub in session.scalars(select(SubProject).order_by(SubProject.position)):
        totals = measures.total(figures.get(sub.code, []))
        rows.setdefault(sub.major_code, []).append(SubRow(sub, status_shown(sub.status, totals.open_items), totals))
    found = []
    for category in categories:
        groups = [MajorRows(major, [row for row in rows.get(major.code, []) if wanted.takes(row, category.code)])
                  for major in majors if major.category_code == category.code]
        found.append(CategoryRows(category, [group for group in groups if group.subs]))
    return [group for group in found if group.majors]


def counts(rows: Sequence[CategoryRows]) -> tuple[int, int, int]:
    """(categories, major projects, sub-projects) in a list."""
    majors = [major for group in rows for major in group.majors]
    return len(rows), len(majors), sum(len(major.subs) for major in majors)


@dataclass(frozen=True)
class Happening:
    """One event of a project's history. `fields`: what a revision touched."""

    at: datetime
    kind: str
    subject: str
    fields: tuple[str, ...]
    actor_id: int | None


def history(session: Session, code: str, most: int = 50) -> list[Happening]:
    """What happened to a sub-project's entry in the catalogue, newest first."""
    query = (select(Event).where(
        or_((Event.subject_kind == "sub_project") & (Event.subject_id == code),
            (Event.subject_kind == "need_item") & Event.subject_id.startswith(f"{code}/", autoescape=True)))
        .order_by(Event.id.desc()).limit(most))
    return [Happening(event.at, event.kind, event.subject_id,
                      tuple(change["field"] for change in json.loads(event.payload).get("changes", ())),
                      event.actor_id) for event in session.scalars(query)]


@dataclass(frozen=True)
class Deadline:
    """By when a sub-project's funds and progress must be published next. `final`: the full report after its end."""

    sub: SubProject
    due_on: date
    days: int
    final: bool


def deadlines(session: Session, on: date) -> list[Deadline]:
    """Every deadline ahead or missed, the most pressing first (慈善法, article 79)."""
    found = []
    for sub in session.scalars(select(SubProject).where(SubProject.status != "draft")):
        due = next_disclosure(sub.opened_on, sub.ends_on, sub.ended_on, sub.published_on)
        if due is not None:
            found.append(Deadline(sub, due, (due - on).days, sub.ended_on is not None))
    return sorted(found, key=lambda deadline: (deadline.due_on, deadline.sub.position))


def pressing(deadline: Deadline) -> str:
    """`late`, `soon` or `later`."""
    if deadline.days < 0:
        return "late"
    return "soon" if deadline.days <= SOON.days else "later"
