"""`audit` finds what was changed behind the program's back, and says which rule it broke."""

import pytest
from flask import Flask
from sqlalchemy import text

from charityledger.clock import FixedClock, today
from charityledger.donations.money_accounts import ensure_default_accounts
from charityledger.donations.receipts import ReceivedLine, record_gift
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.projects import catalogue
from charityledger.reports import recompute

pytestmark = pytest.mark.one_database

# What somebody with the database's password could do → the problem that names it.
TAMPERING = {
    "a running balance is raised": ("UPDATE balance SET amount_fen = amount_fen + 1", "balance_differs"),
    "a fund's cash is raised": (
        "UPDATE fund_balance SET cash_fen = cash_fen + 1 WHERE fund = 'BM01-1'",
        "fund_balance_differs",
    ),
    "an account is raised": (
        "UPDATE account_balance SET amount_fen = amount_fen + 1 WHERE account = '1002-BANK'",
        "account_balance_differs",
    ),
    "a counter is raised": (
        "UPDATE item_progress SET received = received + 1, capacity = capacity + 1",
        "counter_differs",
    ),
    "a gift is made smaller": ("UPDATE donation SET value_fen = value_fen - 1", "received_differs"),
    "a gift is counted that is in no book": (
        "INSERT INTO need_movement (need_item_id, subject_kind, subject_id, effective_on, reserved, pledged, paid, "
        "received, disbursed, delivered, received_value_fen, disbursed_value_fen) "
        "SELECT need_item_id, 'donation', 1, effective_on, 0, 0, 0, 1, 0, 0, 0, 0 FROM need_movement",
        "received_not_booked",
    ),
    "a payment is counted that was never made": (
        "INSERT INTO need_movement (need_item_id, subject_kind, subject_id, effective_on, reserved, pledged, paid, "
        "received, disbursed, delivered, received_value_fen, disbursed_value_fen) "
        "SELECT need_item_id, 'disbursement', 1, effective_on, 0, 0, 0, 0, 1, 0, 0, 0 FROM need_movement",
        "disbursed_not_booked",
    ),
    "a line is marked as unused": ("UPDATE statement_line SET used_fen = 0", "line_differs"),
    "a trigger is dropped": ("DROP TRIGGER movement_no_update", "trigger_missing"),
    "an amount is rewritten": (
        "DROP TRIGGER movement_no_update; UPDATE movement SET amount_fen = amount_fen + 1",
        "unbalanced_entry",
    ),
    "a movement is deleted": ("DROP TRIGGER movement_no_delete; DELETE FROM movement", "unbalanced_entry"),
}


@pytest.fixture
def books(app: Flask, clock: FixedClock) -> Flask:
    """One gift of 100.00 to BM01-1."""
    with app.app_context():
        catalogue.load(catalogue=catalogue.read(), clock=clock)
        ensure_default_accounts(clock=clock)
        record_gift(
            actor=Actor.system(),
            clock=clock,
            sub_code="BM01-1",
            line=ReceivedLine("BANK", today(clock), 100_00, "x", "y"),
        )
    return app


def test_untouched_books_agree(books: Flask) -> None:
    with books.app_context():
        result = recompute.run(db.session)
    assert result.ok
    assert (result.entries, result.received_fen) == (1, 100_00)


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_is_found(books: Flask, what: str) -> None:
    statements, code = TAMPERING[what]
    with books.app_context():
        for statement in statements.split(";"):
            db.session.execute(text(statement))
        db.session.commit()
        result = recompute.run(db.session)
    assert code in {problem.code for problem in result.problems}
