"""What no tracked file may hold."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.test_repository.tree import ROOT, tracked

LARGEST_KIB = 512
# The brackets keep these patterns from finding themselves.
OF_A_MACHINE = re.compile(
    r"/[w]ork/\w|/[r]oot/\w|/[h]ome/\w|/[U]sers/\w|/[t]mp/[a-z]"
    r"|[p]ypi\.org|[p]ythonhosted|[n]pmjs|[d]eb\.debian|--(extra-)?[i]ndex-url|--[f]ind-links")
UNFINISHED = re.compile(r"\b([T]ODO|[F]IXME|[X]XX)\b|raise [N]otImplementedError")
BINARY = {".pdf", ".png", ".jpg", ".jpeg", ".xlsx", ".ttf", ".woff2", ".ico"}


def texts() -> list[tuple[Path, str]]:
    """Every tracked text with its path; fixtures keep the bytes and encodings of the banks that wrote them."""
    return [(path, (ROOT / path).read_text(encoding="utf-8")) for path in tracked()
            if path.suffix not in BINARY and "fixtures" not in path.parts]


def test_no_file_is_large() -> None:
    large = {str(path): size for path in tracked() if (size := (ROOT / path).stat().st_size) > LARGEST_KIB * 1024}
    assert not large


def test_no_path_of_a_machine_and_no_registry() -> None:
    assert [f"{path}: {match[0]}" for path, text in texts() for match in OF_A_MACHINE.finditer(text)] == []


def test_nothing_is_marked_as_unfinished() -> None:
    assert [f"{path}: {match[0]}" for path, text in texts() for match in UNFINISHED.finditer(text)] == []


def test_lines_end_plainly() -> None:
    for path, text in texts():
        assert "\r" not in text, path
        assert not text or text.endswith("\n"), path


def test_instance_holds_only_its_readme() -> None:
    assert [path for path in tracked() if path.parts[0] == "instance"] == [Path("instance/README.md")]


@pytest.mark.parametrize("path", [path for path in tracked() if path.suffix == ".md"], ids=str)
def test_links_lead_somewhere(path: Path) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:|#", target):
            assert ((ROOT / path).parent / unquote(target.split("#")[0])).exists(), target
