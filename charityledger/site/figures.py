"""The public projects with their figures: two queries, and every list of projects is drawn from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..money import percent_down
from ..projects import measures
from ..projects.measures import ItemFigures, Totals
from ..projects.models import Category, MajorProject, ProjectUpdate, SubProject
from ..projects.rules import ADOPTABLE_STATUSES

# What a project's progress can be, in the order of the filter.
PROGRESS = ("open", "full", "paid", "ended")
# The character in a category's window; a new category shows the first one of its name.
MARKS = {"BM": "便", "KN": "帮", "TS": "爱", "WH": "文", "YJ": "居"}


@dataclass(frozen=True)
class Group:
    """A category or a major project."""

    code: str
    title_zh: str
    title_en: str

    @property
    def mark(self) -> str:
        return MARKS.get(self.code, self.title_zh[:1])


@dataclass(frozen=True)
class ProjectFigures:
    """A sub-project as the public sees it, with its need items and their sums."""

    id: int
    code: str
    title_zh: str
    title_en: str
    summary_zh: str
    summary_en: str
    street: str
    community: str
    beneficiaries_zh: str
    beneficiaries_en: str
    beneficiary_count: int
    pinyin: str
    status: str
    opened_on: date | None
    ends_on: date | None
    ended_on: date | None
    published_on: date | None
    major: Group
    category: Group
    updated_on: date | None
    items: tuple[ItemFigures, ...]
    totals: Totals

    @property
    def lead(self) -> ItemFigures | None:
        """The item whose figures stand for a project that needs no money."""
        return None if self.totals.cash.need or not self.items else self.items[0]

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(item.kind for item in self.items)

    @property
    def adoptable(self) -> bool:
        return self.status in ADOPTABLE_STATUSES and self.totals.open_items > 0

    @property
    def progress(self) -> str:
        """One of PROGRESS: something is left to adopt, nothing is, all has come in, or it ended before that."""
        if self.items and all(item.own.received >= item.own.need for item in self.items):
            return "paid"
        if self.status not in ADOPTABLE_STATUSES:
            return "ended"
        return "open" if self.totals.open_items else "full"

    @property
    def light_percent(self) -> int:
        """How high its window is lit: received of needed, in money; without a need of money, goods, then hours."""
        if self.totals.cash.need:
            return percent_down(self.totals.cash.received, self.totals.cash.need)
        goods = [item for item in self.items if item.kind == "goods"]
        priced = goods and all(item.unit_price_fen for item in goods)
        # By quantity at the catalogue's price: fulfilment of goods is by quantity, whatever one piece was worth.
        weights = [(item, item.unit_price_fen if priced else 1) for item in goods or self.items]
        return percent_down(sum(item.own.received * weight for item, weight in weights),
                            sum(item.own.need * weight for item, weight in weights))

    @property
    def open_share(self) -> float:
        """The share of the need that can still be adopted, 0 to 1."""
        own = self.lead.own if self.lead else self.totals.cash
        return own.open / own.need if own.need else 0.0


def projects(session: Session, *, code: str | None = None, drafts: bool = False) -> list[ProjectFigures]:
    """Every public sub-project (or the one with `code`) in the catalogue's order. Two queries."""
    newest = (select(ProjectUpdate.sub_project_id, func.max(ProjectUpdate.published_on).label("on"))
              .where(ProjectUpdate.withdrawn.is_(False)).group_by(ProjectUpdate.sub_project_id).subquery())
    query = (select(SubProject, MajorProject, Category, newest.c.on)
             .join(MajorProject, MajorProject.code == SubProject.major_code)
             .join(Category, Category.code == MajorProject.category_code)
             .outerjoin(newest, newest.c.sub_project_id == SubProject.id).order_by(SubProject.position))
    if not drafts:
        query = query.where(SubProject.status != "draft")
    if code is not None:
        query = query.where(SubProject.code == code)
    rows = session.execute(query).all()
    if not rows:
        return []
    figures = measures.items(session, sub_project_ids=[rows[0][0].id] if code is not None else None,
                             public=not drafts)
    by_code = measures.by(figures, "sub_code")
    return [_figures(sub, major, category, on, tuple(by_code.get(sub.code, ())))
            for sub, major, category, on in rows]


def _figures(sub: SubProject, major: MajorProject, category: Category, updated_on: date | None,
             items: Sequence[ItemFigures]) -> ProjectFigures:
    return ProjectFigures(
        sub.id, sub.code, sub.title_zh, sub.title_en, sub.summary_zh, sub.summary_en, sub.street, sub.community,
        sub.beneficiaries_zh, sub.beneficiaries_en, sub.beneficiary_count, sub.pinyin, sub.status, sub.opened_on,
        sub.ends_on, sub.ended_on, sub.published_on, Group(major.code, major.title_zh, major.title_en),
        Group(category.code, category.title_zh, category.title_en), updated_on, tuple(items), measures.total(items))


def grouped(shown: Sequence[ProjectFigures]) -> list[tuple[Group, list[tuple[Group, list[ProjectFigures]]]]]:
    """Category, then major project, each in the catalogue's order."""
    tree: dict[Group, dict[Group, list[ProjectFigures]]] = {}
    for project in shown:
        tree.setdefault(project.category, {}).setdefault(project.major, []).append(project)
    return [(category, list(majors.items())) for category, majors in tree.items()]
