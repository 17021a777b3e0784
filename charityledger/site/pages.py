"""What each public page shows, read with few queries and frozen before it is drawn.

Queries of a page that is not kept yet, the frame's included (tests/site/test_queries.py): home 6, list 3, project 11,
people 4, where 3. A kept one asks one (cache.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit.models import Event
from ..donations.views.steps import Step
from ..projects import measures
from ..projects.facts import facts
from ..projects.measures import Totals
from ..projects.models import ProjectUpdate, SubProject
from . import chain, payments, search
from .figures import Group, ProjectFigures, grouped, projects
from .payments import Month, Payment
from .search import Choice, Pages

# Published by the programme for its first batch; a deployment sets its own with the fact `declarations`.
PUBLISHED_DECLARATIONS = 62_792
PAYMENTS_PER_PAGE = 30


def declarations() -> int:
    """How many declarations came in."""
    said = facts().get("declarations", "")
    return int(said) if said.isdigit() else PUBLISHED_DECLARATIONS


@dataclass(frozen=True)
class News:
    """An update of a project, on the home page."""

    sub_code: str
    title_zh: str
    title_en: str
    published_on: date
    body_zh: str
    body_en: str


@dataclass(frozen=True)
class Home:
    """`blocks`: category, floors of a major project and its windows."""

    blocks: list[tuple[Group, list[tuple[Group, list[ProjectFigures]]]]]
    majors: int
    subs: int
    declarations: int
    totals: Totals
    steps: list[Step]
    most_needed: list[ProjectFigures]
    payments: list[Payment]
    news: list[News]
    events: int
    last_event_at: datetime | None


def home(session: Session) -> Home:
    """The whole programme at a glance."""
    every = projects(session)
    items = [item for project in every for item in project.items]
    totals = measures.total(items)
    blocks = grouped(every)
    told = declarations()
    last = session.execute(select(Event.id, Event.at).order_by(Event.id.desc()).limit(1)).first()
    return Home(
        blocks=blocks, majors=sum(len(floors) for _category, floors in blocks), subs=len(every), declarations=told,
        totals=totals, steps=chain.of_all(totals, told, sum(1 for item in items if item.own.delivered)),
        most_needed=_most_needed(every), payments=payments.newest(session, limit=3), news=_news(session, 3),
        events=last.id if last else 0, last_event_at=last.at if last else None)


def _most_needed(every: Sequence[ProjectFigures]) -> list[ProjectFigures]:
    """Three with the largest share still open, of equals those that help most people; of three categories at best."""
    waiting = sorted((project for project in every if project.adoptable),
                     key=lambda project: (-project.open_share, -project.beneficiary_count))
    first_of = {project.category: project for project in reversed(waiting)}
    return sorted(waiting, key=lambda project: first_of[project.category] is not project)[:3]


def _news(session: Session, limit: int) -> list[News]:
    return [News(*row) for row in session.execute(
        select(SubProject.code, SubProject.title_zh, SubProject.title_en, ProjectUpdate.published_on,
               ProjectUpdate.body_zh, ProjectUpdate.body_en)
        .join(SubProject, SubProject.id == ProjectUpdate.sub_project_id)
        .where(ProjectUpdate.withdrawn.is_(False), SubProject.status != "draft")
        .order_by(ProjectUpdate.published_on.desc(), ProjectUpdate.id.desc()).limit(limit))]


@dataclass(frozen=True)
class Listing:
    """The list of projects. `groups` where nothing was chosen, `pages` where something was.

    `sums`: by category. `counts`: by group and value, what choosing it would show. `instead`: (group, how many
    projects there would be without it).
    """

    choice: Choice
    majors: int
    every: list[ProjectFigures]
    categories: list[Group]
    streets: list[str]
    groups: list[tuple[Group, list[tuple[Group, list[ProjectFigures]]]]]
    pages: Pages
    sums: Mapping[str, Totals]
    counts: Mapping[str, Mapping[str, int]]
    instead: list[tuple[str, int]]


def listing(session: Session, arguments: search.Arguments) -> Listing:
    """The projects that the address asks for."""
    every = projects(session)
    categories = list(dict.fromkeys(project.category for project in every))
    streets = sorted({project.street for project in every})
    choice = search.read(arguments, categories=[category.code for category in categories], streets=streets)
    found = search.found(every, choice)
    return Listing(
        choice=choice, majors=len({project.major for project in every}), every=every, categories=categories,
        streets=streets, groups=[] if choice.filters or choice.sort else grouped(every),
        pages=search.paged(found, choice.page),
        sums={category.code: measures.total(item for p in every if p.category == category for item in p.items)
              for category in categories},
        counts={
            "categories": search.counts(every, choice, "categories", lambda p: (p.category.code,)),
            "kinds": search.counts(every, choice, "kinds", lambda p: p.kinds),
            "progress": search.counts(every, choice, "progress", lambda p: (p.progress,)),
            "street": search.counts(every, choice, "street", lambda p: (p.street,)),
        },
        instead=[] if found else [(group, len(search.found(every, choice, but=group))) for group in choice.in_force])


@dataclass(frozen=True)
class WherePage:
    """去向: everything that was paid out, newest first, with the sums of the months on this page."""

    months: list[tuple[Month, list[Payment]]]
    count: int
    amount_fen: int
    number: int
    last: int


def where(session: Session, page: int) -> WherePage:
    """One page of the payments; a number beyond the last gives the last."""
    months = payments.months(session)
    count = sum(month.count for month in months)
    last = max(1, -(-count // PAYMENTS_PER_PAGE))
    page = min(max(1, page), last)
    shown = payments.newest(session, limit=PAYMENTS_PER_PAGE, offset=(page - 1) * PAYMENTS_PER_PAGE)
    return WherePage(payments.by_month(shown, months), count, sum(month.amount_fen for month in months), page, last)
