"""The database's half of the ledger's promises: sealed entries, running balances, closed periods.

SQLite lets the statement outside decide what a constraint does inside a trigger: after `INSERT OR IGNORE INTO movement`
a counter that its CHECK refuses is left as it was, and the movement stays. RAISE(ABORT) cannot be overruled like that,
so on SQLite every counter has a guard besides its CHECK.
"""

MEMORANDUM_MIXED = """(SELECT memorandum FROM ledger_account WHERE code = NEW.debit_account)
    <> (SELECT memorandum FROM ledger_account WHERE code = NEW.credit_account)"""
# Money in suspense is owed: it only comes in, changes its place or goes back to what it is owed as.
HELD_MONEY = """NEW.fund = 'HOLD' AND EXISTS (SELECT 1 FROM ledger_account
    WHERE code IN (NEW.debit_account, NEW.credit_account) AND holds <> 'money' AND kind <> 'liability')"""
COUNT_AND_SUM = """(SELECT count(*) FROM movement WHERE entry_id = NEW.id) <> NEW.movement_count
    OR (SELECT coalesce(sum(amount_fen), 0) FROM movement WHERE entry_id = NEW.id) <> NEW.total_fen"""
# Promise 3: what records a promise touches no real account. (A gift that keeps a promise touches both, in movements of
# their own.)
PROMISED_INCOME = """NEW.kind IN ('pledge', 'pledge_freed') AND EXISTS (SELECT 1 FROM movement
    JOIN ledger_account ON code = debit_account WHERE entry_id = NEW.id AND NOT memorandum)"""
FUND_OVERDRAWN = "NEW.cash_fen < 0 OR NEW.stock_fen < 0 OR NEW.reserved_fen < 0 OR NEW.reserved_fen > NEW.cash_fen"

# Months close in order: what lies before a closed month is as closed as the month itself.
def month_closed(period: str) -> str:
    """SQL: whether nothing more may be dated in the month that this expression names."""
    return f"EXISTS (SELECT 1 FROM period WHERE code >= {period} AND closed_at IS NOT NULL)"


def refuse_closed(day: str) -> str:
    """Statement of an SQLite trigger that refuses a row dated in a closed month; `day` is its column."""
    month = f"strftime('%Y%m', {day})"
    return f"SELECT RAISE(ABORT, 'period_closed: nothing more is dated in it') WHERE {month_closed(month)};"


def hold_open(day: str) -> str:
    """The same for PostgreSQL. The month's row is made where it is missing and locked FOR SHARE with those after it,
    so that a close waits for what is under way."""
    month = f"to_char({day}, 'YYYYMM')"
    return f"""
  IF NOT EXISTS (SELECT 1 FROM period WHERE code = {month}) THEN
    INSERT INTO period (code) VALUES ({month}) ON CONFLICT (code) DO NOTHING; END IF;
  PERFORM 1 FROM period WHERE code >= {month} ORDER BY code FOR SHARE;
  IF {month_closed(month)} THEN
    RAISE EXCEPTION 'period_closed: nothing more is dated in it' USING ERRCODE = '23000'; END IF;"""


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
  SELECT RAISE(ABORT, 'held_money: suspense is never disbursed') WHERE {HELD_MONEY};
  SELECT RAISE(ABORT, 'not_integer: amounts are whole fen') WHERE typeof(NEW.amount_fen) <> 'integer';
END""",
        f"CREATE TRIGGER movement_after AFTER INSERT ON movement BEGIN {_balances()} END",
        f"""CREATE TRIGGER journal_entry_before BEFORE INSERT ON journal_entry BEGIN
  SELECT RAISE(ABORT, 'unbalanced_entry: movements differ from the header') WHERE {COUNT_AND_SUM};
  SELECT RAISE(ABORT, 'period_closed: nothing more is dated in it') WHERE {month_closed('NEW.period')};
  SELECT RAISE(ABORT, 'wrong_period: not the month of the effective date')
    WHERE strftime('%Y%m', NEW.effective_on) IS NOT NEW.period;
  SELECT RAISE(ABORT, 'promised_income: a promise moves memorandum accounts only') WHERE {PROMISED_INCOME};
END""",
        *(f"CREATE TRIGGER period_no_{event.lower()} BEFORE {event} ON period WHEN OLD.closed_at IS NOT NULL "
          "BEGIN SELECT RAISE(ABORT, 'period_closed: it stays closed'); END" for event in ("UPDATE", "DELETE")),
        """CREATE TRIGGER period_no_replace BEFORE INSERT ON period
  WHEN EXISTS (SELECT 1 FROM period WHERE code = NEW.code AND closed_at IS NOT NULL)
  BEGIN SELECT RAISE(ABORT, 'period_closed: it stays closed'); END""",
        f"""CREATE TRIGGER fund_balance_guard BEFORE UPDATE ON fund_balance WHEN {FUND_OVERDRAWN} BEGIN
  SELECT RAISE(ABORT, 'fund_overdrawn: less is there than asked for'); END""",
        """CREATE TRIGGER account_balance_guard BEFORE UPDATE ON account_balance WHEN NEW.amount_fen < 0 BEGIN
  SELECT RAISE(ABORT, 'account_overdrawn: less is there than asked for'); END""",
        """CREATE TRIGGER fund_after AFTER INSERT ON fund BEGIN
  INSERT INTO fund_balance (fund, cash_fen, stock_fen, reserved_fen) VALUES (NEW.code, 0, 0, 0); END""",
        """CREATE TRIGGER ledger_account_after AFTER INSERT ON ledger_account WHEN NEW.holds = 'money' BEGIN
  INSERT INTO account_balance (account, amount_fen) VALUES (NEW.code, 0); END""",
    ]


def _function(name: str, body: str) -> str:
    return (f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
            f"BEGIN{body}\n  RETURN NEW;\nEND $$")


def _raise(message: str) -> str:
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = '23000';"


def postgresql_statements() -> list[str]:
    """See the module. The period row is locked FOR SHARE, so that a close waits for postings under way.

    The lock on the entry's id keeps a foreign connection from adding a movement while the header is not yet visible.
    """
    return [
        _function("movement_before", f"""
  PERFORM pg_advisory_xact_lock(NEW.entry_id);
  IF EXISTS (SELECT 1 FROM journal_entry WHERE id = NEW.entry_id) THEN
    {_raise('entry_sealed: the entry is complete')} END IF;
  IF {MEMORANDUM_MIXED} THEN {_raise('mixed_movement: memorandum and real account')} END IF;
  IF {HELD_MONEY} THEN {_raise('held_money: suspense is never disbursed')} END IF;"""),
        "CREATE TRIGGER movement_before BEFORE INSERT ON movement FOR EACH ROW EXECUTE FUNCTION movement_before()",
        _function("movement_after", _balances()),
        "CREATE TRIGGER movement_after AFTER INSERT ON movement FOR EACH ROW EXECUTE FUNCTION movement_after()",
        _function("journal_entry_before", f"""
  IF {COUNT_AND_SUM} THEN {_raise('unbalanced_entry: movements differ from the header')} END IF;
  PERFORM 1 FROM period WHERE code >= NEW.period ORDER BY code FOR SHARE;
  IF {month_closed('NEW.period')} THEN
    {_raise('period_closed: nothing more is dated in it')} END IF;
  IF to_char(NEW.effective_on, 'YYYYMM') <> NEW.period THEN
    {_raise('wrong_period: not the month of the effective date')} END IF;
  IF {PROMISED_INCOME} THEN {_raise('promised_income: a promise moves memorandum accounts only')} END IF;"""),
        "CREATE TRIGGER journal_entry_before BEFORE INSERT ON journal_entry FOR EACH ROW "
        "EXECUTE FUNCTION journal_entry_before()",
        _function("period_stays_closed", f"""
  IF OLD.closed_at IS NOT NULL THEN {_raise('period_closed: it stays closed')} END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;"""),
        "CREATE TRIGGER period_stays_closed BEFORE UPDATE OR DELETE ON period FOR EACH ROW "
        "EXECUTE FUNCTION period_stays_closed()",
        _function("fund_after", """
  INSERT INTO fund_balance (fund, cash_fen, stock_fen, reserved_fen) VALUES (NEW.code, 0, 0, 0);"""),
        "CREATE TRIGGER fund_after AFTER INSERT ON fund FOR EACH ROW EXECUTE FUNCTION fund_after()",
        _function("ledger_account_after", """
  IF NEW.holds = 'money' THEN INSERT INTO account_balance (account, amount_fen) VALUES (NEW.code, 0); END IF;"""),
        "CREATE TRIGGER ledger_account_after AFTER INSERT ON ledger_account FOR EACH ROW "
        "EXECUTE FUNCTION ledger_account_after()",
        "CREATE SEQUENCE IF NOT EXISTS journal_entry_number",
    ]
