"""Facts of this deployment that its database knows."""

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from ..extensions import db
from .models import SiteFact

_KEPT = "charityledger.demonstration"


def is_demonstration() -> bool:
    """Whether what is shown was made up. As the setting says, else as the database says."""
    set_to = current_app.config["DEMONSTRATION"]
    if set_to not in ("", None):
        return set_to is True or str(set_to).lower() in ("1", "true", "yes", "on")
    if not current_app.extensions.get(_KEPT):
        try:
            said = db.session.scalar(select(SiteFact.value).where(SiteFact.name == "demonstration"))
        except SQLAlchemyError:     # before `init`, or the fault that an error page tells of
            db.session.rollback()
            return False
        # A database never stops being a demonstration, so only the yes is kept.
        current_app.extensions[_KEPT] = bool(said) and said != "0"
    return bool(current_app.extensions[_KEPT])
