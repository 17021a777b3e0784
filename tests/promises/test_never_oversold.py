"""Promise 4: no need is adopted beyond what is left, and what is paid too much waits in suspense."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from charityledger.database import is_postgresql
from charityledger.donations import adoption
from charityledger.donations.models import Suspense
from charityledger.errors import OverNeed
from charityledger.identity.actor import Actor
from charityledger.projects import capacity, measures
from charityledger.projects.capacity import Change
from charityledger.projects.models import ItemProgress
from tests.promises import halves
from tests.promises.halves import Breach
from tests.promises.world import DONOR, P, Q, World

LEFT_OF_Q = 7_000       # 80.00 needed, 10.00 received
NEED_MOVEMENT = ("INSERT {how} INTO need_movement (need_item_id, subject_kind, subject_id, effective_on, reserved, "
                 "pledged, paid, received, disbursed, delivered, received_value_fen, disbursed_value_fen) "
                 "VALUES ({item}, 'pledge', 0, '2026-04-15', {row}, 0, 0)")


def boundless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every item seems to have room, however it is asked."""
    monkeypatch.setattr(ItemProgress, "open", property(lambda counter: 10**12))
    monkeypatch.setattr(capacity, "left", lambda tx, items: dict.fromkeys(items, 10**12))
    asked = capacity.open_cash

    def open_cash(tx: Session, code: str) -> tuple[int | None, dict[int, int]]:
        number, items = asked(tx, code)
        return number, dict.fromkeys(items, 10**12)

    monkeypatch.setattr(capacity, "open_cash", open_cash)


def adopt(world: World, tx: Session, kind: str, amount: int, line: int) -> int:
    return adoption.adopt.inside(tx, actor=Actor.public(), clock=world.clock, ids=world.ids, donor=DONOR,
                                 wish=world.wish(amount, P, line, kind), confirm_minutes=30)


def twice(world: World, tx: Session) -> None:
    """Two changes of one item in one call: each fits, both do not."""
    item = world.items[Q, 1]
    capacity.apply(tx, [Change(item, received=4_000), Change(item, received=4_000)], subject=("donation", 0),
                   on=world.day)


CHECK = {"checks": (("item_progress", "not_oversold"),), "triggers": (("item_progress", "item_progress_guard"),)}
BREACHES = (
    Breach("adopted online", lambda w, tx: w.adopted(LEFT_OF_Q + 1, Q, tx=tx), OverNeed, boundless, **CHECK),
    Breach("accepted on paper", lambda w, tx: w.accepted(LEFT_OF_Q + 1, Q, tx=tx), OverNeed, boundless, **CHECK),
    Breach("goods", lambda w, tx: adopt(w, tx, "goods", 11, 3), OverNeed, boundless, **CHECK),
    Breach("hours", lambda w, tx: adopt(w, tx, "hours", 41, 4), OverNeed, boundless, **CHECK),
    Breach("twice in one step", twice, OverNeed, boundless, **CHECK),
)
each_breach = pytest.mark.parametrize("breach", BREACHES, ids=str)


@each_breach
def test_python_bypassed(breach: Breach, world: World, tx: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    halves.refused_by_the_database(breach, world, tx, monkeypatch)


@each_breach
def test_database_bypassed(breach: Breach, world: World, tx: Session) -> None:
    halves.refused_by_python(breach, world, tx)


@each_breach
def test_both_bypassed(breach: Breach, world: World, tx: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    halves.happens_without_both(breach, world, tx, monkeypatch)


def test_what_is_left_can_be_adopted_to_the_last_fen(world: World, tx: Session) -> None:
    world.adopted(LEFT_OF_Q, Q, tx=tx)
    with pytest.raises(OverNeed) as refused:
        world.adopted(1, Q, tx=tx)
    assert (refused.value.facts["left"], refused.value.facts["requested"]) == (0, 1)


def test_database_bypassed_a_gift_beyond_the_need_waits_in_suspense(world: World, tx: Session) -> None:
    """The same with the check in place: the excess is not taken, so there is nothing to refuse."""
    with halves.database_off(tx, BREACHES[0]):
        held = {row.id for row in tx.scalars(select(Suspense))}
        world.given(LEFT_OF_Q + 1, Q, tx=tx)
        new = [row for row in tx.scalars(select(Suspense)) if row.id not in held]
    assert [(row.amount_fen, row.reason) for row in new] == [(1, "over_payment")]
    item = next(row for row in measures.items(tx) if row.sub_code == Q)
    assert (item.own.received, item.own.still_needed) == (8_000, 0)


def test_python_bypassed_a_gift_beyond_the_need_is_refused(world: World, tx: Session,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    boundless(monkeypatch)
    with pytest.raises(DBAPIError):
        world.given(LEFT_OF_Q + 1, Q, tx=tx)


# reserved, pledged, paid, received, disbursed, delivered
@pytest.mark.parametrize("row", ["7001, 0, 0, 0, 0, 0", "0, 7001, 0, 0, 0, 0", "0, 0, 0, 7001, 0, 0",
                                 "0, 0, 1, 0, 0, 0", "-1, 0, 0, 0, 0, 0", "0, 0, 0, -1001, 0, 0", "0, 0, 0, 0, -1, 0",
                                 "0, 0, 0, 0, 0, -1"],
                         ids=["reserved", "pledged", "received", "paid more than promised", "negative reservation",
                              "negative received", "negative disbursed", "negative delivered"])
@pytest.mark.parametrize("how", ["", "OR ABORT", "OR FAIL", "OR IGNORE", "OR REPLACE"])
def test_python_bypassed_by_sql(world: World, tx: Session, how: str, row: str) -> None:
    """On SQLite the outer statement's conflict clause reaches into triggers, past the counter's CHECK."""
    if how and is_postgresql(tx):
        return
    with pytest.raises(DBAPIError):
        tx.execute(text(NEED_MOVEMENT.format(how=how, item=world.items[Q, 1], row=row)))
    if not is_postgresql(tx):
        assert tx.scalar(text("SELECT count(*) FROM need_movement WHERE subject_id = 0")) == 0


@pytest.mark.parametrize("fen", ["0.5", "'many'"])
def test_python_bypassed_by_sql_that_is_no_whole_amount(world: World, tx: Session, fen: str) -> None:
    if is_postgresql(tx) and fen == "0.5":
        return      # the column's type rounds it
    with pytest.raises(DBAPIError):
        tx.execute(text(NEED_MOVEMENT.format(how="", item=world.items[Q, 1], row=f"0, 0, 0, {fen}, 0, 0")))


def test_sql_within_the_need_is_taken(world: World, tx: Session) -> None:
    """So the statements above are refused for what is wrong in them, and for nothing else."""
    tx.execute(text(NEED_MOVEMENT.format(how="", item=world.items[Q, 1], row="7000, 0, 0, 0, 0, 0")))
    assert next(row for row in measures.items(tx) if row.sub_code == Q).own.open == 0
