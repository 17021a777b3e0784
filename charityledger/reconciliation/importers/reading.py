"""From the rows of one table to the lines of one statement, and the checks that every format shares. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date

from ...errors import CharityLedgerError
from ...table_errors import ExtraCells
from .balances import checked
from .columns import Head, original
from .errors import DirectionsReversed, Refused, RowCutShort
from .layout import Layout, Reader, Stated
from .limits import MAX_FAULTS
from .lines import Fault, Line, Parsed, Total
from .originals import Originals
from .text import Row


def parse(layout: Layout, head: Head, before: Sequence[Row], rows: Iterator[Row], *, atomic: bool,
          faults: list[Fault]) -> Parsed:
    """The statement under `head`. Rows that cannot be read go to `faults`; the lines are then not complete.

    `before`: the rows above the head; `rows`: those below it. `atomic`: rows may end early (see `table.Table`).
    """
    parsed = Parsed(layout.format, layout.source, layout.books, header=head.cells)
    try:
        reader = layout.begin(head, before)
    except Refused as refused:
        faults.append(refused.fault)
        return parsed
    except CharityLedgerError as error:
        faults.append((before[0][0] if before else 0, error))
        return parsed
    evidence = Originals()
    for number, cells in rows:
        try:
            _read(parsed, reader, layout, evidence, number, cells, atomic=atomic)
        except CharityLedgerError as error:
            faults.append((number, error))
            if len(faults) >= MAX_FAULTS:
                break
    reader.close()
    return _finished(parsed, reader.stated, faults)


def _read(parsed: Parsed, reader: Reader, layout: Layout, evidence: Originals, number: int, cells: list[str], *,
          atomic: bool) -> None:
    head = reader.head
    given = len(cells)
    padded = cells + [""] * (head.width + 1 - given) if given <= head.width else [*cells[:head.width], ""]
    row = head.values(padded)
    if reader.is_footer(row, cells):
        reader.footer(row, cells)
        return
    if head.repeats(cells):
        return
    if given > head.width and any(cell.strip() for cell in cells[head.width:]):
        raise ExtraCells()
    # What is missing may be cut off, and so may the end of the last cell there is.
    if given < head.named and not atomic and any(head.one.get(money, -1) >= given - 1 for money in layout.money):
        raise RowCutShort()
    line = reader.line(number, row, evidence)
    if line is None:
        parsed.neutral += 1
    else:
        evidence.add(number, original(cells))
        parsed.lines.append(line)


def _finished(parsed: Parsed, stated: Stated, faults: list[Fault]) -> Parsed:
    lines = parsed.lines
    # Oldest first, as books are read; many banks print the newest first.
    if len(lines) > 1 and lines[0].booked_at > lines[-1].booked_at:
        lines.reverse()
    parsed.account_number = stated.account_number
    parsed.period = stated.period or _period(lines)
    counted = lines if len({line.currency for line in lines}) == 1 else parsed.local
    balances = checked(counted)
    if balances.reversed_at:
        faults.append((balances.reversed_at, DirectionsReversed()))
    parsed.opening_fen = balances.opening_fen if balances.opening_fen is not None else stated.opening_fen
    parsed.closing_fen = balances.closing_fen if balances.closing_fen is not None else stated.closing_fen
    found = {
        "lines": len(lines) + parsed.neutral,
        "in_lines": sum(line.amount_fen > 0 for line in lines),
        "out_lines": sum(line.amount_fen < 0 for line in lines),
        "in_fen": sum(line.amount_fen for line in counted if line.amount_fen > 0),
        "out_fen": -sum(line.amount_fen for line in counted if line.amount_fen < 0),
        **stated.found,
    }
    totals = [Total(name, declared, found[name]) for name, declared in stated.totals.items()]
    if stated.opening_fen is not None and balances.opening_fen is not None:
        totals.append(Total("opening_fen", stated.opening_fen, balances.opening_fen))
    if stated.closing_fen is not None and balances.closing_fen is not None:
        totals.append(Total("closing_fen", stated.closing_fen, balances.closing_fen))
    elif stated.closing_fen is not None and stated.opening_fen is not None:
        moved = found["in_fen"] - found["out_fen"]
        totals.append(Total("closing_fen", stated.closing_fen, stated.opening_fen + moved))
    if balances.pairs:
        totals.append(Total("balances", balances.pairs, balances.follow))
    parsed.totals = tuple(totals)
    return parsed


def _period(lines: Sequence[Line]) -> tuple[date, date] | None:
    days = [line.booked_at for line in lines]
    return (min(days).date(), max(days).date()) if days else None
