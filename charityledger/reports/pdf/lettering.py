"""The text operators of a page, written directly.

reportlab's text object measures and encodes every string anew. Ours have been measured already, and a ledger prints
the same names, dates and memos again and again, so each is encoded once per document.
"""

from typing import Any

from reportlab.lib.rl_accel import escapePDF
from reportlab.pdfbase import pdfmetrics

from .fonts import BOLD, REGULAR

# Distinct strings to remember per document: most of a ledger's, without memory that grows with its length.
KEPT = 20_000

Encoded = list[tuple[int, str]]


class Lettering:
    """All text of one page in the order in which it was set. Hand it to `canvas.drawText` when the page is done."""

    def __init__(self, document: Any, encoded: dict[tuple[bool, str], Encoded]) -> None:
        self._document, self._encoded = document, encoded
        self._faces: dict[bool, Any] = {False: pdfmetrics.getFont(REGULAR), True: pdfmetrics.getFont(BOLD)}
        self._code: list[str] = ["BT"]
        self._font: tuple[bool, int, float] | None = None
        self._colour: Any = None
        self._track = 0.0

    def show(
        self,
        x: float,
        y: float,
        runs: tuple[tuple[float, str], ...],
        size: float,
        bold: bool,
        colour: Any,
        track: float,
    ) -> None:
        """Runs of one line, each at its offset in em from x; y runs up here."""
        code = self._code
        if self._colour is not colour:
            self._colour = colour
            code.append("{:.3f} {:.3f} {:.3f} rg".format(*colour.rgb()))
        if self._track != track:
            self._track = track
            code.append(f"{track:.2f} Tc")
        done = 0
        for offset, run in runs:
            code.append(f"1 0 0 1 {x + offset * size + done * track:.2f} {y:.2f} Tm")
            for subset, operator in self._encoded.get((bold, run)) or self._encode(bold, run):
                if self._font != (bold, subset, size):
                    self._font = (bold, subset, size)
                    code.append(
                        f"{self._faces[bold].getSubsetInternalName(subset, self._document)} {size:g} Tf"
                    )
                code.append(operator)
            done += len(run)

    def _encode(self, bold: bool, run: str) -> Encoded:
        """The run as strings of one subset each: a subset of the font has room for 256 glyphs."""
        if len(self._encoded) >= KEPT:
            self._encoded.clear()
        parts = self._faces[bold].splitString(run, self._document)
        encoded = [(subset, f"({escapePDF(part)}) Tj") for subset, part in parts]
        self._encoded[bold, run] = encoded
        return encoded

    def getCode(self) -> str:
        """What the canvas asks a text object for."""
        return "\n".join([*self._code, "ET"])
