"""How rates are taken: ours and the limit in turn, several rounds, medians of rates and of paired ratios."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from flask import Flask
from sqlalchemy import insert
from sqlalchemy.orm import Session

import charityledger
from charityledger import database
from charityledger.clock import SystemClock
from charityledger.donations.money_accounts import ensure_default_accounts
from charityledger.extensions import db
from charityledger.ledger import store
from charityledger.projects import catalogue, needs
from charityledger.projects.models import Category, ItemProgress, MajorProject, NeedItem, SubProject

ROUNDS = 5


def rate(work: Callable[[], int]) -> float:
    """Units per second of one call; `work` returns how many units it did."""
    began = time.perf_counter()
    done = work()
    return done / (time.perf_counter() - began)


def compare(name: str, ours: Callable[[], int], limit: Callable[[], int], unit: str, wanted: float) -> None:
    """Print both rates and the ratio ours / limit beside what is wanted."""
    ours(), limit()                                        # warm up: caches, prepared statements
    pairs = [(rate(ours), rate(limit)) for _ in range(ROUNDS)]
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{name:<44} {statistics.median(a for a, _ in pairs):>9.0f} {unit}   limit "
          f"{statistics.median(b for _, b in pairs):>9.0f}   ratio {ratio:5.2f}   wanted >= {wanted}"
          f"{'' if ratio >= wanted else '   MISSED'}", flush=True)


@contextmanager
def application(url: str | None = None, **settings: object) -> Iterator[Flask]:
    """A migrated application with the shipped catalogue, on SQLite unless `url` says otherwise."""
    with tempfile.TemporaryDirectory() as folder:
        app = charityledger.create_app({"INSTANCE": folder, "DATABASE_URL": url or f"sqlite:///{folder}/bench.sqlite3",
                                        "RATE_LIMITS": False, "FONTS": str(Path(".cache/fonts").resolve()), **settings})
        database.upgrade(app)
        with app.app_context():
            catalogue.load(catalogue=catalogue.read(), clock=SystemClock())
            ensure_default_accounts(clock=SystemClock())
            yield app
            db.session.remove()
            db.engine.dispose()


@database.use_case
def add_large_project(tx: Session) -> int:
    """A sub-project BIG with one need that is never used up; returns the need item's id."""
    tx.execute(insert(Category.__table__), {"code": "B", "title_zh": "大", "title_en": "B", "position": 99})
    tx.execute(insert(MajorProject.__table__), {"code": "B1", "category_code": "B", "title_zh": "大", "title_en": "B",
                                                "position": 99})
    sub = SubProject(code="BIG", major_code="B1", title_zh="大", title_en="Big", street="", community="",
                     status="open", position=999)
    tx.add(sub)
    tx.flush()
    store.create_fund(tx, "BIG")
    item = NeedItem(sub_project_id=sub.id, line=1, title_zh="大", title_en="Big", kind="cash", unit_zh="", unit_en="",
                    quantity=1, unit_price_fen=10**14, amount_fen=10**14)
    tx.add(item)
    tx.flush()
    tx.add(ItemProgress(need_item_id=item.id, capacity=0))
    tx.flush()
    needs.change(tx, item.id, need=10**14, unit_price_fen=10**14, on=date(2026, 1, 1))
    return item.id
