"""One run of the matcher over the lines that wait: chunk by chunk, each in a transaction of its own.

A run that is cut off goes on: what was confirmed waits no more, and the rest is looked at again. Two runs at once do
no harm: a line or promise that the other one took is refused by itself.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Select, func, select, text, update
from sqlalchemy.orm import Session

from ..clock import Clock
from ..database import use_case
from ..donations.bulk import Match, Outcome, confirm_many
from ..donations.models import MatchRun, MoneyAccount, StatementLine
from ..errors import NotFound
from ..extensions import db
from ..identity.actor import Actor
from . import book
from .matching.model import Candidate, Reason, Verdict

CHUNK = 1000
_LOCK = 0x6D_61_74_63_68


@dataclass(frozen=True)
class Policy:
    """`tiers`: which of tiers 1 and 2 confirm by themselves. `fee_fund`: who bears wallets' fees, where that is not
    the gift's own fund."""

    tiers: frozenset[int] = frozenset({1, 2})
    fee_fund: str | None = None


@dataclass(frozen=True)
class Settled:
    """A line that was confirmed, or would be in a dry run. `parts`: (reference, fen)."""

    line_id: int
    tier: int
    parts: tuple[tuple[str, int], ...]
    reason: Reason
    fee_line_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """Candidates of a line that nobody decided about, the best first; their references beside them."""

    line_id: int
    candidates: tuple[tuple[Candidate, tuple[str, ...]], ...]
    reason: Reason


@dataclass
class Result:
    """What a run did, or would do. `left`: lines that wait without a suggestion, of every kind."""

    confirmed: list[Settled] = field(default_factory=list)
    suggested: list[Suggestion] = field(default_factory=list)
    left: list[int] = field(default_factory=list)


@use_case
def queue(tx: Session, *, account_code: str | None, actor: Actor, clock: Clock) -> int:
    """Ask for a run, which the server's housekeeping carries out; the one that waits already serves as well.

    Raises NotFound for an unknown account.
    """
    _check_account(tx, account_code)
    same = MatchRun.account_code.is_(None) if account_code is None else MatchRun.account_code == account_code
    waiting = tx.scalars(select(MatchRun.id).where(MatchRun.state == "queued", same)).first()
    if waiting is not None:
        return waiting
    run = MatchRun(account_code=account_code, state="queued", asked_by=actor.user_id, asked_at=clock.now())
    tx.add(run)
    tx.flush()
    return run.id


def _check_account(session: Session, account_code: str | None) -> None:
    if account_code is not None and session.get(MoneyAccount, account_code) is None:
        raise NotFound(what=account_code)


@use_case
def _begin(tx: Session, *, run_id: int) -> MatchRun:
    """The run from where it stands: what it confirmed is done, everything that waits is to be looked at."""
    run = tx.get_one(MatchRun, run_id, with_for_update=True)
    run.state, run.done, run.suggested = "running", run.confirmed, 0
    run.total = run.confirmed + book.count_waiting(tx, run.account_code)
    return run


@use_case
def _end(tx: Session, *, run_id: int, state: str, clock: Clock) -> None:
    tx.execute(update(MatchRun).where(MatchRun.id == run_id).values(state=state, ended_at=clock.now()))


@use_case
def _confirm(tx: Session, *, run_id: int, matches: Sequence[Match], looked_at: int, suggested: int, policy: Policy,
             clock: Clock) -> Outcome:
    """One chunk: what is certain is booked, and the run's progress with it. A line that somebody holds back since it
    was read is theirs."""
    outcome = confirm_many(tx, matches, actor=Actor.system(), clock=clock, fee_fund=policy.fee_fund, held_too=False)
    done = len(matches) - len(outcome.refused)
    tx.execute(update(MatchRun).where(MatchRun.id == run_id).values(
        done=MatchRun.done + looked_at, confirmed=MatchRun.confirmed + done,
        suggested=MatchRun.suggested + suggested))
    return outcome


def carry_out(run_id: int, *, policy: Policy, clock: Clock) -> Result:
    """Carry out a run that was queued or cut off. Whatever ends it early leaves it `running`, and it goes on later;
    what fails in itself ends it as `failed` and is raised."""
    run = _begin(run_id=run_id)
    try:
        result = _match(db.session(), run.account_code, policy, clock, run_id)
    except Exception:
        _end(run_id=run_id, state="failed", clock=clock)
        raise
    _end(run_id=run_id, state="done", clock=clock)
    return result


def foresee(session: Session, *, account_code: str | None, policy: Policy, clock: Clock) -> Result:
    """What a run would do; changes nothing. Raises NotFound for an unknown account."""
    _check_account(session, account_code)
    return _match(session, account_code, policy, clock, None)


def _match(session: Session, account_code: str | None, policy: Policy, clock: Clock, run_id: int | None) -> Result:
    result, after = Result(), 0
    loaded = book.load(session, tiers=policy.tiers)
    while (batch := book.next_batch(session, after, CHUNK, account_code)).lines:
        certain, suggested = _judge(loaded, batch)
        settled = [_settled(verdict, batch, loaded) for verdict in certain]
        refused: Collection[int] = ()
        if run_id is not None:
            matches = [_as_match(verdict, batch) for verdict in certain]
            outcome = _confirm(run_id=run_id, matches=matches, looked_at=len(batch.lines), suggested=len(suggested),
                               policy=policy, clock=clock)
            settled, refused = _booked(settled, outcome), outcome.refused
        result.confirmed += settled
        result.suggested += suggested
        after = batch.last
        if refused:         # somebody else was there first: what we believed of promises is old
            session.rollback()
            loaded = book.load(session, tiers=policy.tiers)
    told = {one.line_id for one in result.suggested}
    told |= {number for one in result.confirmed for number in (one.line_id, *one.fee_line_ids)}
    session.rollback()
    result.left = [number for number in session.scalars(_open(account_code)) if number not in told]
    return result


def _judge(loaded: book.Book, batch: book.Batch) -> tuple[list[Verdict], list[Suggestion]]:
    """Line by line, since what one takes the next cannot have."""
    certain: list[Verdict] = []
    suggested: list[Suggestion] = []
    for line in batch.lines:
        verdict = loaded.matcher.judge(line)
        candidates, reason = verdict.candidates, verdict.reason
        if verdict.confirmed is not None:
            if line.line_id not in batch.undone:
                loaded.matcher.take(verdict.confirmed.parts)
                certain.append(verdict)
                continue
            candidates, reason = (verdict.confirmed, *candidates), Reason("undone")
        if candidates:
            suggested.append(Suggestion(line.line_id, tuple(
                (one, tuple(loaded.references[part.pledge_id] for part in one.parts)) for one in candidates),
                reason))
    return certain, suggested


def _as_match(verdict: Verdict, batch: book.Batch) -> Match:
    found = verdict.confirmed
    assert found is not None
    return Match(verdict.line_id, tuple((part.pledge_id, part.amount_fen) for part in found.parts), found.tier,
                 found.reason.code, json.dumps(dict(found.reason.facts), ensure_ascii=False),
                 batch.fees.get(verdict.line_id, ()))


def _settled(verdict: Verdict, batch: book.Batch, loaded: book.Book) -> Settled:
    found = verdict.confirmed
    assert found is not None
    return Settled(verdict.line_id, found.tier, tuple((loaded.references[part.pledge_id], part.amount_fen)
                                                      for part in found.parts), found.reason,
                   batch.fees.get(verdict.line_id, ()))


def _booked(settled: Sequence[Settled], outcome: Outcome) -> list[Settled]:
    """What was booked of what was certain: a fee that nobody could bear yet waits."""
    done = set(outcome.confirmed)
    return [replace(one, fee_line_ids=tuple(number for number in one.fee_line_ids if number in done))
            for one in settled if one.line_id in done]


def _open(account_code: str | None) -> Select[int]:
    query = select(StatementLine.id).where(
        StatementLine.used_fen < func.abs(StatementLine.amount_fen), StatementLine.currency == "CNY",
        StatementLine.held.is_(False)).order_by(StatementLine.id)
    return query if account_code is None else query.where(StatementLine.account_code == account_code)


@contextmanager
def alone(instance: Path, *, wait: bool) -> Iterator[bool]:
    """Whether nobody else carries out runs, or (`wait`) once nobody does. A lock that dies with its process tells a
    run that goes on from one that was cut off."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            name = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
            got = connection.execute(text(f"SELECT {name}(:key)"), {"key": _LOCK}).scalar()
            try:
                yield wait or bool(got)
            finally:
                connection.invalidate()     # the lock goes with its connection
            return
    with _file_lock(instance, wait=wait) as got:
        yield got


@contextmanager
def _file_lock(instance: Path, *, wait: bool) -> Iterator[bool]:
    try:
        import fcntl
    except ImportError:     # no such locks here: two runs at once do no harm
        yield True
        return
    with open(instance / "matching.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def carry_out_waiting(instance: Path, *, policy: Policy, clock: Clock) -> int:
    """The server's housekeeping: every run that is queued or was cut off, unless somebody is at it; how many."""
    done = 0
    waiting = select(MatchRun.id).where(MatchRun.state.in_(("queued", "running"))).order_by(MatchRun.id)
    if db.session.scalars(waiting.limit(1)).first() is None:
        return 0
    with alone(instance, wait=False) as mine:
        while mine and (run_id := db.session.scalars(waiting.limit(1)).first()) is not None:
            carry_out(run_id, policy=policy, clock=clock)
            done += 1
    return done
