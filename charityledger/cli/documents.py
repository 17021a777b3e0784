"""report needs|project|donor|receipt|certificate|reconciliation: the same issued documents as the site's."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ..clock import SystemClock, today
from ..columns import ROW_ID_DIGITS
from ..identity.actor import Actor
from .group import LANGUAGE, OUT, main, with_database, write_file

YEARS = (2000, 2200)
ID = click.IntRange(1, 10 ** ROW_ID_DIGITS)


class Day(click.DateTime):
    """A day within YEARS: of others there are no figures, and the last that there are cannot be counted on."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        day = super().convert(value, param, ctx)
        if not YEARS[0] <= day.year <= YEARS[1]:
            self.fail(f"{value!r} is not between the years {YEARS[0]} and {YEARS[1]}", param, ctx)
        return day


DAY = Day(["%Y-%m-%d"])


@main.group()
def report() -> None:
    """PDF documents."""


def _write(out: Path, issued: object) -> None:
    write_file(out, issued.content)  # type: ignore[attr-defined]
    click.echo(f"{out}: {issued.number}, SHA-256 {issued.sha256}")  # type: ignore[attr-defined]


@report.command()
@LANGUAGE
@click.option("--as-at", type=DAY, help="at the end of this day; default: as it stands")
@OUT
@with_database
def needs(language: str, as_at: datetime | None, out: Path) -> None:
    """Funds raised against needs."""
    from ..reports import service

    _write(out, service.needs(actor=Actor.system(), clock=SystemClock(), language=language,  # type: ignore[arg-type]
                              as_at=as_at.date() if as_at else None))


@report.command()
@click.argument("code")
@LANGUAGE
@click.option("--from", "starts", type=DAY, help="default: 1 January of the year of --to")
@click.option("--to", "ends", type=DAY, help="default: today")
@OUT
@with_database
def project(code: str, language: str, starts: datetime | None, ends: datetime | None, out: Path) -> None:
    """Statement of one sub-project's fund (or GEN, HOLD) for a period."""
    from ..reports import service

    until = ends.date() if ends else today(SystemClock())
    _write(out, service.fund(actor=Actor.system(), clock=SystemClock(), language=language,  # type: ignore[arg-type]
                             fund=code, starts_on=starts.date() if starts else until.replace(month=1, day=1),
                             ends_on=until, public=False))


@report.command()
@click.argument("donation_id", type=ID)
@LANGUAGE
@OUT
@with_database
def receipt(donation_id: int, language: str, out: Path) -> None:
    """Our own receipt for one gift."""
    from ..reports import service

    _write(out, service.receipt(actor=Actor.system(), clock=SystemClock(), language=language,  # type: ignore[arg-type]
                                donation_id=donation_id))


@report.command()
@click.argument("reference")
@LANGUAGE
@OUT
@with_database
def certificate(reference: str, language: str, out: Path) -> None:
    """Certificate of one adoption, by its ten-digit reference."""
    from ..reports import service

    _write(out, service.certificate(actor=Actor.system(), clock=SystemClock(),
                                    language=language, pledge_id=service.pledge_id(reference)))  # type: ignore[arg-type]


@report.command()
@click.argument("donor_id", type=ID)
@click.option("--year", type=click.IntRange(*YEARS), help="default: this year")
@LANGUAGE
@OUT
@with_database
def donor(donor_id: int, year: int | None, language: str, out: Path) -> None:
    """A donor's annual statement."""
    from ..reports import service

    _write(out, service.donor(actor=Actor.system(), clock=SystemClock(), language=language,  # type: ignore[arg-type]
                              donor_id=donor_id, year=year or today(SystemClock()).year))


@report.command()
@click.option("--account", required=True, help="code of the money account")
@click.option("--period", required=True, help="the month, for example 202604")
@click.option("--list", "listed", type=click.Choice(["unmatched", "matched"]),
              help="the account's lines instead: unmatched and held ones, or what they became")
@click.option("--format", "shape", type=click.Choice(["pdf", "xlsx"]), default="pdf", show_default=True,
              help="xlsx only with --list")
@LANGUAGE
@OUT
@with_database
def reconciliation(account: str, period: str, listed: str | None, shape: str, language: str, out: Path) -> None:
    """Reconciliation statement of one account at the end of a month; a preview until the month is closed."""
    from ..reports import service
    from ..reports.exports import lines

    if shape == "xlsx":
        if listed is None:
            raise click.UsageError("--format xlsx needs --list")
        write_file(out, lines.workbook(account, period, listed, language, SystemClock()))  # type: ignore[arg-type]
        click.echo(str(out))
        return
    number, content = service.reconciliation(
        actor=Actor.system(), clock=SystemClock(), language=language,  # type: ignore[arg-type]
        account=account, period=period, listed=listed or "")
    write_file(out, content)
    click.echo(f"{out}: {number or 'preview, not numbered'}, SHA-256 {hashlib.sha256(content).hexdigest()}")
