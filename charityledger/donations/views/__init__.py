"""Pages of adopting, giving and paying out."""

from datetime import date

from flask import Flask

from ... import clock, phone, web
from ...identity.actor import DONOR
from ...identity.session import land
from ..rules import masked_email, short_name


def _today() -> date:
    return clock.today(web.clock())


def init_app(app: Flask) -> None:
    """Register the blueprints of this package, and the words that its templates use."""
    # `pledged` and `members` add their pages to the blueprints of `adopt` and `mine`.
    from . import adopt, donors, members, mine, money, pledged, pledges  # noqa: F401

    app.jinja_env.globals.update(today=_today, short_name=short_name)
    app.jinja_env.filters |= {"phone_masked": phone.masked, "email_masked": masked_email}
    app.register_blueprint(adopt.blueprint)
    app.register_blueprint(mine.blueprint)
    app.register_blueprint(donors.blueprint)
    app.register_blueprint(pledges.blueprint)
    money.init_app(app)
    land(app, DONOR, "mine.home")
