"""Counts against the truth, which only this part and the generator know."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

from charityledger.reconciliation.matching.model import OpenPledge

from . import baselines
from .feed import Key
from .judging import Outcome
from .world import Payment, Truth


@dataclass
class Tally:
    """So many of so many."""

    hits: int = 0
    of: int = 0

    def add(self, hit: bool) -> None:
        self.hits += hit
        self.of += 1

    def __str__(self) -> str:
        low, high = wilson(self.hits, self.of)
        share = f"{100 * self.hits / self.of:6.2f}%" if self.of else "     – "
        return f"{self.hits:>6} of {self.of:>6}  {share}  [{100 * low:.2f}, {100 * high:.2f}]"


def wilson(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The 95% interval of a share (Wilson 1927). (0, 1) where nothing was counted."""
    if not of:
        return 0.0, 1.0
    share, spread = hits / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(share * (1 - share) / of + spread / (4 * of))
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass
class Score:
    """Everything that a report shows, summed over seeds."""

    confirmed: int = 0
    false: list[str] = field(default_factory=list)
    recall: dict[str, Tally] = field(default_factory=dict)          # kind of truth -> confirmed rightly
    kinds: dict[str, dict[str, Tally]] = field(default_factory=dict)    # kind of noise -> measure -> tally
    top: Tally = field(default_factory=Tally)
    top_first: Tally = field(default_factory=Tally)
    silent: int = 0
    baseline: dict[str, Tally] = field(default_factory=dict)        # right confirmations of all confirmations
    missed: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    cpu_s: float = 0.0


def truth_of(payments: Sequence[Payment]) -> dict[Key, Truth]:
    return {(payment.account, payment.at.isoformat(), payment.fen, payment.balance): payment.truth
            for payment in payments}


def add(score: Score, seed: int, pledges: Sequence[OpenPledge], outcomes: Sequence[Outcome],
        truth: Mapping[Key, Truth]) -> None:
    """Add the outcomes of one seed."""
    left = {pledge.id: pledge.outstanding_fen for pledge in pledges}
    truths = {outcome.line.line_id: truth[outcome.key] for outcome in outcomes}
    for outcome in outcomes:
        true = truths[outcome.line.line_id]
        score.lines += 1
        right = _confirmation(score, seed, outcome, true, left)
        _count(score, seed, outcome, true, right)
    for name, rule in (("amount only", baselines.amount_only), ("name and amount", baselines.name_and_amount)):
        tally = score.baseline.setdefault(name, Tally())
        for line_id, pledge_id in rule(pledges, outcomes).items():
            tally.add(set(truths[line_id].parts) == {pledge_id})


def _confirmation(score: Score, seed: int, outcome: Outcome, true: Truth, left: dict[int, int]) -> bool:
    confirmed = outcome.verdict.confirmed
    if confirmed is None:
        return False
    score.confirmed += 1
    parts = {part.pledge_id: part.amount_fen for part in confirmed.parts}
    for pledge_id, fen in parts.items():
        left[pledge_id] -= fen
    right = parts == true.parts and all(left[pledge_id] >= 0 for pledge_id in parts)
    if not right:
        score.false.append(f"seed {seed} {_told(outcome, true)}")
    return right


def _told(outcome: Outcome, true: Truth) -> str:
    line, verdict = outcome.line, outcome.verdict
    return (f"{outcome.key[0]} {line.on} {line.amount_fen} {line.counterparty!r} {line.texts} truth {true.parts} "
            f"{true.kind} {','.join(true.tags)} -> {verdict.reason.code} {dict(verdict.reason.facts)}")


def _count(score: Score, seed: int, outcome: Outcome, true: Truth, right: bool) -> None:
    verdict = outcome.verdict
    for tag in (*true.tags, f"account_{outcome.key[0]}"):
        kind = score.kinds.setdefault(tag, {})
        kind.setdefault("false", Tally()).add(verdict.confirmed is not None and not right)
        if true.kind in ("intact", "typo"):
            kind.setdefault(true.kind, Tally()).add(right)
    if true.kind in ("intact", "typo"):
        score.recall.setdefault(true.kind, Tally()).add(right)
        if not right:
            score.reasons[verdict.reason.code] += 1
    if verdict.confirmed is not None or not true.parts or true.kind == "twin":
        return
    if true.silent:
        score.silent += 1
        return
    shown = [{part.pledge_id for part in candidate.parts} for candidate in verdict.candidates[:3]]
    hit = set(true.parts) in shown
    score.top.add(hit)
    score.top_first.add(shown[:1] == [set(true.parts)])
    for tag in true.tags:
        score.kinds[tag].setdefault("top 3", Tally()).add(hit)
    if not hit:
        score.missed.append(f"seed {seed} {_told(outcome, true)} shown {shown}")
