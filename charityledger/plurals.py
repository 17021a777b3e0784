"""English units of need items: how many of what. Pure."""


def plural(noun: str) -> str:
    """`site` → `sites`, `battery` → `batteries`, `m²` stays. Enough for units; text has its own plurals."""
    if not noun[-1:].isascii() or len(noun) < 3:
        return noun
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    if noun.endswith(("ss", "ch", "sh", "x")):
        return f"{noun}es"
    return noun if noun.endswith("s") else f"{noun}s"


def in_units(number: int, unit: str) -> str:
    """`6 sets`, `1 set`, `75 m²`."""
    return f"{number:,} {plural(unit) if number != 1 else unit}"
