"""Staff change the need while donors take it: nobody takes more than there is, and nothing waits for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from flask import Flask

from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.errors import OverNeed
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.projects import capacity, exchange, items, service
from charityledger.projects.capacity import Change
from charityledger.projects.errors import CapacityBelowTaken, EditConflict
from charityledger.projects.models import ItemProgress
from charityledger.projects.table_errors import CatalogueChanged
from tests.projects.conftest import item_of, sub_of


def all_at_once(app: Flask, *tasks: Callable[[], int]) -> list[int]:
    def within(task: Callable[[], int]) -> int:
        with app.app_context():
            return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(within, tasks))


def test_the_need_shrinks_while_donors_take_it(small: Flask, staff: Actor, clock: FixedClock) -> None:
    boxes = item_of("BM03-1", 3)        # eight at ¥450
    box_id, day = boxes.id, clock.now().date()

    def donor() -> int:
        taken = 0
        for _ in range(8):
            with suppress(OverNeed):
                with transaction() as tx:
                    capacity.apply(tx, [Change(box_id, reserved=45_000)], subject=("pledge", 1), on=day)
                taken += 1
        return taken

    def editor() -> int:
        for quantity in (5, 9, 3, 6, 2, 7, 4):
            with suppress(CapacityBelowTaken):
                items.revise(item_id=box_id, values={"quantity": quantity, "amount_fen": quantity * 45_000}, seen=None,
                             actor=staff, clock=clock)
        return 0

    taken = sum(all_at_once(small, donor, editor, donor))
    db.session.rollback()
    counter = db.session.get_one(ItemProgress, box_id)
    assert counter.reserved == taken * 45_000 <= counter.capacity
    assert counter.capacity == item_of("BM03-1", 3).amount_fen


def test_of_two_who_saw_the_same_one_writes(small: Flask, staff: Actor, clock: FixedClock) -> None:
    sub = sub_of("BM01-1")
    sub_id, seen = sub.id, service.revision_of(sub)

    def write(title: str) -> Callable[[], int]:
        def act() -> int:
            try:
                service.revise(sub_project_id=sub_id, values={"title_zh": title}, seen=seen, actor=staff, clock=clock)
            except EditConflict:
                return 0
            return 1

        return act

    assert sum(all_at_once(small, write("甲"), write("乙"), write("丙"))) == 1


def test_of_two_imports_on_one_catalogue_one_is_carried_out(small: Flask, staff: Actor, clock: FixedClock) -> None:
    exported = exchange.export_csv(db.session, "projects").decode("utf-8-sig")
    base = exchange.preview(db.session, b"").base
    db.session.rollback()

    def bring(title: str) -> Callable[[], int]:
        def act() -> int:
            try:
                return exchange.commit(data=exported.replace("百家灶小厨房", title).encode(), base=base, actor=staff,
                                       clock=clock)
            except CatalogueChanged:
                return 0

        return act

    assert sorted(all_at_once(small, bring("甲"), bring("乙"), bring("甲"))) in ([0, 0, 1], [0, 1, 1])
