"""What the state's system answers: the facts of one 公益事业捐赠票据, and a table of them as a file brings it. Pure.

The state numbers its electronic receipts by a code of eight digits and a number of ten; both are text, and a
spreadsheet that took one for a number has lost its leading zeros, so a shorter one is refused and not guessed.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ..errors import CharityLedgerError, InvalidInput
from ..money import parse_yuan
from ..projects import spreadsheet
from ..projects.spreadsheet import Line
from ..projects.table_errors import MissingColumn, Problem, RowTwice, UnknownTable, ValueMissing
from ..table_errors import ColumnTwice
from .pledge_rows import parse_day

# What each column may be called; spaces, width, capitals and a unit in brackets make no difference.
HEADS: Mapping[str, tuple[str, ...]] = {
    "gift": ("捐赠编号", "本会编号", "业务编号", "gift", "donation", "donation_id"),
    "reference": ("参考码", "引用码", "reference"),
    "code": ("票据代码", "电子票据代码", "code"),
    "number": ("票据号码", "电子票据号码", "票据号", "number"),
    "check_code": ("校验码", "票据校验码", "check_code", "check code"),
    "issued_on": ("开票日期", "开具日期", "issued_on", "date"),
    "amount": ("金额", "金额合计", "合计金额", "开票金额", "amount_yuan", "amount"),
}
NEEDED = ("code", "number", "issued_on", "amount")
HEAD_WITHIN = 10            # lines above the head: titles, who exported it
DIGITS, LETTERS = "0-9", "0-9A-Za-z"
_ROW_ID = re.compile(r"[0-9]{1,18}")
_KNOWN = {name: column for column, names in HEADS.items() for name in names}


class ReceiptNumberWrong(InvalidInput):
    """A code is 8 to 12 digits, a number 10 to 12, a check code 4 to 20 letters or digits. Facts: text, least,
    most."""

    code = "receipt_number_wrong"


@dataclass(frozen=True)
class Issued:
    """One state receipt as its system issued it; `check_code` may be empty."""

    code: str
    number: str
    check_code: str
    issued_on: date
    amount_fen: int


@dataclass(frozen=True)
class Answer:
    """One line of the file: the gift's number or its pledge's reference (or both), and what was issued for it."""

    line: int
    sheet: str
    gift: str
    reference: str
    issued: Issued


@dataclass(frozen=True)
class Answers:
    """A whole file. `waiting`: lines that name a gift and have no receipt yet, as our own export leaves them."""

    rows: tuple[Answer, ...]
    waiting: int
    problems: tuple[Problem, ...]


def _reader(letters: str, least: int, most: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        plain = "".join(unicodedata.normalize("NFKC", text).split())
        if not re.fullmatch(f"[{letters}]{{{least},{most}}}", plain):
            raise ReceiptNumberWrong(text=text.strip()[:30], least=least, most=most)
        return plain

    return read


parse_code, parse_number, parse_check_code = (
    _reader(DIGITS, 8, 12), _reader(DIGITS, 10, 12), _reader(LETTERS, 4, 20))


def row_id(text: str) -> int | None:
    """The number of a gift, or None for what cannot be one."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return int(plain) if _ROW_ID.fullmatch(plain) else None


def read(data: bytes) -> Answers:
    """The answers in a CSV or XLSX file. Every sheet that has the columns is read."""
    sheets, problems = spreadsheet.read(data)
    rows: list[Answer] = []
    waiting, found = 0, False
    for sheet in sheets:
        place = next((n for n, line in enumerate(sheet.lines[:HEAD_WITHIN]) if _is_head(line)), None)
        if place is None:
            continue
        found = True
        columns = _columns(sheet.name, sheet.lines[place], problems)
        if columns is not None:
            waiting += _sheet(sheet.name, sheet.lines[place + 1:], columns, rows, problems)
    if not found and not problems:
        problems.append(Problem(0, "", UnknownTable()))
    _check_twice(rows, problems)
    return Answers(tuple(rows), waiting, tuple(sorted(problems, key=lambda problem: (problem.sheet, problem.line))))


def _plain(name: str) -> str:
    name = re.sub(r"\((元|yuan)\)$", "", unicodedata.normalize("NFKC", name).strip().lower())
    return name if name.isascii() else "".join(name.split())


def _is_head(line: Line) -> bool:
    names = {_KNOWN.get(_plain(cell)) for cell in line.cells}
    return {"code", "number"} <= names


def _columns(sheet: str, head: Line, problems: list[Problem]) -> dict[str, int] | None:
    """Where each column stands; None where one is missing or stands there twice."""
    places: dict[str, int] = {}
    faults = len(problems)
    for place, cell in enumerate(head.cells):
        column = _KNOWN.get(_plain(cell))
        if column in places:
            problems.append(Problem(head.number, cell, ColumnTwice(column=cell), sheet))
        elif column is not None:
            places[column] = place
    missing = [column for column in NEEDED if column not in places]
    if not {"gift", "reference"} & set(places):
        missing.insert(0, "gift")
    problems += [Problem(head.number, HEADS[name][0], MissingColumn(column=HEADS[name][0]), sheet) for name in missing]
    return places if len(problems) == faults else None


def _sheet(sheet: str, lines: Sequence[Line], columns: Mapping[str, int], rows: list[Answer],
           problems: list[Problem]) -> int:
    waiting = 0
    for line in lines:
        cells = {name: line.cells[place].strip() if place < len(line.cells) else "" for name, place in columns.items()}
        names_gift = bool(cells.get("gift") or cells.get("reference"))
        if not (cells["code"] or cells["number"] or cells.get("check_code")):
            waiting += names_gift       # else a line of totals
            continue
        if not names_gift:
            column = HEADS["gift"][0]
            problems.append(Problem(line.number, column, ValueMissing(column=column), sheet))
            continue
        issued = _issued(sheet, line.number, cells, problems)
        if issued is not None:
            rows.append(Answer(line.number, sheet, cells.get("gift", ""), cells.get("reference", ""), issued))
    return waiting


_READERS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("code", parse_code), ("number", parse_number), ("check_code", parse_check_code), ("issued_on", parse_day),
    ("amount", parse_yuan))


def _issued(sheet: str, line: int, cells: Mapping[str, str], problems: list[Problem]) -> Issued | None:
    """The receipt of one line; everything that is wrong with it is told, not only the first fault."""
    values: dict[str, object] = {"check_code": ""}
    faults = len(problems)
    for name, reads in _READERS:
        column = HEADS[name][0]
        if not cells.get(name):
            if name in NEEDED:
                problems.append(Problem(line, column, ValueMissing(column=column), sheet))
            continue
        try:
            values[name] = reads(cells[name])
        except CharityLedgerError as error:
            problems.append(Problem(line, column, error, sheet))
    if len(problems) > faults:
        return None
    return Issued(str(values["code"]), str(values["number"]), str(values["check_code"]),
                  values["issued_on"], values["amount"])  # type: ignore[arg-type]  # as _READERS made them


def _check_twice(rows: Sequence[Answer], problems: list[Problem]) -> None:
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row.issued.code, row.issued.number)
        if key in first:
            problems.append(Problem(row.line, HEADS["number"][0], RowTwice(first=first[key]), row.sheet))
        first.setdefault(key, row.line)
