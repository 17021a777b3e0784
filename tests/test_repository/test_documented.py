"""docs/operations.md names every setting, command and error code, and none that does not exist."""

import importlib
import pkgutil
import re

import click

import charityledger
from charityledger import cli, errors
from charityledger.config import SETTINGS
from tests.test_repository.tree import ROOT


def section(title: str) -> str:
    """The text under one `## title` of docs/operations.md."""
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"docs/operations.md has no section {title!r}"
    return found[1]


def table(title: str) -> list[list[str]]:
    """The cells of a section's table, without its two head lines; code marks are taken off."""
    rows = [line for line in section(title).splitlines() if line.startswith("|")][2:]
    return [[cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def subclasses(kind: type[errors.CharityLedgerError]) -> set[type[errors.CharityLedgerError]]:
    return {kind}.union(*(subclasses(sub) for sub in kind.__subclasses__()))


def every_error() -> set[type[errors.CharityLedgerError]]:
    """Every error class of the package, whichever module defines it."""
    for module in pkgutil.walk_packages(charityledger.__path__, "charityledger."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return subclasses(errors.CharityLedgerError)


def commands(group: click.Command, before: str = "") -> set[str]:
    """Every command in full: `statement import`."""
    if not isinstance(group, click.Group):
        return {before}
    return set().union(*(commands(command, f"{before} {name}".strip()) for name, command in group.commands.items()))


def test_settings() -> None:
    documented = {row[0]: (row[1], row[2]) for row in table("Settings")}
    assert documented == {f"CHARITYLEDGER_{s.name}": (s.default, s.what) for s in SETTINGS}


def test_commands() -> None:
    assert {row[0].removeprefix("charityledger ") for row in table("Commands")} == commands(cli.main)


def test_error_codes() -> None:
    known = every_error()
    assert {row[0]: row[1] for row in table("Error codes")} == {kind.code: str(kind.status) for kind in known}


def test_codes_are_one_each() -> None:
    codes = [kind.code for kind in every_error()]
    assert len(codes) == len(set(codes))


def test_make_targets_are_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in readme
    assert "make test" in readme
