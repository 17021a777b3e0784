"""The database's half of promise 4: every need movement is added to its item's counter, whose check refuses too much.

On SQLite a guard stands besides the check, because `INSERT OR IGNORE` would overrule the check (see ledger.triggers).
"""

MEASURES = ("reserved", "pledged", "paid", "received", "disbursed", "delivered", "received_value_fen",
            "disbursed_value_fen")
_ADD = ("UPDATE item_progress SET capacity = capacity + NEW.need, "
        + ", ".join(f"{m} = {m} + NEW.{m}" for m in MEASURES) + " WHERE need_item_id = NEW.need_item_id;")
_OVERSOLD = ("NEW.reserved + (NEW.pledged - NEW.paid) + NEW.received > NEW.capacity OR NEW.paid > NEW.pledged OR "
             + " OR ".join(f"NEW.{m} < 0" for m in MEASURES[:6]))
_NOT_INTEGER = " OR ".join(f"typeof(NEW.{m}) <> 'integer'" for m in ("need", "unit_price_fen", *MEASURES))


def sqlite_statements() -> list[str]:
    """See the module."""
    return [
        f"CREATE TRIGGER item_progress_guard BEFORE UPDATE ON item_progress WHEN {_OVERSOLD} "
        "BEGIN SELECT RAISE(ABORT, 'over_need: more than the item has left'); END",
        f"CREATE TRIGGER need_movement_before BEFORE INSERT ON need_movement WHEN {_NOT_INTEGER} "
        "BEGIN SELECT RAISE(ABORT, 'not_integer: fen, units and hours are whole'); END",
        f"CREATE TRIGGER need_movement_after AFTER INSERT ON need_movement BEGIN {_ADD} END",
    ]


def postgresql_statements() -> list[str]:
    """See the module."""
    return [
        "CREATE OR REPLACE FUNCTION need_movement_after() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"BEGIN {_ADD} RETURN NEW; END $$",
        "CREATE TRIGGER need_movement_after AFTER INSERT ON need_movement FOR EACH ROW "
        "EXECUTE FUNCTION need_movement_after()",
    ]
