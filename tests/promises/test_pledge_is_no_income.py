"""Promise 3: a pledge is never income, and promised and received money are never one figure."""

import ast
import inspect
from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from charityledger.donations import adoption
from charityledger.errors import MixedMovement
from charityledger.ledger import balances, chart, postings, store
from charityledger.ledger.entry import Entry, Movement
from charityledger.ledger.models import MovementRow
from charityledger.projects import measures
from charityledger.projects.measures import Measures
from tests.promises import halves
from tests.promises.halves import Breach
from tests.promises.world import WANG, P, World
from tests.test_repository.tree import PACKAGE

REAL = [account.code for account in chart.CHART if not account.memorandum]


def post(world: World, tx: Session, kind: str, *movements: tuple[str, str]) -> int:
    return store.post(tx, Entry(kind, world.day, tuple(Movement(debit, credit, P, 100) for debit, credit in movements)),
                      clock=world.clock, made_by=1)


BREACHES = (
    Breach("a promise against income", lambda w, tx: post(w, tx, "gift", (chart.PLEDGED, chart.GIFT_RESTRICTED)),
           MixedMovement, lambda m: m.setattr(Movement, "__post_init__", lambda movement: None),
           triggers=(("movement", "movement_before"),)),
    Breach("money against a promise", lambda w, tx: post(w, tx, "gift", (chart.CASH, chart.PLEDGED)),
           MixedMovement, lambda m: m.setattr(Movement, "__post_init__", lambda movement: None),
           triggers=(("movement", "movement_before"),)),
    Breach("income on a promise's entry", lambda w, tx: post(
        w, tx, "pledge", (chart.PLEDGED, chart.PLEDGED_CONTRA), (chart.CASH, chart.GIFT_RESTRICTED)),
        MixedMovement, lambda m: m.setattr(Entry, "__post_init__", lambda entry: None),
        triggers=(("journal_entry", "journal_entry_before"),)),
    Breach("loss on the end of a promise", lambda w, tx: post(
        w, tx, "pledge_freed", (chart.OTHER_COST, chart.AGENCY_LIABILITY)),
        MixedMovement, lambda m: m.setattr(Entry, "__post_init__", lambda entry: None),
        triggers=(("journal_entry", "journal_entry_before"),)),
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


@pytest.mark.parametrize("real", REAL)
def test_no_real_account_ever_meets_a_memorandum_account(real: str) -> None:
    for debit, credit in ((real, chart.PLEDGED), (chart.PLEDGED_CONTRA, real)):
        with pytest.raises(MixedMovement):
            Movement(debit, credit, P, 100)


def test_promises_move_no_real_account(world: World, tx: Session) -> None:
    """Adopt, confirm, give up: the real accounts stay as they were, and what came in does too."""
    def real() -> dict[tuple[str, str], int]:
        return {key: fen for key, fen in balances.all_balances(tx).items()
                if not chart.BY_CODE[chart.parent_of(key[0])].memorandum}

    def received() -> int:
        return measures.total(measures.items(tx)).cash.received

    before = real(), received()
    accepted = world.accepted(3_000, tx=tx)
    adopted = world.adopted(1_000, tx=tx)
    adoption.confirm.inside(tx, actor=WANG, clock=world.clock, pledge_id=adopted, hold_days=3, grace_days=30)
    assert (real(), received()) == before
    adoption.give_up.inside(tx, actor=WANG, clock=world.clock, pledge_id=accepted)
    assert (real(), received()) == before
    assert tx.scalar(select(func.count()).select_from(MovementRow).where(
        MovementRow.debit_account.in_((chart.PLEDGED, chart.PLEDGED_CONTRA)),
        MovementRow.credit_account.not_in((chart.PLEDGED, chart.PLEDGED_CONTRA)))) == 0


PROMISED, ARRIVED = ("pledged", "paid", "reserved"), ("received", "disbursed", "delivered")
# need less received less outstanding, and the same less reservations: the only figures that use both.
OF_BOTH = {"still_needed", "open"}


@given(st.builds(Measures, *[st.integers(0, 10**12)] * 7), st.integers(1, 10**9))
def test_no_figure_but_what_is_still_needed_uses_promise_and_money(one: Measures, more: int) -> None:
    figures = [name for name, value in vars(Measures).items() if isinstance(value, property)]
    assert set(figures) > OF_BOTH
    for name in (*figures, *(field.name for field in fields(Measures))):
        def moved(by: tuple[str, ...], figure: str = name) -> bool:
            return any(getattr(replace(one, **{part: getattr(one, part) + more}), figure) != getattr(one, figure)
                       for part in by)

        assert (moved(PROMISED) and moved(ARRIVED)) == (name in OF_BOTH), name


def sums_of(node: ast.AST) -> set[str]:
    """Names and attributes that one expression adds up."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return sums_of(node.left) | sums_of(node.right)
    if isinstance(node, ast.Attribute):
        return {node.attr}
    return {node.id} if isinstance(node, ast.Name) else set()


def test_no_code_adds_promises_and_money() -> None:
    """Nowhere `pledged + received` and the like; the counters' own check, which sums what is taken, is no figure."""
    mixed = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            added = sums_of(node)
            if any("pledged" in name or "outstanding" in name for name in added) and \
                    any("received" in name or "disbursed" in name for name in added):
                mixed.append(f"{path.name}: {ast.unparse(node)}")
    assert [line for line in mixed if not line.startswith("capacity.py: self.reserved + self.pledged")] == []


def test_a_promise_is_dated_and_sized_without_money() -> None:
    """The posting of a promise takes no money account at all."""
    assert set(inspect.signature(postings.pledge).parameters) == {"pledge_id", "fund", "amount_fen", "on"}
    entry = postings.pledge(1, P, 100, date(2026, 4, 15))
    assert all(chart.BY_CODE[code].memorandum for m in entry.movements for code in (m.debit, m.credit))
