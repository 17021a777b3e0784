"""What the two international formats share: errors, and the checks of what a statement says of itself. Pure."""

from collections.abc import Sequence

from ...errors import InvalidInput
from .lines import LOCAL_CURRENCY, Line, Parsed, Total


class BrokenStatement(InvalidInput):
    """The file begins like a statement of this format and does not go on like one. Facts: format."""

    code = "broken_statement"


class SeveralAccounts(InvalidInput):
    """One file holds statements of several accounts; each is imported by itself. Facts: accounts (as text)."""

    code = "several_accounts"


class LineUnreadable(InvalidInput):
    """A booked line lacks what every line has: an amount, a direction or a day. Facts: what."""

    code = "line_unreadable"


def totals(lines: Sequence[Line], opening: int | None, closing: int | None,
           counted: Sequence[tuple[str, int]]) -> tuple[Total, ...]:
    """Checks in the account's own currency. `counted`: (name, declared) of in_lines, in_fen, out_lines and out_fen."""
    into = [line.amount_fen for line in lines if line.amount_fen > 0]
    out = [-line.amount_fen for line in lines if line.amount_fen < 0]
    found = {"in_lines": len(into), "in_fen": sum(into), "out_lines": len(out), "out_fen": sum(out),
             "lines": len(lines), "sum_fen": sum(into) + sum(out)}
    checks = [Total(name, declared, found[name]) for name, declared in counted]
    if opening is not None and closing is not None:
        checks.append(Total("closing_fen", closing, opening + sum(into) - sum(out)))
    return tuple(checks)


def with_balances(parsed: Parsed, currency: str, opening: int | None, closing: int | None) -> Parsed:
    """Balances stand in the books' currency or not at all."""
    if currency == LOCAL_CURRENCY:
        parsed.opening_fen, parsed.closing_fen = opening, closing
    return parsed
