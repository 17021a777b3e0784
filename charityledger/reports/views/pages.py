"""/documents for those who work with them, /verify for everybody."""

import hashlib

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from sqlalchemy import select
from wtforms import StringField
from wtforms.validators import Length

from ... import web
from ...clock import today
from ...donations import money_accounts
from ...extensions import db, limiter
from ...forms import Form
from ...identity.actor import ADMIN, AUDITOR, FINANCE, STAFF
from ...identity.policy import EVERYONE, access
from ...projects.models import Category, SubProject
from ...reconciliation import months
from .. import issuing, recompute
from ..models import IssuedDocument

blueprint = Blueprint("documents", __name__)

RECENT = 30
OFFICE = (STAFF, FINANCE, ADMIN, AUDITOR)


@blueprint.get("/documents")
@access(EVERYONE)
def home() -> str:
    """The documents that everybody may have; for staff and auditors also those with names, and the newest issued."""
    office = web.actor().role in OFFICE
    recent = select(IssuedDocument).order_by(IssuedDocument.id.desc()).limit(RECENT if office else 0)
    projects = select(SubProject).order_by(SubProject.position)
    return render_template(
        "documents/home.html", today=today(web.clock()), office=office,
        categories=db.session.scalars(select(Category).order_by(Category.position)).all(),
        projects=db.session.scalars(projects if office else projects.where(SubProject.status != "draft")).all(),
        issued=db.session.scalars(recent).all(),
        accounts=[a for a in money_accounts.accounts(db.session()) if a.kind != "cash"] if office else [],
        months=months.every(db.session(), today(web.clock())) if office else [])


@blueprint.get("/documents/audit")
@access(STAFF, FINANCE, ADMIN)
def audit() -> str:
    """Recompute every balance and measure now."""
    return render_template("documents/audit.html", result=recompute.run(db.session))


class VerifyForm(Form):
    """A number that stands on a document, or the document itself."""

    number = StringField(_l("文号"), validators=[Length(max=40)])
    file = FileField(_l("PDF文件"))


@blueprint.route("/verify", methods=["GET", "POST"])
@limiter.limit("30 per minute", methods=["POST"])
@access(EVERYONE, write=(EVERYONE, AUDITOR))      # it only looks up, so an auditor may send it too
def verify() -> tuple[str, int]:
    """Whether we issued a document: by its number, or by its bytes, which are not kept."""
    form = VerifyForm(number=request.args.get("number", ""))
    found: list[IssuedDocument] = []
    asked = sha256 = ""
    if request.method == "POST":
        upload = form.file.data
        if upload:
            sha256 = hashlib.sha256(upload.read()).hexdigest()
            asked = upload.filename or ""
            match = issuing.find_bytes(db.session, sha256)
            found = [match] if match else []
        elif form.number.data:
            asked = form.number.data.strip()
            found = issuing.find(db.session, asked)
    elif form.number.data:
        asked = form.number.data.strip()
        found = issuing.find(db.session, asked)
    return render_template("documents/verify.html", form=form, asked=asked, found=found, sha256=sha256,
                           void=any(issuing.is_void(db.session(), d) for d in found),
                           replaced=next(filter(None, (issuing.replaced_by(db.session(), d) for d in found)), "")), 200


