"""MT940 (SWIFT): bank statements as tagged text, read by the library mt-940. Pure.

A reversal of a credit (RC) takes money out and a reversal of a debit (RD) brings it back: the library needs to be told.
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

import mt940

from ...errors import CharityLedgerError
from .abroad import BrokenStatement, LineUnreadable, SeveralAccounts, totals, with_balances
from .currency import smallest_units
from .lines import Fault, Kind, Line, Parsed, span

FORMAT = "mt940"
_TAGS = re.compile(rb"(?m)^(?:\{4:\s*)?:20:")
_LINES = re.compile(r"(?m)^:61:")
_FIRST_BALANCE = re.compile(rb"(?m)^:60[FM]:")
# SWIFT's transaction type codes, as far as they say what a line is.
_KINDS: dict[str, Kind] = {"CHG": "charge", "COM": "charge", "INT": "interest"}
# Details that banks put in ?-numbered fields (Germany, Austria) or after slashes (the Netherlands).
_PURPOSE = ("transaction_details", "purpose", "additional_purpose", "remittance_information", "extra_details")
_NAME = ("applicant_name", "recipient_name", "name")
_ACCOUNT = ("applicant_iban", "applicant_bin", "account", "iban")


def looks_like(data: bytes) -> bool:
    """Whether the file's beginning has the tags of a statement."""
    return bool(_TAGS.search(data[:4000]) and _FIRST_BALANCE.search(data[:8000]))


def read(data: bytes) -> tuple[Parsed, list[Fault]]:
    """Every line of every statement in the file, in order."""
    parsed = Parsed(FORMAT, "bank")
    faults: list[Fault] = []
    try:
        text = _decoded(data)
        books = [mt940.parse(part, options=mt940.Options(reversal_sign=True)) for part in _messages(text)]
        openings = [_balance(book, "opening") for book in books]
        closing = _balance(books[-1], "closing") if books else None
    # The library raises whatever its expressions and constructors raise; to a reader they all mean the same.
    except Exception:
        return parsed, [(0, BrokenStatement(format="MT940"))]
    accounts = [str(book.data.get("account_identification") or "") for book in books]
    if not books or None in openings:
        return parsed, [(0, BrokenStatement(format="MT940"))]
    if len(set(accounts)) > 1:
        return parsed, [(0, SeveralAccounts(accounts=", ".join(dict.fromkeys(accounts))))]
    parsed.account_number = accounts[0]
    parsed.header = ("61", "86")
    for book in books:
        for transaction in book:
            try:
                parsed.lines.append(_line(transaction.data, len(parsed.lines) + len(faults) + 1))
            except CharityLedgerError as error:
                faults.append((len(parsed.lines) + len(faults) + 1, error))
    if len(parsed.lines) + len(faults) != len(_LINES.findall(text)):    # the library leaves out what it cannot read
        faults.append((0, BrokenStatement(format="MT940")))
    opening = openings[0]
    currency = opening[1] if opening else ""
    parsed.period = span(parsed.lines)
    parsed.totals = totals(parsed.lines, opening and opening[0], closing and closing[0], _counted(books, currency))
    return with_balances(parsed, currency, opening and opening[0], closing and closing[0]), faults


def _decoded(data: bytes) -> str:
    """SWIFT's own characters are ASCII; what goes beyond is UTF-8 in new systems and Latin-1 in old ones."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _messages(text: str) -> list[str]:
    """One text for each statement: each begins with its own :20:."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return [part for part in re.split(r"(?m)^(?=(?:\{4:\s*)?:20:)", text) if ":20:" in part]


def _units(amount: Any) -> int:
    fen = smallest_units(str(abs(amount.amount)), amount.currency or "")
    return -fen if amount.amount < 0 else fen


def _balance(book: Any, which: str) -> tuple[int, str] | None:
    for kind in ("final", "intermediate"):
        found = book.data.get(f"{kind}_{which}_balance")
        if found is not None and found.amount is not None:
            return _units(found.amount), str(found.amount.currency or "")
    return None


def _counted(books: Sequence[Any], currency: str) -> list[tuple[str, int]]:
    sums: dict[str, int] = {}
    for book in books:
        for tag, name in (("sum_credit_entries", "in"), ("sum_debit_entries", "out")):
            told = book.data.get(tag)
            if told is not None:
                sums[f"{name}_lines"] = sums.get(f"{name}_lines", 0) + int(told.number)
                sums[f"{name}_fen"] = sums.get(f"{name}_fen", 0) + smallest_units(str(abs(told.amount)), currency)
    return list(sums.items())


def _line(told: dict[str, Any], row: int) -> Line:
    amount, day = told.get("amount"), told.get("entry_date") or told.get("date")
    if amount is None or day is None or not _units(amount):
        raise LineUnreadable(what="61")
    first = next((str(told[name]).strip() for name in _NAME if told.get(name)), "")
    memo = " ".join(dict.fromkeys(" ".join(str(told[name]).split()) for name in _PURPOSE if told.get(name)))
    return Line(
        row=row, booked_at=datetime.combine(day, time()), has_time=False, amount_fen=_units(amount),
        currency=str(amount.currency or ""), kind=_kind(told),
        counterparty=" ".join(first.split()), memo=memo,
        counterparty_account=next((str(told[name]).strip() for name in _ACCOUNT if told.get(name)), ""),
        merchant_order=_reference(told), order_id=str(told.get("bank_reference") or "").strip(),
        evidence=json.dumps([f"{key}={value}" for key, value in sorted(told.items()) if value is not None],
                            ensure_ascii=False))


def _kind(told: dict[str, Any]) -> Kind:
    if told.get("status") in ("RC", "RD"):
        return "returned"
    return _KINDS.get(str(told.get("id") or "")[1:], "payment")


def _reference(told: dict[str, Any]) -> str:
    found = str(told.get("end_to_end_reference") or told.get("customer_reference") or "").strip()
    return "" if found in ("NONREF", "NOTPROVIDED") else found
