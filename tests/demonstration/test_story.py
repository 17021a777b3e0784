"""What the demonstration tells makes sense to somebody who reads it closely."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from charityledger.clock import SystemClock, today
from charityledger.demonstration import DAYS
from charityledger.donations.models import Disbursement, Donor
from charityledger.extensions import db
from charityledger.projects import measures


def test_who_is_paid_never_gives(demonstration: Flask) -> None:
    with demonstration.app_context():
        payees = set(db.session.scalars(select(Disbursement.payee)))
        firms = set(db.session.scalars(select(Donor.name).where(Donor.kind == "enterprise")))
    assert len(payees) > 5
    assert len(firms) > 5
    assert payees.isdisjoint(firms)


def test_the_needs_were_known_when_its_history_begins(demonstration: Flask) -> None:
    """The catalogue came into the database today, but a statement of any day of the history is whole."""
    with demonstration.app_context():
        for days in (0, 60, DAYS - 1):
            rows = measures.items(db.session, as_at=today(SystemClock()) - timedelta(days=days))
            total = measures.total(rows)
            assert (len(rows), total.cash.need, total.goods.need) == (104, 706_017_000, 79_490_000)
            assert min(row.own.still_needed for row in rows) >= 0
        assert measures.items(db.session, as_at=today(SystemClock()) - timedelta(days=DAYS + 2)) == []
