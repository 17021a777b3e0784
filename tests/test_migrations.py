"""The migrations lead to exactly what the models and triggers say, on both databases."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from charityledger import database, triggers
from charityledger.extensions import db
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
                tx.execute(text(statement))
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


def test_migrated_schema_is_the_models(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_every_trigger_stands(app: Flask) -> None:
    with app.app_context():
        assert list(recompute.triggers_stand(db.session())) == []


@pytest.mark.one_database
def test_upgrading_twice_changes_nothing(app: Flask) -> None:
    database.upgrade(app)
    assert database.is_ready(app)
