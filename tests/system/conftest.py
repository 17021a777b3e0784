"""The command line as a person calls it on a demonstration, and poppler (`.ci/run` installs it) to read the result."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Installation:
    """An instance folder of its own, and the program that works on it."""

    folder: Path

    def call(self, *arguments: str) -> str:
        """Run `charityledger …`; what it printed. A non-zero exit fails the test."""
        environment = {**os.environ, "CHARITYLEDGER_INSTANCE": str(self.folder),
                       "CHARITYLEDGER_FONTS": str(ROOT / ".cache/fonts")}
        done = subprocess.run([sys.executable, "-m", "charityledger.cli", *arguments], cwd=ROOT, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.call(*arguments, "--json"))


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Initialised and filled with the demonstration; tests only issue documents from it."""
    made = Installation(tmp_path_factory.mktemp("system") / "instance")
    made.call("init")
    made.call("demo")
    return made


class Pdf:
    """A document as poppler's programs see it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def _run(self, *command: str) -> str:
        return subprocess.run([*command, self.path], check=True, capture_output=True, text=True).stdout

    def text(self) -> str:
        """What a reader would copy out, lines kept as they stand on the page."""
        return subprocess.run(["pdftotext", "-layout", self.path, "-"], check=True, capture_output=True,
                              text=True).stdout

    def fonts(self) -> list[dict[str, str]]:
        """`name`, and `embedded` and `unicode` (yes or no), of every font."""
        return [{"name": (cells := line.split())[0], "embedded": cells[-5], "unicode": cells[-3]}
                for line in self._run("pdffonts").splitlines()[2:]]

    def info(self) -> dict[str, str]:
        """`Title`, `Pages`, `Page size` and the like."""
        lines = (line.partition(":") for line in self._run("pdfinfo").splitlines())
        return {name: value.strip() for name, _, value in lines}
