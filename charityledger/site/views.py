"""Addresses of the public pages."""

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template, request, send_file

from ..extensions import db
from ..identity.policy import EVERYONE, access
from ..projects import files
from . import pages, project_pages
from .cache import kept
from .frame import OFFICE, who

blueprint = Blueprint("site", __name__)


@blueprint.get("/")
@kept
@access(EVERYONE)
def home() -> str:
    """Five buildings of 48 windows, and the programme's figures."""
    return render_template("site/home.html", page=pages.home(db.session()))


@blueprint.get("/projects")
@kept
@access(EVERYONE)
def projects() -> str:
    """The list, searched and filtered by the address."""
    return render_template("site/projects.html", page=pages.listing(db.session(), request.args))


@blueprint.get("/projects/<code>")
@kept
@access(EVERYONE)
def project(code: str) -> str:
    """One sub-project; drafts only for the office."""
    page = project_pages.project(db.session(), code, drafts=who().role in OFFICE)
    return render_template("site/project.html", page=page)


@blueprint.get("/projects/<code>/people")
@kept
@access(EVERYONE)
def people(code: str) -> str:
    """Everybody who adopted a project and chose to be named."""
    page = project_pages.people(db.session(), code, _page_number())
    return render_template("site/people.html", page=page)


@blueprint.get("/where")
@kept
@access(EVERYONE)
def where() -> str:
    """What was paid out."""
    return render_template("site/where.html", page=pages.where(db.session(), _page_number()))


def _page_number() -> int:
    """The page that the address asks for; 1 for anything that is no number."""
    number = request.args.get("page", "1")[:6]
    return int(number) if number.isascii() and number.isdigit() else 1


@blueprint.get("/how")
@kept
@access(EVERYONE)
def how() -> str:
    """How money is counted here, and how to ask."""
    return render_template("site/how.html")


@blueprint.get("/files/<sha256>")
@access(EVERYONE)
def picture(sha256: str) -> Response:
    """A public picture. Its address is its content's hash, so it may be kept; a withdrawn one goes within a day."""
    stored = files.public_picture(db.session(), sha256)
    if stored is None:
        abort(404)
    response = send_file(files.open_file(Path(current_app.instance_path), sha256), mimetype=stored.media_type,
                         etag=stored.sha256, max_age=86400)
    response.headers["Content-Security-Policy"] = files.SANDBOX
    return response
