"""Amounts less the fee that a wallet keeps. Pure."""

from collections.abc import Iterator

# Of ten thousand: what merchants and non-profits pay WeChat and Alipay.
_USUAL_RATES = (10, 20, 25, 30, 38, 50, 54, 55, 60, 80, 100)


def is_fee(amount_fen: int, asked_fen: int) -> bool:
    """Whether a wallet may have kept the difference as its fee: from 0.1 to 1 per cent, a fen for rounding."""
    gap = asked_fen - amount_fen
    return gap > 0 and asked_fen <= gap * 1000 + 500 and gap * 100 <= asked_fen + 100


def is_usual_fee(amount_fen: int, asked_fen: int) -> bool:
    """Whether the difference is, to a fen, what a wallet keeps at a rate that wallets have."""
    gap = asked_fen - amount_fen
    return gap > 0 and any(abs(gap * 10_000 - asked_fen * rate) <= 10_000 for rate in _USUAL_RATES)


def before_usual_fee(amount_fen: int) -> Iterator[int]:
    """Amounts of which a wallet's usual fee leaves `amount_fen`, to a fen either way."""
    for rate in _USUAL_RATES:
        asked = (amount_fen * 10_000 + (10_000 - rate) // 2) // (10_000 - rate)
        yield from (asked - 1, asked, asked + 1)
