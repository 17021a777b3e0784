"""The database's half of promise 4: every need movement is added to its item's counter, whose check refuses too much.
What is dated in a closed month is refused too.

On SQLite a guard stands besides the check, because `INSERT OR IGNORE` would overrule the check (see ledger.triggers).
"""

from ..ledger.triggers import hold_open, once_a_statement, refuse_closed

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
        "CREATE TRIGGER need_movement_month BEFORE INSERT ON need_movement "
        f"BEGIN {refuse_closed('NEW.effective_on')} END",
    ]


def postgresql_statements() -> list[str]:
    """See the module."""
    counted = {"capacity": "need", **dict(zip(MEASURES, MEASURES, strict=True))}
    sets = ", ".join(f"{counter} = {counter} + moved.{counter}_more" for counter in counted)
    sums = ", ".join(f"sum({moved})::bigint AS {counter}_more" for counter, moved in counted.items())
    return [
        *once_a_statement("need_movement", "need_movement_after", f"""
  UPDATE item_progress SET {sets}
    FROM (SELECT need_item_id, {sums} FROM added GROUP BY need_item_id) AS moved
    WHERE item_progress.need_item_id = moved.need_item_id;"""),
        *once_a_statement("need_movement", "need_movement_month", hold_open("to_char(effective_on, 'YYYYMM')")),
    ]
