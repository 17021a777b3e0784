"""Documents of a small book, made as files by the command line, for programs that are not ours to read."""

import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def poppler() -> "type[Poppler]":
    return Poppler


class Poppler:
    """Debian's poppler-utils on one file; `.ci/run` installs them."""

    @staticmethod
    def text(path: Path, *, layout: bool = True) -> str:
        """What a reader would copy out of the document."""
        return subprocess.run(["pdftotext", *(["-layout"] if layout else []), path, "-"], check=True,
                              capture_output=True, text=True).stdout

    @staticmethod
    def fonts(path: Path) -> list[dict[str, str]]:
        """`name`, `embedded` and `unicode` (yes or no) of every font."""
        lines = subprocess.run(["pdffonts", path], check=True, capture_output=True, text=True).stdout.splitlines()
        return [{"name": line.split()[0], "embedded": line.split()[-5], "unicode": line.split()[-3]}
                for line in lines[2:]]

    @staticmethod
    def info(path: Path) -> dict[str, str]:
        """`Title`, `Pages`, `Page size` and the like."""
        lines = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout.splitlines()
        return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
