"""charityledger: a site and a ledger for a district's public welfare+ projects."""

from collections.abc import Mapping

from flask import Flask


def create_app(settings: Mapping[str, object] | None = None) -> Flask:
    """The application. `settings` override the environment (`charityledger.config.SETTINGS`)."""
    from .application import build

    return build(settings)
