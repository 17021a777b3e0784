"""近况: news of a sub-project, with pictures; and by when funds and progress must be published next."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock, today
from ..database import use_case
from ..errors import NotFound, WrongState
from ..identity.actor import Actor
from ..ledger.idempotency import once
from . import files
from .errors import AltTextMissing, DateInFuture, NotAPicture, ReasonMissing, UpdateEmpty
from .file_content import PDF
from .models import ProjectPicture, ProjectUpdate, StoredFile, SubProject


@dataclass(frozen=True)
class Told:
    """A picture that is stored already, with the words that stand for it."""

    file_id: int
    alt_zh: str
    alt_en: str = ""


@dataclass(frozen=True)
class News:
    """What is to be published of a sub-project. `disclosure`: it publishes funds and progress (慈善法, article 79)."""

    published_on: date
    body_zh: str
    body_en: str = ""
    quotation_zh: str = ""
    quotation_en: str = ""
    disclosure: bool = False
    pictures: tuple[Told, ...] = ()


@use_case
def store_picture(tx: Session, *, data: bytes, name: str, instance: Path, actor: Actor, clock: Clock) -> int:
    """Keep a picture before anything is published with it; returns the stored file's id. Raises NotAPicture for PDF."""
    file_id = files.store(tx, data, name, instance=instance, actor=actor, clock=clock)
    if tx.get_one(StoredFile, file_id).media_type == PDF:
        raise NotAPicture(name=name)
    return file_id


@use_case
def publish(tx: Session, *, sub_project_id: int, news: News, actor: Actor, clock: Clock,
            key: str | None = None) -> int:
    """Publish news; returns the update's id. Raises UpdateEmpty, DateInFuture, AltTextMissing."""
    def act() -> int:
        sub = tx.get(SubProject, sub_project_id)
        if sub is None:
            raise NotFound(what=str(sub_project_id))
        if not news.body_zh.strip():
            raise UpdateEmpty()
        if news.published_on > today(clock):
            raise DateInFuture()
        update = ProjectUpdate(
            sub_project_id=sub.id, published_on=news.published_on, body_zh=news.body_zh.strip(),
            body_en=news.body_en.strip(), quotation_zh=news.quotation_zh.strip(),
            quotation_en=news.quotation_en.strip(), disclosure=news.disclosure)
        update.pictures = _pictures(sub.id, news.pictures)
        tx.add(update)
        tx.flush()
        if update.disclosure:
            _set_published(tx, sub)
        events.record(tx, kind="update_published", subject=("sub_project", sub.code), payload={
            "update": update.id, "on": update.published_on.isoformat(), "disclosure": update.disclosure,
            "body_sha256": _sha256(update.body_zh, update.body_en, update.quotation_zh, update.quotation_en),
            "files": [told.file_id for told in news.pictures]}, actor_id=actor.user_id, at=clock.now())
        return update.id

    content = {"use": "publish_update", "sub": sub_project_id, "news": news, "by": actor.user_id}
    return once(tx, key, content, act, clock=clock)


@use_case
def publish_note(tx: Session, *, sub_project_id: int, body_zh: str, body_en: str, actor: Actor, clock: Clock,
                 disclosure: bool = False) -> int:
    """News in words only, dated today: what another service has to make public (surplus moved, a correction)."""
    return publish.inside(tx, sub_project_id=sub_project_id, actor=actor, clock=clock,
                          news=News(today(clock), body_zh, body_en, disclosure=disclosure))


@use_case
def withdraw(tx: Session, *, update_id: int, reason: str, actor: Actor, clock: Clock, key: str | None = None) -> int:
    """Take news off the site; it stays in the history with the reason. Raises ReasonMissing, WrongState."""
    def act() -> int:
        update = tx.scalars(select(ProjectUpdate).where(ProjectUpdate.id == update_id).with_for_update()).first()
        if update is None:
            raise NotFound(what=str(update_id))
        if update.withdrawn:
            raise WrongState(subject=str(update.id), state="withdrawn", wanted="published")
        if not reason.strip():
            raise ReasonMissing()
        update.withdrawn, update.withdrawn_on, update.withdrawn_reason = True, today(clock), reason.strip()
        tx.flush()
        sub = tx.get_one(SubProject, update.sub_project_id)
        if update.disclosure:
            _set_published(tx, sub)
        events.record(tx, kind="update_withdrawn", subject=("sub_project", sub.code), payload={
            "update": update.id, "reason_sha256": _sha256(update.withdrawn_reason)},
            actor_id=actor.user_id, at=clock.now())
        return update.id

    return once(tx, key, {"use": "withdraw_update", "id": update_id, "reason": reason}, act, clock=clock)


def _pictures(sub_project_id: int, told: Sequence[Told]) -> list[ProjectPicture]:
    for picture in told:
        if not picture.alt_zh.strip():
            raise AltTextMissing(name=str(picture.file_id))
    return [ProjectPicture(sub_project_id=sub_project_id, file_id=picture.file_id, position=position,
                           alt_zh=picture.alt_zh.strip(), alt_en=picture.alt_en.strip())
            for position, picture in enumerate(told, 1)]


def _set_published(tx: Session, sub: SubProject) -> None:
    """The last disclosure that stands: a withdrawn one gives its date back."""
    sub.published_on = tx.scalar(select(func.max(ProjectUpdate.published_on)).where(
        ProjectUpdate.sub_project_id == sub.id, ProjectUpdate.disclosure.is_(True),
        ProjectUpdate.withdrawn.is_(False)))
    tx.flush()


def _sha256(*texts: str) -> str:
    """One hash of several texts; the separator keeps ("ab", "c") and ("a", "bc") apart."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
