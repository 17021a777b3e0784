"""Imports offline and expected gifts from a CSV file: each row is a promise that staff accepted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from .. import wording
from ..clock import Clock
from ..errors import CharityLedgerError, NotFound, OverNeed, WrongState
from ..identity.actor import Actor
from ..ids import Ids
from ..projects import measures
from ..projects.models import SubProject
from ..projects.rules import ADOPTABLE_STATUSES
from .accepting import NoCashNeed, accept_rows
from .models import Pledge
from .pledge_rows import MAX_ROWS, Fault, Row, read_rows
from .rules import PledgedOnOutside, check_pledged_on

CHUNK = 1000


@dataclass(frozen=True)
class Problem:
    """What is wrong with a line (1 is the header). `code` is for programs, `message` for the reader."""

    line: int
    code: str
    message: str


@dataclass(frozen=True)
class ImportedPledge:
    """`new` is false where the same row came before."""

    external_id: str
    reference: str
    sub_code: str
    amount_fen: int
    line: int = 0
    pledge_id: int = 0
    new: bool = True


@dataclass
class ImportResult:
    """What an import did, in the order of the file."""

    pledges: list[ImportedPledge] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def problem(fault: Fault) -> Problem:
    """A fault in the reader's words."""
    line, error = fault
    return Problem(line, error.code, wording.text(error))


def import_pledges(data: bytes, *, actor: Actor, clock: Clock, ids: Ids, most: int = MAX_ROWS) -> ImportResult:
    """Read a file and accept a pledge for each row, CHUNK rows in a transaction: a faulty row records nothing and stops
    no other. The same file again gives the same references. `most`: how many rows a file may have."""
    rows, faults = read_rows(data, most=most)
    result = ImportResult()
    for start in range(0, len(rows), CHUNK):
        accepted = accept_rows(actor=actor, clock=clock, ids=ids, rows=rows[start:start + CHUNK])
        faults += accepted.faults
        result.pledges += [
            ImportedPledge(row.external_id, reference, row.sub_code, row.amount_fen, row.line, pledge_id, new)
            for row, pledge_id, reference, new in accepted.pledges]
    result.problems = [problem(fault) for fault in sorted(faults, key=lambda fault: fault[0])]
    return result


def foresee(session: Session, rows: Sequence[Row], on: date) -> tuple[list[tuple[Row, str]], list[Fault]]:
    """For the preview on the day `on`: (row, its reference where it came before), and what would be refused. Changes
    nothing."""
    known = dict(session.execute(select(Pledge.external_id, Pledge.reference).where(
        Pledge.external_id.in_([row.external_id for row in rows]))).all())
    left = {sub: sum(max(f.cash.open, 0) for f in items) for sub, items in measures.by(
        [f for f in measures.items(session, public=False) if f.cash.need], "sub_code").items()}
    status = dict(session.execute(select(SubProject.code, SubProject.status)).all())
    fine: list[tuple[Row, str]] = []
    faults: list[Fault] = []
    for row in rows:
        fault = None if row.external_id in known else _foreseen(row, left, status, on)
        if fault is None:
            fine.append((row, known.get(row.external_id, "")))
            left[row.sub_code] = left.get(row.sub_code, 0) - (0 if row.external_id in known else row.amount_fen)
        else:
            faults.append((row.line, fault))
    return fine, faults


def _foreseen(row: Row, left: dict[str, int], status: dict[str, str], on: date) -> CharityLedgerError | None:
    if row.sub_code not in status:
        return NotFound(what=row.sub_code)
    if status[row.sub_code] not in ADOPTABLE_STATUSES:
        return WrongState(subject=row.sub_code, state=status[row.sub_code], wanted="open")
    try:
        check_pledged_on(row.pledged_on, on)
    except PledgedOnOutside as error:
        return error
    open_fen = left.get(row.sub_code)
    if open_fen is None:
        return NoCashNeed(sub=row.sub_code)
    if row.amount_fen > open_fen:
        return OverNeed(item=row.sub_code, left=open_fen, requested=row.amount_fen, kind="cash", unit="", unit_en="",
                        of_row=True)
    return None
