"""Files that prove something: kept before the form that names them is booked, downloaded by staff and auditors."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..clock import Clock
from ..database import use_case
from ..errors import NotFound
from ..identity.actor import Actor
from ..projects import files
from ..projects.models import StoredFile
from .models import Evidence


@dataclass(frozen=True)
class Upload:
    """A file as it came with a form."""

    data: bytes
    name: str


@use_case
def keep(tx: Session, *, uploads: Sequence[Upload], instance: Path, actor: Actor,
         clock: Clock) -> tuple[tuple[int, str], ...]:
    """Check and keep the files; returns (stored file id, name) for each. The same content is kept once.

    Raises what `projects.file_content.check` raises. A file whose form is then refused harms nothing.
    """
    return tuple((files.store(tx, upload.data, upload.name, instance=instance, actor=actor, clock=clock),
                  upload.name[:200]) for upload in uploads)


def find(session: Session, evidence_id: int) -> tuple[StoredFile, str]:
    """The stored file of a piece of evidence, and its name. Raises NotFound."""
    row = session.get(Evidence, evidence_id)
    if row is None:
        raise NotFound(what=f"evidence {evidence_id}")
    return session.get_one(StoredFile, row.file_id), row.name


def of_request(session: Session, request_id: int) -> Sequence[Evidence]:
    return session.scalars(select(Evidence).where(Evidence.request_id == request_id).order_by(Evidence.id)).all()


def of_pledge(session: Session, pledge_id: int) -> Sequence[Evidence]:
    return session.scalars(select(Evidence).where(Evidence.pledge_id == pledge_id).order_by(Evidence.id)).all()


def of_donation(session: Session, donation_id: int) -> Sequence[Evidence]:
    return session.scalars(select(Evidence).where(Evidence.donation_id == donation_id).order_by(Evidence.id)).all()
