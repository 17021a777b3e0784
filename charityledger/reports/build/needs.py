"""Builds the statement of funds raised against needs from the measures."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...clock import LOCAL
from ...projects import measures
from ...projects.measures import ItemFigures, Measures
from ...projects.models import Category, MajorProject, SubProject
from ..documents import CategoryRow, Figures, ItemRow, MajorRow, NeedsStatement, SubRow
from .common import Reading, place, title, word


def build(session: Session, reading: Reading, *, as_at: date | None = None,
          category: str | None = None) -> NeedsStatement:
    """The whole programme, or one category; at the end of the day `as_at`, or as it stands."""
    items = measures.items(session, as_at=as_at)
    if category is not None:
        items = [i for i in items if i.category_code == category]
    subs = {s.code: s for s in session.scalars(select(SubProject))}
    majors = {m.code: m for m in session.scalars(select(MajorProject))}
    categories = {c.code: c for c in session.scalars(select(Category))}
    language = reading.language

    def sub_row(code: str, mine: list[ItemFigures]) -> SubRow:
        sub = subs[code]
        return SubRow(code, title(sub, language), *_sums(mine), place(sub.street, sub.community, language),
                      tuple(_item(i, reading) for i in mine))

    def major_row(code: str, mine: list[ItemFigures]) -> MajorRow:
        return MajorRow(code, title(majors[code], language), *_sums(mine),
                        tuple(sub_row(c, part) for c, part in measures.by(mine, "sub_code").items()))

    def category_row(code: str, mine: list[ItemFigures]) -> CategoryRow:
        return CategoryRow(code, title(categories[code], language), *_sums(mine),
                           tuple(major_row(c, part) for c, part in measures.by(mine, "major_code").items()))

    return NeedsStatement(
        language, reading.organisation, reading.provenance,
        end_of(as_at) if as_at else reading.provenance.made_at, word(language, "财务部", "Finance"),
        tuple(category_row(c, part) for c, part in measures.by(items, "category_code").items()), *_sums(items),
        scope=title(categories[category], language) if category else "")


def end_of(day: date) -> datetime:
    """The last instant of a day, in the district's time zone."""
    return datetime.combine(day + timedelta(days=1), time(), LOCAL) - timedelta(seconds=1)


def _figures(m: Measures, still_needed: int) -> Figures:
    return Figures(m.need, m.pledged, m.received, m.disbursed, still_needed)


def _sums(items: Sequence[ItemFigures]) -> tuple[Figures, Figures, Figures]:
    total = measures.total(items)
    return (_figures(total.cash, total.cash.still_needed), _figures(total.goods, total.goods_still_needed_fen),
            _figures(total.hours, total.hours.still_needed))


def _item(item: ItemFigures, reading: Reading) -> ItemRow:
    figures = (_figures(item.goods, item.goods_still_needed_fen) if item.kind == "goods"
               else _figures(item.own, item.own.still_needed))
    unit = item.unit_zh if reading.language == "zh" else item.unit_en
    return ItemRow(f"{item.sub_code}-{item.line}", title(item, reading.language), item.kind,  # type: ignore[arg-type]
                   unit, item.quantity, None if item.kind == "hours" else item.unit_price_fen, figures)
