"""The migrations lead to exactly what the models and triggers say, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from charityledger import database
from charityledger.extensions import db
from charityledger.reports import recompute


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
