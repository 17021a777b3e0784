"""A4 sheets on a grid of twelve columns, drawn straight on the canvas. Points; y runs down from the top edge.

Nothing here knows what a document says. Text is collected in one text object per page, so that it is extracted in
the order in which it was set; rules and figures go to the canvas at once.
"""

from io import BytesIO
from typing import Any, Literal

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from charityledger.money import format_fen

from .fonts import REGULAR
from .lettering import Encoded, Lettering
from .text import measure, shape, wrap

W, H = 595.276, 841.89
LEFT, WIDTH, STEP = 60.0, 492.0, 42.0  # 12 columns of 30, gutters of 12; 21 mm at the left for binding
RIGHT, FOOT = LEFT + WIDTH, 776.0  # the text block
HAIR, FINE, BOLD = 0.3, 0.6, 1.2  # the three rules, always solid ink
INK, SOFT, SEAL = (HexColor(colour) for colour in ("#14171A", "#363C42", "#9C2A1E"))

Align = Literal["l", "r", "c"]
# The decimal point of a figure stands this far left of the right edge, in em, whatever the weight.
POINT_EM = 1.47


class Sheet:
    """The canvas of one document, with the marks that every document is made of."""

    def __init__(self, language: Literal["zh", "en"], size: tuple[float, float] = (W, H)) -> None:
        self.out = BytesIO()
        # initialFontName: reportlab would start every page in Helvetica, which no PDF of ours embeds.
        self.c: Any = Canvas(
            self.out,
            pagesize=size,
            invariant=1,
            initialFontName=REGULAR,
            initialFontSize=8.5,
            pageCompression=1,
            lang={"zh": "zh-CN", "en": "en"}[language],
        )
        self.language = language
        self.E = int(language == "en")  # picks from a pair of words (zh, en)
        self.w, self.h = size
        self._marks: list[str] = []
        self._encoded: dict[tuple[bool, str], Encoded] = {}
        self._begin()

    def _begin(self) -> None:
        self._letters = Lettering(self.c._doc, self._encoded)

    def end_page(self) -> None:
        self.c.drawText(self._letters)
        self.c.showPage()
        self._begin()

    def bookmark(self, title: str, level: int, y: float) -> None:
        """An entry of the outline that leads here; a title that is repeated on later pages is entered once."""
        key = f"{level}-{title}"
        if key not in self._marks:
            self._marks.append(key)
            self.c.bookmarkPage(str(len(self._marks)), fit="XYZ", left=0, top=self.h - y + 12)
            self.c.addOutlineEntry(title, str(len(self._marks)), level)

    # text --------------------------------------------------------------------------------------------------------

    def text(
        self,
        x: float,
        y: float,
        s: str,
        size: float = 8.5,
        bold: bool = False,
        align: Align = "l",
        color: object = INK,
        track: float = 0,
    ) -> float:
        """One line with its baseline at y; returns where it ends."""
        runs, width = shape(s, bold)
        width = width * size + track * max(len(s) - 1, 0)
        if align == "r":
            x -= width
        elif align == "c":
            x -= width / 2
        self._letters.show(x, self.h - y, runs, size, bold, color, track)
        return x + width

    def money(
        self, right: float, y: float, fen: int, size: float = 8, bold: bool = False, nil: bool = True
    ) -> None:
        """A sum set on its decimal point: digits of both weights are tabular, but bold ones are wider."""
        if fen or nil:
            # The point and two digits are as wide in every sum of one weight.
            self.text(
                right - (POINT_EM - measure(".00", 1, bold)) * size, y, format_fen(fen), size, bold, "r"
            )

    def whole(self, right: float, y: float, number: int, size: float = 8, bold: bool = False) -> None:
        """A whole number (hours, counts) at the right edge."""
        sign = "\N{MINUS SIGN}" if number < 0 else ""
        self.text(right, y, f"{sign}{abs(number):,}", size, bold, "r")

    def lines(
        self,
        x: float,
        y: float,
        lines: tuple[str, ...] | list[str],
        size: float = 8.5,
        lead: float = 14,
        bold: bool = False,
        color: object = INK,
    ) -> float:
        """Lines under each other; returns the baseline after the last."""
        for line in lines:
            self.text(x, y, line, size, bold, color=color)
            y += lead
        return y

    def para(self, x: float, y: float, width: float, s: str, size: float = 8.5, lead: float = 14) -> float:
        return self.lines(x, y, wrap(s, width, size), size, lead)

    # rules and marks ---------------------------------------------------------------------------------------------

    def rule(
        self,
        x1: float,
        x2: float,
        y: float,
        w: float = HAIR,
        color: object = INK,
        dash: list[float] | None = None,
    ) -> None:
        c = self.c
        c.setStrokeColor(color)
        c.setLineWidth(w)
        c.setDash(dash or [])
        c.line(x1, self.h - y, x2, self.h - y)

    def vline(self, x: float, y1: float, y2: float, w: float = HAIR) -> None:
        self.c.setDash([])
        self.c.setStrokeColor(INK)
        self.c.setLineWidth(w)
        self.c.line(x, self.h - y1, x, self.h - y2)

    def plus(self, x: float, y: float, s: float) -> None:
        """The programme's plus with its top left corner at (x, y): five squares of side s, one of them open."""
        c = self.c
        c.setFillColor(SEAL)
        c.setStrokeColor(SEAL)
        c.setDash([])
        for i, j in ((1, 0), (0, 1), (1, 1), (1, 2)):
            c.rect(x + i * s, self.h - y - (j + 1) * s, s, s, stroke=0, fill=1)
        c.setLineWidth(HAIR * 1.5)
        c.rect(x + 2 * s + 0.3, self.h - y - 2 * s + 0.3, s - 0.6, s - 0.6, stroke=1, fill=0)
