"""What a project's own pages show, read with few queries and frozen before it is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from ..donations.models import Donation
from ..donations.views.steps import Step
from ..errors import NotFound
from ..money import format_yuan_public
from ..projects.measures import ItemFigures
from ..projects.models import ProjectPicture, ProjectUpdate
from ..projects.rules import next_disclosure, status_shown
from . import adopters, chain, fund_money, payments
from .adopters import Adopter
from .figures import ProjectFigures, projects
from .filters import listed, number, unit
from .fund_money import FundMoney
from .language import in_language, language
from .payments import Payment

# So many of those who are named stand on the project's page; the rest have pages of their own.
NAMED_SHOWN, NAMED_PER_PAGE = 20, 100


@dataclass(frozen=True)
class ProjectPage:
    """One sub-project. `draft` pages are for the office."""

    project: ProjectFigures
    status: str
    items: Mapping[int, ItemFigures]
    steps: list[Step]
    payments: list[Payment]
    money: FundMoney
    adopters: list[Adopter]
    named: int
    updates: list[ProjectUpdate]
    pictures: list[ProjectPicture]
    next_disclosure: date | None

    def took(self, row: Adopter) -> str:
        """See `took`."""
        return took(self.items, row)

    def measure(self, row: Adopter, value: int) -> str:
        """See `measure`."""
        return measure(self.items, row, value)


def took(items: Mapping[int, ItemFigures], row: Adopter) -> str:
    """What an adopter took on: two items by name, with the quantity where it comes out even."""
    parts = [(items[item_id], amount) for item_id, amount in row.items.items() if item_id in items]
    written = []
    for item, amount in parts[:2]:
        price = item.unit_price_fen if item.kind == "cash" else 0
        whole = unit(item, amount // price) if price and item.quantity > 1 and amount % price == 0 else ""
        written.append(f"{in_language(item, 'title')}{' ' if whole and language() == 'en' else ''}{whole}")
    more = ngettext("等%(num)s项", "等%(num)s项", len(parts)) if len(parts) > 2 else ""
    return listed(written) + more


def measure(items: Mapping[int, ItemFigures], row: Adopter, value: int) -> str:
    """A figure of a row: money, or units of its items where they have one unit."""
    if row.kind == "cash":
        return format_yuan_public(value)
    own = [items[item_id] for item_id in row.items if item_id in items]
    return unit(own[0], value) if len({item.unit_zh for item in own}) == 1 else number(value)


def project(session: Session, code: str, *, drafts: bool) -> ProjectPage:
    """Raises NotFound for an unknown code, and for a draft unless `drafts`."""
    found = projects(session, code=code, drafts=drafts)
    if not found:
        raise NotFound(what=code)
    shown = found[0]
    adopted = adopters.of_project(session, shown.id)
    paid = payments.newest(session, sub_project_id=shown.id)
    kind = shown.lead.kind if shown.lead else "cash"
    gifts = session.scalar(select(func.count(Donation.id)).where(
        Donation.sub_project_id == shown.id, Donation.state == "received", Donation.kind == kind)) or 0
    mine = [row for row in adopted if row.kind == kind]
    named = [row for row in adopted if row.name]
    return ProjectPage(
        project=shown, status=status_shown(shown.status, shown.totals.open_items),
        items={item.item_id: item for item in shown.items},
        steps=chain.of_project(
            shown.items, shown.totals, named=sum(1 for row in mine if row.name), gifts=gifts, payments=len(paid),
            unnamed=sum(row.people for row in mine)),
        payments=paid, money=fund_money.of_project(
            session, shown.code, received_fen=shown.totals.cash.received, disbursed_fen=shown.totals.cash.disbursed),
        adopters=[*named[:NAMED_SHOWN], *(row for row in adopted if not row.name)], named=len(named),
        updates=_updates(session, shown.id), pictures=_pictures(session, shown.id),
        next_disclosure=next_disclosure(shown.opened_on, shown.ends_on, shown.ended_on, shown.published_on))


@dataclass(frozen=True)
class PeoplePage:
    """Everybody who adopted a project and chose to be named, oldest first."""

    project: ProjectFigures
    items: Mapping[int, ItemFigures]
    adopters: list[Adopter]
    named: int
    number: int
    last: int

    def took(self, row: Adopter) -> str:
        """See `took`."""
        return took(self.items, row)

    def measure(self, row: Adopter, value: int) -> str:
        """See `measure`."""
        return measure(self.items, row, value)


def people(session: Session, code: str, page: int) -> PeoplePage:
    """One page of them; a number beyond the last gives the last. Raises NotFound."""
    found = projects(session, code=code)
    if not found:
        raise NotFound(what=code)
    named = [row for row in adopters.of_project(session, found[0].id) if row.name]
    last = max(1, -(-len(named) // NAMED_PER_PAGE))
    page = min(max(1, page), last)
    return PeoplePage(found[0], {item.item_id: item for item in found[0].items},
                      named[(page - 1) * NAMED_PER_PAGE:page * NAMED_PER_PAGE], len(named), page, last)


def _updates(session: Session, sub_project_id: int) -> list[ProjectUpdate]:
    return list(session.scalars(
        select(ProjectUpdate).where(ProjectUpdate.sub_project_id == sub_project_id, ProjectUpdate.withdrawn.is_(False))
        .order_by(ProjectUpdate.published_on.desc(), ProjectUpdate.id.desc())
        .options(selectinload(ProjectUpdate.pictures.and_(ProjectPicture.withdrawn.is_(False)))
                 .joinedload(ProjectPicture.file))))


def _pictures(session: Session, sub_project_id: int) -> list[ProjectPicture]:
    return list(session.scalars(
        select(ProjectPicture).where(ProjectPicture.sub_project_id == sub_project_id,
                                     ProjectPicture.update_id.is_(None), ProjectPicture.withdrawn.is_(False))
        .order_by(ProjectPicture.position, ProjectPicture.id).options(joinedload(ProjectPicture.file))))
