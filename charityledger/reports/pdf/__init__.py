"""PDFs of documents. The only package that imports reportlab."""

from .errors import FontsNotMade, MissingGlyph
from .fonts import FontFolder, ensure_fonts
from .render import render

__all__ = ["FontFolder", "FontsNotMade", "MissingGlyph", "ensure_fonts", "render"]
