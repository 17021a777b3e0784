"""Addresses of the public pages."""

from flask import Blueprint, render_template

from ..identity.policy import EVERYONE, access

blueprint = Blueprint("site", __name__)


@blueprint.get("/")
@access(EVERYONE)
def home() -> str:
    return render_template("site/home.html")


@blueprint.get("/projects")
@access(EVERYONE)
def projects() -> str:
    return render_template("site/projects.html")


@blueprint.get("/projects/<code>")
@access(EVERYONE)
def project(code: str) -> str:
    return render_template("site/project.html", code=code)


@blueprint.get("/where")
@access(EVERYONE)
def where() -> str:
    return render_template("site/where.html")
