"""Photos of a sub-project itself; pictures of its news are in `updates`."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock
from ..database import use_case
from ..errors import NotFound, WrongState
from ..identity.actor import Actor
from ..ledger.idempotency import once
from .errors import AltTextMissing
from .models import ProjectPicture, SubProject


@use_case
def add(tx: Session, *, sub_project_id: int, file_id: int, alt_zh: str, alt_en: str = "", actor: Actor, clock: Clock,
        key: str | None = None) -> int:
    """Show a stored picture on the project's page; returns the photo's id. Raises AltTextMissing, NotFound."""
    def act() -> int:
        sub = tx.get(SubProject, sub_project_id)
        if sub is None:
            raise NotFound(what=str(sub_project_id))
        if not alt_zh.strip():
            raise AltTextMissing(name=str(file_id))
        last = tx.scalar(select(func.max(ProjectPicture.position)).where(
            ProjectPicture.sub_project_id == sub.id, ProjectPicture.update_id.is_(None))) or 0
        photo = ProjectPicture(sub_project_id=sub.id, file_id=file_id, position=last + 1, alt_zh=alt_zh.strip(),
                               alt_en=alt_en.strip())
        tx.add(photo)
        tx.flush()
        _record(tx, "photo_added", sub, photo, actor, clock)
        return photo.id

    content = {"use": "add_photo", "sub": sub_project_id, "file": file_id, "alt": [alt_zh, alt_en]}
    return once(tx, key, content, act, clock=clock)


@use_case
def withdraw(tx: Session, *, photo_id: int, actor: Actor, clock: Clock, key: str | None = None) -> int:
    """Take any picture of a project off the site; it stays in the history. Raises NotFound, WrongState."""
    def act() -> int:
        photo = tx.scalars(select(ProjectPicture).where(ProjectPicture.id == photo_id).with_for_update(
            of=ProjectPicture)).first()
        if photo is None:
            raise NotFound(what=str(photo_id))
        if photo.withdrawn:
            raise WrongState(subject=str(photo.id), state="withdrawn", wanted="shown")
        photo.withdrawn = True
        tx.flush()
        _record(tx, "photo_withdrawn", tx.get_one(SubProject, photo.sub_project_id), photo, actor, clock)
        return photo.id

    return once(tx, key, {"use": "withdraw_photo", "id": photo_id}, act, clock=clock)


def shown(session: Session, sub_project_id: int) -> list[ProjectPicture]:
    """The project's own photos that are on its page, in order."""
    return list(session.scalars(
        select(ProjectPicture).where(ProjectPicture.sub_project_id == sub_project_id,
                                     ProjectPicture.update_id.is_(None), ProjectPicture.withdrawn.is_(False))
        .order_by(ProjectPicture.position, ProjectPicture.id)))


def _record(tx: Session, kind: str, sub: SubProject, photo: ProjectPicture, actor: Actor, clock: Clock) -> None:
    events.record(tx, kind=kind, subject=("sub_project", sub.code), payload={"photo": photo.id, "file": photo.file_id},
                  actor_id=actor.user_id, at=clock.now())
