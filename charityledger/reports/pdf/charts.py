"""Bars told apart by line alone, on one scale that starts at zero: a copier or a black-and-white printer keeps them."""

from dataclasses import dataclass
from typing import Literal

from charityledger.reports.documents import Figures

from .sheet import FINE, HAIR, INK, LEFT, STEP, Sheet
from .text import measure, wrap
from .words import Pair

Style = Literal["open", "hatch", "ruled", "solid"]

NEED: Pair = ("需求", "Needed")
PLEDGED: Pair = ("承诺", "Pledged")
RECEIVED: Pair = ("实收", "Received")
DISBURSED: Pair = ("拨付", "Disbursed")

LEGEND: tuple[tuple[Style, Pair], ...] = (
    ("open", NEED),
    ("hatch", PLEDGED),
    ("ruled", RECEIVED),
    ("solid", DISBURSED),
)

LANE = 42.0  # a category's share of the chart's height
X0, LENGTH = LEFT + 2 * STEP, 324.0  # where bars start, and the longest


def bar(s: Sheet, x: float, y: float, w: float, h: float, style: Style) -> None:
    """Open, hatch (slanted), ruled (upright lines in a firm outline) or solid (with a white edge)."""
    if w <= 0:
        return
    c, y = s.c, s.h - y - h
    c.setDash([])
    c.setStrokeColor(INK)
    c.setLineWidth(0.45)
    if style in ("hatch", "ruled"):
        c.saveState()
        path = c.beginPath()
        path.rect(x, y, w, h)
        c.clipPath(path, stroke=0)
        k = x - h
        while k < x + w:
            c.line(k, y, k + (h if style == "hatch" else 0), y + h)
            k += 2.6 if style == "hatch" else 1.6
        c.restoreState()
    c.setFillColor(INK)
    c.setLineWidth(0.9 if style == "ruled" else FINE)
    # What is paid out lies on what came in, as a part of it; the white edge parts it from the lines below.
    c.setStrokeColorRGB(*[style == "solid"] * 3)
    c.rect(x, y, w, h, stroke=1, fill=style == "solid")


@dataclass(frozen=True)
class Axis:
    """Ticks at multiples of `step_fen` up to `top_fen`, labelled in units of `unit_fen` called `unit`."""

    top_fen: int
    step_fen: int
    unit_fen: int
    unit: Pair

    def label(self, fen: int) -> str:
        whole, part = divmod(fen, self.unit_fen)
        return f"{whole:,}" + (f"{part / self.unit_fen:.3f}".lstrip("0").rstrip("0") if part else "")


def axis(most_fen: int, E: int) -> Axis:
    """At most six ticks at round figures; the last one is at or above `most_fen`."""
    step = 100
    while most_fen > 5 * step:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    units: tuple[tuple[int, Pair], ...] = (
        (10**6, ("万元", "")),
        (10**8, ("", "million yuan")),
        (10**5, ("", "thousand yuan")),
    )
    unit, name = next(((u, n) for u, n in units if n[E] and step * 5 >= u), (100, ("元", "yuan")))
    return Axis(-(-most_fen // step) * step, step, unit, name)


def chart_height(names: list[str]) -> float:
    return 12 + LANE * len(names) + 18


def chart(s: Sheet, y: float, rows: list[tuple[str, Figures]], what: str) -> None:
    """Need as the outline; the promise and the money received run in lanes of their own and never touch."""
    E = s.E
    most = max([max(f.need, f.pledged, f.received) for _, f in rows] + [1])
    scale = LENGTH / most
    ruler = axis(most, E)
    s.text(LEFT, y, what, 8, True)
    x = X0
    for style, label in LEGEND:
        bar(s, x, y - 7, 14, 7, style)
        x = s.text(x + 18, y, label[E], 7.5) + 16
    y += 12
    bottom = y + LANE * len(rows) - 4
    ticks = [fen for fen in range(0, ruler.top_fen + 1, ruler.step_fen) if fen * scale <= LENGTH + 1] or [0]
    s.rule(X0, X0 + ticks[-1] * scale, bottom, HAIR)
    for fen in ticks:
        s.vline(X0 + fen * scale, bottom, bottom + 3, HAIR)
        s.text(X0 + fen * scale, bottom + 12, ruler.label(fen), 7, align="c")
    s.text(X0 + ticks[-1] * scale + measure(ruler.label(ticks[-1]), 7) / 2 + 8, bottom + 12, ruler.unit[E], 7)
    for name, f in rows:
        _lane(s, y, name, f, scale)
        y += LANE


def _lane(s: Sheet, y: float, name: str, f: Figures, scale: float) -> None:
    E = s.E
    lines = wrap(name, 2 * STEP - 8, 8.5, True)
    for i, line in enumerate(lines):
        s.text(LEFT, y + 20 + (i - (len(lines) - 1) / 2) * 10, line, 8.5, True)
    bar(s, X0, y + 6, f.pledged * scale, 9, "hatch")
    bar(s, X0, y + 19, f.received * scale, 9, "ruled")
    bar(s, X0, y + 21, f.disbursed * scale, 5, "solid")
    bar(s, X0, y + 4, f.need * scale, 26, "open")
    x = X0 + max(f.need, f.pledged, f.received) * scale + 6
    for dy, label, part, strong in ((13.5, PLEDGED, f.pledged, False), (26.5, RECEIVED, f.received, True)):
        s.text(x, y + dy, f"{label[E]} {percent(part, f.need)}", 7, strong)


def percent(part: int, whole: int) -> str:
    """Cut, not rounded, to one decimal: 100.0% is only ever the whole."""
    if whole <= 0:
        return "—"
    tenths = part * 1000 // whole
    return f"{tenths // 10}.{tenths % 10}%"
