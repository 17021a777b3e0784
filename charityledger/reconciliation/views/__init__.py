"""Pages of the reconciliation."""

from flask import Flask

from ...donations import approvals
from ...donations.approvals import Handler
from .. import explain, undo


def init_app(app: Flask) -> None:
    """Register the blueprints of this package, and what a second person decides about lines."""
    from . import imports

    app.register_blueprint(imports.blueprint)
    approvals.HANDLERS.update({explain.KIND: Handler(explain.approve, explain.reject),
                               undo.KIND: Handler(undo.approve, undo.reject)})
