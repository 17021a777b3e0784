"""The database's half of promise 4: every need movement is added to its item's counter, whose check refuses too much."""

MEASURES = ("reserved", "pledged", "paid", "received", "disbursed", "delivered", "received_value_fen",
            "disbursed_value_fen")
_ADD = ("UPDATE item_progress SET " + ", ".join(f"{m} = {m} + NEW.{m}" for m in MEASURES)
        + " WHERE need_item_id = NEW.need_item_id;")


def sqlite_statements() -> list[str]:
    """See the module."""
    return [f"CREATE TRIGGER need_movement_after AFTER INSERT ON need_movement BEGIN {_ADD} END"]


def postgresql_statements() -> list[str]:
    """See the module."""
    return [
        "CREATE OR REPLACE FUNCTION need_movement_after() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"BEGIN {_ADD} RETURN NEW; END $$",
        "CREATE TRIGGER need_movement_after AFTER INSERT ON need_movement FOR EACH ROW "
        "EXECUTE FUNCTION need_movement_after()",
    ]
