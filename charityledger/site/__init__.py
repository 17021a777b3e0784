"""Public pages that compose all parts, the language, the page cache, error pages, and what stands around a page."""

from flask import Flask
from flask_babel import Babel


def init_app(app: Flask, babel: Babel) -> None:
    """Language first: every text after it is written in the reader's."""
    from . import cache, desk, faults, filters, frame, language, marking, views

    language.init_app(app, babel)
    filters.init_app(app)
    frame.init_app(app)
    marking.init_app(app)
    cache.init_app(app)
    faults.init_app(app)
    app.register_blueprint(views.blueprint)
    desk.init_app(app)
    language.warm(app)
