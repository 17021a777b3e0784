"""What stands on every document: running header and footer, masthead, column heads, sections, verification."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import segno

from charityledger.reports.documents import Language, Organisation, Provenance

from .plan import Block
from .sheet import BOLD, FINE, INK, LEFT, RIGHT, SEAL, SOFT, STEP, WIDTH, Align, Sheet
from .text import fitting, measure, wrap
from .words import DEMONSTRATION, NOT_NUMBERED, Pair, in_groups, instant


@dataclass(frozen=True)
class Frame:
    """What a document says of itself: `title` is its kind, `subject` what it is about, `period` what time, in words."""

    language: Language
    organisation: Organisation
    provenance: Provenance
    title: str
    subject: str
    period: str

    @property
    def number(self) -> str:
        return self.provenance.number or NOT_NUMBERED[self.language == "en"]


def header(s: Sheet, frame: Frame) -> None:
    """Who, of what period, made when."""
    E, made = s.E, frame.provenance
    stamp = f"{('编制', 'Made')[E]} {instant(made.made_at)}"
    right = RIGHT - (demonstration_width(E) + 12 if made.demonstration else 0)
    room = right - max(measure(frame.period, 7), measure(stamp, 7)) - LEFT - 34
    name, programme = frame.organisation.name(frame.language), frame.organisation.programme(frame.language)
    s.plus(LEFT, 31.5, 5)
    s.text(LEFT + 22, 38.5, name, fitting(name, room, (8, 7.5, 7, 6.5, 6, 5)), True)
    s.text(LEFT + 22, 48, programme, fitting(programme, room, (7, 6.5, 6, 5)), color=SOFT)
    s.text(right, 38.5, frame.period, 7, align="r", color=SOFT)
    s.text(right, 48, stamp, 7, align="r", color=SOFT)
    if made.demonstration:
        demonstration_tag(s, RIGHT, 43)
    s.rule(LEFT, RIGHT, 55, FINE)


def footer(s: Sheet, frame: Frame, page: int, pages: int) -> None:
    """Which document, read at which point of the history; page `page` of `pages`."""
    E, made = s.E, frame.provenance
    s.rule(LEFT, RIGHT, 787)
    s.text(LEFT, 800, f"{frame.title}  {frame.number}", 7)
    s.text(
        LEFT,
        811,
        (f"数据读至第 {made.events:,} 条事件", f"Read at event {made.events:,} of the history")[E],
        7,
        color=SOFT,
    )
    s.text(RIGHT, 800, (f"第 {page} 页，共 {pages} 页", f"Page {page} of {pages}")[E], 7, True, "r")
    if made.demonstration:
        s.text(
            RIGHT, 811, ("演示数据，不是真实账目", "Demonstration data, not real accounts")[E], 7, align="r"
        )


_TRACK = (1.0, 0.3)


def demonstration_width(E: int) -> float:
    return measure(DEMONSTRATION[E], 7.5, True, _TRACK[E]) + 12


def demonstration_tag(s: Sheet, right: float, y: float) -> None:
    """The framed mark of invented data, with its right edge at `right`."""
    words, track, width = DEMONSTRATION[s.E], _TRACK[s.E], demonstration_width(s.E)
    s.text(right - 6, y, words, 7.5, True, "r", SEAL, track)
    s.c.setStrokeColor(SEAL)
    s.c.setLineWidth(0.8)
    s.c.setDash([])
    s.c.rect(right - width, s.h - y - 4, width, 13)


MASTHEAD = 108.0  # from its top to its last rule, with a subtitle of one line


def masthead(s: Sheet, about: Frame, subtitle: str, own: Sequence[tuple[float, str, str]]) -> Block:
    """What a statement begins with: title, subtitle, then label-over-value facts between rules.

    `own` are the document's facts [(column, label, value)] left of column 6; what it was read from and its number
    follow in every one. The bookmark of the whole document leads here.
    """
    events = about.provenance.events
    read_at = (f"第 {events:,} 条事件", f"event {events:,}")[s.E]
    facts = [*own, (6, ("数据读至", "Read at")[s.E], read_at), (9, ("文号", "Document")[s.E], about.number)]

    def draw(y: float) -> None:
        _masthead(s, y, about.title, subtitle, facts)
        s.bookmark(about.title, 0, y)

    return Block(MASTHEAD - 6 + 14 * (len(wrap(subtitle, WIDTH, 10)) - 1), draw)


def _masthead(s: Sheet, y: float, title: str, subtitle: str, facts: Sequence[tuple[float, str, str]]) -> None:
    size = fitting(title, WIDTH, (25, 23, 21, 19, 17))
    s.text(LEFT - size / 21, y + 24, title, size, True, track=0.6 * (not s.E))
    y = s.lines(LEFT, y + 46, wrap(subtitle, WIDTH, 10), 10, 14) + 4
    s.rule(LEFT, RIGHT, y, BOLD)
    edges = [column for column, _, _ in facts[1:]] + [12]
    for (column, label, value), edge in zip(facts, edges, strict=True):
        s.text(LEFT + column * STEP, y + 14, label, 7, color=SOFT)
        room = (edge - column) * STEP - 6
        s.text(LEFT + column * STEP, y + 28, value, fitting(value, room, (9, 8.5, 8, 7.5, 7)))
    s.rule(LEFT, RIGHT, y + 38)


def heads(
    s: Sheet,
    y: float,
    columns: list[tuple[float, str, Align]],
    spans: tuple[tuple[float, float, str], ...] = (),
) -> float:
    """Column heads [(x, text, align)] between two rules; spans are [(x1, x2, text)] above them. Returns the next y."""
    s.rule(LEFT, RIGHT, y, BOLD)
    if spans:
        for x1, x2, words in spans:
            s.text(x2, y + 11, words, 7, align="r", color=SOFT)
            s.rule(x1, x2, y + 15)
        y += 13
    for x, words, align in columns:
        s.text(x, y + 12, words, 7.5, True, align)
    s.rule(LEFT, RIGHT, y + 18, FINE)
    return y + 18


def section(s: Sheet, y: float, title: str, note: str = "") -> None:
    """A section's title with its baseline at y, and a note beside it."""
    x = s.text(LEFT, y, title, 12, True)
    if note:
        s.text(x + 10, y, note, fitting(note, RIGHT - x - 10, (8, 7.5, 7, 6.5, 6)), color=SOFT)


def qr(s: Sheet, x: float, y: float, side: float, data: str) -> None:
    """A QR code (level M) of plain rectangles: no picture, and no Helvetica that reportlab's own would bring in."""
    rows = [bytes(row) for row in segno.make(data, error="m").matrix]
    module, path = side / len(rows), s.c.beginPath()
    for j, row in enumerate(rows):
        for run in re.finditer(b"\x01+", row):
            path.rect(x + run.start() * module, s.h - y - (j + 1) * module, len(run[0]) * module, module)
    s.c.setFillColor(INK)
    s.c.drawPath(path, stroke=0, fill=1)


_UNSIGNED: Pair = ("尚未签名", "Not yet signed")
_UNSIGNED_MORE: Pair = ("本版本不含电子签名", "This release does not sign documents")


def verification(s: Sheet, frame: Frame) -> Block:
    """What the document was read from and how to check it. Nothing is signed yet, and the block says so."""
    steps = _steps(frame.provenance)[s.E]
    # A QR code wants 70 points; without one the block closes up.
    top = 28.0 if frame.provenance.verify_url else 22.0
    below = top + 70 + 20
    return Block(below + 14 * (len(steps) - 1) + 4, lambda y: _verification(s, frame, y, top, below, steps))


def _verification(s: Sheet, frame: Frame, y: float, top: float, below: float, steps: list[str]) -> None:
    E, made = s.E, frame.provenance
    s.rule(LEFT, RIGHT, y, BOLD)
    s.text(LEFT, y + 16, ("核验", "Verification")[E], 9.5, True)
    x = LEFT
    if made.verify_url:
        qr(s, LEFT, y + top, 70, made.verify_url)
        x = LEFT + 2 * STEP
    facts: list[tuple[Pair, str]] = [
        (("文号", "Document"), frame.number),
        (("数据读至", "Read at"), (f"第 {made.events:,} 条事件", f"event {made.events:,} of the history")[E]),
        (("编制于", "Made"), instant(made.made_at, seconds=True)),
    ]
    if made.data_sha256:
        digest = in_groups(made.data_sha256)
        facts += [(("数据散列", "SHA-256"), digest[:39]), (("SHA-256", "of the data"), digest[40:])]
    for i, (label, value) in enumerate(facts):
        at = y + top + 13 + i * 13
        s.text(x, at, label[E], 7, color=SOFT)
        s.text(x + STEP + 8 * E, at, value, 8 if i < 3 else 7.5, not i)
    _signature_field(s, frame, LEFT + 7 * STEP + 12, y + top)
    for i, words in enumerate(steps):
        s.text(LEFT, y + below + i * 14, str(i + 1), 8, True)
        s.text(LEFT + 14, y + below + i * 14, words, fitting(words, WIDTH - 14, (8, 7.5, 7, 6.5, 6)))


def _signature_field(s: Sheet, frame: Frame, x: float, y: float, w: float = 186, h: float = 70) -> None:
    """A place marked by its four corners only; it never imitates an official seal."""
    c, E = s.c, s.E
    c.setLineWidth(FINE)
    c.setStrokeColor(INK)
    c.setDash([])
    for corner, sx in ((x, 1), (x + w, -1)):
        for edge, sy in ((y, 1), (y + h, -1)):
            c.lines(
                [
                    (corner, s.h - edge, corner + 9 * sx, s.h - edge),
                    (corner, s.h - edge, corner, s.h - edge - 9 * sy),
                ]
            )
    name = frame.organisation.name(frame.language)
    s.text(x + 12, y + 16, ("电子签名", "Electronic signature")[E], 7, color=SOFT)
    s.text(x + 12, y + 32, name, fitting(name, w - 24, (10, 9, 8, 7, 6)), True)
    s.text(x + 12, y + 47, _UNSIGNED[E], 8)
    s.text(x + 12, y + 59, _UNSIGNED_MORE[E], 7, color=SOFT)


def _steps(made: Provenance) -> tuple[list[str], list[str]]:
    """How to check the document with what this release has."""
    look = (
        [f"扫码或打开 {made.verify_url}，核对文号与文件的 SHA-256。"],
        [f"Scan the code, or open {made.verify_url}; compare number and SHA-256."],
    )
    rest = (
        [
            "运行 charityledger audit：从全部凭证与承诺重新计算每一个数，逐项显示相符或不符。",
            "本文件尚未签名；电子签名、检查点与包含证明由以后的版本提供。",
        ],
        [
            "Run charityledger audit: it works out every figure again from all entries and pledges.",
            "This document is not signed yet; signatures, checkpoints and proofs come with a later release.",
        ],
    )
    return (look[0] + rest[0], look[1] + rest[1]) if made.verify_url else rest
