"""Money between our own accounts is booked once, for two lines, fund by fund; account and fund balances both stay."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from charityledger.clock import FixedClock
from charityledger.donations import lines, receipts
from charityledger.donations.models import Suspense
from charityledger.errors import AccountOverdrawn, NotFound
from charityledger.extensions import db
from charityledger.ledger.models import AccountBalance, FundBalance
from charityledger.reconciliation import pairing, transfer
from charityledger.reconciliation.handling import LineDiffers, NothingLeft, OtherAccount
from tests.donations import world
from tests.donations.world import BANK, DAY, INCOME, INCOME_FREE, STAFF, SUSPENSE, WECHAT
from tests.reconciliation.desk import world as desk


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)


def move(clock: FixedClock, line_id: int, **more: object) -> int:
    return transfer.transfer(actor=STAFF, clock=clock, line_id=line_id, **more)  # type: ignore[arg-type]


def held() -> dict[str, int]:
    """{account or fund: fen} of the checked balances that hold anything."""
    db.session.rollback()
    accounts = {row.account: row.amount_fen for row in db.session.scalars(select(AccountBalance))}
    funds = {row.fund: row.cash_fen for row in db.session.scalars(select(FundBalance))}
    return {name: fen for name, fen in {**accounts, **funds}.items() if fen}


def test_a_payout_with_both_lines_is_one_entry_and_no_gift(clock: FixedClock) -> None:
    world.give(clock, 9000, code=None, account="WECHAT")
    out = desk.line(-5000, account="WECHAT", kind="payout")
    into = desk.line(5000, who="财付通支付科技有限公司", on=DAY + timedelta(days=1))
    clock.forward(days=1)
    entry = move(clock, into, other_line_id=out)
    assert world.movements() == [(BANK, WECHAT, "GEN", 5000)]
    assert world.books() == {(BANK, "GEN"): 5000, (WECHAT, "GEN"): 4000, (INCOME_FREE, "GEN"): -9000}
    assert world.entries()[-1].effective_on == DAY      # when it left the wallet
    assert desk.allocations(out) == desk.allocations(into) == [("payout", 5000)]
    assert desk.history(into) == [("explained", "transfer")] == desk.history(out)
    assert (entry, world.problems()) == (world.entries()[-1].id, [])
    with pytest.raises(NothingLeft):
        move(clock, out, other_account="BANK")


def test_each_fund_moves_what_it_has_in_the_wallet(clock: FixedClock) -> None:
    world.give(clock, 30000, account="WECHAT")
    world.give(clock, 20000, code="LB1-1", account="WECHAT")
    world.give(clock, 1000, code=None, account="WECHAT")
    world.receive(clock, 500, account="WECHAT")
    before = held()
    move(clock, desk.line(-45000, account="WECHAT", kind="payout"), other_account="BANK")
    assert world.movements() == [(BANK, WECHAT, "HD1-1", 30000), (BANK, WECHAT, "LB1-1", 15000)]
    after = held()
    assert {k: after[k] for k in ("HD1-1", "LB1-1", "GEN", "HOLD")} == {
        k: before[k] for k in ("HD1-1", "LB1-1", "GEN", "HOLD")}
    assert (after[BANK], after[WECHAT]) == (45000, 6500)
    assert world.problems() == []


def test_a_wallet_that_is_emptied_takes_money_in_suspense_along(clock: FixedClock) -> None:
    world.give(clock, 10000, account="WECHAT")
    world.receive(clock, 700, account="WECHAT")
    move(clock, desk.line(-10700, account="WECHAT"), other_account="BANK")
    assert world.movements() == [(BANK, WECHAT, "HD1-1", 10000), (BANK, WECHAT, "HOLD", 700)]
    waits = db.session.scalars(select(Suspense)).one()
    assert waits.account_code == "BANK"
    receipts.settle_suspense(actor=STAFF, clock=clock, suspense_id=waits.id, on=DAY)
    assert world.books() == {(BANK, "HD1-1"): 10000, (BANK, "GEN"): 700, (INCOME, "HD1-1"): -10000,
                             (INCOME_FREE, "GEN"): -700}
    assert (SUSPENSE, BANK, "HOLD", 700) in world.movements()
    assert world.problems() == []


def test_the_other_line_comes_later_and_is_paired(clock: FixedClock) -> None:
    world.give(clock, 9000, code=None, account="WECHAT")
    out = desk.line(-5000, account="WECHAT", kind="payout")
    entry = move(clock, out, other_account="BANK")
    into = desk.line(5000, who="财付通", on=DAY + timedelta(days=1))
    found = pairing.open_entries(db.session(), world.line(into))
    assert [(e.entry_id, e.kind, e.left_fen) for e in found] == [(entry, "payout", 5000)]
    before = len(world.entries())
    pairing.pair(actor=STAFF, clock=clock, line_id=into, entry_id=entry)
    assert (len(world.entries()), desk.allocations(into)) == (before, [("payout", 5000)])
    assert lines.became(db.session, into) == {("payout", out): 5000}
    third = desk.line(5000, who="财付通", on=DAY + timedelta(days=1))
    with pytest.raises(LineDiffers):        # one transfer is not paired with two lines
        pairing.pair(actor=STAFF, clock=clock, line_id=third, entry_id=entry)
    assert world.problems() == []


def test_what_cannot_be_a_transfer(clock: FixedClock) -> None:
    world.give(clock, 9000, code=None, account="WECHAT")
    out = desk.line(-5000, account="WECHAT")
    for other, error in ((desk.line(4999), LineDiffers), (desk.line(-5000), LineDiffers),
                         (desk.line(5000, account="WECHAT"), OtherAccount)):
        with pytest.raises(error):
            move(clock, out, other_line_id=other)
    with pytest.raises(OtherAccount):
        move(clock, out, other_account="WECHAT")
    with pytest.raises(NotFound):
        move(clock, out, other_account="NONE")
    assert desk.state(out) == (0, False)


def test_more_than_the_wallet_has_in_the_books_is_refused(clock: FixedClock) -> None:
    """Its gifts have not been booked yet: first things first."""
    world.give(clock, 1000, account="WECHAT")
    out = desk.line(-5000, account="WECHAT")
    with pytest.raises(AccountOverdrawn):
        move(clock, out, other_account="BANK")
    assert world.books() == {(WECHAT, "HD1-1"): 1000, (INCOME, "HD1-1"): -1000}
