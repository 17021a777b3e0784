"""The catalogue as two CSV files, and what loading it into the database means. Reading is pure."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock, today
from ..database import use_case
from ..ledger import store
from ..pinyin import initials
from .models import Category, ItemProgress, MajorProject, NeedItem, SubProject
from .rules import CATALOGUE_KINDS

Row = dict[str, str]


@dataclass(frozen=True)
class Catalogue:
    """The rows of projects.csv and need_items.csv."""

    projects: list[Row]
    need_items: list[Row]


def read(folder: Path | None = None) -> Catalogue:
    """The catalogue in `folder`, by default the one that ships with the package."""
    where = folder or files("charityledger.projects") / "catalogue"

    def rows(name: str) -> list[Row]:
        return list(csv.DictReader((where / name).read_text("utf-8-sig").splitlines()))

    return Catalogue(rows("projects.csv"), rows("need_items.csv"))


def capacity_of(kind: str, quantity: int, amount_fen: int) -> int:
    """An item's capacity in its own measure: fen for cash, units for goods, hours for hours."""
    return amount_fen if kind == "cash" else quantity


@use_case
def load(tx: Session, *, catalogue: Catalogue, clock: Clock, status: str = "open") -> int:
    """Add what the database does not have yet; what is there is left as it is. Returns how many sub-projects came."""
    store.create_chart(tx)
    _add_groups(tx, catalogue.projects)
    known = set(tx.scalars(select(SubProject.code)))
    new = [row for row in catalogue.projects if row["sub_code"] not in known]
    position = (tx.scalar(select(func.max(SubProject.position))) or 0) + 1
    for offset, row in enumerate(new):
        sub = add_sub_project(tx, row, position + offset, status, today(clock))
        for item in (i for i in catalogue.need_items if i["sub_code"] == row["sub_code"]):
            add_item(tx, sub.id, item)
        events.record(tx, kind="sub_project_added", subject=("sub_project", sub.code), payload={
            "items": sum(i["sub_code"] == sub.code for i in catalogue.need_items)}, actor_id=None, at=clock.now())
    return len(new)


def _add_groups(tx: Session, rows: Iterable[Row]) -> None:
    categories, majors = set(tx.scalars(select(Category.code))), set(tx.scalars(select(MajorProject.code)))
    for row in rows:
        if row["category_code"] not in categories:
            categories.add(row["category_code"])
            tx.add(Category(code=row["category_code"], title_zh=row["category_zh"], title_en=row["category_en"],
                            position=len(categories)))
            tx.flush()
        if row["major_code"] not in majors:
            majors.add(row["major_code"])
            tx.add(MajorProject(code=row["major_code"], category_code=row["category_code"], title_zh=row["major_zh"],
                                title_en=row["major_en"], position=len(majors)))
    tx.flush()


def add_sub_project(tx: Session, row: Row, position: int, status: str, on: date) -> SubProject:
    """One sub-project and its fund."""
    sub = SubProject(
        code=row["sub_code"], major_code=row["major_code"], title_zh=row["sub_zh"], title_en=row["sub_en"],
        street=row["street"], community=row["community"], beneficiaries_zh=row["beneficiaries_zh"],
        beneficiary_count=int(row["beneficiary_count"]), status=status, position=position,
        summary_zh=row.get("summary_zh", ""), summary_en=row.get("summary_en", ""),
        beneficiaries_en=row.get("beneficiaries_en", ""),
        pinyin=initials(row["sub_zh"], row["street"], row["community"]), opened_on=on if status == "open" else None)
    tx.add(sub)
    tx.flush()
    store.create_fund(tx, sub.code)
    return sub


def add_item(tx: Session, sub_project_id: int, row: Row) -> int:
    """One need item and its counter; returns its id. Amounts in the file are whole yuan."""
    kind = CATALOGUE_KINDS.get(row["kind"], row["kind"])
    quantity, amount_fen = int(row["quantity"]), int(row["amount_yuan"]) * 100
    item = NeedItem(sub_project_id=sub_project_id, line=int(row["line"]), title_zh=row["item_zh"],
                    title_en=row["item_en"], kind=kind, unit_zh=row["unit_zh"], unit_en=row["unit_en"],
                    quantity=quantity, unit_price_fen=int(row["unit_price_yuan"]) * 100, amount_fen=amount_fen)
    tx.add(item)
    tx.flush()
    tx.execute(insert(ItemProgress.__table__), {
        "need_item_id": item.id, "capacity": capacity_of(kind, quantity, amount_fen), "reserved": 0, "pledged": 0,
        "paid": 0, "received": 0, "disbursed": 0, "delivered": 0, "received_value_fen": 0, "disbursed_value_fen": 0})
    return item.id
