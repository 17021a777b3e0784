"""The database's half of promise 5, and of closed months: what a line is used for is counted here, and nowhere else;
and the part of promise 9 that no check of one row can hold: who asked for a payment never records that it came back.

One person alone undoes only what a line was booked as, and by name (adr/0010).

On SQLite a guard stands besides the check, because `INSERT OR IGNORE` would overrule the check (see ledger.triggers).
"""

from ..ledger.entry import UNDOABLE
from ..ledger.triggers import hold_open, once_a_statement, refuse_closed

_USE = "UPDATE statement_line SET used_fen = used_fen + NEW.amount_fen WHERE id = NEW.statement_line_id;"
_OVERUSED = "NEW.used_fen < 0 OR NEW.used_fen > abs(NEW.amount_fen) OR (NEW.currency <> 'CNY' AND NEW.used_fen <> 0)"
_BY_WHO_ASKED = """NEW.made_by IS NULL OR EXISTS (SELECT 1 FROM disbursement
    WHERE id = NEW.subject_id AND requested_by = NEW.made_by)"""

_KINDS = ", ".join(f"'{kind}'" for kind in sorted(UNDOABLE))
_NOT_UNDOABLE = ("NEW.kind = 'match_undone' AND (NEW.made_by IS NULL OR NOT EXISTS ("
                 "SELECT 1 FROM journal_entry AS undone WHERE undone.id = NEW.reverses_id "
                 f"AND undone.kind IN ({_KINDS})))")


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
        f"""CREATE TRIGGER payment_returned_before BEFORE INSERT ON journal_entry
  WHEN NEW.kind = 'payment_returned' BEGIN
  SELECT RAISE(ABORT, 'same_person: who asked for a payment never takes it back') WHERE {_BY_WHO_ASKED}; END""",
        f"CREATE TRIGGER match_undone_before BEFORE INSERT ON journal_entry WHEN {_NOT_UNDOABLE} "
        "BEGIN SELECT RAISE(ABORT, 'not_undoable: a second person is needed'); END",
    ]


def postgresql_statements() -> list[str]:
    """See the module."""
    return [
        f"""CREATE OR REPLACE FUNCTION payment_returned_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {_BY_WHO_ASKED} THEN
    RAISE EXCEPTION 'same_person: who asked for a payment never takes it back' USING ERRCODE = '23000'; END IF;
  RETURN NEW;
END $$""",
        "CREATE TRIGGER payment_returned_before BEFORE INSERT ON journal_entry FOR EACH ROW "
        "WHEN (NEW.kind = 'payment_returned') EXECUTE FUNCTION payment_returned_before()",
        f"""CREATE OR REPLACE FUNCTION match_undone_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {_NOT_UNDOABLE} THEN RAISE EXCEPTION 'not_undoable: a second person is needed' USING ERRCODE = '23000'; END IF;
  RETURN NEW;
END $$""",
        "CREATE TRIGGER match_undone_before BEFORE INSERT ON journal_entry FOR EACH ROW "
        "WHEN (NEW.kind = 'match_undone') EXECUTE FUNCTION match_undone_before()",
        *once_a_statement("allocation", "allocation_after", """
  UPDATE statement_line SET used_fen = used_fen + moved.fen
    FROM (SELECT statement_line_id, sum(amount_fen)::bigint AS fen FROM added GROUP BY statement_line_id) AS moved
    WHERE id = moved.statement_line_id;"""),
        *once_a_statement("statement_line", "statement_line_before", hold_open("to_char(booked_on, 'YYYYMM')")),
    ]
