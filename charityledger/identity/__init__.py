"""Users, roles, sign-in and who may open what. Imports no domain package."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Sessions, the guard of every route, security headers and the pages of this package."""
    from .. import web
    from . import actor, admin, headers, policy, session, views

    session.init_app(app)
    headers.init_app(app)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(admin.blueprint)
    policy.init_app(app)
    session.land(app, actor.ADMIN, "users.index")
    app.jinja_env.globals["new_form_token"] = web.new_form_token
