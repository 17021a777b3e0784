"""Puts the parts together: settings, extensions, blueprints, pages for errors."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from flask import Flask

from . import config
from .clock import SystemClock
from .extensions import babel, csrf, db, limiter, login_manager, migrate
from .ids import RandomIds
from .web import RowIdConverter


def beside(name: str) -> str:
    """A folder that stands at the checkout's root there, and inside the package in a wheel."""
    inside = config.PACKAGE / name
    return str(inside if inside.is_dir() else config.CHECKOUT / name)


def secret_key(instance: Path) -> str:
    """The key that signs sessions: made once, readable by its owner only."""
    path = instance / "secret-key"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text()


def load_tables() -> None:
    """Import every module that declares tables, so that the migrations see all of them."""
    from .audit import models as _audit
    from .donations import models as _donations
    from .identity import models as _identity
    from .ledger import models as _ledger
    from .projects import models as _projects

    del _audit, _donations, _identity, _ledger, _projects


def build(settings: Mapping[str, object] | None = None) -> Flask:
    """See `create_app`."""
    values = config.load(settings)
    instance = Path(str(values["INSTANCE"]))
    instance.mkdir(parents=True, exist_ok=True)
    app = Flask("charityledger", instance_path=str(instance.resolve()), template_folder=beside("templates"),
                static_folder=str(config.PACKAGE / "static"))
    app.url_map.converters["int"] = RowIdConverter
    app.config.update(values)
    app.config["SECRET_KEY"] = app.config["SECRET_KEY"] or secret_key(instance)
    app.config["SQLALCHEMY_DATABASE_URI"] = values["DATABASE_URL"]
    app.config["MAX_CONTENT_LENGTH"] = int(str(values["UPLOAD_MAX_MB"])) * 1024 * 1024
    app.config["RATELIMIT_ENABLED"] = values["RATE_LIMITS"]
    app.config.update(SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax",
                      SESSION_COOKIE_SECURE=bool(values["HTTPS"]), REMEMBER_COOKIE_DURATION=0,
                      WTF_CSRF_TIME_LIMIT=None)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    db.init_app(app)
    load_tables()
    migrate.init_app(app, db, directory=beside("migrations"), render_as_batch=True)
    for extension in (login_manager, csrf, limiter):
        extension.init_app(app)
    app.extensions["charityledger.clock"] = SystemClock()
    app.extensions["charityledger.ids"] = RandomIds()
    from . import identity, site

    site.init_app(app, babel)
    identity.init_app(app)
    from .donations import views as donations
    from .projects import views as projects
    from .reconciliation import views as reconciliation
    from .reports import views as reports

    for part in (projects, donations, reconciliation, reports):
        part.init_app(app)
    return app
