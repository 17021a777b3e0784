"""The group that every command hangs on, and how results and errors are printed."""

import dataclasses
import json
import sys
from collections.abc import Callable
from datetime import date, datetime
from functools import update_wrapper
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import ArgumentError, OperationalError

from .. import create_app, database, wording
from ..config import BadSetting
from ..errors import CharityLedgerError


class Commands(click.Group):
    """Prints what is wrong with the call, the settings or the place as one sentence on stderr and ends with 2."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except CharityLedgerError as error:
            told = f"{sentence(error)} [{error.code}]"
        except BadSetting as error:
            told = str(error)
        except ArgumentError as error:
            told = f"CHARITYLEDGER_DATABASE_URL: {error}"
        except OperationalError as error:
            told = f"the database cannot be used: {error.orig}"
        except OSError as error:
            if error.filename is None:
                raise
            told = f"{error.filename}: {error.strerror}"
        click.echo(f"charityledger: {told}", err=True)
        sys.exit(2)


def sentence(error: CharityLedgerError) -> str:
    """The error in the user's words; English, since terminals of servers often show nothing else."""
    from flask_babel import force_locale

    with make_app().test_request_context(), force_locale("en"):
        return wording.text(error)


def make_app() -> Flask:
    """One application per run of the command."""
    context = click.get_current_context().find_root()
    if "app" not in context.meta:
        context.meta["app"] = context.obj if isinstance(context.obj, Flask) else create_app()
    app: Flask = context.meta["app"]
    return app


def with_database(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run inside the application, and say what to do where there is no database yet."""
    def run(*args: Any, **kwargs: Any) -> Any:
        app = make_app()
        if not database.is_ready(app):
            click.echo("charityledger: there is no database yet; run `charityledger init` first", err=True)
            sys.exit(2)
        with app.app_context():
            return command(*args, **kwargs)

    return update_wrapper(run, command)


def print_json(data: object) -> None:
    """Data for scripts: amounts are integer fen, dates ISO 8601."""
    def plain(value: object) -> object:
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return dataclasses.asdict(value)
        if isinstance(value, (date, datetime)):
            return value.isoformat()
        raise TypeError(type(value))

    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=plain))


def write_file(path: Path, content: bytes) -> None:
    """Write a document; an existing file of that name is replaced whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)


JSON = click.option("--json", "as_json", is_flag=True, help="print JSON; amounts in fen")
LANGUAGE = click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
OUT = click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="the file to write")


@click.group(cls=Commands, name="charityledger")
def main() -> None:
    """Projects, promises, gifts and the books behind them."""


from . import data, deploy, documents, people, receipts, statements  # noqa: E402  (they add their commands)

__all__ = ["data", "deploy", "documents", "main", "people", "receipts", "statements"]
