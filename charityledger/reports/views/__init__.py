"""Pages of documents: where staff and auditors find them, the downloads, and the check of one's authenticity."""

from flask import Flask

from . import downloads, pages


def init_app(app: Flask) -> None:
    """Register the blueprint of this package."""
    app.register_blueprint(pages.blueprint)


__all__ = ["downloads", "pages"]
