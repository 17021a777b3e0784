"""The migrations lead to exactly what the models and triggers say, on both databases."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select, text

from charityledger import database, triggers
from charityledger.donations.models import HandOver, Pledge
from charityledger.extensions import db
from charityledger.projects import measures
from charityledger.projects import needs as needs_history
from charityledger.reports import recompute
from tests.databases import Databases

# What stood in a database of the first release, as far as later migrations touch it.
FIRST_RELEASE = """
INSERT INTO ledger_account (code, name_zh, name_en, kind, holds, memorandum)
  VALUES ('1002-BANK', '银行', 'Bank', 'asset', 'money', false),
         ('2209.1', '待确认', 'Suspense', 'liability', '', false);
INSERT INTO fund (code, restricted) VALUES ('HOLD', false);
INSERT INTO money_account (code, kind, name, ledger_account) VALUES ('BANK', 'bank', '基本户', '1002-BANK');
INSERT INTO period (code) VALUES ('202604');
INSERT INTO movement (entry_id, line, debit_account, credit_account, fund, amount_fen)
  VALUES (1, 1, '1002-BANK', '2209.1', 'HOLD', 500);
INSERT INTO journal_entry (id, kind, effective_on, period, recorded_at, subject_kind, subject_id, movement_count,
                           total_fen)
  VALUES (1, 'suspense', '2026-04-16', '202604', '2026-04-16 02:00:00', 'statement_line', 1, 1, 500);
INSERT INTO statement_line (account_code, booked_on, amount_fen, used_fen, fee_fen, fee_booked, counterparty, memo,
                            native_id, recorded_at)
  VALUES ('BANK', '2026-04-16', 500, 0, 0, false, '周宁', '', 'B-1', '2026-04-16 02:00:00'),
         ('BANK', '2026-04-16', 700, 0, 0, false, '周宁', '', NULL, '2026-04-16 02:00:00');
INSERT INTO category (code, title_zh, title_en, position) VALUES ('HD', '互助', 'Help', 1);
INSERT INTO major_project (code, category_code, title_zh, title_en, position) VALUES ('HD1', 'HD', '邻里', 'N', 1);
INSERT INTO sub_project (id, code, major_code, title_zh, title_en, summary_zh, summary_en, street, community,
    beneficiaries_zh, beneficiaries_en, beneficiary_count, pinyin, status, position, opened_on)
  VALUES (1, 'HD1-1', 'HD1', '厨房', 'Kitchen', '', '', '', '', '', '', 1, '', 'open', 1, '2026-04-02');
INSERT INTO need_item (id, sub_project_id, line, title_zh, title_en, kind, unit_zh, unit_en, quantity,
    unit_price_fen, amount_fen, withdrawn)
  VALUES (1, 1, 1, '灶', 'Stove', 'cash', '台', 'set', 3, 200, 600, false),
         (2, 1, 2, '柜', 'Shelf', 'goods', '台', 'set', 9, 100, 900, false),
         (3, 1, 3, '桌', 'Table', 'goods', '张', 'piece', 2, 100, 200, true);
INSERT INTO item_progress (need_item_id, capacity, reserved, pledged, paid, received, disbursed, delivered,
    received_value_fen, disbursed_value_fen)
  VALUES (1, 600, 0, 0, 0, 0, 0, 0, 0, 0), (2, 9, 0, 0, 0, 7, 5, 5, 100, 71), (3, 0, 0, 0, 0, 0, 0, 0, 0, 0);
INSERT INTO need_movement (need_item_id, subject_kind, subject_id, effective_on, reserved, pledged, paid, received,
    disbursed, delivered, received_value_fen, disbursed_value_fen)
  VALUES (2, 'donation', 1, '2026-04-05', 0, 0, 0, 7, 0, 0, 100, 0),
         (2, 'donation', 1, '2026-04-08', 0, 0, 0, 0, 2, 2, 0, 28),
         (2, 'donation', 1, '2026-04-09', 0, 0, 0, 0, 3, 3, 0, 43);
INSERT INTO donation (id, kind, sub_project_id, received_on, amount, value_fen, shown, state, evidence)
  VALUES (1, 'goods', 1, '2026-04-05', 7, 100, 'none', 'received', '');
INSERT INTO donor (id, kind, name, phone, email, created_at)
  VALUES (1, 'individual', '周宁', '13800000000', 'somebody@example.org', '2026-04-03 02:00:00');
INSERT INTO pledge (id, reference, donor_id, sub_project_id, kind, state, amount, paid, shown, agreement_wanted,
    enforceability, source, reserved_at, ended_reason)
  VALUES (1, '9482719322', 1, 1, 'cash', 'cancelled', 500, 0, 'none', false, 'ordinary', 'online',
    '2026-04-03 02:00:00', '');
INSERT INTO donation_line (id, donation_id, need_item_id, amount, value_fen, handed_over) VALUES (1, 1, 2, 7, 100, 5);
INSERT INTO event (kind, subject_kind, subject_id, payload, actor_id, at) VALUES
  ('sub_project_added', 'sub_project', 'HD1-1', '{}', 1, '2026-04-03 02:00:00'),
  ('goods_handed_over', 'donation', '1', '{"cost_fen":28,"entry":null,"units":2}', 4, '2026-04-08 02:00:00'),
  ('goods_handed_over', 'donation', '1', '{"cost_fen":43,"entry":null,"units":3}', 4, '2026-04-09 02:00:00'),
  ('catalogue_revised', 'need_item', 'HD1-1/1', '{"changes":[{"field":"unit_price_fen","was":100,"is":150},
    {"field":"amount_fen","was":300,"is":450}]}', 1, '2026-04-10 02:00:00'),
  ('catalogue_revised', 'need_item', 'HD1-1/1', '{"changes":[{"field":"unit_price_fen","was":150,"is":200},
    {"field":"amount_fen","was":450,"is":600},{"field":"title_zh","was":"x","is":"y"}]}', 1, '2026-04-12 17:00:00'),
  ('need_item_added', 'need_item', 'HD1-1/3', '{}', 1, '2026-04-11 02:00:00'),
  ('catalogue_revised', 'need_item', 'HD1-1/3', '{"changes":[{"field":"withdrawn","was":false,"is":true}]}', 1,
    '2026-04-14 02:00:00');
"""


@pytest.fixture
def first_release(databases: Databases, database_kind: str, tmp_path: Path,
                  make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """An application on a database of the first release, with a line that waits and one that is used."""
    url = (f"sqlite:///{tmp_path / 'old.sqlite3'}" if database_kind == "sqlite"
           else databases.server.create("first_release"))
    app = make_app(url)
    with app.app_context():
        upgrade(directory=app.extensions["migrate"].directory, revision="0001")
        with database.transaction() as tx:
            triggers.drop(tx.connection())      # today's, which count for themselves what the first release wrote
            for statement in filter(str.strip, FIRST_RELEASE.split(";\n")):
                tx.connection().exec_driver_sql(statement)
            line_id = tx.execute(text("SELECT min(id) FROM statement_line")).scalar_one()
            tx.execute(text("INSERT INTO allocation (statement_line_id, kind, subject_id, entry_id, amount_fen) "
                            "VALUES (:line, 'suspense', 1, 1, 500)"), {"line": line_id})
            tx.execute(text("UPDATE statement_line SET used_fen = 500 WHERE id = :line"), {"line": line_id})
    yield app
    if database_kind == "postgresql":
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        databases.server.drop("first_release")


def test_data_of_the_first_release_stay(first_release: Flask) -> None:
    database.upgrade(first_release)
    with first_release.app_context():
        rows = db.session.execute(text("SELECT amount_fen, used_fen, native_id, identity, currency, kind, statement_id "
                                       "FROM statement_line ORDER BY id")).all()
        assert [tuple(row) for row in rows] == [(500, 500, "B-1", "n:B-1", "CNY", "payment", None),
                                                (700, 0, None, None, "CNY", "payment", None)]
        assert list(recompute.triggers_stand(db.session())) == []
        with database.transaction() as tx:      # and the database counts from now on
            tx.execute(text("INSERT INTO allocation (statement_line_id, kind, subject_id, entry_id, amount_fen) "
                            "SELECT id, 'suspense', 2, 1, 300 FROM statement_line WHERE amount_fen = 700"))
        assert db.session.scalar(text("SELECT used_fen FROM statement_line WHERE amount_fen = 700")) == 300


def test_the_need_of_past_days_comes_from_the_history(first_release: Flask) -> None:
    database.upgrade(first_release)
    with first_release.app_context():
        def needs(day: int) -> dict[int, tuple[int, int, int]]:
            return {row.line: (row.own.need, row.quantity, row.unit_price_fen)
                    for row in measures.items(db.session, as_at=date(2026, 4, day))}

        first, shelf = (300, 3, 100), (9, 9, 100)
        # 17:00 in Greenwich is the next day here.
        assert [needs(day) for day in (1, 2, 9, 10, 12, 13, 14)] == [
            {}, {1: first, 2: shelf}, {1: first, 2: shelf}, {1: (450, 3, 150), 2: shelf},
            {1: (450, 3, 150), 2: shelf, 3: (2, 2, 100)}, {1: (600, 3, 200), 2: shelf, 3: (2, 2, 100)},
            {1: (600, 3, 200), 2: shelf}]
        assert [tuple(problem.code for problem in recompute.counters_agree(db.session()))] == [()]
        with database.transaction() as tx:      # and the database counts from now on
            needs_history.change(tx, 1, need=400, unit_price_fen=200, on=date(2026, 4, 20))
        assert db.session.scalar(text("SELECT capacity FROM item_progress WHERE need_item_id = 1")) == 1000


def test_hand_overs_become_rows(first_release: Flask) -> None:
    database.upgrade(first_release)
    with first_release.app_context():
        rows = db.session.scalars(select(HandOver).order_by(HandOver.id)).all()
        assert [(row.donation_id, row.handed_on.day, row.units, row.value_fen, row.recorded_by, row.undone_on,
                 [(part.donation_line_id, part.units, part.value_fen) for part in row.lines]) for row in rows] == [
            (1, 8, 2, 28, 4, None, [(1, 2, 28)]), (1, 9, 3, 43, 4, None, [(1, 3, 43)])]


def test_an_earlier_pledge_has_its_donors_phone_and_no_address_for_letters(first_release: Flask) -> None:
    database.upgrade(first_release)
    with first_release.app_context():
        pledge = db.session.get_one(Pledge, 1)
        assert (pledge.email, pledge.phone, pledge.contact_phone) == ("", "", "13800000000")


def test_migrated_schema_is_the_models(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_every_trigger_stands(app: Flask) -> None:
    with app.app_context():
        assert list(recompute.triggers_stand(db.session())) == []


# Statement → (fault, name) that the audit tells of; each leaves a trigger of the right name.
WEAKENED = {
    "sqlite": {
        "DROP TRIGGER movement_after": ("missing", "movement_after"),
        "DROP TRIGGER fund_balance_guard; CREATE TRIGGER fund_balance_guard BEFORE UPDATE ON fund_balance BEGIN "
        "SELECT 1; END": ("changed", "fund_balance_guard"),
        "DROP TRIGGER movement_no_delete; CREATE TRIGGER movement_no_delete BEFORE DELETE ON voucher BEGIN "
        "SELECT RAISE(ABORT, 'append_only: DELETE of movement is refused'); END": ("changed", "movement_no_delete"),
    },
    "postgresql": {
        "DROP TRIGGER movement_after ON movement": ("missing", "movement_after"),
        "ALTER TABLE movement DISABLE TRIGGER movement_no_change": ("missing", "movement_no_change"),
        "ALTER TABLE movement ENABLE REPLICA TRIGGER movement_no_change": ("missing", "movement_no_change"),
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$":
            ("changed", "refuse_change"),
        "DROP TRIGGER movement_no_change ON movement; CREATE TRIGGER movement_no_change BEFORE DELETE ON movement "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()": ("changed", "movement_no_change"),
        "DROP TRIGGER payment_returned_before ON journal_entry; CREATE TRIGGER payment_returned_before BEFORE INSERT "
        "ON journal_entry FOR EACH ROW WHEN (NEW.kind = 'other') EXECUTE FUNCTION payment_returned_before()":
            ("changed", "payment_returned_before"),
    },
}


def test_a_trigger_that_does_something_else_is_found(app: Flask, database_kind: str) -> None:
    with app.app_context():
        assert list(triggers.faults(db.session().connection())) == []
        for statements, found in WEAKENED[database_kind].items():
            for statement in re.split(r"; (?=CREATE)", statements):
                db.session().connection().exec_driver_sql(statement)
            assert list(triggers.faults(db.session().connection())) == [found]
            assert [problem.code for problem in recompute.triggers_stand(db.session())] == [f"trigger_{found[0]}"]
            db.session.rollback()
        assert list(triggers.faults(db.session().connection())) == []


@pytest.mark.one_database
def test_upgrading_twice_changes_nothing(app: Flask) -> None:
    database.upgrade(app)
    assert database.is_ready(app)
