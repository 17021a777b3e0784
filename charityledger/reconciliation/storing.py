"""Writes the lines of a file that was sorted: new ones, those kept apart, and those that take over a line by hand."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..clock import LOCAL, Clock, period_of
from ..donations.models import BillRow, LineNote, StatementFile, StatementLine
from ..identity.actor import Actor
from ..ledger.periods import Closed
from ..many import insert_many, update_many
from . import kept
from .identity import as_kept, fitted, nth
from .importers.lines import Line
from .reading import StatementRead
from .sorting import DOUBTFUL, NEW, Answer, Sorting

CHUNK = 2000


def store(tx: Session, statement_id: int, file: StatementRead, sorting: Sorting,
          answers: Mapping[int, Answer | None], account: str, closed: Closed, actor: Actor,
          clock: Clock) -> None:
    """`answers`: for every doubtful line. Each chunk of lines is one statement."""
    tx.add(StatementFile(statement_id=statement_id, name=as_kept(file.name, 200),
                         header=json.dumps(file.parsed.header, ensure_ascii=False)))
    tx.flush()
    table = StatementLine.__table__ if file.parsed.books else BillRow.__table__
    row_of = _Rows(account, statement_id, closed, clock)
    identities = _final(tx, file, sorting, answers, account)
    indexes = [index for index, state in enumerate(sorting.states)
               if state == NEW or (state == DOUBTFUL and answers[index] == "another")]
    for part in _parts(indexes):
        insert_many(tx, table, [
            (row_of.line if file.parsed.books else row_of.bill)(file.parsed.lines[index], identities(index))
            for index in part])
    if file.parsed.books:
        _take_over(tx, file, sorting, answers, row_of, actor, clock)
        _explain(tx, sorting, answers, identities, account, actor, clock)


def _parts(indexes: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(indexes), CHUNK):
        yield indexes[start:start + CHUNK]


class _Final:
    """The identity that a line is kept under: its own, or with the next free number of its kind."""

    def __init__(self, own: Sequence[str], other: Mapping[int, str]) -> None:
        self.own, self.other = own, other

    def __call__(self, index: int) -> str:
        return self.other.get(index, self.own[index])


def _final(tx: Session, file: StatementRead, sorting: Sorting, answers: Mapping[int, Answer | None],
           account: str) -> _Final:
    look: kept.Kept = (kept.KeptLines(tx, account, file.parsed.format) if file.parsed.books
                       else kept.KeptBills(tx, account))
    taken: dict[str, set[str]] = {}
    other: dict[int, str] = {}
    for doubt in sorting.doubts:
        if doubt.code not in ("number_repeats", "number_twice", "twin") or answers[doubt.index] != "another":
            continue
        own = sorting.identities[doubt.index]
        first = own if doubt.line.native_id else own.partition("#")[0]
        if first not in taken:
            # Its own number is taken, or will be by another line of this file.
            taken[first] = {first, *(one.identity for one in look.family(first))}
            if not doubt.line.native_id:
                taken[first].update(one for index, one in enumerate(sorting.identities)
                                    if one.partition("#")[0] == first and index != doubt.index)
        number = next(n for n in range(2, len(taken[first]) + 3) if nth(first, n) not in taken[first])
        other[doubt.index] = nth(first, number)
        taken[first].add(other[doubt.index])
    return _Final(sorting.identities, other)


class _Rows:
    """Lines as rows of the database."""

    def __init__(self, account: str, statement_id: int, closed: Closed, clock: Clock) -> None:
        self.account, self.statement_id, self.closed, self.now = account, statement_id, closed, clock.now()

    def line(self, line: Line, identity: str) -> dict[str, Any]:
        day = line.booked_at.date()
        late = period_of(day) in self.closed
        return {"account_code": self.account, "booked_on": self.closed.first_open(day),
                "amount_fen": line.amount_fen, "counterparty": as_kept(line.counterparty, 200),
                "memo": as_kept(line.memo, 400), "recorded_at": self.now, "late": late, **self.facts(line, identity)}

    def facts(self, line: Line, identity: str) -> dict[str, Any]:
        """What only the file says. A line that is late keeps its own day as its time."""
        keeps_time = line.has_time or period_of(line.booked_at.date()) in self.closed
        return {"identity": identity, "native_id": fitted(line.native_id) or None,
                "statement_id": self.statement_id, "row": line.row,
                "booked_at": line.booked_at.replace(tzinfo=LOCAL) if keeps_time else None, "kind": line.kind,
                "counterparty_account": as_kept(line.counterparty_account, 60), "order_id": as_kept(line.order_id, 80),
                "merchant_order": as_kept(line.merchant_order, 80), "balance_fen": line.balance_fen,
                "currency": line.currency, "original": line.original}

    def bill(self, line: Line, identity: str) -> dict[str, Any]:
        return {"statement_id": self.statement_id, "account_code": self.account, "identity": identity, "row": line.row,
                "order_id": as_kept(line.order_id, 80), "booked_at": line.booked_at.replace(tzinfo=LOCAL),
                "amount_fen": line.amount_fen, "kind": line.kind, "payer": as_kept(line.counterparty, 200),
                "payer_account": as_kept(line.counterparty_account, 60),
                "merchant_order": as_kept(line.merchant_order, 80), "memo": as_kept(line.memo, 400)}


def _take_over(tx: Session, file: StatementRead, sorting: Sorting, answers: Mapping[int, Answer | None], row_of: _Rows,
               actor: Actor, clock: Clock) -> None:
    """Lines entered by hand become those of the file: what was booked stays, and nothing is booked again."""
    taken = dict(sorting.takeovers)
    taken.update({doubt.index: doubt.like.id for doubt in sorting.doubts
                  if doubt.code == "by_hand" and doubt.like is not None and answers[doubt.index] == "same"})
    by_id = {line_id: index for index, line_id in taken.items()}
    for part in _parts(list(by_id)):
        rows = tx.scalars(select(StatementLine).where(StatementLine.id.in_(part)).order_by(StatementLine.id)
                          .with_for_update())
        update_many(tx, StatementLine.__table__, [
            {"id": row.id, "booked_on": _day(row.booked_on, file.parsed.lines[by_id[row.id]], row_of.closed),
             "counterparty": row.counterparty or as_kept(file.parsed.lines[by_id[row.id]].counterparty, 200),
             "memo": row.memo or as_kept(file.parsed.lines[by_id[row.id]].memo, 400),
             **row_of.facts(file.parsed.lines[by_id[row.id]], sorting.identities[by_id[row.id]])} for row in rows])
        insert_many(tx, LineNote.__table__, [
            {"statement_line_id": line_id, "step": "imported", "code": "taken_over",
             "facts": json.dumps({"row": file.parsed.lines[by_id[line_id]].row}), "by": actor.user_id,
             "at": clock.now()} for line_id in part])


def _day(typed: date, line: Line, closed: Closed) -> date:
    """The bank's day, as long as neither month is closed."""
    day = line.booked_at.date()
    return typed if period_of(day) in closed or period_of(typed) in closed else day


def _explain(tx: Session, sorting: Sorting, answers: Mapping[int, Answer | None], identities: _Final, account: str,
             actor: Actor, clock: Clock) -> None:
    """A note for each doubtful line that a person kept; of all others their statement says it."""
    codes = {identities(doubt.index): doubt.code for doubt in sorting.doubts if answers[doubt.index] == "another"}
    wanted = list(codes)
    for start in range(0, len(wanted), CHUNK):
        rows = tx.execute(select(StatementLine.identity, StatementLine.id).where(
            StatementLine.account_code == account, StatementLine.identity.in_(wanted[start:start + CHUNK]))).all()
        insert_many(tx, LineNote.__table__, [
            {"statement_line_id": line_id, "step": "imported", "code": f"kept_{codes[str(own)]}", "by": actor.user_id,
             "at": clock.now()} for own, line_id in rows])
