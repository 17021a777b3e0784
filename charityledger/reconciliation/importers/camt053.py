"""CAMT.053 (ISO 20022, any version): bank statements as XML. Pure.

The amount of a line is `Ntry/Amt`; details below it only say more. `AcctSvcrRef` is no identity: banks repeat it.
Entities, document types and anything outside of the file are refused before they are read.
"""

import io
import json
from collections.abc import Iterator
from datetime import date, datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from ...errors import CharityLedgerError
from .abroad import BrokenStatement, LineUnreadable, SeveralAccounts, totals, with_balances
from .currency import smallest_units
from .lines import Fault, Kind, Line, Parsed, span

FORMAT = "camt053"
# Bank transaction codes (ISO 20022 external code set: domain/family/sub-family), as far as they say what a line is.
_KINDS: dict[str, Kind] = {"INTR": "interest", "CHRG": "charge", "FEES": "charge", "COMM": "charge", "RRTN": "returned",
                           "RPCR": "returned"}


def looks_like(data: bytes) -> bool:
    """Whether the file's beginning is that of a CAMT.053 document."""
    head = data[:2000]
    return b"<" in head and (b"camt.053" in head or b"BkToCstmrStmt" in head)


def read(data: bytes) -> tuple[Parsed, list[Fault]]:
    """Every booked entry of the file; pending and informational ones are counted as neutral."""
    file = _File()
    try:
        for statement, entry in _entries(data):
            file.take(statement, entry)
    # Lookup and value errors: of encodings that do not exist, or that the parser does not read.
    except (ParseError, DefusedXmlException, LookupError, ValueError, CharityLedgerError):
        return Parsed(FORMAT, "bank"), [(0, BrokenStatement(format="CAMT.053"))]
    if not file.accounts:
        return file.parsed, [(0, BrokenStatement(format="CAMT.053"))]
    if len(set(file.accounts)) > 1:
        return file.parsed, [(0, SeveralAccounts(accounts=", ".join(dict.fromkeys(file.accounts))))]
    return file.closed(), file.faults


class _File:
    """What has been read so far. Entries are taken one by one and forgotten, so that a large file needs no tree."""

    def __init__(self) -> None:
        self.parsed = Parsed(FORMAT, "bank", header=("entry",))
        self.faults: list[Fault] = []
        self.accounts: list[str] = []
        self.currency = ""
        self.opening: int | None = None
        self.closing: int | None = None
        self.counted: dict[str, int] = {}
        self.row = 0

    def take(self, statement: Element, entry: Element | None) -> None:
        """An entry, or with None the statement itself, which is complete."""
        currency = _text(statement, "Acct/Ccy") or _currency_of(statement)
        if entry is not None:
            self.row += 1
            _entry(entry, self.row, currency, self.parsed, self.faults)
            return
        self.accounts.append(_text(statement, "Acct/Id/IBAN") or _text(statement, "Acct/Id/Othr/Id"))
        self.currency = self.currency or currency
        first = _balance(statement, "OPBD", currency)
        self.opening = first if self.opening is None else self.opening
        self.closing = _balance(statement, "CLBD", currency)
        for name, declared in _counted(statement, currency):
            self.counted[name] = self.counted.get(name, 0) + declared

    def closed(self) -> Parsed:
        """The whole file."""
        parsed = self.parsed
        parsed.account_number = self.accounts[0]
        parsed.period = span(parsed.lines)
        own = [line for line in parsed.lines if line.currency == self.currency]
        parsed.totals = totals(own, self.opening, self.closing, tuple(self.counted.items()))
        return with_balances(parsed, self.currency, self.opening, self.closing)


def _entries(data: bytes) -> Iterator[tuple[Element, Element | None]]:
    """(statement, entry) one by one, then (statement, None). Namespaces are taken off: their versions differ."""
    statement: Element | None = None
    for event, element in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
        if event == "start":
            element.tag = element.tag.rsplit("}", 1)[-1]
            statement = element if element.tag == "Stmt" else statement
        elif statement is not None and element.tag == "Ntry":
            if element not in statement:    # an entry inside another would be counted twice
                raise BrokenStatement(format="CAMT.053")
            yield statement, element
            statement.remove(element)
        elif statement is not None and element.tag == "Stmt":
            yield statement, None
            element.clear()
            statement = None


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _currency_of(statement: Element) -> str:
    amount = statement.find("Bal/Amt")
    return "" if amount is None else amount.get("Ccy", "")


def _signed(element: Element, currency: str) -> int:
    """`Amt` with the sign of `CdtDbtInd`. Raises LineUnreadable."""
    direction = _text(element, "CdtDbtInd")
    if direction not in ("CRDT", "DBIT"):
        raise LineUnreadable(what="CdtDbtInd")
    fen = smallest_units(_text(element, "Amt"), currency)
    return fen if direction == "CRDT" else -fen


def _balance(statement: Element, code: str, currency: str) -> int | None:
    """A booked balance; a page after the first may call its opening balance intermediate."""
    for balance in statement.findall("Bal"):
        if _text(balance, "Tp/CdOrPrtry/Cd") == code:
            return _signed(balance, currency)
    return None


def _counted(statement: Element, currency: str) -> list[tuple[str, int]]:
    found = []
    for side, name in (("TtlCdtNtries", "in"), ("TtlDbtNtries", "out")):
        if number := _text(statement, f"TxsSummry/{side}/NbOfNtries"):
            found.append((f"{name}_lines", int(number) if number.isdecimal() else -1))
        if amount := _text(statement, f"TxsSummry/{side}/Sum"):
            found.append((f"{name}_fen", smallest_units(amount, currency)))
    return found


def _entry(entry: Element, row: int, currency: str, parsed: Parsed, faults: list[Fault]) -> None:
    state = _text(entry, "Sts/Cd") or _text(entry, "Sts")
    if state != "BOOK":
        parsed.neutral += 1
        return
    try:
        amount = entry.find("Amt")
        own = currency if amount is None else amount.get("Ccy", currency)
        fen = _signed(entry, own)
        if not fen:
            parsed.neutral += 1
            return
        at, has_time = _when(entry)
        details = entry.findall("NtryDtls/TxDtls")
        parsed.lines.append(Line(
            row=row, booked_at=at, has_time=has_time, amount_fen=fen, currency=own, kind=_kind(entry),
            counterparty=_joined(_party(detail, fen) for detail in details),
            counterparty_account=_account(details, fen), order_id=_text(entry, "AcctSvcrRef"),
            memo=_memo(entry, details), merchant_order=_reference(details),
            evidence=json.dumps([_joined(entry.itertext())], ensure_ascii=False)))
    except CharityLedgerError as error:
        faults.append((row, error))


def _when(entry: Element) -> tuple[datetime, bool]:
    moment, day = _text(entry, "BookgDt/DtTm"), _text(entry, "BookgDt/Dt") or _text(entry, "ValDt/Dt")
    try:
        if moment:
            return datetime.fromisoformat(moment).replace(tzinfo=None), True
        return datetime.combine(date.fromisoformat(day[:10]), datetime.min.time()), False
    except ValueError:
        raise LineUnreadable(what="BookgDt") from None


def _kind(entry: Element) -> Kind:
    if _text(entry, "RvslInd") == "true":
        return "returned"
    codes = (_text(entry, "BkTxCd/Domn/Fmly/SubFmlyCd"), _text(entry, "BkTxCd/Domn/Fmly/Cd"))
    return next((_KINDS[code] for code in codes if code in _KINDS), "payment")


def _side(fen: int) -> str:
    """Whoever stands on the other side: the debtor of what came in, the creditor of what went out."""
    return "Dbtr" if fen > 0 else "Cdtr"


def _party(detail: Element, fen: int) -> str:
    side = _side(fen)
    return (_text(detail, f"RltdPties/{side}/Nm") or _text(detail, f"RltdPties/{side}/Pty/Nm")
            or _text(detail, f"RltdPties/Ultmt{side}/Nm"))


def _account(details: list[Element], fen: int) -> str:
    path = f"RltdPties/{_side(fen)}Acct/Id"
    found = {_text(detail, f"{path}/IBAN") or _text(detail, f"{path}/Othr/Id") for detail in details} - {""}
    return found.pop() if len(found) == 1 else ""


def _reference(details: list[Element]) -> str:
    found = {_text(detail, "Refs/EndToEndId") for detail in details} - {"", "NOTPROVIDED"}
    return found.pop() if len(found) == 1 else ""


def _memo(entry: Element, details: list[Element]) -> str:
    told = [text for detail in details for text in (
        *(part.text or "" for part in detail.findall("RmtInf/Ustrd")),
        *(part.text or "" for part in detail.findall("RmtInf/Strd/CdtrRefInf/Ref")), _text(detail, "AddtlTxInf"))]
    return _joined([*told, _text(entry, "AddtlNtryInf")])


def _joined(texts: Iterator[str] | list[str]) -> str:
    return " ".join(dict.fromkeys(text.strip() for text in texts if text and text.strip()))
