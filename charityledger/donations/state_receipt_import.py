"""What the state's system issued, from a file: shown first, then recorded, all of it or nothing.

The same file again, or one that overlaps, adds nothing: what is known with the same facts is only counted.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from .. import reference as references
from ..clock import Clock, today
from ..database import use_case
from ..errors import CharityLedgerError, InvalidInput, WrongState
from ..identity.actor import Actor
from ..ledger.idempotency import once
from ..projects.table_errors import Problem, RowTwice
from . import state_receipt_rows, state_receipts
from .models import Donation, Pledge, StateReceipt
from .state_receipt_rows import HEADS, Answer, Issued, row_id
from .state_receipts import IssuedAlready, ReceiptNumberTaken

T = TypeVar("T")
_CHUNK = 500        # of bound values in one statement


class GiftUnknown(InvalidInput):
    """No gift of ours has this number or reference. Facts: text."""

    code = "gift_unknown"


class SeveralGifts(InvalidInput):
    """A reference with several gifts of this amount that wait for a receipt: the gift's number tells which.
    Facts: text, gifts (their numbers)."""

    code = "several_gifts"


class GiftDiffers(InvalidInput):
    """The gift's number and the reference on one line name different gifts. Facts: gift, reference."""

    code = "gift_differs"


@dataclass(frozen=True)
class Match:
    """A line and its gift. `was`: the live row's state before (waived, anonymous) or `voided`; empty for a first."""

    answer: Answer
    gift: Donation
    was: str = ""


@dataclass
class Plan:
    """What an import would do. With problems it does nothing. `waiting`: lines without a receipt yet."""

    sha256: str
    waiting: int = 0
    new: list[Match] = field(default_factory=list)
    known: list[Match] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def acts(self) -> bool:
        """Whether there is anything to do, and nothing in the way."""
        return bool(self.new) and not self.problems

    @property
    def amount_fen(self) -> int:
        """What the new receipts come to."""
        return sum(match.answer.issued.amount_fen for match in self.new)


def preview(session: Session, data: bytes, on: date) -> Plan:
    """What importing this file would do as things stand; `on`: today. A fixed number of queries per 500 lines."""
    answers = state_receipt_rows.read(data)
    plan = Plan(hashlib.sha256(data).hexdigest(), answers.waiting, problems=list(answers.problems))
    books = _Books(session, answers.rows)
    first: dict[int, int] = {}
    for answer in answers.rows:
        try:
            gift = books.gift_of(answer)
            if books.knows(answer.issued, gift):
                plan.known.append(Match(answer, gift))
                continue
            if gift.id in first:
                raise RowTwice(first=first[gift.id])
            first[gift.id] = answer.line
            plan.new.append(Match(answer, gift, books.check(answer.issued, gift, on)))
        except CharityLedgerError as error:
            plan.problems.append(Problem(answer.line, _column(error), error, answer.sheet))
    plan.problems.sort(key=lambda problem: (problem.sheet, problem.line))
    return plan


@use_case
def commit(tx: Session, *, actor: Actor, clock: Clock, data: bytes, key: str | None = None) -> int:
    """Record every receipt of the file, all or nothing; returns how many were new. Raises the first problem there is.
    """
    def act() -> int:
        plan = preview(tx, data, today(clock))
        if plan.problems:
            raise plan.problems[0].error
        for match in sorted(plan.new, key=lambda match: match.gift.id):     # locks in one order
            state_receipts.record_issued.inside(tx, actor=actor, clock=clock, donation_id=match.gift.id,
                                                issued=match.answer.issued)
        return len(plan.new)

    content = {"use": "import_state_receipts", "sha256": hashlib.sha256(data).hexdigest(), "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


class _Books:
    """The gifts, references and receipts that a file names, read at once."""

    def __init__(self, session: Session, answers: Sequence[Answer]) -> None:
        wanted = {number for answer in answers if (number := row_id(answer.gift)) is not None}
        codes = {code for answer in answers for code in references.parse(answer.reference)}
        query = select(Donation).options(selectinload(Donation.donor), selectinload(Donation.pledge))
        self.gifts = {gift.id: gift for part in _chunks(wanted)
                      for gift in session.scalars(query.where(Donation.id.in_(part)))}
        self.by_reference: dict[str, list[Donation]] = {}
        for some in _chunks(codes):
            for gift in session.scalars(query.join(Pledge, Pledge.id == Donation.pledge_id)
                                        .where(Pledge.reference.in_(some)).order_by(Donation.id)):
                assert gift.pledge is not None
                self.by_reference.setdefault(gift.pledge.reference, []).append(gift)
                self.gifts.setdefault(gift.id, gift)
        self.live: dict[int, StateReceipt] = {}
        self.voided: set[int] = set()
        for part in _chunks(self.gifts):
            for row in session.scalars(select(StateReceipt).where(StateReceipt.donation_id.in_(part))):
                if row.state == "voided":
                    self.voided.add(row.donation_id)
                else:
                    self.live[row.donation_id] = row
        self.taken = {(row.code, row.number): row for part in _chunks({answer.issued.number for answer in answers})
                      for row in session.scalars(select(StateReceipt).where(StateReceipt.number.in_(part)))}

    def gift_of(self, answer: Answer) -> Donation:
        """The gift by its number; else, of those with the reference, the one that this receipt can be for."""
        codes = references.parse(answer.reference)
        if answer.gift:
            gift = self.gifts.get(row_id(answer.gift) or 0)
            if gift is None:
                raise GiftUnknown(text=answer.gift[:30])
            if answer.reference and (gift.pledge is None or gift.pledge.reference not in codes):
                raise GiftDiffers(gift=gift.id, reference=answer.reference[:30])
            return gift
        gifts = self.by_reference.get(codes[0], []) if len(codes) == 1 else []
        if not gifts:
            raise GiftUnknown(text=answer.reference[:30])
        known = self.taken.get((answer.issued.code, answer.issued.number))
        its_own = [gift for gift in gifts if known is not None and known.donation_id == gift.id]
        open_gifts = [gift for gift in gifts if gift.state == "received" and gift.value_fen == answer.issued.amount_fen
                      and not self._issued(gift)]
        found = its_own or open_gifts or gifts
        if len(found) > 1:
            raise SeveralGifts(text=references.show(codes[0]), gifts=", ".join(str(gift.id) for gift in found))
        return found[0]

    def knows(self, issued: Issued, gift: Donation) -> bool:
        """Whether this very receipt is recorded for the gift with the same facts, voided since or not."""
        row = self.taken.get((issued.code, issued.number))
        return row is not None and (row.donation_id, row.check_code, row.issued_on, row.amount_fen) == (
            gift.id, issued.check_code, issued.issued_on, issued.amount_fen)

    def check(self, issued: Issued, gift: Donation, on: date) -> str:
        """What `record_issued` would refuse; returns `Match.was`."""
        if gift.state != "received":
            raise WrongState(subject=f"donation {gift.id}", state=gift.state, wanted="received")
        state_receipts.check_issued(gift, issued, on)
        row = self.live.get(gift.id)
        if row is not None and row.state == "issued":
            raise IssuedAlready(code=row.code, number=row.number)
        if (issued.code, issued.number) in self.taken:
            raise ReceiptNumberTaken(code=issued.code, number=issued.number)
        return row.state if row is not None else "voided" if gift.id in self.voided else ""

    def _issued(self, gift: Donation) -> bool:
        return gift.id in self.live and self.live[gift.id].state == "issued"


_COLUMNS = {"receipt_amount_differs": "amount", "receipt_not_yet": "issued_on", "date_too_early": "issued_on",
            "receipt_number_taken": "number", "state_receipt_issued": "number", "receipt_number_wrong": "number",
            "several_gifts": "reference"}


def _column(error: CharityLedgerError) -> str:
    """The column that an error is about."""
    return HEADS[_COLUMNS.get(error.code, "gift")][0]


def _chunks(values: Iterable[T]) -> Iterable[Sequence[T]]:
    """Parts of them, each small enough for one statement."""
    ordered = list(values)
    return (ordered[at:at + _CHUNK] for at in range(0, len(ordered), _CHUNK))
