"""Uploaded files: a row in the database, the bytes in `uploads/` of the instance folder, named by their SHA-256.

    file_id = files.store(tx, data, "发票.jpg", instance=instance, actor=actor, clock=clock)
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from flask import Response, current_app, send_file
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ..clock import Clock
from ..database import is_postgresql
from ..errors import NotFound
from ..identity.actor import Actor
from . import file_content
from .file_content import FileTooLarge, PdfBroken, PictureBroken, PictureTooLarge, UnknownFileType
from .models import ProjectPicture, ProjectUpdate, StoredFile, SubProject
from .rules import PUBLIC_STATUSES

__all__ = ["FileMissing", "FileTooLarge", "PdfBroken", "PictureBroken", "PictureTooLarge", "UnknownFileType",
           "as_attachment", "is_sha256", "open_file", "public_picture", "store", "write_durably"]

# A file opened outside the site's own pages can run nothing and reach nothing.
SANDBOX = "default-src 'none'; sandbox"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class FileMissing(NotFound):
    """No such file, or its bytes are gone from the uploads folder. Facts: sha256."""

    code = "file_missing"


def store(tx: Session, data: bytes, name: str, *, instance: Path, actor: Actor, clock: Clock) -> int:
    """Check a file and keep it; returns the id of its StoredFile, the same id for the same content.

    The bytes are on disk before the row can commit. A crash in between leaves a file without a row, which harms
    nothing and serves the next upload of the same content. Raises what `file_content.check` raises.
    """
    checked = file_content.check(data, name)
    sha256 = hashlib.sha256(checked.data).hexdigest()
    write_durably(_path(instance, sha256), checked.data)
    insert = postgresql.insert if is_postgresql(tx) else sqlite.insert
    tx.execute(insert(StoredFile.__table__).on_conflict_do_nothing(index_elements=["sha256"]), {
        "sha256": sha256, "media_type": checked.media_type, "size_bytes": len(checked.data),
        "width_px": checked.width_px, "height_px": checked.height_px, "added_by": actor.user_id,
        "added_at": clock.now()})
    return tx.scalars(select(StoredFile.id).where(StoredFile.sha256 == sha256)).one()


def open_file(instance: Path, sha256: str) -> Path:
    """Where the bytes are. Raises FileMissing, also for what is no SHA-256 at all (`../secret-key`)."""
    if is_sha256(sha256) and (path := _path(instance, sha256)).is_file():
        return path
    raise FileMissing(sha256=sha256[:64])


def as_attachment(stored: StoredFile, name: str = "") -> Response:
    """The response that downloads a file, never shows it. `name` is what the uploader called it."""
    path = open_file(Path(current_app.instance_path), stored.sha256)
    plain = "".join(letter for letter in name.replace("\\", "/") if letter.isprintable())
    stem = Path(plain).stem or stored.sha256[:12]
    response = send_file(path, mimetype=stored.media_type, as_attachment=True, etag=stored.sha256,
                         download_name=stem + file_content.EXTENSIONS[stored.media_type], conditional=False)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def public_picture(session: Session, sha256: str) -> StoredFile | None:
    """The file, if anybody may see it: a picture of a public project, or of an update that stands."""
    return session.scalars(
        select(StoredFile).join(ProjectPicture, ProjectPicture.file_id == StoredFile.id)
        .join(SubProject, SubProject.id == ProjectPicture.sub_project_id)
        .outerjoin(ProjectUpdate, ProjectUpdate.id == ProjectPicture.update_id)
        .where(StoredFile.sha256 == sha256, StoredFile.media_type != file_content.PDF,
               ProjectPicture.withdrawn.is_(False), SubProject.status.in_(PUBLIC_STATUSES),
               ProjectPicture.update_id.is_(None)
               | ProjectUpdate.withdrawn.is_(False))
        .limit(1)).one_or_none()


def is_sha256(text: str) -> bool:
    """Whether this can be the name of a file of ours: 64 hex digits, nothing that leads elsewhere."""
    return _SHA256.fullmatch(text) is not None


def _path(instance: Path, sha256: str) -> Path:
    return instance / "uploads" / sha256[:2] / sha256


def write_durably(path: Path, data: bytes) -> None:
    """Write so that the name never stands for half a file, even when the power fails."""
    if path.is_file() and path.stat().st_size == len(data):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)       # readable by its owner only
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """Makes the new name itself durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
