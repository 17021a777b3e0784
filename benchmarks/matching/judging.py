"""The matcher over all lines by time, as `reconcile` runs it. Reads files and promises; knows no truth."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from charityledger.reconciliation.matching.matcher import Matcher
from charityledger.reconciliation.matching.model import Incoming, OpenPledge, Settled, Verdict

from . import feed
from .feed import Key


@dataclass(frozen=True, slots=True)
class Outcome:
    """One inflow and what the matcher said."""

    key: Key
    line: Incoming
    verdict: Verdict


def judge(pledges: Iterable[OpenPledge], settled: Mapping[str, Settled],
          files: Sequence[tuple[str, Path]]) -> tuple[list[Outcome], float]:
    """(outcomes in order of time, CPU seconds of the matcher alone). What is confirmed is taken at once."""
    lines = []
    for number, (key, line) in enumerate(feed.read(files)):
        one = feed.incoming(number, key[0], line)
        if one is not None:
            lines.append((key, one))
    began = time.process_time()
    matcher = Matcher(pledges, settled)
    outcomes = []
    for key, one in lines:
        verdict = matcher.judge(one)
        if verdict.confirmed is not None:
            matcher.take(verdict.confirmed.parts)
        outcomes.append(Outcome(key, one, verdict))
    return outcomes, time.process_time() - began
