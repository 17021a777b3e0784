"""捐赠人: staff search donors, see what they promised and gave, and ask for a name to be corrected or for two
records of one to be merged."""

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from ... import web
from ...errors import CharityLedgerError, NotFound
from ...extensions import db
from ...identity.policy import access
from .. import donors, enterprises, giving, merging, renaming, story
from ..forms.donors import MergeForm, RenameForm
from ..models import Donor, Pledge, Request
from ..requests import wanted
from .office import KEEPERS, Page, done, names, page_number

blueprint = Blueprint("donors", __name__, url_prefix="/desk/donors")

LOOSE_GIFTS = 200
PLEDGES = 200


@blueprint.get("")
@access(*KEEPERS)
def home() -> Page:
    """Donors by name, phone, credit code or reference; the newest first."""
    words, number = request.args.get("q", "").strip()[:100], page_number(request.args.get("page"))
    rows, total = donors.search(db.session(), words, page=number)
    return render_template("donors/home.html", rows=rows, total=total, words=words, number=number,
                           last=-(-total // donors.PAGE_SIZE), accounts=donors.with_account(db.session(), rows))


@blueprint.route("/<int:donor_id>", methods=["GET", "POST"])
@access(*KEEPERS)
def donor(donor_id: int) -> Page:
    """One donor; its forms ask for a merge or for another name, which somebody else approves."""
    row = db.session.get(Donor, donor_id)
    if row is None:
        raise NotFound(what=f"{donor_id}")
    renames = "renaming" in request.form
    form, rename = MergeForm(formdata=None) if renames else MergeForm(), RenameForm() if renames else RenameForm(
        formdata=None)
    if renames and rename.validate_on_submit():
        try:
            renaming.request_rename(actor=web.actor(), clock=web.clock(), donor_id=donor_id, name=rename.name.data,
                                    reason=rename.why.data, key=rename.key)
        except CharityLedgerError as error:
            rename.refuse(error, rename.name)
        else:
            return done(_("更正已经申请，等另一位同事审批。"), url_for(".donor", donor_id=donor_id))
    elif not renames and form.validate_on_submit():
        try:
            merging.request_merge(actor=web.actor(), clock=web.clock(), donor_id=donor_id, into_id=form.into.data,
                                  reason=form.reason.data, key=form.key)
        except CharityLedgerError as error:
            form.refuse(error, form.into)
        else:
            return done(_("合并已经申请，等另一位同事审批。"), url_for(".donor", donor_id=donor_id))
    pledges = story.of_pledges(db.session(), db.session.scalars(
        select(Pledge).where(Pledge.donor_id == donor_id).order_by(Pledge.id.desc()).limit(PLEDGES)).all())
    asked = db.session.scalars(select(Request).where(
        Request.kind.in_((merging.KIND, renaming.KIND)), Request.subject_id == donor_id)
        .order_by(Request.id.desc())).all()
    merges = [row for row in asked if row.kind == merging.KIND]
    return render_template(
        "donors/donor.html", donor=row, form=form, rename=rename, sent=rename if renames else form,
        pledges=pledges, figures=giving.figures(db.session(), donor_id),
        gifts=giving.loose_gifts(db.session(), donor_id, most=LOOSE_GIFTS),
        members=enterprises.members(db.session(), donor_id), merges=[(one, wanted(one)["into"]) for one in merges],
        into=donors.living(db.session(), donor_id) if row.merged_into_id else None,
        merged=db.session.scalars(select(Donor).where(Donor.merged_into_id == donor_id)).all(),
        renames=[(one, renaming.asked(db.session(), one)) for one in asked if one.kind == renaming.KIND],
        names=names(one.requested_by for one in asked)), (rename if renames else form).status
