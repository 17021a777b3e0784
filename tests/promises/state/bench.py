"""The bench of the state machine: a database of its own, the model beside it, and the comparison of the two."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from charityledger.clock import FixedClock, today
from charityledger.donations.models import Donation, Pledge, Suspense
from charityledger.errors import CharityLedgerError
from charityledger.extensions import db
from charityledger.ledger import balances, chart, numbering
from charityledger.ledger.models import AccountBalance, FundBalance
from charityledger.projects import measures
from charityledger.projects.models import NeedItem
from charityledger.reports import recompute
from tests.databases import Databases
from tests.promises.state.model import GENERAL, HELD, Gift, Model, Promise, Waiting
from tests.promises.world import BANK, ITEMS, WECHAT, P, Q, World
from tests.promises.writers import application

START = datetime(2026, 4, 15, 2, 0, tzinfo=UTC)
IN_BOOKS = {BANK: chart.under(chart.BANK, BANK), WECHAT: chart.under(chart.WECHAT, WECHAT)}
# How much of what is left: the edges matter more than what lies between.
SIZES = ("one", "third", "all", "more")


def size_of(size: str, left: int) -> int:
    return {"one": 1, "third": max(1, left // 3), "all": max(1, left), "more": left + 1}[size]


class Bench:
    """A founded world and its model. `close` runs the audit last."""

    def __init__(self, databases: Databases, kind: str) -> None:
        self.databases = databases
        self.folder = TemporaryDirectory()
        self.url = databases.fresh(kind, Path(self.folder.name))
        self.app: Flask = application(self.url)
        self.context = self.app.app_context()
        self.context.push()
        self.clock = FixedClock(START)
        self.world = World(self.clock).found(ITEMS)
        # Lines that are nothing since their gift was reversed: (line, fen, account, fee).
        self.freed: list[tuple[int, int, str, int]] = []
        items = self.world.items
        with Session(db.engine) as session:
            rows = session.execute(select(NeedItem.id, NeedItem.kind, NeedItem.amount_fen, NeedItem.quantity)).all()
        self.model = Model({row.id: row.amount_fen if row.kind == "cash" else row.quantity for row in rows},
                           {row.id: row.kind for row in rows},
                           {sub: [item for (code, _), item in sorted(items.items()) if code == sub] for sub in (P, Q)})

    def attempt(self, expected: str | tuple[str, ...] | None, use: Callable[..., Any], **given: Any) -> Any:
        """Call a use case. It must refuse with the expected code, or (None) succeed; gives its result."""
        codes = (expected,) if isinstance(expected, str) else expected or ()
        try:
            result = use(clock=self.clock, **given)
        except CharityLedgerError as error:
            assert error.code in codes, f"{error} instead of {expected or 'success'}"
            return None
        assert not codes, f"{expected} was not refused"
        return result

    def learn(self, line_id: int, account: str, *, fee: int = 0, promise: Promise | None = None,
              fund: str = GENERAL, parts: dict[int, int] | None = None) -> None:
        """Take what a line became into the model: the gift, the money that waits, or both of one entry."""
        known = {gift.id for gift in self.model.gifts}, {held.id for held in self.model.waiting}
        with Session(db.engine) as session:
            gifts = [row for row in session.scalars(select(Donation).where(Donation.statement_line_id == line_id))
                     if row.id not in known[0]]
            held = [row for row in session.scalars(select(Suspense).where(Suspense.statement_line_id == line_id))
                    if row.id not in known[1]]
        waiting = None
        for row in held:
            waiting = Waiting(row.id, row.amount_fen, account, not gifts, line_id, 0 if gifts else fee)
            self.model.waiting.append(waiting)
            self.model.move(HELD, account, row.amount_fen)
            if not gifts:
                self.model.move(GENERAL, account, -fee)
        for gift in gifts:
            self.model.gifts.append(Gift(gift.id, fund, "cash", parts or {}, gift.amount, account, line_id, fee,
                                         promise, waiting))
            self.model.move(fund, account, gift.amount - fee)

    def compare(self) -> None:
        """Everything that can be seen is what the model says."""
        model = self.model
        with Session(db.engine) as session:
            figures = measures.items(session, public=False)
            assert {row.item_id: vars(row.own) for row in figures} == \
                {item: vars(measures.Measures(*model.measures(item))) for item in model.capacity}
            assert measures.items(session, public=False, as_at=today(self.clock)) == figures
            for back in (1, 3, 31):
                for row in measures.items(session, public=False, as_at=today(self.clock) - timedelta(days=back)):
                    assert min(vars(row.own).values()) >= 0, "something as at a past day is less than nothing"
                    assert row.own.paid <= row.own.pledged
            for row in figures:
                if row.kind == "goods":
                    assert (row.received_value_fen, row.disbursed_value_fen) == \
                        (model.received_value(row.item_id), model.disbursed_value(row.item_id))
            assert {row.id: (row.state, row.amount, row.paid, row.expires_at)
                    for row in session.scalars(select(Pledge))} == \
                {p.id: (p.state, p.amount, p.paid.total(), p.expires) for p in model.promises}
            assert {row.id: row.state for row in session.scalars(select(Donation))} == \
                {gift.id: gift.state for gift in model.gifts}
            assert {row.id: row.amount_fen - row.settled_fen for row in session.scalars(select(Suspense))} == \
                {held.id: held.left for held in model.waiting}
            for fund in session.scalars(select(FundBalance)):
                assert (fund.cash_fen, fund.cash_fen - fund.reserved_fen, fund.stock_fen) == \
                    (model.cash[fund.fund], model.free(fund.fund), model.stock(fund.fund)), fund.fund
            held = {row.account: row.amount_fen for row in session.scalars(select(AccountBalance))}
            assert {code: held[account] for code, account in IN_BOOKS.items()} == \
                {code: model.accounts[code] for code in IN_BOOKS}
            kept = balances.all_balances(session)
            assert -kept.get((chart.SUSPENSE, HELD), 0) == sum(row.left for row in model.waiting)
            for fund_code in (P, Q):
                assert kept.get((chart.PLEDGED, fund_code), 0) == model.outstanding(fund_code)

    def close(self) -> None:
        try:
            numbering.assign()
            with Session(db.engine) as session:
                assert recompute.run(session).problems == ()
        finally:
            db.session.remove()
            db.engine.dispose()
            self.context.pop()
            self.databases.give_back(self.url)
            self.folder.cleanup()
