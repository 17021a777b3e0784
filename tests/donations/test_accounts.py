"""Money accounts and their sub-accounts in the books."""

import pytest
from flask import Flask

from charityledger.clock import FixedClock
from charityledger.donations import money_accounts
from charityledger.extensions import db
from charityledger.ledger.models import LedgerAccount
from tests.donations import world
from tests.donations.world import ADMIN


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)


def test_the_defaults_come_once(clock: FixedClock) -> None:
    assert money_accounts.ensure_default_accounts(clock=clock) == 0
    assert [(f.account.code, f.account.ledger_account, f.balance_fen) for f in money_accounts.figures(db.session)] == [
        ("BANK", "1002-BANK", 0), ("WECHAT", "1009.1-WECHAT", 0), ("ALIPAY", "1009.2-ALIPAY", 0),
        ("CASH", "1001-CASH", 0)]


def test_a_new_account_receives_at_once(clock: FixedClock) -> None:
    assert money_accounts.add_account(actor=ADMIN, clock=clock, code="ICBC-2", kind="bank", name="工行专户") == 5
    world.give(clock, 10000, account="ICBC-2")
    account = db.session.get_one(LedgerAccount, "1002-ICBC-2")
    assert (account.name_zh, account.kind, account.holds) == ("银行存款—工行专户", "asset", "money")
    held = {f.account.code: f.balance_fen for f in money_accounts.figures(db.session)}
    assert held == {"BANK": 0, "ICBC-2": 10000, "WECHAT": 0, "ALIPAY": 0, "CASH": 0}
    assert [a.code for a in money_accounts.accounts(db.session, "bank")] == ["BANK", "ICBC-2"]


def test_a_code_is_plain_and_new(clock: FixedClock) -> None:
    for code in ("", "A", "工行", "icbc", "-A", "A" * 21):
        with pytest.raises(money_accounts.AccountCodeWrong):
            money_accounts.add_account(actor=ADMIN, clock=clock, code=code, kind="bank", name="账户")
    with pytest.raises(money_accounts.AccountCodeTaken):
        money_accounts.add_account(actor=ADMIN, clock=clock, code="BANK", kind="bank", name="账户")
