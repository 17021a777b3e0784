"""How a line of Chinese and Latin text is set: which glyphs, how far apart, where it breaks."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from charityledger.printable import drawn, visible

from . import fonts

OPEN, CLOSE, STOP = "“‘（《〈【「", "”’）》〉】」", "，。、；：！？"
# Quotation marks fill a square in this font; beside Latin text they are drawn as narrow as Latin ones.
_LATIN_QUOTES = {"“": -0.57, "”": -0.57, "‘": -0.75, "’": -0.75}

Shape = tuple[tuple[tuple[float, str], ...], float]


def wide(ch: str) -> bool:
    return ch > "⺀"


def kern(a: str | None, b: str | None) -> float:
    """Extra space between two characters, in em; None is the start or the end of the line.

    Full-width brackets lose their blank half and pairs of marks close up; Han and Latin part by less than what text
    extraction takes for a space. A line's first opening bracket hangs, so that text starts at one edge."""
    if a and b and a in "”’" and not wide(b):
        return _LATIN_QUOTES[a]
    if b and b in OPEN:
        if a and b in "“‘" and not wide(a):
            return _LATIN_QUOTES[b]
        if a and a in CLOSE:
            return -0.8
        if a and a in STOP + OPEN:
            return -0.5
        return -0.42 if a is None or wide(a) else -0.32
    if a and a in CLOSE:
        return -0.42 if b is None or wide(b) else -0.3
    if a and a in OPEN:
        return 0
    if a and b and a in STOP and b in STOP + CLOSE:
        return -0.42
    if "·" in (a, b):
        # In Chinese the font's middle dot stands in a full square; between Latin words it keeps its spaces.
        return -0.27
    if a and b and a not in STOP and b not in STOP and wide(a) != wide(b) and " " not in (a, b):
        return 0.09
    return 0


@lru_cache(10_000)
def shape(text: str, bold: bool) -> Shape:
    """((offset, run), …) and the width of a line, in em. reportlab would print nothing for what the font lacks, so its
    code point is drawn: one name must not keep a fund's document from everybody."""
    font: Any = fonts.face(bold)
    widths = font.charWidths
    if text.isascii() and text.isprintable():
        return ((0.0, text),), sum(map(widths.__getitem__, text.encode())) / 1000
    return _runs(drawn(text), widths)


def _runs(text: str, widths: dict[int, float]) -> Shape:
    runs: list[tuple[float, str]] = []
    x, start, at = 0.0, 0, 0.0
    before: str | None = None
    for i, ch in enumerate(text):
        space = kern(before, ch)
        if space:
            if i > start:
                runs.append((at, text[start:i]))
            x += space
            start, at = i, x
        x += widths[ord(ch)] / 1000
        before = ch
    runs.append((at, text[start:]))
    return tuple(runs), x + (kern(before, None) if before and before in CLOSE else 0)


def measure(text: str, size: float, bold: bool = False, track: float = 0) -> float:
    """The width of a line in points."""
    return shape(text, bold)[1] * size + track * max(len(text) - 1, 0)


def clean(text: str) -> str:
    """Text that people typed, as one line: composed characters, single spaces, nothing invisible, nothing that the font
    lacks."""
    return drawn(" ".join(visible(text).split()))


# What stays together: the last words of names, Latin words, figures with their marks.
_UNIT = re.compile(
    r"〔U\+[0-9A-F]+〕|(?:有限|分)?公司|委员会|基金会|街道|社区|[A-Za-z0-9À-ɏ][A-Za-z0-9À-ɏ.,:/@%+\-–−'’]*|\s+|."
)
_NOT_FIRST = STOP + CLOSE + "%.,;:!?)’·"
_NOT_LAST = OPEN + "(¥"


def _units(text: str, width: float, size: float, bold: bool) -> Iterator[str]:
    """Pieces between which a line may break; a piece wider than a whole line is cut where the line ends."""
    piece = ""
    for part in _UNIT.findall(text):
        if piece and (piece[-1] in _NOT_LAST or part in _NOT_FIRST):
            piece += part
            continue
        yield from _cut(piece, width, size, bold)
        piece = part
    yield from _cut(piece, width, size, bold)


def _cut(piece: str, width: float, size: float, bold: bool) -> Iterator[str]:
    while len(piece) > 1 and measure(piece, size, bold) > width:
        end = next(
            n for n in range(len(piece) - 1, 0, -1) if n == 1 or measure(piece[:n], size, bold) <= width
        )
        yield piece[:end]
        piece = piece[end:]
    if piece:
        yield piece


@lru_cache(10_000)
def wrap(text: str, width: float, size: float, bold: bool = False, even: bool = True) -> tuple[str, ...]:
    """Lines no wider than `width`; nothing is ever cut off. Empty text is one empty line.

    No closing mark starts a line, no opening mark ends one; with `even`, a very short last line is filled up."""
    text = clean(text)
    if measure(text, size, bold) <= width:
        return (text,)
    lines = [""]
    for unit in _units(text, width, size, bold):
        if lines[-1] and measure((lines[-1] + unit).rstrip(), size, bold) > width:
            lines.append(unit.lstrip())
        else:
            lines[-1] += unit if lines[-1] else unit.lstrip()
    lines = [line.rstrip() for line in lines]
    if even and len(lines) > 1 and measure(lines[-1], size, bold) < width * 0.3:
        for part in (0.7, 0.8, 0.9):
            narrow = wrap(text, width * part, size, bold, False)
            if len(narrow) == len(lines):
                return narrow
    return tuple(lines)


def joined(parts: Iterable[str], width: float, size: float) -> tuple[str, ...]:
    """Parts beside each other with a middle dot between, or each on lines of its own where they are too long."""
    present = [part for part in map(clean, parts) if part]
    line = " · ".join(present)
    if measure(line, size) <= width:
        return (line,)
    return tuple(line for part in present for line in wrap(part, width, size))


def fitting(text: str, width: float, sizes: tuple[float, ...], bold: bool = False) -> float:
    """The first size at which the text fits on one line, else the last one: then it wraps."""
    return next((size for size in sizes if measure(clean(text), size, bold) <= width), sizes[-1])
