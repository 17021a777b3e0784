"""No document is made, and no number given, for a period or day that makes no sense."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from charityledger.cli import main
from charityledger.clock import FixedClock
from charityledger.extensions import db
from charityledger.reports.models import IssuedDocument
from tests.donations import world
from tests.people import client_of, make_user

pytestmark = pytest.mark.one_database


@pytest.fixture
def site(app: Flask, clock: FixedClock) -> Flask:
    with app.app_context():
        world.fill(clock)
    return app


def numbered(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(db.select(IssuedDocument.id)).all())


@pytest.mark.parametrize("who", [None, "auditor"])
@pytest.mark.parametrize(("address", "words"), [
    ("fund/GEN.pdf?from=2026-12-01&to=2026-01-01", "在结束日期"),
    ("fund/GEN.pdf?from=2026-04-10&to=2026-04-09", "在结束日期"),
    ("fund/GEN.pdf?from=2026-04-16", "在结束日期"),
    ("fund/HD1-1.pdf?from=2026-01-01&to=2026-04-16", "还没有到（今天是2026-04-15）"),
    ("needs.pdf?as_at=2099-01-01", "还没有到（今天是2026-04-15）"),
    ("needs.pdf?as_at=2026-04-16", "还没有到（今天是2026-04-15）")])
def test_nonsense_is_refused(site: Flask, who: str | None, address: str, words: str) -> None:
    client = client_of(site, make_user(site, who) if who else None)
    answer = client.get(f"/documents/{address}")
    assert (answer.status_code, words in answer.text, numbered(site)) == (422, True, 0)


def test_what_has_been_is_numbered(site: Flask) -> None:
    client = client_of(site, make_user(site, "auditor"))
    for address in ("fund/GEN.pdf?from=2026-04-15&to=2026-04-15", "needs.pdf?as_at=2026-04-15",
                    "fund/GEN.pdf?to=2025-06-30"):     # from the first of January of that year
        assert client.get(f"/documents/{address}").mimetype == "application/pdf"
    assert numbered(site) == 3
    with site.app_context():
        assert "2025-01-01/2025-06-30/full" not in set(db.session.scalars(db.select(IssuedDocument.parameters)))
        assert "2025-01-01/2025-06-30/public" in set(db.session.scalars(db.select(IssuedDocument.parameters)))


@pytest.mark.parametrize(("command", "code"), [
    (("project", "GEN", "--from", "2025-12-01", "--to", "2025-01-01"), "period_reversed"),
    (("project", "GEN", "--to", "2199-01-01"), "day_to_come"), (("needs", "--as-at", "2199-01-01"), "day_to_come"),
    (("donor", "1", "--year", "2199"), "day_to_come")])
def test_the_command_refuses_it_too(site: Flask, tmp_path: Path, command: tuple[str, ...], code: str) -> None:
    done = CliRunner().invoke(main, ["report", *command, "--out", str(tmp_path / "a.pdf")], obj=site)
    assert (done.exit_code, f"[{code}]" in done.output, numbered(site)) == (2, True, 0)
    assert not (tmp_path / "a.pdf").exists()
