"""Pages of the reconciliation."""

from flask import Flask

from ...donations import approvals
from ...donations.approvals import Handler
from .. import closing as close
from .. import explain, months, undo
from . import closing, imports, mappings


def init_app(app: Flask) -> None:
    """Register the blueprints of this package, and the kinds of request that it brings."""
    approvals.register(explain.KIND, Handler(explain.approve, explain.reject))
    approvals.register(undo.KIND, Handler(undo.approve, undo.reject))
    approvals.register(months.KIND, Handler(close.approve, close.reject, about=closing.about,
                                            part="closing/_asked.html"))
    app.register_blueprint(imports.blueprint)
    app.register_blueprint(mappings.blueprint)
    app.register_blueprint(closing.blueprint)
