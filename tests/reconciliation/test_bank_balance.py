"""What the bank says that an account held, and how far its files reach."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from charityledger.clock import FixedClock
from charityledger.extensions import db
from charityledger.reconciliation import bank_balance, outstanding
from charityledger.reconciliation.bank_balance import BankBalance, _ends
from tests.donations import world
from tests.reconciliation import rows

END = date(2026, 4, 30)


@pytest.fixture
def tx(context: Flask, clock: FixedClock) -> Iterator[Session]:
    world.fill(clock)
    with Session(db.engine, expire_on_commit=False, autoflush=False) as session:
        session.connection(execution_options={"writing": True})
        yield session
        session.rollback()


def balance(tx: Session, as_at: date = END) -> BankBalance | None:
    return bank_balance.read(tx, "BANK", as_at, outstanding._lines_sum(tx, "BANK", as_at)[2])


def test_nothing_says_it(tx: Session) -> None:
    assert balance(tx) is None
    file_id = rows.statement(tx, opening_fen=None)
    rows.line(tx, file_id, END, 5)
    assert balance(tx) is None
    rows.statement(tx, books=False, closing_fen=9)
    assert balance(tx) is None


def test_the_newest_file_says_it(tx: Session) -> None:
    rows.statement(tx, first_on=date(2026, 3, 1), last_on=date(2026, 3, 31), opening_fen=20, closing_fen=70)
    assert balance(tx) == BankBalance(70, date(2026, 3, 31), 20)
    rows.statement(tx, opening_fen=70, closing_fen=90)
    rows.statement(tx, first_on=date(2026, 5, 1), last_on=date(2026, 5, 31), opening_fen=90, closing_fen=10)
    assert balance(tx) == BankBalance(90, END, 20)


def test_a_line_says_it_within_a_file_that_goes_on(tx: Session) -> None:
    file_id = rows.statement(tx, last_on=date(2026, 6, 30), opening_fen=100, closing_fen=500)
    rows.line(tx, file_id, date(2026, 4, 10), 50, balance_fen=150, row=1)
    rows.line(tx, file_id, date(2026, 4, 20), 10, balance_fen=160, row=2)
    rows.line(tx, file_id, date(2026, 5, 2), 340, balance_fen=500, row=3)
    assert balance(tx) == BankBalance(160, date(2026, 4, 20), 100)


def test_lines_after_the_newest_balance_leave_it_unknown(tx: Session) -> None:
    rows.statement(tx, first_on=date(2026, 3, 1), last_on=date(2026, 3, 31), closing_fen=70)
    rows.line(tx, rows.statement(tx, opening_fen=None), date(2026, 4, 3), 5)
    assert balance(tx) is None
    assert balance(tx, date(2026, 4, 2)) == BankBalance(70, date(2026, 3, 31), 0)


def test_the_opening_follows_from_the_first_lines(tx: Session) -> None:
    """The newest line stands first in this file."""
    file_id = rows.statement(tx, opening_fen=None)
    rows.line(tx, file_id, date(2026, 4, 10), -20, balance_fen=130, row=1)
    rows.line(tx, file_id, date(2026, 4, 10), 50, balance_fen=150, row=2)
    assert balance(tx) == BankBalance(130, date(2026, 4, 10), 100)


def test_how_far_the_files_reach(tx: Session) -> None:
    assert bank_balance.reaches(tx, "BANK", END) is None
    rows.statement(tx, last_on=date(2026, 4, 28), closing_fen=1)
    assert bank_balance.reaches(tx, "BANK", END) == date(2026, 4, 28)
    rows.statement(tx, first_on=date(2026, 5, 1), last_on=date(2026, 5, 9), closing_fen=1)
    assert bank_balance.reaches(tx, "BANK", END) == END
    assert bank_balance.reaches(tx, "BANK", date(2026, 4, 20)) == date(2026, 4, 20)


@given(opening=st.integers(-500, 500), amounts=st.lists(st.integers(-99, 99).filter(bool), min_size=1, max_size=8),
       order=st.randoms())
def test_a_day_in_any_order(opening: int, amounts: list[int], order: object) -> None:
    lines, balance = [], opening
    for fen in amounts:
        balance += fen
        lines.append((fen, balance))
    assert _ends(lines) == (opening, balance)
    assert _ends(lines[::-1]) == (opening, balance) or len(set(lines)) < 3 or opening == balance
    if opening != balance:
        order.shuffle(lines)  # type: ignore[attr-defined]
        assert _ends(lines) == (opening, balance)


def test_a_day_that_does_not_follow(tx: Session) -> None:
    assert _ends([]) == (None, None)
    assert _ends([(5, 100), (7, 300)]) == (None, None)
