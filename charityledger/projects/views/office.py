"""What the staff pages of projects share: who may, words for states, pictures that only staff see."""

from collections.abc import Iterable
from pathlib import Path

from flask import current_app, flash, redirect, url_for
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from ... import web
from ...errors import NotFound
from ...extensions import db
from ...identity.actor import ADMIN, FINANCE, STAFF
from ...identity.models import User
from .. import updates
from ..forms import KIND_NAMES
from ..models import StoredFile, SubProject

__all__ = ["KIND_NAMES", "READERS", "STATUS_LOOKS", "STATUS_NAMES", "WRITERS", "Page", "done", "find", "keep",
           "names", "picture_address", "sent_picture", "title"]

# Finance reads along; the auditor may read whatever they may.
READERS = (STAFF, FINANCE, ADMIN)
WRITERS = (STAFF, ADMIN)
STATUS_NAMES = {"draft": _l("草稿"), "open": _l("还可认领"), "fully_adopted": _l("已认满"),
                "under_way": _l("正在办"), "delivered": _l("已落地"), "closed": _l("已结束")}
STATUS_LOOKS = {"draft": "chip-warn", "fully_adopted": "chip-vow", "delivered": "chip-ok"}

Page = str | tuple[str, int] | Response


def done(message: str, address: str) -> Response:
    """On to the page that shows what was done."""
    flash(message)
    return redirect(address, 303)


def find(session: Session, code: str) -> SubProject:
    """The sub-project with this code, drafts included. Raises NotFound."""
    sub = session.scalars(select(SubProject).where(SubProject.code == code)).first()
    if sub is None:
        raise NotFound(what=code[:20])
    return sub


def title(sub: SubProject) -> str:
    """Code and title, in the reader's language."""
    return f"{sub.code} {sub.title_en if web.language() == 'en' else sub.title_zh}"


def names(ids: Iterable[int | None]) -> dict[int, str]:
    """Names of users, by id."""
    wanted = {number for number in ids if number is not None}
    if not wanted:
        return {}
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(wanted))).all())


def keep(upload: FileStorage) -> int:
    """Check and keep a picture that came with a form; returns the stored file's id. Raises what the check raises."""
    return updates.store_picture(data=upload.read(), name=upload.filename or "", actor=web.actor(), clock=web.clock(),
                                 instance=Path(current_app.instance_path))


def _signer() -> URLSafeSerializer:
    # What a form brings back was handed out by us: nobody publishes an evidence file by guessing its number.
    return URLSafeSerializer(str(current_app.secret_key), salt="charityledger.projects.picture")


def sign_picture(file_id: int) -> str:
    """The name under which a form keeps a picture that is stored and not published yet."""
    return str(_signer().dumps(file_id))


def sent_picture(token: str) -> StoredFile | None:
    """The picture of `sign_picture`, or None for anything else."""
    try:
        return db.session.get(StoredFile, int(_signer().loads(token)))
    except (BadSignature, ValueError, TypeError):
        return None


def picture_address(stored: StoredFile) -> str:
    """Where staff see a picture, published or not."""
    return url_for("updates.picture", token=sign_picture(stored.id))
