"""docs/catalogue.md describes the tables as the code reads them."""

import re
from pathlib import Path

from charityledger.projects.catalogue_rows import NEED_ITEMS, PROJECTS

DOCUMENT = Path(__file__).parents[2] / "docs" / "catalogue.md"


def test_columns() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .* \| (yes)? ?\| (yes)? ?\|$", DOCUMENT.read_text(encoding="utf-8"), re.M)
    assert [(name, empty == "yes", out == "yes") for name, empty, out in rows] == [
        (column.name, not column.given, column.optional) for column in (*PROJECTS, *NEED_ITEMS)]
