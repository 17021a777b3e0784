"""The fonts are made once, checked, and never half there. The making itself is replaced by copying known files."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from charityledger.reports.pdf import FontFolder, FontsNotMade, ensure_fonts
from charityledger.reports.pdf import fonts as module

FILES = [weight.file for weight in module.WEIGHTS]


@pytest.fixture
def copying(fonts: FontFolder, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replace the half minute of making by a copy; the list tells what was asked for."""
    asked: list[str] = []

    def copy(jobs: list[list[str]]) -> None:
        for _, weight, target in jobs:
            asked.append(weight)
            shutil.copyfile(fonts.path / f"NotoSansSC-{weight}.ttf", target)

    monkeypatch.setattr(module, "_run", copy)
    return asked


def test_made_once(copying: list[str], tmp_path: Path) -> None:
    said: list[str] = []
    folder = tmp_path / "deep" / "fonts"
    assert ensure_fonts(folder, said.append) == FontFolder(folder)
    assert ensure_fonts(folder, said.append) == FontFolder(folder)
    assert sorted(copying) == ["400", "700"]
    assert len(said) == 2
    assert sorted(path.name for path in folder.iterdir()) == sorted([".lock", *FILES])


def test_a_damaged_or_missing_weight_is_made_again(copying: list[str], tmp_path: Path) -> None:
    ensure_fonts(tmp_path, lambda line: None)
    copying.clear()
    with open(tmp_path / FILES[1], "r+b") as font:
        font.truncate(1_000_000)
    ensure_fonts(tmp_path, lambda line: None)
    assert copying == ["700"]
    (tmp_path / FILES[0]).unlink()
    ensure_fonts(tmp_path, lambda line: None)
    assert copying == ["700", "400"]


def test_a_font_that_is_not_the_known_one_is_refused(
    copying: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(jobs: list[list[str]]) -> None:
        for job in jobs:
            Path(job[2]).write_bytes(b"another release of the font tools made this")

    monkeypatch.setattr(module, "_run", other)
    with pytest.raises(FontsNotMade):
        ensure_fonts(tmp_path, lambda line: None)
    assert not any((tmp_path / file).exists() for file in FILES)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_without_the_source_there_is_no_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SOURCE_PACKAGE", "no_such_package")
    with pytest.raises(FontsNotMade) as refused:
        ensure_fonts(tmp_path, lambda line: None)
    assert "justmytype-intl-cjk" in str(refused.value.facts["why"])


def test_where_no_process_can_be_started_this_one_makes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, int, str]] = []

    def refusing(*args: object, **more: object) -> object:
        raise OSError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", refusing)
    monkeypatch.setattr(module.make_font, "make", lambda *job: made.append(job))
    module._run([["source", "400", "a"], ["source", "700", "b"]])
    assert made == [("source", 400, "a"), ("source", 700, "b")]


RACE = """
import shutil, sys
from pathlib import Path
from charityledger.reports.pdf import fonts
known, folder, log = map(Path, sys.argv[1:])
def copy(jobs):
    for _, weight, target in jobs:
        shutil.copyfile(known / f"NotoSansSC-{weight}.ttf", target)
    with open(log, "a") as lines:
        lines.write("made\\n")
fonts._run = copy
fonts.ensure_fonts(folder, lambda line: None)
"""


def test_several_processes_at_once_make_them_once(fonts: FontFolder, tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", RACE, str(fonts.path), str(tmp_path / "fonts"), str(log)]
    running = [subprocess.Popen(command) for _ in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    assert log.read_text() == "made\n"


def test_loading_refuses_a_folder_without_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.pdfmetrics, "getRegisteredFontNames", list)
    with pytest.raises(FontsNotMade):
        module.load(FontFolder(tmp_path))
