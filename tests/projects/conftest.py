"""A small catalogue, and pictures, for the tests of this package."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from charityledger.clock import FixedClock, today
from charityledger.database import transaction
from charityledger.extensions import db
from charityledger.identity.actor import STAFF, Actor
from charityledger.identity.models import User
from charityledger.projects import capacity, catalogue
from charityledger.projects.capacity import Change
from charityledger.projects.models import NeedItem, SubProject


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **more: object) -> bytes:
    """A picture with a gradient, so that resizing and turning show."""
    made = Image.linear_gradient("L").resize(size).convert(mode)
    held = io.BytesIO()
    made.save(held, kind, **more)
    return held.getvalue()


def sub_of(code: str) -> SubProject:
    """The sub-project as the database has it now."""
    db.session.rollback()
    return db.session.scalars(select(SubProject).where(SubProject.code == code)).one()


def item_of(code: str, line: int) -> NeedItem:
    """The need item as the database has it now."""
    return next(item for item in sub_of(code).items if item.line == line)


def take(item: NeedItem, clock: FixedClock, **measures: int) -> None:
    """Something happens to an item: `take(item, clock, pledged=5)`."""
    with transaction() as tx:
        capacity.apply(tx, [Change(item.id, **measures)], subject=("pledge", 1), on=today(clock))


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    folder = tmp_path / "instance"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def make_staff() -> Callable[[Flask], Actor]:
    """A person with the role staff in the database of an application."""
    def make(app: Flask) -> Actor:
        with app.app_context(), transaction() as tx:
            user = User(email="staff@example.org", name="项目专员", role=STAFF, password_hash="-",
                        created_at=FixedClock(datetime(2026, 1, 5, tzinfo=UTC)).now())
            tx.add(user)
            tx.flush()
            return Actor(user.id, STAFF, user.name)

    return make


@pytest.fixture
def staff(context: Flask, make_staff: Callable[[Flask], Actor]) -> Actor:
    return make_staff(context)


@pytest.fixture
def small(context: Flask, clock: FixedClock) -> Flask:
    """`context` with three sub-projects: BM01-1 (3 cash, hours), BM03-1 (cash, goods), WH02-1 (goods, cash)."""
    whole = catalogue.read()
    codes = {"BM01-1", "BM03-1", "WH02-1"}
    catalogue.load(catalogue=catalogue.Catalogue([row for row in whole.projects if row["sub_code"] in codes],
                                                 [row for row in whole.need_items if row["sub_code"] in codes]),
                   clock=clock)
    db.session.rollback()
    return context
