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
from ...extensions import db, limiter
from ...forms import Form
from ...identity.actor import ADMIN, FINANCE, STAFF
from ...identity.policy import EVERYONE, access
from ...projects.models import Category, SubProject
from .. import issuing, recompute
from ..models import IssuedDocument

blueprint = Blueprint("documents", __name__)

RECENT = 30


@blueprint.get("/documents")
@access(STAFF, FINANCE, ADMIN)
def home() -> str:
    """Every kind of document, the newest ones issued, and whether the books agree with themselves."""
    day = today(web.clock())
    return render_template(
        "documents/home.html", today=day, year_start=day.replace(month=1, day=1),
        categories=db.session.scalars(select(Category).order_by(Category.position)).all(),
        projects=db.session.scalars(select(SubProject).order_by(SubProject.position)).all(),
        issued=db.session.scalars(select(IssuedDocument).order_by(IssuedDocument.id.desc()).limit(RECENT)).all())


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
@access(EVERYONE)
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
    return render_template("documents/verify.html", form=form, asked=asked, found=found, sha256=sha256), 200


