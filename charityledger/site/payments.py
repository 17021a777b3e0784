"""What the money bought: payments that were made, as the public may see them. Never the payee, who may be a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ..donations.models import Disbursement, Evidence
from ..ledger.models import Voucher
from ..ledger.numbering import show
from ..projects.models import SubProject


@dataclass(frozen=True)
class Payment:
    """`voucher` is empty while the entry waits for its number; `files` counts the evidence."""

    sub_code: str
    title_zh: str
    title_en: str
    paid_on: date
    amount_fen: int
    bought_zh: str
    bought_en: str
    delivered_on: date | None
    delivery_note_zh: str
    delivery_note_en: str
    voucher: str
    files: int


def _query() -> "Select[*tuple[Any, ...]]":
    files = (select(func.count(Evidence.id)).where(Evidence.disbursement_id == Disbursement.id)
             .correlate(Disbursement).scalar_subquery().label("files"))
    return (select(SubProject.code, SubProject.title_zh, SubProject.title_en, Disbursement.paid_on,
                   Disbursement.amount_fen, Disbursement.bought_zh, Disbursement.bought_en, Disbursement.delivered_on,
                   Disbursement.delivery_note_zh, Disbursement.delivery_note_en, Voucher.series, Voucher.period,
                   Voucher.number, files)
            .join(SubProject, SubProject.id == Disbursement.sub_project_id)
            .outerjoin(Voucher, Voucher.entry_id == Disbursement.entry_id)
            .where(Disbursement.state == "paid", SubProject.status != "draft")
            .order_by(Disbursement.paid_on.desc(), Disbursement.id.desc()))


def newest(session: Session, *, sub_project_id: int | None = None, limit: int | None = None,
           offset: int = 0) -> list[Payment]:
    """Payments made and not returned, newest first. One query."""
    query = _query().limit(limit).offset(offset)
    if sub_project_id is not None:
        query = query.where(Disbursement.sub_project_id == sub_project_id)
    rows: Sequence[Any] = session.execute(query).all()
    return [Payment(row.code, row.title_zh, row.title_en, row.paid_on, row.amount_fen, row.bought_zh, row.bought_en,
                    row.delivered_on, row.delivery_note_zh, row.delivery_note_en,
                    show(row.series, row.period, row.number) if row.number else "", row.files) for row in rows]


@dataclass(frozen=True)
class Month:
    """What was paid out in one month, all of it, whatever page of the list is shown."""

    first_day: date
    amount_fen: int
    count: int


def months(session: Session) -> list[Month]:
    """Every month with payments, newest first. One query, a row per day at most."""
    days = session.execute(
        select(Disbursement.paid_on, func.sum(Disbursement.amount_fen), func.count())
        .join(SubProject, SubProject.id == Disbursement.sub_project_id)
        .where(Disbursement.state == "paid", SubProject.status != "draft")
        .group_by(Disbursement.paid_on).order_by(Disbursement.paid_on.desc())).all()
    sums: dict[date, tuple[int, int]] = {}
    for paid_on, amount_fen, count in days:
        first = _month_of(paid_on)
        so_far = sums.get(first, (0, 0))
        sums[first] = so_far[0] + int(amount_fen), so_far[1] + count
    return [Month(first, *both) for first, both in sums.items()]


def _month_of(paid_on: date | None) -> date:
    if paid_on is None:
        raise ValueError("a payment that was made has its day")
    return paid_on.replace(day=1)


def by_month(shown: Sequence[Payment], totals: Sequence[Month]) -> list[tuple[Month, list[Payment]]]:
    """The payments of one page under their months."""
    month_of = {month.first_day: month for month in totals}
    groups: dict[date, list[Payment]] = {}
    for payment in shown:
        groups.setdefault(_month_of(payment.paid_on), []).append(payment)
    return [(month_of[first], payments) for first, payments in groups.items()]
