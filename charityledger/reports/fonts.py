"""Where the documents' fonts are kept: made once per instance, shared by every process."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask, current_app

from .pdf.fonts import FontFolder, ensure_fonts


def folder(app: Flask) -> Path:
    """fonts/ of the instance, or the folder that the setting FONTS names."""
    return Path(str(app.config["FONTS"])) if app.config["FONTS"] else Path(str(app.config["INSTANCE"])) / "fonts"


def ensure(app: Flask, say: Callable[[str], object] = lambda line: None) -> FontFolder:
    """Make them where they are missing (some seconds, once)."""
    return ensure_fonts(folder(app), say=say)


def current() -> FontFolder:
    """The fonts of the running application."""
    return ensure(current_app)
