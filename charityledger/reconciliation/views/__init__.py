"""Pages of the reconciliation."""

from flask import Flask

from ...donations import approvals
from ...donations.approvals import Handler
from .. import closing as close
from .. import explain, months, undo
from . import closing, desk, imports, mappings


def init_app(app: Flask) -> None:
    """Register the blueprints of this package, and the kinds of request that it brings."""
    for kind, step in ((explain.KIND, explain), (undo.KIND, undo)):
        approvals.register(kind, Handler(step.approve, step.reject, about=desk.asked_about,
                                         part="reconcile/_asked.html"))
    approvals.register(months.KIND, Handler(close.approve, close.reject, about=closing.about,
                                            part="closing/_asked.html"))
    app.register_blueprint(desk.blueprint)
    app.register_blueprint(imports.blueprint)
    app.register_blueprint(mappings.blueprint)
    app.register_blueprint(closing.blueprint)
