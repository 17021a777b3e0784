"""Lines of money accounts, and what each part of a line became: used up to its amount, never beyond (promise 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from ..clock import Clock, today
from ..database import is_postgresql
from ..errors import Conflict, InvalidInput, LineOverused, NotFound
from ..identity.actor import Actor
from ..ledger import periods
from ..many import among, insert_many
from .models import Allocation, MoneyAccount, StatementLine
from .rules import AmountNotPositive as AmountNotPositive
from .rules import check_booked_on

# Tables, not models, and prepared once: every gift runs these, and building them costs more than running them.
_LINE, _ACCOUNT = StatementLine.__table__, MoneyAccount.__table__.c
_LEDGER_ACCOUNT = select(_ACCOUNT.ledger_account).where(_ACCOUNT.code == bindparam("account"))
_PLACE = _LEDGER_ACCOUNT.scalar_subquery()
_ADD_LINE_POSTGRESQL = (postgresql.insert(_LINE).on_conflict_do_nothing(index_elements=["account_code", "identity"])
                        .returning(_LINE.c.id, _PLACE))
_ADD_LINE_SQLITE = (sqlite.insert(_LINE).on_conflict_do_nothing(index_elements=["account_code", "identity"])
                    .returning(_LINE.c.id, _PLACE))
_READ = select(_LINE.c.id, _LINE.c.account_code, _ACCOUNT.ledger_account, _LINE.c.booked_on, _LINE.c.fee_fen).where(
    _LINE.c.id == bindparam("line"), _ACCOUNT.code == _LINE.c.account_code)
_LEFT = (select(func.abs(_LINE.c.amount_fen) - _LINE.c.used_fen, _LINE.c.currency)
         .where(_LINE.c.id == bindparam("line")).with_for_update())


@dataclass(frozen=True)
class ReceivedLine:
    """One inflow of a money account, entered by hand or read from a file. `fee_fen` was kept by the wallet."""

    account_code: str
    booked_on: date
    amount_fen: int
    counterparty: str = ""
    memo: str = ""
    native_id: str | None = None
    fee_fen: int = 0


class FeeTooLarge(InvalidInput):
    """A wallet's fee is less than the amount it is kept from. Facts: fee_fen, amount_fen."""

    code = "fee_too_large"


class DateTooEarly(InvalidInput):
    """A step would be dated before the one that it follows. Facts: earliest (as text)."""

    code = "date_too_early"


class LineKnown(Conflict):
    """The bank's own number came before on this account: the same line is never entered twice. Facts: native_id."""

    code = "line_known"


def add_line(tx: Session, line: ReceivedLine, actor: Actor, clock: Clock) -> int:
    """A statement line entered by hand; nothing is allocated yet. Returns its id. Raises what `enter` raises."""
    return enter(tx, line, actor, clock).id


def enter(tx: Session, line: ReceivedLine, actor: Actor, clock: Clock) -> "Line":
    """`add_line`, for who books the line in the same transaction.

    Raises AmountNotPositive, FeeTooLarge, BookedOnOutside, LineKnown, PeriodClosed, or NotFound for an unknown account.
    """
    if line.amount_fen <= 0:
        raise AmountNotPositive(amount_fen=line.amount_fen)
    if not 0 <= line.fee_fen < line.amount_fen:
        raise FeeTooLarge(fee_fen=line.fee_fen, amount_fen=line.amount_fen)
    check_booked_on(line.booked_on, today(clock))
    periods.check_open(tx, line.booked_on)
    # Without the bank's number nothing can tell two genuine gifts from one entered twice, so both are kept.
    row = tx.connection().execute(_ADD_LINE_POSTGRESQL if is_postgresql(tx) else _ADD_LINE_SQLITE, {
        "account": line.account_code, "account_code": line.account_code, "booked_on": line.booked_on,
        "amount_fen": line.amount_fen,
        "fee_fen": line.fee_fen, "counterparty": line.counterparty, "memo": line.memo,
        "native_id": line.native_id or None, "identity": by_native_id(line.native_id),
        "entered_by": actor.user_id, "recorded_at": clock.now()}).first()
    if row is None:
        # Either the line is there already, or there is no such account to enter it in.
        ledger_account(tx, line.account_code)
        raise LineKnown(native_id=line.native_id)
    return Line(row[0], line.account_code, row[1], line.booked_on, line.fee_fen, line.amount_fen)


def by_native_id(native_id: str | None) -> str | None:
    """The identity of a line whose bank numbers it: the same for a line typed in and the same line of a file."""
    return f"n:{native_id}" if native_id else None


class Line(NamedTuple):
    """What a posting needs of a statement line. `ledger_account`: where its money lies in the books; `left_fen`: what
    is left of it, of a line that nobody else can see yet."""

    id: int
    account_code: str
    ledger_account: str
    booked_on: date
    fee_fen: int
    left_fen: int | None = None


def read(tx: Session, line_id: int, on: date | None = None) -> Line:
    """The line with this number, which must exist. `on`: the day to book it, where that is not its own."""
    line = Line(*tx.connection().execute(_READ, {"line": line_id}).one())
    return line if on is None else line._replace(booked_on=on)


def left_of(line: StatementLine | Row[*tuple[Any, ...]]) -> int:
    """What is not used of a line, in fen; nothing of one in another currency can be."""
    return abs(line.amount_fen) - line.used_fen if line.currency == "CNY" else 0


def booking_days(tx: Session, rows: Sequence[StatementLine | Row[*tuple[Any, ...]]], clock: Clock) -> dict[int, date]:
    """{line id: the day to book it}: its own; today where something that it had become was taken back, because dated
    back the books of the days between would hold the money twice; the first open day where its month is closed."""
    ids = [row.id for row in rows]
    turned = set(tx.scalars(select(Allocation.statement_line_id).where(
        among(tx, Allocation.__table__.c.statement_line_id, ids), Allocation.reverses_id.is_not(None))))
    closed = periods.closed(tx)
    return {row.id: closed.first_open(today(clock) if row.id in turned else row.booked_on) for row in rows}


def not_before(on: date, earliest: date | None) -> None:
    """Books as at a day must make sense. Raises DateTooEarly."""
    if earliest is not None and on < earliest:
        raise DateTooEarly(earliest=earliest.isoformat())


def ledger_account(tx: Session, account_code: str) -> str:
    """The account in the books of a money account. Raises NotFound."""
    account = tx.connection().execute(_LEDGER_ACCOUNT, {"account": account_code}).scalar()
    if account is None:
        raise NotFound(what=account_code)
    return str(account)


def left(tx: Session, line: Line) -> int:
    """What is left of a line, in fen; it is locked, unless nobody else can see it yet."""
    return _left(tx, line.id) if line.left_fen is None else line.left_fen


def _left(tx: Session, line_id: int) -> int:
    left_fen, currency = tx.connection().execute(_LEFT, {"line": line_id}).one()
    return int(left_fen) if currency == "CNY" else 0


def allocate(tx: Session, line_id: int, kind: str, subject_id: int, entry_id: int, amount_fen: int,
             left_fen: int | None = None) -> None:
    """Use part of a line. Python's half of promise 5; the database counts what is used and checks it once more.

    `left_fen`: what `left` said in this transaction, less what was used of the line since.
    """
    if left_fen is None:
        left_fen = _left(tx, line_id)
    if amount_fen > left_fen:
        raise LineOverused(line_id=line_id, left_fen=left_fen, requested_fen=amount_fen)
    _add(tx, line_id, kind, subject_id, entry_id, amount_fen)


def turn(tx: Session, line_id: int, entry_id: int, amount_fen: int, *, out_of: tuple[str, int],
         into: tuple[str, int]) -> None:
    """Part of a line that had become one thing becomes another, (kind, id) each; the line stays as used as it was."""
    _add(tx, line_id, *out_of, entry_id, -amount_fen)
    _add(tx, line_id, *into, entry_id, amount_fen)


def take_back(tx: Session, entry_id: int, reversal_id: int, *, fee: bool = False, but: str = "") -> None:
    """Undo every allocation that `entry_id` made: each gets a negative one that points at it, and lines are free.

    `fee`: the entry carried the wallet's fee; the next one made of the line carries it. `but`: a kind that stays.
    """
    rows = tx.scalars(select(Allocation).where(Allocation.entry_id == entry_id, standing(), Allocation.kind != but)
                      .order_by(Allocation.id)).all()
    for row in sorted(rows, key=lambda row: -row.amount_fen):     # what frees the line first
        _add(tx, row.statement_line_id, row.kind, row.subject_id, reversal_id, -row.amount_fen, reverses_id=row.id)
    if fee:
        tx.execute(update(StatementLine).where(StatementLine.id.in_({row.statement_line_id for row in rows}))
                   .values(fee_booked=False).execution_options(synchronize_session=False))


def standing() -> ColumnElement[bool]:
    """Of allocations: those that nothing took back."""
    other = aliased(Allocation)
    return and_(Allocation.reverses_id.is_(None), ~exists().where(other.reverses_id == Allocation.id))


def unpair(tx: Session, row: Allocation) -> None:
    """A line is no longer paired with an entry that stands for itself; the entry stays as it is."""
    _add(tx, row.statement_line_id, row.kind, row.subject_id, row.entry_id, -row.amount_fen, reverses_id=row.id)


def hand_on(tx: Session, source_id: int, target_id: int) -> None:
    """What one line became hangs on another of the same amount from now on; the entries stay as they are.

    Taken back last first and added first first, so that neither line is used beyond its amount on the way.
    """
    rows = tx.scalars(select(Allocation).where(Allocation.statement_line_id == source_id, standing())
                      .order_by(Allocation.id)).all()
    for row in reversed(rows):
        unpair(tx, row)
    for row in rows:
        _add(tx, target_id, row.kind, row.subject_id, row.entry_id, row.amount_fen)


def take_fee(tx: Session, line_id: int) -> int:
    """The wallet's fee in fen, for the one entry that carries it; 0 where another did, or there is none."""
    done = tx.execute(update(StatementLine).where(
        StatementLine.id == line_id, StatementLine.fee_fen > 0, StatementLine.fee_booked.is_(False)
    ).values(fee_booked=True).execution_options(synchronize_session=False))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        return 0
    return int(tx.scalars(select(StatementLine.fee_fen).where(StatementLine.id == line_id)).one())


def became(session: Session, line_id: int) -> dict[tuple[str, int], int]:
    """{(kind, subject id): fen} of what a line is now; what was taken back is gone."""
    rows = session.execute(
        select(Allocation.kind, Allocation.subject_id, func.sum(Allocation.amount_fen))
        .where(Allocation.statement_line_id == line_id).group_by(Allocation.kind, Allocation.subject_id)
        .order_by(func.min(Allocation.id)))
    return {(kind, subject_id): int(fen) for kind, subject_id, fen in rows if fen}


def _add(tx: Session, line_id: int, kind: str, subject_id: int, entry_id: int, amount_fen: int,
         reverses_id: int | None = None) -> None:
    insert_many(tx, Allocation.__table__, [{
        "statement_line_id": line_id, "kind": kind, "subject_id": subject_id, "entry_id": entry_id,
        "amount_fen": amount_fen, "reverses_id": reverses_id}])
