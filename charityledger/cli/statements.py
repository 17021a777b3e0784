"""account add and list, statement import, list and lines, reconcile."""

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask import Flask

from ..clock import SystemClock
from ..errors import CharityLedgerError
from ..identity.actor import Actor
from ..money import format_fen, parse_yuan
from .group import JSON, main, make_app, print_json, with_database

if TYPE_CHECKING:
    from ..reconciliation.imports import Preview
    from ..reconciliation.matching.model import Reason
    from ..reconciliation.runs import Result

DAY = click.DateTime(formats=["%Y-%m-%d"])


@main.group()
def account() -> None:
    """Where money really lies."""


@account.command("add")
@click.argument("code")
@click.option("--kind", type=click.Choice(["bank", "wechat", "alipay", "cash"]), required=True)
@click.option("--name", required=True, help="what people call it")
@click.option("--number", default="", help="the account's number, as its files say it")
@click.option("--opening", metavar="YUAN", help="what it holds before anything here is booked")
@click.option("--opening-on", type=DAY, help="the day of that balance; default: the first day of this year")
@with_database
def add_account(code: str, kind: str, name: str, number: str, opening: str | None, opening_on: datetime | None) -> None:
    """Add a money account."""
    from ..donations import money_accounts

    money_accounts.add_account(actor=Actor.system(), clock=SystemClock(), code=code, kind=kind, name=name,
                               number=number, opening_fen=0 if opening is None else parse_yuan(opening),
                               opened_on=None if opening_on is None else opening_on.date())
    click.echo(f"Account {code} is there.")


@account.command("list")
@JSON
@with_database
def list_accounts(as_json: bool) -> None:
    """Every money account with its balance."""
    from ..donations import money_accounts
    from ..extensions import db

    rows = [{"code": row.account.code, "kind": row.account.kind, "name": row.account.name,
             "number": row.account.number, "source": row.account.source, "ledger_account": row.account.ledger_account,
             "balance_fen": row.balance_fen} for row in money_accounts.figures(db.session())]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['code']:<20} {row['kind']:<7} {format_fen(int(str(row['balance_fen']))):>16}  {row['name']}")


@main.group()
def statement() -> None:
    """Files of banks and wallets."""


@statement.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--account", "account_code", required=True, help="code of the money account")
@click.option("--format", "wanted", default="",
              help="the file's format, or the name of a column mapping; default: told by its content")
@click.option("--yes", is_flag=True, help="confirm what a person would be asked, and add the account if it is new")
@JSON
@with_database
def import_statement(file: Path, account_code: str, wanted: str, yes: bool, as_json: bool) -> None:
    """Import a statement file, all of it or nothing.

    Without --yes nothing is imported where the file does not agree with itself or a line is doubtful.
    """
    from ..extensions import db
    from ..reconciliation import imports, mappings, reading

    told = reading.read(file.read_bytes(), file.name, wanted, mappings.in_use(db.session()))
    seen = imports.preview(db.session(), told, account_code, create=yes)
    result = _import_result(seen)
    if not seen.blocked and (yes or not seen.asks):
        try:
            imports.commit(file=told, account_code=account_code, instance=_instance(make_app()),
                           confirmed=imports.EVERYTHING if yes else imports.Confirmed(), actor=Actor.system(),
                           clock=SystemClock(), create=yes)
        except CharityLedgerError as error:
            result["problems"] += [_problem(0, error)]
        else:
            result["imported"] = True
    if as_json:
        print_json(result)
    else:
        _say_import(result, file.name)
    sys.exit(0 if result["imported"] else 1)


def _import_result(seen: "Preview") -> dict[str, Any]:
    parsed = seen.file.parsed
    return {
        "file_sha256": seen.file.sha256, "format": parsed.format, "mapping": seen.file.mapping or None,
        "account": seen.account_code, "imported": False,
        "known_file": seen.statement is not None, "books": parsed.books, "lines": len(parsed.lines), "new": seen.new,
        "known": seen.known, "doubtful": seen.doubtful, "neutral": parsed.neutral,
        "foreign": len(parsed.lines) - len(parsed.local), "in_fen": parsed.in_fen, "out_fen": parsed.out_fen,
        "opening_fen": parsed.opening_fen, "closing_fen": parsed.closing_fen,
        "period": None if parsed.period is None else [day.isoformat() for day in parsed.period], "ties": parsed.ties,
        "totals": [{"name": total.name, "declared": total.declared, "found": total.found, "ties": total.ties}
                   for total in parsed.totals],
        "to_confirm": list(seen.asks), "problems": [_problem(row, error) for row, error in seen.faults]}


def _problem(row: int, error: CharityLedgerError) -> dict[str, Any]:
    from .. import wording

    return {"line": row, "code": error.code, "message": wording.text(error)}


def _say_import(result: Mapping[str, Any], name: str) -> None:
    click.echo(f"{name}: {result['format']}, {result['lines']} lines, {result['new']} new, {result['known']} known, "
               f"{result['doubtful']} doubtful; in {format_fen(result['in_fen'])}, "
               f"out {format_fen(result['out_fen'])}; " + ("ties" if result["ties"] else "does not tie"))
    for problem in result["problems"]:
        click.echo(f"line {problem['line']}: {problem['message']} [{problem['code']}]", err=True)
    if not result["imported"]:
        click.echo("nothing was imported" + ("; --yes confirms it" if result["to_confirm"] else ""), err=True)


@statement.command("list")
@JSON
@with_database
def list_statements(as_json: bool) -> None:
    """Every imported file."""
    from ..extensions import db
    from ..reconciliation import statements

    rows = [{"id": row.id, "account": row.account_code, "file": name, "file_sha256": row.sha256, "format": row.format,
             "books": row.books, "lines": row.lines, "new": row.new, "known": row.known, "doubtful": row.doubtful,
             "in_fen": row.in_fen, "out_fen": row.out_fen, "opening_fen": row.opening_fen,
             "closing_fen": row.closing_fen, "first_on": row.first_on, "last_on": row.last_on, "ties": row.ties,
             "confirmed": row.confirmed.split(",") if row.confirmed else [], "imported_at": row.imported_at}
            for row, name in statements.every(db.session())]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['id']:>6} {row['account']:<20} {row['first_on']} {row['last_on']} {row['lines']:>7} "
                   f"{format_fen(int(str(row['in_fen']))):>16} {format_fen(int(str(row['out_fen']))):>16}  "
                   f"{row['file']}")


@statement.command("mappings")
@JSON
@with_database
def list_mappings(as_json: bool) -> None:
    """Tables that people explained in the browser, each with its columns; `import --format` takes their names."""
    from ..extensions import db
    from ..reconciliation import mappings

    found = mappings.in_use(db.session())
    if as_json:
        print_json([{"id": one.id, "name": one.name, "format": one.format, "head": one.mapping.head,
                     "columns": {field: [at + 1 for at in places] for field, places in one.mapping.places.items()},
                     "source": one.mapping.source, "dates": one.mapping.dates, "made_by": one.made_by,
                     "made_at": one.made_at} for one in found])
        return
    for one in found:
        click.echo(f"{one.format:<10} {one.name}  " + ", ".join(
            f"{one.mapping.head[at] or at + 1} = {field}" for field, at in one.mapping.columns))


@statement.command("lines")
@click.option("--account", "account_code", help="of this money account only")
@click.option("--state", type=click.Choice(["open", "held", "done"]), help="in this state only")
@JSON
@with_database
def list_lines(account_code: str | None, state: str | None, as_json: bool) -> None:
    """Every line, oldest first; amounts signed, inflow positive."""
    from ..extensions import db
    from ..reconciliation import statements

    rows = statements.lines(db.session(), account_code=account_code, state=state)
    if as_json:
        _print_rows(rows)
        return
    for row in rows:
        click.echo(f"{row['id']:>8} {row['booked_at']:<26} {format_fen(int(row['amount_fen'])):>16} {row['state']:<5} "
                   f"{row['counterparty']}  {row['memo']}")


def _print_rows(rows: Iterable[Mapping[str, Any]]) -> None:
    """A JSON list, row by row: there may be hundreds of thousands."""
    mark = "["
    for row in rows:
        click.echo(mark + "\n  " + json.dumps(row, ensure_ascii=False), nl=False)
        mark = ","
    click.echo("[]" if mark == "[" else "\n]")


@main.command()
@click.option("--dry-run", is_flag=True, help="only say what would be confirmed")
@click.option("--account", "account_code", help="lines of this money account only")
@JSON
@with_database
def reconcile(dry_run: bool, account_code: str | None, as_json: bool) -> None:
    """Match the lines that wait: confirm what is certain, suggest, and say what is left."""
    from ..extensions import db
    from ..reconciliation import runs
    from ..reconciliation.settings import policy

    app, clock = make_app(), SystemClock()
    if dry_run:
        result = runs.foresee(db.session(), account_code=account_code, policy=policy(app.config), clock=clock)
    else:
        with runs.alone(_instance(app), wait=True):
            run_id = runs.queue(account_code=account_code, actor=Actor.system(), clock=clock)
            result = runs.carry_out(run_id, policy=policy(app.config), clock=clock)
    if as_json:
        print_json(_reconcile_result(result))
        return
    for one in result.confirmed:
        click.echo(f"line {one.line_id}: confirmed, tier {one.tier}: "
                   + ", ".join(f"{reference} {format_fen(fen)}" for reference, fen in one.parts))
    click.echo(f"{len(result.confirmed)} {'would be ' if dry_run else ''}confirmed, {len(result.suggested)} suggested, "
               f"{len(result.left)} left")


def _reconcile_result(result: "Result") -> dict[str, Any]:
    from ..reconciliation import reasons

    return {
        "confirmed": [{"line_id": one.line_id, "tier": one.tier,
                       "allocations": [{"kind": "donation", "reference": reference, "amount_fen": fen}
                                       for reference, fen in one.parts],
                       "fee_line_ids": list(one.fee_line_ids), **_reason(one.reason)} for one in result.confirmed],
        "suggested": [{"line_id": one.line_id, "why_not": reasons.text(one.reason),
                       "why_not_code": one.reason.code,
                       "candidates": [{"tier": candidate.tier, "references": list(references),
                                       "parts": [{"reference": reference, "amount_fen": part.amount_fen}
                                                 for reference, part in zip(references, candidate.parts, strict=True)],
                                       "rest_fen": candidate.rest_fen, **_reason(candidate.reason)}
                                      for candidate, references in one.candidates]} for one in result.suggested],
        "left": result.left}


def _reason(reason: "Reason") -> dict[str, Any]:
    """The reason in words, with its code and facts for programs."""
    from ..reconciliation import reasons

    return {"reason": reasons.text(reason), "reason_code": reason.code, "facts": dict(reason.facts)}


def _instance(app: Flask) -> Path:
    return Path(app.instance_path)


