"""projects list, pledges import and list, audit, export."""

import sys
from pathlib import Path

import click

from ..clock import SystemClock
from ..identity.actor import Actor
from ..ids import RandomIds
from ..money import format_fen
from .group import JSON, main, print_json, with_database

MOST_ROWS = 1_000_000


@main.group()
def projects() -> None:
    """The catalogue."""


@projects.command("list")
@JSON
@with_database
def list_projects(as_json: bool) -> None:
    """Every sub-project with its figures, and the totals."""
    from ..extensions import db
    from ..reports.summary import programme

    summary = programme(db.session)
    if as_json:
        print_json(summary)
        return
    for p in summary["projects"]:
        click.echo(f"{p['code']:<8} {format_fen(p['need_cash_fen']):>14} {format_fen(p['pledged_fen']):>14} "
                   f"{format_fen(p['received_fen']):>14} {format_fen(p['disbursed_fen']):>14}  {p['title_zh']}")
    click.echo(f"{summary['categories']} categories, {summary['majors']} majors, {summary['subs']} sub-projects, "
               f"{summary['need_items']} need items; cash need {format_fen(summary['need_cash_fen'])}, "
               f"goods {format_fen(summary['need_goods_fen'])}")


@main.group()
def pledges() -> None:
    """Offline and expected gifts."""


@pledges.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@JSON
@with_database
def import_file(file: Path, as_json: bool) -> None:
    """Import pledges from CSV.

    Columns: external_id, donor_name, donor_kind, sub_code, amount_yuan, pledged_on, phone, account.
    pledged_on: not after today, not before 1 January five years ago.
    """
    from ..donations.importing import import_pledges

    result = import_pledges(file.read_bytes(), actor=Actor.system(), clock=SystemClock(), ids=RandomIds(),
                            most=MOST_ROWS)
    if as_json:
        print_json({"pledges": result.pledges, "problems": result.problems})
    else:
        for pledge in result.pledges:
            click.echo(f"{pledge.external_id:<20} {pledge.reference} {pledge.sub_code:<8} "
                       f"{format_fen(pledge.amount_fen):>14}")
        for problem in result.problems:
            click.echo(f"line {problem.line}: {problem.message} [{problem.code}]", err=True)
    sys.exit(1 if result.problems else 0)


@pledges.command("list")
@JSON
@with_database
def list_pledges(as_json: bool) -> None:
    """Every pledge with its reference, state and what has come in."""
    from ..extensions import db
    from ..reports.summary import pledge_list

    rows = pledge_list(db.session)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['reference']} {row['sub_code']:<8} {row['kind']:<5} {row['state']:<10} "
                   f"{row['amount']:>14} {row['paid']:>14}")


@main.command()
@JSON
@with_database
def audit(as_json: bool) -> None:
    """Recompute every balance and promise; exit 1 and say what is wrong."""
    from ..extensions import db
    from ..reports import recompute

    result = recompute.run(db.session)
    totals = {name: getattr(result, name) for name in ("need_fen", "pledged_fen", "received_fen", "disbursed_fen")}
    if as_json:
        print_json({"ok": result.ok, "entries": result.entries, "problems": list(result.problems), "totals": totals})
    else:
        for problem in result.problems:
            click.echo(f"{problem.code}: {problem.message}", err=True)
        click.echo(f"{result.entries} entries; " + ", ".join(f"{k[:-4]} {format_fen(v)}" for k, v in totals.items()))
        click.echo("everything agrees" if result.ok else f"{len(result.problems)} problems")
    sys.exit(0 if result.ok else 1)


@main.group()
def export() -> None:
    """The books and the measures for other programs."""


@export.command("csv")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="folder for the files")
@with_database
def export_csv(out: Path) -> None:
    """One CSV file per table (UTF-8 with BOM, amounts in yuan with two decimals)."""
    from ..extensions import db
    from ..reports.exports import tables

    out.mkdir(parents=True, exist_ok=True)
    for table in tables.every(db.session):
        (out / f"{table.name}.csv").write_bytes(tables.as_csv(table))
        click.echo(out / f"{table.name}.csv")


@export.command("xlsx")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="the workbook to write")
@with_database
def export_xlsx(out: Path) -> None:
    """One workbook with a sheet per table: typed cells, frozen headers, totals as formulas."""
    from ..extensions import db
    from ..reports.exports import tables

    out.write_bytes(tables.as_xlsx(tables.every(db.session)))
    click.echo(out)
