"""init, serve, demo: from nothing to a running site."""

import os
import secrets
import socket
import sys
import threading
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import make_url

from .. import database
from ..clock import SystemClock
from .group import main, make_app, with_database

FIRST_PORT, PORTS = 8000, 20
HOUSEKEEPING_S = 5


def initialise(app: Flask, folder: Path | None = None) -> None:
    """Fonts, database, catalogue, accounts; idempotent. Fonts first: they take longest and leave nothing half-made."""
    from ..donations.money_accounts import ensure_default_accounts
    from ..projects import catalogue
    from ..reports.fonts import ensure

    ensure(app, say=click.echo)
    click.echo(f"Database: {make_url(app.config['DATABASE_URL']).render_as_string(hide_password=True)}")
    database.upgrade(app)
    with app.app_context():
        added = catalogue.load(catalogue=catalogue.read(folder), clock=SystemClock())
        click.echo(f"Catalogue: {added} sub-projects added")
        ensure_default_accounts(clock=SystemClock())


@main.command()
@click.option("--catalogue", "folder", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="folder with projects.csv and need_items.csv; default: the one that ships")
def init(folder: Path | None) -> None:
    """Create or upgrade the database and load the catalogue (idempotent; no demonstration data)."""
    initialise(make_app(), folder)
    click.echo("Ready. Next: charityledger user add EMAIL --role admin, then charityledger serve")


@main.command()
@with_database
def demo() -> None:
    """Fill an empty database with generated demonstration data, marked as such everywhere."""
    fill_demonstration(make_app())


def fill_demonstration(app: Flask) -> None:
    """Demonstration data and one sign-in per role; the passwords are printed once and kept nowhere."""
    from ..demonstration import fill

    password = secrets.token_urlsafe(9)
    try:
        with app.app_context():
            signs = fill(password=password, say=click.echo)
    except BaseException:
        click.echo(f"The demonstration is half-made. Remove {app.config['INSTANCE']} and start again.", err=True)
        raise
    app.config["DEMONSTRATION"] = True
    if signs:
        click.echo("\nDemonstration sign-ins, shown once (one password for all): " + password)
        for role, email in signs:
            click.echo(f"  {role:<8} {email}")
        click.echo("")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, help=f"default: {FIRST_PORT}, or the next one that is free")
@click.option("--demonstration", is_flag=True, help="where there is no database yet: init and demo first")
def serve(host: str, port: int | None, demonstration: bool) -> None:
    """The production server (waitress), with housekeeping: expiry of promises and voucher numbers."""
    from waitress import create_server

    app = make_app()
    ready = database.is_ready(app)
    if not ready and not demonstration:
        click.echo("charityledger: there is no database yet; run `charityledger init` first", err=True)
        sys.exit(2)
    # Somebody may have stopped the very first start before anybody could sign in: it goes on then.
    if not ready or (demonstration and nobody_yet(app)):
        initialise(app)
        fill_demonstration(app)
    else:
        database.upgrade(app)
        with app.app_context():
            from ..reports.fonts import ensure

            ensure(app, say=click.echo)
    chosen = port if port is not None else free_port(host)
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{chosen}"
    # The address stands in documents and mail; a setting says otherwise where a name stands in front.
    if not os.environ.get("CHARITYLEDGER_SITE_URL"):
        app.config["SITE_URL"] = address
    try:
        # The application itself decides which X-Forwarded headers to believe (TRUSTED_PROXIES).
        server = create_server(app, host=host, port=chosen, threads=8, ident="charityledger",
                               clear_untrusted_proxy_headers=False)
    except OSError as error:
        raise click.ClickException(f"cannot serve on {address}: {error.strerror}; choose another --port") from None
    stop = threading.Event()
    threading.Thread(target=housekeeping, args=(app, stop), daemon=True).start()
    click.echo(f"Serving on {address}  (Ctrl-C stops)")
    sys.stdout.flush()
    try:
        server.run()
    finally:
        stop.set()


def nobody_yet(app: Flask) -> bool:
    """Whether the database has no user."""
    from ..extensions import db
    from ..identity.models import User

    with app.app_context():
        return db.session.scalar(db.select(User.id).limit(1)) is None


def free_port(host: str) -> int:
    """The first free port from FIRST_PORT on."""
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise click.ClickException(f"ports {FIRST_PORT} to {FIRST_PORT + PORTS - 1} are all taken; choose one with --port")


def housekeeping(app: Flask, stop: threading.Event) -> None:
    """Every few seconds: free what has expired, match lines where somebody asked for it, give numbers to new vouchers.
    A failure is logged and tried again."""
    from ..donations.adoption import expire
    from ..extensions import db
    from ..ledger import numbering
    from ..reconciliation import runs
    from ..reconciliation.settings import policy

    while not stop.wait(HOUSEKEEPING_S):
        with app.app_context():
            try:
                expire(clock=SystemClock())
                numbering.assign()
                runs.carry_out_waiting(Path(app.instance_path), policy=policy(app.config), clock=SystemClock())
            except Exception:
                app.logger.exception("housekeeping failed; it runs again in %s s", HOUSEKEEPING_S)
            finally:
                db.session.remove()
