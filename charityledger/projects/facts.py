"""Facts of this deployment that its database knows."""

from collections.abc import Mapping

from flask import current_app, g, has_request_context
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from ..extensions import db
from .models import SiteFact

_KEPT = "charityledger.demonstration"


def facts() -> Mapping[str, str]:
    """All of them, asked for once in a request."""
    told: Mapping[str, str] | None = g.get("site_facts")
    if told is None:
        told = {fact.name: fact.value for fact in db.session.scalars(select(SiteFact))}
        # A command may write one and read it again.
        if has_request_context():
            g.site_facts = told
    return told


def is_demonstration() -> bool:
    """Whether what is shown was made up. As the setting says, else as the database says."""
    set_to = current_app.config["DEMONSTRATION"]
    if set_to not in ("", None):
        return set_to is True or str(set_to).lower() in ("1", "true", "yes", "on")
    if not current_app.extensions.get(_KEPT):
        try:
            said = facts().get("demonstration", "")
        except SQLAlchemyError:     # before `init`, or the fault that an error page tells of
            db.session.rollback()
            return False
        # A database never stops being a demonstration, so only the yes is kept.
        current_app.extensions[_KEPT] = bool(said) and said != "0"
    return bool(current_app.extensions[_KEPT])
