"""A wheel, installed where nothing of the checkout is in reach, serves every public page."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.test_repository.tree import ROOT, setup_cfg, tracked

# Root folders that stand inside the package once it is installed.
INSIDE = {"templates": "charityledger/templates", "migrations": "charityledger/migrations"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: setuptools leaves its own folders in the source tree."""
    source = tmp_path_factory.mktemp("source")
    for path in tracked():
        if path.parts[0] != "tests":
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, source / path)
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, source], check=True,
                   capture_output=True)
    return next(out.glob("*.whl"))


def test_it_holds_every_file_of_the_application(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    for path in tracked():
        top = path.parts[0]
        if top in ("charityledger", *INSIDE) and path.name not in ("README.md", "README"):
            assert str(Path(INSIDE.get(top, top), *path.parts[1:])) in inside


def test_its_metadata(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as files:
        name = next(name for name in files.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = files.read(name).decode()
        points = files.read(name.replace("METADATA", "entry_points.txt")).decode()
    assert f"\nVersion: {setup_cfg()['metadata']['version']}\n" in metadata
    assert "\nLicense-Expression: Apache-2.0\n" in metadata
    assert "charityledger = charityledger.cli:main" in points


def test_it_serves_every_public_page(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", target,
                    wheel], check=True, capture_output=True)
    # -I and -S: no working directory, no environment, and no .pth file that leads back to the checkout.
    start = "import runpy, sys; sys.path[:0] = sys.argv[2:]; runpy.run_path(sys.argv[1], run_name='__main__')"
    places = [target, *{sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHARITYLEDGER_")}
    environment.update(CHARITYLEDGER_INSTANCE=str(tmp_path / "instance"),
                       CHARITYLEDGER_FONTS=str(ROOT / ".cache/fonts"))
    done = subprocess.run([sys.executable, "-I", "-S", "-c", start, Path(__file__).with_name("crawl.py"), *places],
                          cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["package"].startswith(str(target))
    assert seen["refused"] == {}
    # 48 projects and the pages around them, in two languages, and the files that they use.
    assert seen["pages"] > 2 * (48 + 1)
    assert seen["static"] > 2
