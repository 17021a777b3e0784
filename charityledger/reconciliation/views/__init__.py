"""Pages of the reconciliation."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the blueprints of this package."""
    from . import imports

    app.register_blueprint(imports.blueprint)
