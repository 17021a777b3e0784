"""Amounts in the smallest unit of a currency. Pure."""

from decimal import Decimal, InvalidOperation

from ...money import MAX_FEN, NotANumber

# ISO 4217: most currencies have two decimals; these have not.
DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "XAF": 0, "XOF": 0, "XPF": 0, "UGX": 0, "RWF": 0,
            "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3}


def smallest_units(text: str, currency: str) -> int:
    """`12.30` EUR as 1230. Raises NotANumber for words, signs, exponents, and more decimals than the currency has."""
    text = text.strip()
    if not text or not set(text) <= set("0123456789."):
        raise NotANumber(text=text)
    try:
        scaled = Decimal(text).scaleb(DECIMALS.get(currency, 2))
    except InvalidOperation:
        raise NotANumber(text=text) from None
    if scaled != scaled.to_integral_value() or scaled > MAX_FEN:
        raise NotANumber(text=text)
    return int(scaled)
