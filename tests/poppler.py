"""Documents as poppler's programs see them; `.ci/run` installs them."""

import subprocess
from pathlib import Path


class Pdf:
    """One document."""

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
