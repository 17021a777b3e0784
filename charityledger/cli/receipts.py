"""receipts list, export and import: the state's receipts (公益事业捐赠票据) of gifts."""

import sys
from pathlib import Path
from typing import Any

import click

from ..clock import SystemClock, today
from ..identity.actor import Actor
from ..money import format_fen
from .group import JSON, OUT, main, print_json, sentence, with_database, write_file

# As in donations.state_receipt_queue, which a command loads only when it runs; a test compares them.
STATES = ("to_apply", "issued", "voided", "waived", "anonymous")


@main.group()
def receipts() -> None:
    """The state's receipts (公益事业捐赠票据) of gifts."""


@receipts.command("list")
@click.option("--state", type=click.Choice(STATES), help="default: to_apply")
@click.option("--month", default="", help="when the gift came in, such as 2026-04")
@JSON
@with_database
def list_receipts(state: str | None, month: str, as_json: bool) -> None:
    """Gifts that a state receipt is due for, by what became of it; without names."""
    from ..donations import state_receipt_queue as queue
    from ..extensions import db

    if month and queue.first_of(month) is None:
        raise click.BadParameter(f"{month!r} is no month such as 2026-04", param_hint="--month")
    rows = [_told(row) for row in queue.listed(db.session(), queue.Wanted(state or "to_apply", month))]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['donation_id']:>8} {row['received_on']} {row['sub_code']:<8} {row['kind']:<5} "
                   f"{format_fen(row['amount_fen']):>14} {row['state']:<9} {row['code']} {row['number']}".rstrip())


def _told(row: Any) -> dict[str, Any]:
    """A gift as data. Code and number are those of the receipt that is issued, else of the last void one."""
    shown = row.live if row.live is not None and row.live.state == "issued" else row.voids[-1] if row.voids else None
    return {"donation_id": row.gift.id, "reference": row.reference, "kind": row.gift.kind,
            "sub_code": row.sub.code if row.sub is not None else "GEN", "received_on": row.gift.received_on,
            "amount_fen": row.gift.value_fen, "state": row.state, "code": shown.code if shown else "",
            "number": shown.number if shown else "", "check_code": shown.check_code if shown else "",
            "issued_on": shown.issued_on if shown else None,
            "voided": [{"code": old.code, "number": old.number} for old in row.voids]}


@receipts.command("export")
@OUT
@with_database
def export_receipts(out: Path) -> None:
    """What is to be applied for, to key into the state's system: CSV, or XLSX where the file's name says so."""
    from ..donations import state_receipt_export as export
    from ..donations import state_receipt_queue as queue
    from ..extensions import db

    rows = queue.listed(db.session(), queue.Wanted())
    write = export.as_xlsx if out.suffix.lower() == ".xlsx" else export.as_csv
    write_file(out, write(db.session(), rows))
    click.echo(f"{out}: {len(rows)} gifts")


@receipts.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@JSON
@with_database
def import_receipts(file: Path, as_json: bool) -> None:
    """Record what the state's system issued, from CSV or XLSX: all of the file, or nothing where a line is wrong."""
    from ..donations import state_receipt_import as answers
    from ..extensions import db

    data, clock = file.read_bytes(), SystemClock()
    plan = answers.preview(db.session(), data, today(clock))
    # Told before the commit, which begins a reading of its own.
    told = {"file_sha256": plan.sha256, "new": len(plan.new), "known": len(plan.known), "waiting": plan.waiting,
            "amount_fen": plan.amount_fen, "receipts": [
                {"donation_id": match.gift.id, "code": match.answer.issued.code, "number": match.answer.issued.number,
                 "amount_fen": match.answer.issued.amount_fen} for match in plan.new],
            "problems": [{"line": problem.line, "column": problem.column, "code": problem.code,
                          "message": sentence(problem.error)} for problem in plan.problems]}
    if plan.acts:
        answers.commit(actor=Actor.system(), clock=clock, data=data)
    if as_json:
        print_json(told)
    else:
        for problem in told["problems"]:  # type: ignore[attr-defined]  # a list, as above
            click.echo(f"line {problem['line']}: {problem['message']} [{problem['code']}]", err=True)
        click.echo(f"{told['new']} new, {told['known']} known, {told['waiting']} without a receipt yet"
                   if not plan.problems else f"{len(plan.problems)} problems; nothing was recorded")
    sys.exit(1 if plan.problems else 0)
