"""From files to lines that the matcher can judge, each once. Reads files and promises; knows no truth."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from charityledger.reconciliation import importers
from charityledger.reconciliation.importers.lines import Line
from charityledger.reconciliation.matching.model import Incoming

# (account, time, fen, balance): what a line is known by in the truth, too.
Key = tuple[str, str, int, int]


def read(files: Iterable[tuple[str, Path]]) -> list[tuple[Key, Line]]:
    """The lines of all files by time, overlaps dropped, identical twins kept."""
    found: dict[tuple[Key, int], Line] = {}
    for account, path in files:
        parsed, faults = importers.read(path.read_bytes())
        if parsed is None or faults:
            raise ValueError(f"{path.name}: {faults[:3]}")
        times: Counter[Key] = Counter()
        for line in parsed.lines:
            key = key_of(account, line)
            times[key] += 1
            found.setdefault((key, times[key]), line)
    return sorted(((key, line) for (key, _), line in found.items()), key=lambda pair: pair[0][1])


def key_of(account: str, line: Line) -> Key:
    return account, line.booked_at.isoformat(), line.amount_fen, line.balance_fen or 0


def incoming(number: int, account: str, line: Line) -> Incoming | None:
    """The line as the matcher reads it; None for outflows and for what the file itself calls no payment."""
    if line.amount_fen <= 0 or line.kind not in ("payment", "returned"):
        return None
    return Incoming(number, line.booked_at.date(), line.amount_fen, line.counterparty, line.counterparty_account,
                    tuple(text for text in (line.memo, line.merchant_order) if text),
                    "wallet" if account in ("WX1", "ZFB1") else "bank")
