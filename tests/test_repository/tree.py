"""What the repository holds, for the tests of it."""

import subprocess
from configparser import ConfigParser
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "charityledger"


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is or may come under version control and exists, relative to the root."""
    # Root may run the tests in an ordinary user's checkout; git asks for that to be said.
    listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others",
                             "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(path for name in listed.split("\0") if name and (ROOT / (path := Path(name))).is_file())


@cache
def setup_cfg() -> ConfigParser:
    parser = ConfigParser(delimiters=("=",))
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def listed(section: str, option: str) -> list[str]:
    """The lines of a list in setup.cfg, without its comments."""
    return [line for line in setup_cfg()[section][option].split("\n") if line and not line.startswith("#")]
