"""Files on disk and in the database."""

import stat
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.projects import files
from charityledger.projects.models import ProjectPicture, ProjectUpdate, StoredFile, SubProject
from tests.projects.conftest import picture
from tests.projects.test_file_content import PDF


def stored(data: bytes, instance: Path, clock: FixedClock) -> int:
    with transaction() as tx:
        return files.store(tx, data, "照片.jpg", instance=instance, actor=Actor.system(), clock=clock)


def test_the_same_content_is_kept_once(context: Flask, instance: Path, clock: FixedClock) -> None:
    first, second = stored(picture(), instance, clock), stored(picture(), instance, clock)
    assert first == second
    row = db.session.scalars(select(StoredFile)).one()
    assert (row.media_type, row.width_px, row.height_px, row.added_by) == ("image/jpeg", 60, 40, None)
    path = files.open_file(instance, row.sha256)
    assert path == instance / "uploads" / row.sha256[:2] / row.sha256
    assert path.stat().st_size == row.size_bytes
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found for found in (instance / "uploads").rglob("*") if found.is_file()] == [path]


@pytest.mark.one_database
def test_a_file_cut_short_on_disk_is_written_again(context: Flask, instance: Path, clock: FixedClock) -> None:
    stored(PDF, instance, clock)
    sha256 = db.session.scalars(select(StoredFile.sha256)).one()
    files.open_file(instance, sha256).write_bytes(b"%PDF")
    stored(PDF, instance, clock)
    assert files.open_file(instance, sha256).read_bytes() == PDF


@pytest.mark.one_database
def test_nothing_is_left_when_writing_fails(context: Flask, instance: Path, clock: FixedClock,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        stored(PDF, instance, clock)
    assert [found for found in (instance / "uploads").rglob("*") if found.is_file()] == []
    assert db.session.scalars(select(StoredFile)).all() == []


@pytest.mark.parametrize("name", ["", "../../secret-key", "a" * 63, "A" * 64, "0" * 64])
def test_only_a_hash_opens_a_file(instance: Path, name: str) -> None:
    with pytest.raises(files.FileMissing):
        files.open_file(instance, name)


@pytest.mark.one_database
def test_as_an_attachment(app: Flask, clock: FixedClock) -> None:
    with app.test_request_context():
        stored(PDF, Path(app.instance_path), clock)
        row = db.session.scalars(select(StoredFile)).one()
        response = files.as_attachment(row, "..\\发票\r\nX: 1.html")
        response.direct_passthrough = False
        assert response.data == PDF
        assert response.mimetype == "application/pdf"
        assert response.headers["Content-Disposition"].startswith("attachment; filename")
        assert response.headers["Content-Disposition"].endswith(".pdf")
        assert "\n" not in response.headers["Content-Disposition"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        response.close()


def test_who_may_see_a_picture(small: Flask, instance: Path, clock: FixedClock) -> None:
    file_id = stored(picture(), instance, clock)
    sha256 = db.session.scalars(select(StoredFile.sha256)).one()
    assert files.public_picture(db.session, sha256) is None
    with transaction() as tx:
        sub = tx.scalars(select(SubProject).where(SubProject.code == "BM01-1")).one()
        update = ProjectUpdate(sub_project_id=sub.id, published_on=clock.now().date(), body_zh="开灶")
        tx.add(update)
        tx.flush()
        tx.add(ProjectPicture(sub_project_id=sub.id, update_id=update.id, file_id=file_id, alt_zh="新灶台"))

    def visible_after(change: str, value: object) -> bool:
        with transaction() as tx:
            tx.execute({"project_update": ProjectUpdate, "project_picture": ProjectPicture,
                        "sub_project": SubProject}[change.split(".")[0]].__table__.update().values(
                            {change.split(".")[1]: value}))
        return files.public_picture(db.session, sha256) is not None

    assert files.public_picture(db.session, sha256) is not None
    assert not visible_after("project_update.withdrawn", True)
    assert visible_after("project_update.withdrawn", False)
    assert not visible_after("project_picture.withdrawn", True)
    assert visible_after("project_picture.withdrawn", False)
    assert not visible_after("sub_project.status", "draft")
    assert visible_after("sub_project.status", "closed")
