"""Pages of adopting, giving and paying out."""

from datetime import date

from flask import Flask

from ... import clock, phone, web
from ..rules import short_name


def _today() -> date:
    return clock.today(web.clock())


def init_app(app: Flask) -> None:
    """Register the blueprints of this package, and the words that its templates use."""
    from . import adopt, pledged  # noqa: F401  (pledged adds its pages to the blueprint of adopt)

    app.jinja_env.globals.update(today=_today, short_name=short_name)
    app.jinja_env.filters["phone_masked"] = phone.masked
    app.register_blueprint(adopt.blueprint)
