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


# (side, sign): a movement adds to its debit account and takes from its credit account.
SIDES = (("debit_account", "+"), ("credit_account", "-"))


def _holds(side: str) -> str:
    return f"(SELECT holds FROM ledger_account WHERE code = NEW.{side})"


def _more(what: str) -> str:
    return f"NEW.amount_fen * (({_holds('debit_account')} = '{what}') - ({_holds('credit_account')} = '{what}'))"


def _balances() -> str:
    """Statements that carry one movement into the running balances."""
    steps = [f"""
  INSERT INTO balance (account, fund, amount_fen) VALUES (NEW.{side}, NEW.fund, {sign}NEW.amount_fen)
    ON CONFLICT (account, fund) DO UPDATE SET amount_fen = balance.amount_fen + excluded.amount_fen;
  UPDATE account_balance SET amount_fen = amount_fen {sign} NEW.amount_fen WHERE account = NEW.{side};"""
             for side, sign in SIDES]
    return "".join(steps) + f"""
  UPDATE fund_balance SET cash_fen = cash_fen + {_more('money')}, stock_fen = stock_fen + {_more('stock')}
    WHERE fund = NEW.fund AND {_holds('debit_account')} <> {_holds('credit_account')};"""


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


def once_a_statement(table: str, name: str, body: str) -> tuple[str, str]:
    """PostgreSQL: a function, and the trigger that runs it once for all rows of an INSERT; they stand in `added`.

    Its queries are planned once in a session, perhaps for one row and perhaps for thousands. Look-ups by key suit both;
    a plan that reads a whole table would be kept while the table grows.
    """
    return (f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql\n"
            "  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$\n"
            f"BEGIN{body}\n  RETURN NULL;\nEND $$",
            f"CREATE TRIGGER {name} AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()")


def raises(message: str) -> str:
    """A statement of PL/pgSQL."""
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = '23000';"


def refuses(query: str, message: str) -> str:
    """A step of PL/pgSQL: an exception where the query finds anything."""
    return f"\n  IF EXISTS ({query}) THEN\n    {raises(message)} END IF;"


def hold_open(month: str) -> str:
    """Step of a PostgreSQL trigger of `once_a_statement`: refuses rows dated in a closed month; `month` is an
    expression over `added`. Months that are missing are made, and locked FOR SHARE with those after them, so that a
    close waits for what is under way."""
    later = f"code >= (SELECT min({month}) FROM added)"
    return f"""
  INSERT INTO period (code) SELECT DISTINCT {month} FROM added
    WHERE NOT EXISTS (SELECT 1 FROM period WHERE code = {month}) ON CONFLICT (code) DO NOTHING;
  PERFORM 1 FROM period WHERE {later} ORDER BY code FOR SHARE;""" + refuses(
        f"SELECT 1 FROM period WHERE {later} AND closed_at IS NOT NULL", "period_closed: nothing more is dated in it")


# Each movement as what it does to its two accounts, signed.
_SIGNED = """(SELECT debit_account AS account, fund, amount_fen AS fen FROM added
    UNION ALL SELECT credit_account, fund, -amount_fen FROM added) AS side"""
# However many movements a statement adds, each balance is written once: a row that is written a thousand times in one
# transaction drags a thousand old versions behind it.
_SUMS = f"""
  INSERT INTO balance (account, fund, amount_fen)
    SELECT account, fund, sum(fen)::bigint FROM {_SIGNED} GROUP BY account, fund ORDER BY account, fund
    ON CONFLICT (account, fund) DO UPDATE SET amount_fen = balance.amount_fen + excluded.amount_fen;
  UPDATE account_balance SET amount_fen = account_balance.amount_fen + moved.fen
    FROM (SELECT account, sum(fen)::bigint AS fen FROM {_SIGNED} GROUP BY account) AS moved
    WHERE account_balance.account = moved.account AND moved.fen <> 0;
  UPDATE fund_balance SET cash_fen = cash_fen + moved.cash, stock_fen = stock_fen + moved.stock
    FROM (SELECT fund, coalesce(sum(fen) FILTER (WHERE holds = 'money'), 0)::bigint AS cash,
                 coalesce(sum(fen) FILTER (WHERE holds = 'stock'), 0)::bigint AS stock
          FROM {_SIGNED} JOIN ledger_account ON code = account WHERE holds <> '' GROUP BY fund) AS moved
    WHERE fund_balance.fund = moved.fund AND (moved.cash <> 0 OR moved.stock <> 0);"""


def postgresql_statements() -> list[str]:
    """See the module. The period row is locked FOR SHARE, so that a close waits for postings under way.

    The lock on an entry's id keeps a foreign connection from adding a movement while the header is not yet visible.
    """
    return [
        *once_a_statement("movement", "movement_before", """
  PERFORM pg_advisory_xact_lock(entry_id) FROM (SELECT DISTINCT entry_id FROM added ORDER BY entry_id) AS entry;"""
            + refuses("SELECT 1 FROM added JOIN journal_entry ON journal_entry.id = entry_id",
                      "entry_sealed: the entry is complete")
            + refuses("""SELECT 1 FROM added JOIN ledger_account AS debit ON debit.code = debit_account
    JOIN ledger_account AS credit ON credit.code = credit_account WHERE debit.memorandum <> credit.memorandum""",
                      "mixed_movement: memorandum and real account")
            + refuses("""SELECT 1 FROM added JOIN ledger_account ON code IN (debit_account, credit_account)
    WHERE fund = 'HOLD' AND holds <> 'money' AND ledger_account.kind <> 'liability'""",
                      "held_money: suspense is never disbursed")),
        *once_a_statement("movement", "movement_after", _SUMS),
        *once_a_statement("journal_entry", "journal_entry_before",
            refuses("""SELECT 1 FROM added, LATERAL (SELECT count(*) AS n, coalesce(sum(amount_fen), 0) AS fen
      FROM movement WHERE entry_id = added.id) AS found WHERE n <> movement_count OR fen <> total_fen""",
                    "unbalanced_entry: movements differ from the header") + hold_open("period")
            + refuses("SELECT 1 FROM added WHERE to_char(effective_on, 'YYYYMM') <> period",
                      "wrong_period: not the month of the effective date")
            + refuses("""SELECT 1 FROM added JOIN movement ON entry_id = added.id
    JOIN ledger_account ON code = debit_account
    WHERE added.kind IN ('pledge', 'pledge_freed') AND NOT memorandum""",
                      "promised_income: a promise moves memorandum accounts only")),
        _function("period_stays_closed", f"""
  IF OLD.closed_at IS NOT NULL THEN {raises('period_closed: it stays closed')} END IF;
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
