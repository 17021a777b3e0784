"""The database's half of promise 5, and of closed months: what a line is used for is counted here, and nowhere else;
and the part of promise 9 that no check of one row can hold: who asked for a payment never records that it came back.

One person alone undoes only what a line was booked as, and by name (adr/0011).

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
        *_receipts_sqlite(),
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
        *_receipts_postgresql(),
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


# State receipts. A gift is not undone while one is issued for it; one is issued only for a gift that stands, and for
# all of it; what was issued is only ever voided, and a void one stays as it is.
_UNDONE = ("OLD.state = 'received' AND NEW.state <> 'received' AND EXISTS (SELECT 1 FROM state_receipt "
           "WHERE donation_id = NEW.id AND state = 'issued')")
_NOT_ITS = ("NEW.state = 'issued' AND NOT EXISTS (SELECT 1 FROM donation WHERE id = NEW.donation_id "
            "AND state = 'received' AND value_fen = NEW.amount_fen)")
_FIXED = ("donation_id", "code", "number", "check_code", "amount_fen", "issued_on", "replaces_id")
_CHANGED = ("OLD.state = 'voided' OR (OLD.state = 'issued' AND (NEW.state <> 'voided' OR "
            + " OR ".join(f"NEW.{column} {{differs}} OLD.{column}" for column in _FIXED) + "))")
# `INSERT OR REPLACE` would remove the row that stands in its way without a word.
_IN_THE_WAY = ("EXISTS (SELECT 1 FROM state_receipt WHERE id = NEW.id OR (code = NEW.code AND number = NEW.number) "
               "OR replaces_id = NEW.replaces_id "
               "OR (donation_id = NEW.donation_id AND state <> 'voided' AND NEW.state <> 'voided'))")
_STANDS = "state_receipt_stands: its state receipt is issued and has to be voided first"
_FOR_ANOTHER = "state_receipt_differs: issued for a gift that stands, and for all of it"
_KEPT = "state_receipt_kept: what was issued is voided and stays"


def _receipts_sqlite() -> list[str]:
    def refuse(name: str, when: str, condition: str, words: str) -> str:
        return f"CREATE TRIGGER {name} {when} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{words}'); END"

    return [
        refuse("donation_undone", "BEFORE UPDATE ON donation", _UNDONE, _STANDS),
        refuse("state_receipt_issued", "BEFORE INSERT ON state_receipt", _NOT_ITS, _FOR_ANOTHER),
        refuse("state_receipt_issued_later", "BEFORE UPDATE ON state_receipt", _NOT_ITS, _FOR_ANOTHER),
        refuse("state_receipt_kept", "BEFORE UPDATE ON state_receipt", _CHANGED.format(differs="IS NOT"), _KEPT),
        refuse("state_receipt_no_replace", "BEFORE INSERT ON state_receipt", _IN_THE_WAY, _KEPT),
        refuse("state_receipt_no_delete", "BEFORE DELETE ON state_receipt", "TRUE", _KEPT),
    ]


def _receipts_postgresql() -> list[str]:
    """The gift's row is locked FOR SHARE, so that it is not undone beside the receipt's insert."""
    def refuse(name: str, when: str, body: str, each: str = "ROW") -> list[str]:
        return [f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN {body} END $$",
                f"CREATE TRIGGER {name} {when} FOR EACH {each} EXECUTE FUNCTION {name}()"]

    def unless(condition: str, words: str) -> str:
        return f"IF {condition} THEN RAISE EXCEPTION '{words}' USING ERRCODE = '23000'; END IF; RETURN NEW;"

    kept = f"RAISE EXCEPTION '{_KEPT}' USING ERRCODE = '23000';"
    lock = "PERFORM 1 FROM donation WHERE id = NEW.donation_id FOR SHARE; "
    return [
        *refuse("donation_undone", "BEFORE UPDATE ON donation", unless(_UNDONE, _STANDS)),
        *refuse("state_receipt_issued", "BEFORE INSERT OR UPDATE ON state_receipt",
                f"IF NEW.state = 'issued' THEN {lock} END IF; " + unless(_NOT_ITS, _FOR_ANOTHER)),
        *refuse("state_receipt_kept", "BEFORE UPDATE ON state_receipt",
                unless(_CHANGED.format(differs="IS DISTINCT FROM"), _KEPT)),
        *refuse("state_receipt_no_delete", "BEFORE DELETE ON state_receipt", kept),
        *refuse("state_receipt_no_truncate", "BEFORE TRUNCATE ON state_receipt", kept, each="STATEMENT"),
    ]
