"""setup.cfg says everything about the package, once, and the locks follow from it."""

import re
import subprocess

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.test_repository.tree import PACKAGE, ROOT, listed, setup_cfg, tracked


def locked(name: str) -> dict[str, list[str]]:
    """Package → the versions that a lock pins (several where Python versions differ)."""
    pins: dict[str, list[str]] = {}
    for line in (ROOT / "requirements" / name).read_text().splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)==([^ ;]+)", line):
            pins.setdefault(canonicalize_name(match[1]), []).append(match[2])
    return pins


def wanted(*extras: str) -> list[Requirement]:
    lines = listed("options", "install_requires")
    for extra in extras:
        lines += listed("options.extras_require", extra)
    return [Requirement(line) for line in lines]


def test_metadata_is_declarative() -> None:
    assert not (ROOT / "setup.py").exists()
    lines = [line for line in (ROOT / "pyproject.toml").read_text().splitlines() if line]
    assert lines[0] == "[build-system]"
    assert len(lines) == 3


def test_version_is_the_newest_of_the_changes() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGES.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest
    assert newest[1] == setup_cfg()["metadata"]["version"]


def test_every_package_is_listed() -> None:
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in PACKAGE.rglob("__init__.py")}
    assert found | {"charityledger.templates", "charityledger.migrations"} == set(listed("options", "packages"))


@pytest.mark.parametrize(("lock", "extras"), [("run.txt", ("postgres", "build")),
                                              ("test.txt", ("postgres", "build", "test"))])
def test_lock_satisfies_the_metadata(lock: str, extras: tuple[str, ...]) -> None:
    pins = locked(lock)
    for requirement in wanted(*extras):
        versions = pins.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is not in {lock}: make lock"
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_what_runs_is_what_is_tested() -> None:
    tested = locked("test.txt")
    assert {name: tested.get(name) for name in locked("run.txt")} == locked("run.txt")


@pytest.mark.parametrize("lock", ["run.txt", "test.txt"])
def test_every_pin_has_hashes(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    for pin in re.split(r"\n(?=\S)", text):
        if "==" in pin.split("\n")[0]:
            assert "--hash=sha256:" in pin


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    described = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert described == set(phony[1].split())


@pytest.mark.parametrize("script", [".ci/run", "requirements/install"])
def test_scripts_are_executable_and_parse(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & 0o111
    shell = "bash" if path.read_text().startswith("#!/usr/bin/env bash") else "sh"
    subprocess.run([shell, "-n", path], check=True)


def test_one_test_folder_needs_no_init() -> None:
    # Tests are imported by path; an __init__.py would give two of them one name.
    assert not [path for path in tracked() if path.parts[0] == "tests" and path.name == "__init__.py"]
