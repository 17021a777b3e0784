"""What a line may be, the likeliest first, so that one key confirms it: promises, lines of our other accounts, what the
books have already, and what the bank itself says that it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..donations import lines
from ..donations.models import Disbursement, Donor, Instalment, MoneyAccount, Pledge, StatementLine
from ..projects.models import SubProject
from . import pairing, returns
from .matching import names
from .matching.model import Candidate, Verdict
from .pairing import OpenEntry
from .returns import SentBack
from .search import Hit

Kind = Literal["promise", "found", "transfer", "entry", "twin", "returned", "sent_back", "fee", "interest", "charge"]
DAYS_BEFORE, DAYS_AFTER = 2, 5


@dataclass(frozen=True)
class Promised:
    """One promise of a candidate."""

    pledge: Pledge
    donor: Donor
    sub: SubProject
    amount_fen: int
    instalments: int = 0


@dataclass(frozen=True)
class Offer:
    """One thing that a line may be. `value` is what the form sends back; only what `kind` needs is there."""

    kind: Kind
    value: str
    candidate: Candidate | None = None
    promised: tuple[Promised, ...] = ()
    line: StatementLine | None = None
    account: str = ""
    entry: OpenEntry | None = None
    payment: Disbursement | None = None
    back: SentBack | None = None
    exact: bool = True


def of_line(session: Session, line: StatementLine, verdict: Verdict) -> list[Offer]:
    """Everything that a line may be; nothing where it is used up or in another currency."""
    if not lines.left_of(line):
        return []
    found = [Offer(kind, kind) for kind in ("fee", "interest", "charge") if line.kind == kind
             and (line.amount_fen > 0) is (kind == "interest")]
    found += [Offer("twin", f"twin:{twin.id}", line=twin) for twin in pairing.twins(session, line)]
    accounts = dict(session.execute(select(MoneyAccount.code, MoneyAccount.name)).all())
    found += [Offer("entry", f"entry:{entry.entry_id}", entry=entry, exact=entry.left_fen == lines.left_of(line))
              for entry in pairing.open_entries(session, line)]
    moved = [Offer("transfer", f"line:{other.id}", line=other, account=accounts[other.account_code])
             for other in other_sides(session, line)]
    back = _backwards(session, line)
    promised = promises(session, [*([verdict.confirmed] if verdict.confirmed else []), *verdict.candidates])
    if looks_like_transfer(line):
        return [*found, *moved, *promised, *back]
    if line.kind in ("returned", "refund"):
        return [*back, *found, *promised, *moved]
    return [*found, *promised, *moved, *back]


def _backwards(session: Session, line: StatementLine) -> list[Offer]:
    """What came back to us, or was sent back to somebody."""
    if line.amount_fen > 0:
        return [Offer("returned", f"payment:{row.id}", payment=row) for row in returns.payments_back(session, line)]
    left_fen = lines.left_of(line)
    return [Offer("sent_back", f"back:{row.what}:{row.subject_id}", back=row, exact=row.amount_fen == left_fen)
            for row in returns.gifts_back(session, line)]


def of_hits(hits: Sequence[Hit], line: StatementLine) -> list[Offer]:
    """Promises that somebody searched for; all that is left of the line is for each."""
    return [Offer("found", f"found:{hit.pledge.reference}={lines.left_of(line)}",
                  promised=(Promised(hit.pledge, hit.donor, hit.sub, lines.left_of(line)),))
            for hit in hits if hit.waits]


def looks_like_transfer(line: StatementLine) -> bool:
    """Whether the line itself says that it moves money between accounts: a payout, or money from a wallet's company."""
    return line.kind == "payout" or (line.amount_fen > 0 and names.is_intermediary(names.clean(line.counterparty))
                                     and not line.order_id)


def other_sides(session: Session, line: StatementLine) -> Sequence[StatementLine]:
    """Lines of our other accounts with the same amount the other way, within days; the nearest first."""
    before, after = (DAYS_AFTER, DAYS_BEFORE) if line.amount_fen > 0 else (DAYS_BEFORE, DAYS_AFTER)
    rows = session.scalars(select(StatementLine).where(
        StatementLine.account_code != line.account_code, StatementLine.amount_fen == -line.amount_fen,
        StatementLine.used_fen == 0, StatementLine.currency == line.currency, StatementLine.booked_on.between(
            line.booked_on - timedelta(days=before), line.booked_on + timedelta(days=after))).limit(20)).all()
    # Who is named tells wallets and banks apart from people who gave the same amount.
    return [row for row in sorted(rows, key=lambda row: (abs((row.booked_on - line.booked_on).days), row.id))
            if looks_like_transfer(row) or looks_like_transfer(line)]


def promises(session: Session, candidates: Sequence[Candidate]) -> list[Offer]:
    """Candidates with what a page says of their promises; two queries for all."""
    ids = {part.pledge_id for candidate in candidates for part in candidate.parts}
    if not ids:
        return []
    rows = {pledge.id: (pledge, donor, sub) for pledge, donor, sub in session.execute(
        select(Pledge, Donor, SubProject).join(Donor, Donor.id == Pledge.donor_id)
        .join(SubProject, SubProject.id == Pledge.sub_project_id).where(Pledge.id.in_(ids)))}
    plans = dict(session.execute(select(Instalment.pledge_id, func.count()).where(Instalment.pledge_id.in_(ids))
                                 .group_by(Instalment.pledge_id)).all())
    return [Offer("promise", "promise:" + ";".join(f"{part.pledge_id}={part.amount_fen}" for part in candidate.parts),
                  candidate, tuple(Promised(*rows[part.pledge_id], part.amount_fen, plans.get(part.pledge_id, 0))
                                   for part in candidate.parts)) for candidate in candidates]


def read_parts(text: str) -> tuple[tuple[int, int], ...]:
    """`12=5000;13=200` as ((12, 5000), (13, 200)). Raises ValueError for anything else."""
    pairs = [pair.split("=") for pair in text.split(";")]
    return tuple((int(pledge_id), int(fen)) for pledge_id, fen in pairs)
