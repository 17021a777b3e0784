"""user add."""

import os

import click

from ..clock import SystemClock
from ..identity.actor import ROLES, Actor
from .group import main, with_database


@main.group()
def user() -> None:
    """People who sign in."""


@user.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--name", help="default: the part of the address before @")
@with_database
def add(email: str, role: str, name: str | None) -> None:
    """Add somebody who can sign in. The password comes from CHARITYLEDGER_PASSWORD or a prompt."""
    from ..identity.passwords import new_hash
    from ..identity.service import create_user

    password = os.environ.get("CHARITYLEDGER_PASSWORD") or click.prompt(
        "Password", hide_input=True, confirmation_prompt=True)
    made = create_user(actor=Actor.system(), clock=SystemClock(), name=name or email.split("@")[0], role=role,
                       email=email, password_hash=new_hash(password, (email, name)))
    click.echo(f"{made.email} can sign in as {made.role}")
