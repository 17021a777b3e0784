"""An instance folder of its own and the command line on it, each call a process, as a person would call it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import FONTS

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Installation:
    """Where one site keeps its data, and the program that works on it."""

    folder: Path

    def environment(self, **settings: str) -> dict[str, str]:
        told = {"INSTANCE": str(self.folder), "FONTS": str(FONTS), **settings}
        return {**os.environ, **{f"CHARITYLEDGER_{name}": value for name, value in told.items()}}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "charityledger.cli", *arguments]

    def call(self, *arguments: str) -> str:
        """Run `charityledger …`; what it printed. A non-zero exit fails the test."""
        done = subprocess.run(self.command(*arguments), cwd=ROOT, env=self.environment(), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.call(*arguments, "--json"))
