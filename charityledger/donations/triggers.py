"""The database's half of promise 5, and of closed months: what a line is used for is counted here, and nowhere else.

On SQLite a guard stands besides the check, because `INSERT OR IGNORE` would overrule the check (see ledger.triggers).
"""

from ..ledger.triggers import hold_open, refuse_closed

_USE = "UPDATE statement_line SET used_fen = used_fen + NEW.amount_fen WHERE id = NEW.statement_line_id;"
_OVERUSED = "NEW.used_fen < 0 OR NEW.used_fen > abs(NEW.amount_fen) OR (NEW.currency <> 'CNY' AND NEW.used_fen <> 0)"


def sqlite_statements() -> list[str]:
    """See the module."""
    return [
        f"CREATE TRIGGER statement_line_guard BEFORE UPDATE ON statement_line WHEN {_OVERUSED} "
        "BEGIN SELECT RAISE(ABORT, 'line_overused: more than the line has left'); END",
        "CREATE TRIGGER allocation_before BEFORE INSERT ON allocation WHEN typeof(NEW.amount_fen) <> 'integer' "
        "BEGIN SELECT RAISE(ABORT, 'not_integer: amounts are whole fen'); END",
        f"CREATE TRIGGER allocation_after AFTER INSERT ON allocation BEGIN {_USE} END",
        "CREATE TRIGGER statement_line_before BEFORE INSERT ON statement_line "
        f"BEGIN {refuse_closed('NEW.booked_on')} END",
    ]


def postgresql_statements() -> list[str]:
    """See the module."""
    return [
        "CREATE OR REPLACE FUNCTION allocation_after() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"BEGIN {_USE} RETURN NEW; END $$",
        "CREATE TRIGGER allocation_after AFTER INSERT ON allocation FOR EACH ROW EXECUTE FUNCTION allocation_after()",
        "CREATE OR REPLACE FUNCTION statement_line_before() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"BEGIN {hold_open('NEW.booked_on')} RETURN NEW; END $$",
        "CREATE TRIGGER statement_line_before BEFORE INSERT ON statement_line FOR EACH ROW "
        "EXECUTE FUNCTION statement_line_before()",
    ]
