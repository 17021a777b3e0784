"""结余划转: asked for here, decided under 审批."""

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from ... import web
from ...errors import CharityLedgerError
from ...extensions import db
from ...identity.policy import access
from .. import surplus
from ..forms.surplus import SurplusForm
from ..models import Request
from . import office
from .office import KEEPERS, Page, done, keep

blueprint = Blueprint("surplus", __name__, url_prefix="/desk/surplus")


@blueprint.get("")
@access(*KEEPERS)
def home() -> Page:
    """All transfers asked for, newest first."""
    rows = db.session.scalars(select(Request).where(Request.kind == surplus.KIND).order_by(Request.id.desc())
                              .limit(office.PAGE_SIZE)).all()
    return render_template("surplus/home.html", rows=[(row, *surplus.parts(db.session(), row)) for row in rows])


@blueprint.route("/new", methods=["GET", "POST"])
@access(*KEEPERS)
def new() -> Page:
    """Ask for a transfer."""
    form = SurplusForm(projects=office.project_choices(), accounts=office.account_choices())
    if form.validate_on_submit():
        try:
            asked = surplus.request(actor=web.actor(), clock=web.clock(), wish=form.wish(keep(form.files.data)),
                                    reason=form.reason.data, key=form.key)
        except CharityLedgerError as error:
            field = {"fund_overdrawn": "amount", "amount_not_positive": "amount", "same_project": "taking",
                     **dict.fromkeys(office.ABOUT_FILES, "files")}.get(error.code)
            form.refuse(error, form[field] if field else None)
        else:
            return done(_("已提出，等另一位同事审批。"), url_for("approvals.show", request_id=asked))
    return render_template("surplus/new.html", form=form), form.status
