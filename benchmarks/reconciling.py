"""A statement file against as many open pledges: read, identified, matched, committed; each size in its own process.

`python -m benchmarks.reconciling [--database sqlite|postgresql] [--lines 100000 …]`. Beside each the time that Python's
csv module takes merely to read the file, and the process's highest memory.
"""

import argparse
import csv
import io
import random
import resource
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from charityledger.clock import SystemClock
from charityledger.donations import accepting
from charityledger.donations.models import Pledge
from charityledger.donations.pledge_rows import Row
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.ids import RandomIds
from charityledger.reconciliation import imports, reading, runs
from charityledger.reconciliation.runs import Policy
from tests.postgresql import running

from . import measure
from .matching.people import person

SIZES = (10_000, 100_000, 300_000)
LIMIT_S, LIMIT_MIB = 60, 500
HEAD = ("交易类型", "付款人账号", "付款人名称", "收款人账号", "收款人名称", "交易日期", "交易时间", "交易金额",
        "交易后余额", "交易流水号", "摘要", "用途", "交易附言")
STARTS = datetime.fromisoformat("2026-04-01 08:00")


def promise(count: int) -> list[tuple[str, str, int]]:
    """[(reference, donor, fen)] of pledges that are accepted now."""
    made = random.Random(7)
    rows = [Row(n, f"B{n}", person(made), "individual", "BIG", made.randrange(100, 500_000) * 10, date(2026, 3, 20),
                f"139{n:08d}") for n in range(count)]
    for start in range(0, count, 1000):
        accepting.accept_rows(actor=Actor.system(), clock=SystemClock(), ids=RandomIds(), rows=rows[start:start + 1000])
    known = db.session.execute(select(Pledge.external_id, Pledge.reference)).all()
    db.session.rollback()
    references = dict(known)
    return [(references[row.external_id], row.donor_name, row.amount_fen) for row in rows]


def statement(promises: list[tuple[str, str, int]]) -> bytes:
    """The bank's file: nine in ten lines with a whole code, the rest with a name alone, or of nobody."""
    made, balance = random.Random(8), 0
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEAD)
    for n, (reference, donor, fen) in enumerate(made.sample(promises, len(promises))):
        kind, at = made.random(), STARTS + timedelta(seconds=5 * n)
        balance += fen
        memo = f"捐{reference}" if kind < .9 else "爱心捐款"
        writer.writerow(("来账", f"6222{n:012d}", donor if kind < .97 else "（未提供）", "6222000000000000", "慈善总会",
                         f"{at:%Y%m%d}", f"{at:%H:%M:%S}", f"{fen // 100}.{fen % 100:02d}",
                         f"{balance // 100}.{balance % 100:02d}", f"B{n:010d}", memo, "", memo))
    return text.getvalue().encode("utf-8-sig")


def one(count: int) -> None:
    """Prints one line of the table."""
    measure.add_large_project()
    data = statement(promise(count))
    clock, actor, took = SystemClock(), Actor.system(), {}
    with open("/dev/null", "w") as sink:
        began = time.perf_counter()
        for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))):
            sink.write(row[0])
        took["csv"] = time.perf_counter() - began
    began = time.perf_counter()
    file = reading.read(data, "bank.csv")
    took["read"] = time.perf_counter() - began
    began = time.perf_counter()
    imports.commit(file=file, account_code="BANK", confirmed=imports.EVERYTHING, actor=actor, clock=clock,
                   instance=Path(current_app.instance_path))
    took["identify, store"] = time.perf_counter() - began
    del file, data
    began = time.perf_counter()
    run_id = runs.queue(account_code="BANK", actor=actor, clock=clock)
    result = runs.carry_out(run_id, policy=Policy(), clock=clock)
    took["match, book"] = time.perf_counter() - began
    ours = sum(took.values()) - took["csv"]
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    missed = " MISSED" if count == 100_000 and (ours > LIMIT_S or peak_mib > LIMIT_MIB) else ""
    print(f"{count:>8,} lines  {ours:6.1f} s  {ours / count * 1e6:6.0f} us/line  {ours / took['csv']:5.0f} x csv   "
          + "  ".join(f"{name} {seconds:.1f} s" for name, seconds in took.items())
          + f"  peak {peak_mib:.0f} MiB  confirmed {len(result.confirmed):,}{missed}", flush=True)


def run() -> None:
    """Both databases, every size, each in its own process, so that memory is its own."""
    for kind in ("sqlite", "postgresql"):
        print(f"pledges and lines on {kind}; wanted at 100,000: under {LIMIT_S} s and {LIMIT_MIB} MiB, flat per line",
              flush=True)
        for size in SIZES:
            subprocess.run([sys.executable, "-m", "benchmarks.reconciling", "--database", kind, "--lines", str(size)],
                           check=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reconciling")
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    parser.add_argument("--lines", type=int, default=100_000)
    given = parser.parse_args()
    if given.database is None:
        run()
        return
    with ExitStack() as opened:
        url = None
        if given.database == "postgresql":
            server = opened.enter_context(running(durable=True))
            server.create("bench")
            url = server.url("bench")
        opened.enter_context(measure.application(url))
        one(given.lines)


if __name__ == "__main__":
    main()
