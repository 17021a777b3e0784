"""Staff pages of the catalogue and of updates."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the blueprints of this package, and the words that its templates use."""
    from . import catalogue, exchange, items, office, updates  # noqa: F401  (some add their pages to another's blueprint)

    app.jinja_env.globals.update(
        status_names=office.STATUS_NAMES, status_looks=office.STATUS_LOOKS, item_kinds=dict(office.KIND_NAMES),
        project_title=office.title, picture_address=office.picture_address)
    app.register_blueprint(catalogue.blueprint)
    app.register_blueprint(updates.blueprint)
