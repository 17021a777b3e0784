"""PDFs of documents. The only package that imports reportlab."""

from .errors import FontsNotMade
from .fonts import FontFolder, ensure_fonts
from .render import render

__all__ = ["FontFolder", "FontsNotMade", "ensure_fonts", "render"]
