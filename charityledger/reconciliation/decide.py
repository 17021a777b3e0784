"""A line finds its place by a person's decision: a candidate is confirmed, or the line is split by hand."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from .. import reference as references
from ..clock import Clock
from ..database import use_case
from ..donations import gifts, lines, receipts, suspense
from ..donations.donors import DonorFacts, find_or_create
from ..donations.models import Pledge, StatementLine
from ..errors import Conflict, LineOverused
from ..identity.actor import Actor
from ..ledger.idempotency import once
from . import candidates, fees, handling
from .matching.model import Candidate

Home = Literal["pledge", "project", "general", "suspense"]


class CandidateGone(Conflict):
    """What was suggested does not fit any more: somebody booked the line or the promise meanwhile. Facts: line_id."""

    code = "candidate_gone"


@dataclass(frozen=True)
class Share:
    """So much of a line for one place. `where`: the promise's reference or the sub-project's code; else empty."""

    home: Home
    amount_fen: int
    where: str = ""


@use_case
def confirm(tx: Session, *, actor: Actor, clock: Clock, line_id: int, parts: tuple[tuple[int, int], ...],
            fee_fund: str | None = None, key: str | None = None) -> int:
    """A suggested candidate is right: the line keeps its promises, `parts` as (pledge id, fen), the oldest instalment
    due first; what is left of the line waits in suspense as an over-payment. The wallet's fee of the same order goes
    with it. Returns the line's id.

    Raises NothingLeft, CandidateGone, and what the promise or the books refuse.
    """
    def act() -> int:
        _lock(tx, Pledge.id.in_([pledge_id for pledge_id, _ in parts]))
        line, left_fen = handling.waiting(tx, line_id)
        # Judged once more: the suggestion may be minutes old.
        chosen = _chosen(tx, line, parts)
        if chosen is None or sum(fen for _, fen in parts) + chosen.rest_fen > left_fen:
            raise CandidateGone(line_id=line_id)
        _keep(tx, line, parts, chosen.rest_fen, fee_fund, actor, clock)
        for fee in fees.lines_of(tx, line):
            fees.book(tx, fee, fee_fund=fee_fund, actor=actor, clock=clock)
        handling.settled(tx, line)
        handling.note(tx, line, "matched", chosen.reason.code, actor=actor, clock=clock, facts=chosen.reason.facts,
                      tier=chosen.tier)
        return line.id

    return once(tx, key, {"use": "confirm", "line": line_id, "parts": parts}, act, clock=clock)


def _lock(tx: Session, which: ColumnElement[bool]) -> None:
    """Promises come first in the order in which every writer locks."""
    tx.scalars(select(Pledge).where(which).order_by(Pledge.id).with_for_update()).all()


def _chosen(tx: Session, line: StatementLine, parts: tuple[tuple[int, int], ...]) -> Candidate | None:
    """The candidate with just these parts, as things stand now."""
    verdict = candidates.judge(tx, [line])[line.id]
    found = [verdict.confirmed] if verdict.confirmed else []
    return next((c for c in (*found, *verdict.candidates)
                 if tuple((p.pledge_id, p.amount_fen) for p in c.parts) == parts), None)


def _keep(tx: Session, line: StatementLine, parts: Sequence[tuple[int, int]], rest_fen: int, fee_fund: str | None,
          actor: Actor, clock: Clock) -> None:
    on = lines.booking_days(tx, [line], clock)[line.id]
    last = len(parts) - 1
    for n, (pledge_id, fen) in enumerate(parts):
        pledge = tx.get_one(Pledge, pledge_id)
        if pledge.outstanding < fen:
            raise CandidateGone(line_id=line.id)
        # An over-payment stands in the gift's own entry, where the promise takes all that it can.
        whole = n == last and pledge.outstanding == fen
        receipts.pay_pledge(tx, line_id=line.id, pledge=pledge, amount_fen=fen + (rest_fen if whole else 0),
                            fee_fund=fee_fund, actor=actor, clock=clock, on=on)
        if n == last and not whole and rest_fen:
            suspense.hold(tx, line_id=line.id, amount_fen=rest_fen, reason="over_payment", pledge=pledge, actor=actor,
                          clock=clock, on=on)


@use_case
def split(tx: Session, *, actor: Actor, clock: Clock, line_id: int, shares: tuple[Share, ...],
          donor: DonorFacts | None = None, shown: str = "none", fee_fund: str | None = None, note: str = "",
          key: str | None = None) -> int:
    """A line is divided by hand over promises, sub-projects, the general fund and suspense; what is not divided waits.

    More than a promise or a project can take waits in suspense. `donor`: who gave what keeps no promise. Returns the
    line's id. Raises WrongDirection, NothingLeft, LineOverused, NotFound, and what the books refuse.
    """
    def act() -> int:
        named = [code for share in shares if share.home == "pledge" for code in references.parse(share.where)]
        if named:
            _lock(tx, Pledge.reference.in_(named))
        line, left_fen = handling.waiting(tx, line_id)
        handling.check_direction(line, inward=True)
        asked_fen = sum(share.amount_fen for share in shares)
        if not shares or asked_fen > left_fen or any(share.amount_fen <= 0 for share in shares):
            raise LineOverused(line_id=line_id, left_fen=left_fen, requested_fen=asked_fen)
        donor_id = find_or_create(tx, donor, actor=actor, clock=clock) if donor else None
        on = lines.booking_days(tx, [line], clock)[line.id]
        for share in shares:
            if share.home == "pledge":
                receipts.pay_pledge(tx, line_id=line.id, pledge=gifts.find_pledge(tx, share.where), on=on,
                                    amount_fen=share.amount_fen, fee_fund=fee_fund, actor=actor, clock=clock)
            elif share.home == "suspense":
                suspense.hold(tx, line_id=line.id, amount_fen=share.amount_fen, reason="no_reference",
                              donor_id=donor_id, actor=actor, clock=clock, on=on)
            else:
                receipts.give(tx, line_id=line.id, amount_fen=share.amount_fen, donor_id=donor_id, shown=shown,
                              sub_code=share.where if share.home == "project" else None, fee_fund=fee_fund, on=on,
                              actor=actor, clock=clock)
        for fee in fees.lines_of(tx, line):
            fees.book(tx, fee, fee_fund=fee_fund, actor=actor, clock=clock)
        handling.settled(tx, line)
        handling.note(tx, line, "matched", "by_hand", actor=actor, clock=clock, text=note,
                      facts={"shares": len(shares), "amount_fen": asked_fen})
        return line.id

    content = {"use": "split", "line": line_id, "shares": json.dumps([asdict(share) for share in shares]),
               "donor": donor, "shown": shown, "note": note}
    return once(tx, key, content, act, clock=clock)
