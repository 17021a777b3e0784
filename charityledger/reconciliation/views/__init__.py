"""Pages of the reconciliation."""

from flask import Flask

from ...donations import approvals
from .. import closing as close
from ..months import KIND
from . import closing


def init_app(app: Flask) -> None:
    """Register the blueprints of this package, and the kind of request that it brings."""
    approvals.register(KIND, approvals.Handler(close.approve, close.reject, about=closing.about,
                                               part="closing/_asked.html"))
    app.register_blueprint(closing.blueprint)
