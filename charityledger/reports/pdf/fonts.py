"""Noto Sans SC in two static weights: made once from the variable font that pip brings, checked, then kept.

reportlab cannot place PostScript outlines, and a variable font would print in its default weight, Thin. This one has
TrueType outlines and the rare characters of people's names; its licence (OFL) lets every PDF carry it.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from . import make_font
from .errors import FontsNotMade

REGULAR, BOLD = "NotoSansSC-Regular", "NotoSansSC-Bold"

SOURCE_PACKAGE = "justmytype_intl_cjk"
SOURCE_FILE = "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"
SOURCE_SHA256 = "a3041811a78c361b1de50f953c805e0244951c21c5bd412f7232ef0d899af0da"


@dataclass(frozen=True)
class Weight:
    """A static font: how it is called in reportlab, its weight, its file and the only content it may have."""

    name: str
    weight: int
    file: str
    sha256: str


WEIGHTS = (
    Weight(
        REGULAR, 400, "NotoSansSC-400.ttf", "bfc7215ff3137f568b655fa9ee43400abd37e59ecda2b66cece45728094a813f"
    ),
    Weight(
        BOLD, 700, "NotoSansSC-700.ttf", "37f06bf9613977127ec4ee9470ac7c43ed2dacb8f9345d5fd52949649ea6c9fe"
    ),
)


@dataclass(frozen=True)
class FontFolder:
    """A folder that holds both weights; `ensure_fonts` gives one."""

    path: Path


def ensure_fonts(folder: Path, say: Callable[[str], object] = print) -> FontFolder:
    """The folder with both weights in it, made when they are absent or damaged (about half a minute, once).

    Several processes may call it at once: one makes, the others wait. `say` gets a line of progress.
    Raises FontsNotMade when the source is absent or the result is not the font that this release knows."""
    folder.mkdir(parents=True, exist_ok=True)
    if _missing(folder):
        with _alone(folder, say):
            missing = _missing(folder)
            if missing:
                say("Making the Chinese font for documents, once: about half a minute …")
                _make(folder, missing)
                say("The font is ready.")
    return FontFolder(folder)


def load(fonts: FontFolder) -> None:
    """Give both weights to reportlab. Any folder holds the same bytes, so the first one serves the whole process."""
    with _LOADING:
        _load_once(fonts.path)


_LOADING = threading.Lock()


def _load_once(folder: Path) -> None:
    known = pdfmetrics.getRegisteredFontNames()
    for weight in WEIGHTS:
        if weight.name not in known:
            _expect(folder / weight.file, weight.sha256)
            # asciiReadable decides how text is encoded; left alone it would follow a user's own reportlab settings.
            pdfmetrics.registerFont(
                TTFont(weight.name, str(folder / weight.file), asciiReadable=True, shapable=False)
            )


@cache
def face(bold: bool) -> object:
    """The loaded face: `charToGlyph` and `charWidths` (thousandths of an em), by code point."""
    return pdfmetrics.getFont(BOLD if bold else REGULAR).face


def _missing(folder: Path) -> list[Weight]:
    return [w for w in WEIGHTS if not _is_known(folder / w.file, w.sha256)]


# Files that this process has read and found right, with their size and time: a page asks at every document.
_KNOWN: set[tuple[Path, int, int]] = set()


def _is_known(path: Path, sha256: str) -> bool:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return False
    key = (path.resolve(), stat.st_size, stat.st_mtime_ns)
    if key not in _KNOWN and _sha256(path) == sha256:
        _KNOWN.add(key)
    return key in _KNOWN


def _make(folder: Path, weights: list[Weight]) -> None:
    """Each weight into a file of its own beside its place, checked there, then moved in one step."""
    source = _source()
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as made:
        drafts = {w: Path(made) / w.file for w in weights}
        _run([[str(source), str(w.weight), str(draft)] for w, draft in drafts.items()])
        for weight, draft in drafts.items():
            _expect(draft, weight.sha256)
            os.replace(draft, folder / weight.file)


def _run(jobs: list[list[str]]) -> None:
    """Every job in a process of its own, side by side; in this one where none can be started."""
    with ExitStack() as running:
        try:
            # -P: a module of this folder must not stand in for one of the standard library.
            started = [
                running.enter_context(subprocess.Popen([sys.executable, "-P", make_font.__file__, *job]))
                for job in jobs
            ]
        except OSError:
            started = []
    done = [process.returncode == 0 for process in started] or [False] * len(jobs)
    for made, (source, weight, target) in zip(done, jobs, strict=True):
        if not made:
            make_font.make(source, int(weight), target)


def _source() -> Path:
    spec = importlib.util.find_spec(SOURCE_PACKAGE)
    if spec is None or spec.origin is None:
        raise FontsNotMade(file=SOURCE_FILE, why="the package justmytype-intl-cjk is not installed")
    path = Path(spec.origin).parent / SOURCE_FILE
    _expect(path, SOURCE_SHA256)
    return path


def _expect(path: Path, sha256: str) -> None:
    if _sha256(path) != sha256:
        raise FontsNotMade(file=path.name, why="absent, or not the font that this release was checked with")


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


@contextmanager
def _alone(folder: Path, say: Callable[[str], object]) -> Iterator[None]:
    """Only one process at a time inside; a lock of the kernel's, so a process that dies leaves none behind."""
    try:
        import fcntl
    except ImportError:  # no such locks here: two makers are slow, and the last one's file is the same
        yield
        return
    with open(folder / ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another process is making the Chinese font; waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
