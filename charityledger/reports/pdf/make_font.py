"""One static weight out of the variable Noto Sans SC, as a program: `python make_font.py SOURCE WEIGHT TARGET`.

A program because it takes half a minute and 400 MB: two weights run side by side and the memory goes back when it ends.
"""

import sys

from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

# PDFs place each glyph themselves, so tables that shape or set text vertically are dropped. Without them every
# fontTools release makes the same bytes, which the check of the hash relies on.
UNUSED = ("GPOS", "GSUB", "GDEF", "BASE", "vhea", "vmtx", "VVAR")


def make(source: str, weight: int, target: str) -> None:
    """Write the static font. The same bytes on every run: without `recalcTimestamp=False` the date would be now."""
    with TTFont(source, recalcTimestamp=False) as font:
        for tag in UNUSED:
            if tag in font:
                del font[tag]
        # Two weights with one PostScript name would collide in a PDF without a word: updateFontNames.
        instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True, updateFontNames=True)
        del font["STAT"]
        font.save(target)


if __name__ == "__main__":
    make(sys.argv[1], int(sys.argv[2]), sys.argv[3])
