"""Promise 1: every entry balances, and no fund, account, stock or reservation goes below zero."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from charityledger.database import is_postgresql
from charityledger.errors import AccountOverdrawn, FundOverdrawn, HeldMoney, StockOverdrawn, UnbalancedEntry
from charityledger.ledger import chart, postings, store
from charityledger.ledger.entry import Entry, Movement
from charityledger.ledger.models import FundBalance
from tests.promises import halves
from tests.promises.halves import Breach
from tests.promises.world import BANK, WECHAT, P, Q, World

IN_BANK, IN_WALLET = chart.under(chart.BANK, BANK), chart.under(chart.WECHAT, WECHAT)


def post(world: World, tx: Session, entry: Entry) -> int:
    return store.post(tx, entry, clock=world.clock, made_by=1,
                      approved_by=2 if entry.kind in store.NEEDS_APPROVAL else None)


def balances_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_check_balances", lambda books, entries: None)


def reservations_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "reserve", lambda tx, fund, fen: store.unreserve(tx, fund, -fen))


def movements_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Movement, "__post_init__", lambda movement: None)


def odd_movement(world: World, tx: Session, amount_fen: int, debit: str = IN_BANK) -> int:
    """A movement that is none, beside a good one, so that count and total of the header stand."""
    good = Movement(IN_BANK, chart.GIFT_RESTRICTED, P, 1_000)
    return post(world, tx, Entry("gift", world.day, (good, Movement(debit, IN_BANK, P, amount_fen))))


# What the world holds: fund P 40.00 (3.00 of it asked for), Q 10.00, HOLD 5.00; the bank 57.00, the wallet 7.00.
BREACHES = (
    Breach("fund below zero", lambda w, tx: post(w, tx, postings.disbursement(9, IN_BANK, Q, 1_001, w.day)),
           FundOverdrawn, balances_unchecked, (("fund_balance", "cash"), ("fund_balance", "reserved")),
           (("fund_balance", "fund_balance_guard"),)),
    Breach("money that is asked for already", lambda w, tx: post(
        w, tx, postings.disbursement(9, IN_BANK, P, 3_701, w.day)), FundOverdrawn, balances_unchecked,
        (("fund_balance", "reserved"),), (("fund_balance", "fund_balance_guard"),)),
    Breach("more asked for than is free", lambda w, tx: w.asked(3_701, tx=tx), FundOverdrawn, reservations_unchecked,
           (("fund_balance", "reserved"),), (("fund_balance", "fund_balance_guard"),)),
    Breach("account below zero", lambda w, tx: post(w, tx, postings.disbursement(9, IN_WALLET, P, 701, w.day)),
           AccountOverdrawn, balances_unchecked, (("account_balance", "not_overdrawn"),),
           (("account_balance", "account_balance_guard"),)),
    Breach("stock below zero", lambda w, tx: post(w, tx, postings.goods_out(9, P, 1, w.day)), StockOverdrawn,
           balances_unchecked, (("fund_balance", "stock"),), (("fund_balance", "fund_balance_guard"),)),
    Breach("held money paid out", lambda w, tx: post(w, tx, postings.disbursement(9, IN_BANK, "HOLD", 500, w.day)),
           HeldMoney, balances_unchecked, triggers=(("movement", "movement_before"),)),
    Breach("held money paid in advance", lambda w, tx: post(
        w, tx, postings.prepayment(9, IN_BANK, "HOLD", 500, w.day)), HeldMoney, balances_unchecked,
        triggers=(("movement", "movement_before"),)),
    Breach("amount of nothing", lambda w, tx: odd_movement(w, tx, 0, chart.CASH), UnbalancedEntry,
           movements_unchecked, (("movement", "positive"),)),
    Breach("negative amount", lambda w, tx: odd_movement(w, tx, -1, IN_WALLET), UnbalancedEntry, movements_unchecked,
           (("movement", "positive"),)),
    Breach("one side only", lambda w, tx: odd_movement(w, tx, 1), UnbalancedEntry, movements_unchecked,
           (("movement", "two_sides"),)),
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


MOVEMENT = ("INSERT {how} INTO movement (entry_id, line, debit_account, credit_account, fund, amount_fen) "
            "VALUES (99, {line}, '{debit}', '{credit}', '{fund}', {fen})")
HEADER = ("INSERT INTO journal_entry (id, kind, effective_on, period, recorded_at, subject_kind, subject_id, "
          "movement_count, total_fen) VALUES (99, 'gift', '2026-04-15', '202604', '2026-04-15', '', 0, {count}, {fen})")


def movement(fen: object = 100, *, line: int = 1, debit: str = chart.CASH, credit: str = chart.OTHER_INCOME,
             fund: str = P, how: str = "") -> str:
    return MOVEMENT.format(how=how, line=line, debit=debit, credit=credit, fund=fund, fen=fen)


def run(tx: Session, statements: tuple[str, ...]) -> None:
    """All of them, and then what the database checks at the commit."""
    for statement in statements:
        tx.execute(text(statement))
    if is_postgresql(tx):
        tx.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    else:
        tx.connection().exec_driver_sql("COMMIT")


@pytest.mark.parametrize("statements", [
    (HEADER.format(count=1, fen=100),), (HEADER.format(count=0, fen=0),),
    (movement(), HEADER.format(count=2, fen=100)), (movement(), HEADER.format(count=1, fen=99)),
    (movement(), HEADER.format(count=1, fen=100), movement(line=2)), (movement(),),
    (movement().replace("'4901'", "NULL"),), (movement().replace("'1001'", "NULL"),), (movement(credit="9999"),),
    (movement(fund="nobody"),), (movement(), HEADER.format(count=1, fen=100).replace("'202604'", "'202605'"))],
    ids=["no movement", "nothing at all", "one too few", "another total", "one after the seal", "no header",
         "no credit", "no debit", "unknown account", "unknown fund", "another month"])
def test_python_bypassed_by_sql_that_does_not_balance(world: World, tx: Session, statements: tuple[str, ...]) -> None:
    with pytest.raises(DBAPIError):
        run(tx, statements)


def test_sql_that_balances_is_taken(world: World, tx: Session) -> None:
    """So the statements above are refused for what is wrong in them, and for nothing else."""
    tx.execute(text(movement()))
    tx.execute(text(movement(line=2)))
    tx.execute(text(HEADER.format(count=2, fen=200)))
    tx.execute(text("SET CONSTRAINTS ALL IMMEDIATE" if is_postgresql(tx) else "PRAGMA foreign_key_check"))
    assert tx.scalar(text("SELECT cash_fen FROM fund_balance WHERE fund = 'P-1'")) == 4_200


@pytest.mark.parametrize("how", ["", "OR ABORT", "OR FAIL", "OR IGNORE", "OR REPLACE", "OR ROLLBACK"])
@pytest.mark.parametrize(("debit", "credit", "fund"), [
    (chart.PROGRAMME_COST, IN_BANK, Q), (chart.PROGRAMME_COST, IN_WALLET, P), (chart.PROGRAMME_COST, chart.STOCK, P)],
    ids=["fund", "account", "stock"])
def test_python_bypassed_by_sql_that_overdraws(world: World, tx: Session, how: str, debit: str, credit: str,
                                               fund: str) -> None:
    """On SQLite the outer statement's conflict clause reaches into triggers, past every CHECK there."""
    if how and is_postgresql(tx):
        return
    sql = movement(1_001, debit=debit, credit=credit, fund=fund, how=how)
    with pytest.raises(DBAPIError):
        tx.execute(text(sql))
    if how != "OR ROLLBACK" and not is_postgresql(tx):
        assert tx.scalar(text("SELECT count(*) FROM movement WHERE entry_id = 99")) == 0
        assert tx.scalar(text("SELECT sum(amount_fen) FROM balance")) == 0


@pytest.mark.parametrize("fen", ["0.5", "'many'", "x'31'"])
def test_python_bypassed_by_sql_that_is_no_whole_amount(world: World, tx: Session, fen: str) -> None:
    """SQLite keeps what it is given where the type is only an affinity."""
    if is_postgresql(tx) and fen == "0.5":
        return      # the column's type rounds it
    with pytest.raises(DBAPIError):
        tx.execute(text(movement(fen)))


def test_what_the_world_holds(world: World, tx: Session) -> None:
    """The amounts that the breaches are measured by."""
    held = {row.fund: (row.cash_fen, row.stock_fen, row.reserved_fen) for row in tx.query(FundBalance)}
    assert held == {P: (4_000, 0, 300), Q: (1_000, 0, 0), "HOLD": (500, 0, 0), "GEN": (900, 0, 0)}
