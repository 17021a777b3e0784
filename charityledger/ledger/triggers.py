"""The database's half of the ledger's promises: sealed entries, running balances, closed periods."""

MEMORANDUM_MIXED = """(SELECT memorandum FROM ledger_account WHERE code = NEW.debit_account)
    <> (SELECT memorandum FROM ledger_account WHERE code = NEW.credit_account)"""
HELD_COST = """NEW.fund = 'HOLD'
    AND (SELECT kind FROM ledger_account WHERE code = NEW.debit_account) = 'cost'"""
COUNT_AND_SUM = """(SELECT count(*) FROM movement WHERE entry_id = NEW.id) <> NEW.movement_count
    OR (SELECT coalesce(sum(amount_fen), 0) FROM movement WHERE entry_id = NEW.id) <> NEW.total_fen"""

# (side, sign): a movement adds to its debit account and takes from its credit account.
SIDES = (("debit_account", "+"), ("credit_account", "-"))


def _balances() -> str:
    """Statements that carry one movement into the running balances; inflow first, so that no check trips halfway."""
    steps = []
    for side, sign in SIDES:
        steps.append(f"""
  INSERT INTO balance (account, fund, amount_fen) VALUES (NEW.{side}, NEW.fund, {sign}NEW.amount_fen)
    ON CONFLICT (account, fund) DO UPDATE SET amount_fen = balance.amount_fen + excluded.amount_fen;
  UPDATE account_balance SET amount_fen = amount_fen {sign} NEW.amount_fen WHERE account = NEW.{side};
  UPDATE fund_balance SET cash_fen = cash_fen {sign} NEW.amount_fen
    WHERE fund = NEW.fund AND (SELECT holds FROM ledger_account WHERE code = NEW.{side}) = 'money';
  UPDATE fund_balance SET stock_fen = stock_fen {sign} NEW.amount_fen
    WHERE fund = NEW.fund AND (SELECT holds FROM ledger_account WHERE code = NEW.{side}) = 'stock';""")
    return "".join(steps)


def sqlite_statements() -> list[str]:
    """See the module."""
    return [
        f"""CREATE TRIGGER movement_before BEFORE INSERT ON movement BEGIN
  SELECT RAISE(ABORT, 'entry_sealed: the entry is complete') FROM journal_entry WHERE id = NEW.entry_id;
  SELECT RAISE(ABORT, 'mixed_movement: memorandum and real account') WHERE {MEMORANDUM_MIXED};
  SELECT RAISE(ABORT, 'held_money: suspense is never disbursed') WHERE {HELD_COST};
END""",
        f"CREATE TRIGGER movement_after AFTER INSERT ON movement BEGIN {_balances()} END",
        f"""CREATE TRIGGER journal_entry_before BEFORE INSERT ON journal_entry BEGIN
  SELECT RAISE(ABORT, 'unbalanced_entry: movements differ from the header') WHERE {COUNT_AND_SUM};
  SELECT RAISE(ABORT, 'period_closed: nothing more is dated in it') FROM period
    WHERE code = NEW.period AND closed_at IS NOT NULL;
  SELECT RAISE(ABORT, 'wrong_period: not the month of the effective date')
    WHERE strftime('%Y%m', NEW.effective_on) <> NEW.period;
END""",
        """CREATE TRIGGER fund_after AFTER INSERT ON fund BEGIN
  INSERT INTO fund_balance (fund, cash_fen, stock_fen, reserved_fen) VALUES (NEW.code, 0, 0, 0); END""",
        """CREATE TRIGGER ledger_account_after AFTER INSERT ON ledger_account WHEN NEW.holds = 'money' BEGIN
  INSERT INTO account_balance (account, amount_fen) VALUES (NEW.code, 0); END""",
    ]


def _function(name: str, body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN{body}\n  RETURN NEW;\nEND $$"


def _raise(message: str) -> str:
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = '23000';"


def postgresql_statements() -> list[str]:
    """See the module. The period row is locked FOR SHARE, so that a close waits for postings under way."""
    return [
        _function("movement_before", f"""
  IF EXISTS (SELECT 1 FROM journal_entry WHERE id = NEW.entry_id) THEN
    {_raise('entry_sealed: the entry is complete')} END IF;
  IF {MEMORANDUM_MIXED} THEN {_raise('mixed_movement: memorandum and real account')} END IF;
  IF {HELD_COST} THEN {_raise('held_money: suspense is never disbursed')} END IF;"""),
        "CREATE TRIGGER movement_before BEFORE INSERT ON movement FOR EACH ROW EXECUTE FUNCTION movement_before()",
        _function("movement_after", _balances()),
        "CREATE TRIGGER movement_after AFTER INSERT ON movement FOR EACH ROW EXECUTE FUNCTION movement_after()",
        _function("journal_entry_before", f"""
  IF {COUNT_AND_SUM} THEN {_raise('unbalanced_entry: movements differ from the header')} END IF;
  PERFORM 1 FROM period WHERE code = NEW.period FOR SHARE;
  IF EXISTS (SELECT 1 FROM period WHERE code = NEW.period AND closed_at IS NOT NULL) THEN
    {_raise('period_closed: nothing more is dated in it')} END IF;
  IF to_char(NEW.effective_on, 'YYYYMM') <> NEW.period THEN
    {_raise('wrong_period: not the month of the effective date')} END IF;"""),
        "CREATE TRIGGER journal_entry_before BEFORE INSERT ON journal_entry FOR EACH ROW "
        "EXECUTE FUNCTION journal_entry_before()",
        _function("fund_after", """
  INSERT INTO fund_balance (fund, cash_fen, stock_fen, reserved_fen) VALUES (NEW.code, 0, 0, 0);"""),
        "CREATE TRIGGER fund_after AFTER INSERT ON fund FOR EACH ROW EXECUTE FUNCTION fund_after()",
        _function("ledger_account_after", """
  IF NEW.holds = 'money' THEN INSERT INTO account_balance (account, amount_fen) VALUES (NEW.code, 0); END IF;"""),
        "CREATE TRIGGER ledger_account_after AFTER INSERT ON ledger_account FOR EACH ROW "
        "EXECUTE FUNCTION ledger_account_after()",
        "CREATE SEQUENCE journal_entry_number",
    ]
