"""`python -m benchmarks.matching [--seeds 0-9] [--lines 2000] [--rate kind=x …] [--missed]`.

Tuned on seeds 0 to 9 only; other seeds are for others to measure. Truth and matcher meet in `score` alone.
"""

import argparse
import tempfile
from pathlib import Path

from . import score, writers
from .judging import judge
from .noise import RATES
from .others import add_others
from .report import show
from .world import Maker


def run(seeds: range, lines: int, rates: dict[str, float]) -> score.Score:
    """Generate, write, read, judge and score each seed."""
    total = score.Score()
    for seed in seeds:
        maker = Maker(seed, lines, rates)
        world = maker.make()
        add_others(maker.random, world, rates)
        with tempfile.TemporaryDirectory() as folder:
            files = writers.write(Path(folder), world.payments, rates["overlap"], maker.random)
            outcomes, cpu_s = judge(world.pledges, world.settled, files)
        total.cpu_s += cpu_s
        score.add(total, seed, world.pledges, outcomes, score.truth_of(world.payments))
    return total


def _rate(text: str) -> tuple[str, float]:
    kind, _, rate = text.partition("=")
    if kind not in RATES:
        raise argparse.ArgumentTypeError(f"unknown kind {kind!r}; known: {', '.join(RATES)}")
    return kind, float(rate)


def _seeds(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching")
    parser.add_argument("--seed", "--seeds", type=_seeds, default=range(10), help="one seed or a range like 0-9")
    parser.add_argument("--lines", type=int, default=2600, help="gifts per seed")
    parser.add_argument("--rate", type=_rate, action="append", default=[], metavar="KIND=X")
    parser.add_argument("--missed", action="store_true", help="list suggestions that lack the right promise")
    given = parser.parse_args()
    total = run(given.seed, given.lines, RATES | dict(given.rate))
    show(total)
    if given.missed:
        print(*total.missed, sep="\n")


if __name__ == "__main__":
    main()
