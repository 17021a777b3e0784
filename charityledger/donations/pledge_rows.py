"""Reads a CSV file of offline and expected gifts. Pure: bytes in, rows and faults with their lines out."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date

from .. import printable
from ..errors import CharityLedgerError, InvalidInput
from ..money import parse_yuan
from ..phone import parse_phone
from ..projects.table_errors import ValueMissing
from ..table_errors import BrokenCsv, ExtraCells, TooManyRows
from ..text_files import decoded
from .rules import AmountNotPositive

COLUMNS = ("external_id", "donor_name", "donor_kind", "sub_code", "amount_yuan", "pledged_on", "phone", "account")
REQUIRED = COLUMNS[:6]
KINDS = {"individual": "individual", "enterprise": "enterprise", "个人": "individual", "单位": "enterprise",
         "企业": "enterprise"}
MAX_ROWS = 5000         # what a page can show for checking; the command takes as many as fit into memory
_LONGEST = {"external_id": 80, "donor_name": 200, "account": 60}
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


class NotText(InvalidInput):
    """The file is no text in UTF-8, UTF-16 or GB18030. Facts: none."""

    code = "not_text"


class ColumnMissing(InvalidInput):
    """Facts: column."""

    code = "column_missing"


class ValueTooLong(InvalidInput):
    """Facts: column, most (characters)."""

    code = "value_too_long"


class UnknownKind(InvalidInput):
    """Facts: text."""

    code = "unknown_donor_kind"


class NotADay(InvalidInput):
    """Facts: text."""

    code = "not_a_day"


class RepeatedId(InvalidInput):
    """The same external_id twice in one file. Facts: external_id, first (line)."""

    code = "repeated_external_id"


@dataclass(frozen=True)
class Row:
    """One line of the file. `account` is the account that the gift is announced from, as the file has it."""

    line: int
    external_id: str
    donor_name: str
    donor_kind: str
    sub_code: str
    amount_fen: int
    pledged_on: date
    phone: str = ""
    account: str = ""


# (line, what is wrong with it); the header is line 1.
Fault = tuple[int, CharityLedgerError]


def read_rows(data: bytes, *, most: int = MAX_ROWS) -> tuple[list[Row], list[Fault]]:
    """The rows that can be understood, and what is wrong with the others; of more than `most` rows none. Pure."""
    table: list[tuple[int, list[str]]] = []
    try:
        reader = csv.reader(io.StringIO(decode(data), newline=""), strict=True)
        table.extend((reader.line_num, values) for values in reader)
    except NotText as error:
        return [], [(1, error)]
    except csv.Error:
        # A quotation mark that is never closed takes all that follows with it: the row is where it was opened.
        return [], [(table[-1][0] + 1 if table else 1, BrokenCsv())]
    header = [name.strip().lower() for name in table[0][1]] if table else []
    missing: list[Fault] = [(1, ColumnMissing(column=name)) for name in REQUIRED if name not in header]
    if missing:
        return [], missing
    if len(table) > most + 1:
        return [], [(most + 2, TooManyRows(limit=most))]
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for line, values in table[1:]:
        if not any(value.strip() for value in values):
            continue
        try:
            if any(value.strip() for value in values[len(header):]):
                raise ExtraCells()
            row = _row(line, {name: value.strip() for name, value in zip(header, values, strict=False)})
            if row.external_id in seen:
                raise RepeatedId(external_id=row.external_id, first=seen[row.external_id])
        except CharityLedgerError as error:
            faults.append((line, error))
        else:
            seen[row.external_id] = line
            rows.append(row)
    return rows, faults


def decode(data: bytes) -> str:
    """The text of a file as spreadsheets write it. Raises NotText."""
    text = decoded(data)
    if text is None:
        raise NotText()
    return text


def _row(line: int, cells: dict[str, str]) -> Row:
    for column in REQUIRED:
        if not cells.get(column):
            raise ValueMissing(column=column)
    for column, most in _LONGEST.items():
        if len(cells.get(column, "")) > most:
            raise ValueTooLong(column=column, most=most)
    printable.check(cells["donor_name"])
    kind = KINDS.get(cells["donor_kind"].lower())
    if kind is None:
        raise UnknownKind(text=cells["donor_kind"])
    amount_fen = parse_yuan(cells["amount_yuan"])
    if amount_fen == 0:
        raise AmountNotPositive(amount_fen=0)
    return Row(line, cells["external_id"], " ".join(cells["donor_name"].split()), kind, cells["sub_code"].upper(),
               amount_fen, parse_day(cells["pledged_on"]), parse_phone(cells["phone"]) if cells.get("phone") else "",
               cells.get("account", ""))


def parse_day(text: str) -> date:
    """A day written `2026-04-16`, `2026/4/16` or `2026年4月16日`. Raises NotADay."""
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else date.fromisoformat(text)
    except ValueError:
        raise NotADay(text=text) from None
