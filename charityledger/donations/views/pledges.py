"""承诺: staff see every promise, log those made offline, import them from a file, and end one with its reason."""

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from ... import web
from ...audit.models import Event
from ...errors import CharityLedgerError
from ...extensions import db
from ...identity.policy import access
from .. import importing, offers, pledge_rows, pledges, story
from ..adoption import accept
from ..forms.adopt import told_open
from ..forms.donors import EndForm, ImportForm, OfflineForm, offline_form
from ..links import token_of
from ..models import Donor
from ..pledges import PledgeFilter
from ..rules import PLEDGE_STATES
from . import history
from .adopt import item_title
from .office import KEEPERS, Page, done, names, page_number, project_choices, the_day

blueprint = Blueprint("pledges", __name__, url_prefix="/desk/pledges")

SOURCES = ("online", "offline", "import")
# Larger files go through the command line.
LARGEST_FILE = 300_000


@blueprint.get("")
@access(*KEEPERS)
def home() -> Page:
    """The list, newest first."""
    state, source = request.args.get("state", ""), request.args.get("source", "")
    wanted = PledgeFilter(state if state in PLEDGE_STATES else "", request.args.get("project", "")[:20],
                          source if source in SOURCES else "", the_day() if request.args.get("overdue") else None)
    number = page_number(request.args.get("page"))
    rows, total = pledges.page_of_pledges(db.session(), wanted, page=number)
    return render_template(
        "donors/pledges.html", stories=story.of_pledges(db.session(), rows), total=total, wanted=wanted,
        number=number, last=-(-total // pledges.PAGE_SIZE), projects=project_choices(), states=PLEDGE_STATES,
        sources=SOURCES, filters={name: value for name, value in request.args.items() if value and name != "page"})


@blueprint.get("/<int:pledge_id>")
@access(*KEEPERS)
def pledge(pledge_id: int) -> Page:
    """One promise and its history."""
    return _pledge(pledge_id, EndForm())


def _pledge(pledge_id: int, form: EndForm) -> Page:
    told = story.pledge_told(db.session(), pledge_id)
    events = db.session.scalars(select(Event).where(Event.subject_kind == "pledge",
                                                    Event.subject_id == str(pledge_id)).order_by(Event.id)).all()
    return render_template("donors/pledge.html", story=told, form=form, holder=token_of(pledge_id),
                           happened=[history.told(event, told) for event in events],
                           names=names(event.actor_id for event in events)), form.status


@blueprint.post("/<int:pledge_id>/end")
@access(*KEEPERS)
def end(pledge_id: int) -> Page:
    """Release, write off or cancel: only what is not paid is freed."""
    form = EndForm()
    if form.validate_on_submit():
        try:
            pledges.end(actor=web.actor(), clock=web.clock(), pledge_id=pledge_id, state=form.state.data,
                        note=form.note.data, key=form.key)
        except CharityLedgerError as error:
            form.refuse(error)
        else:
            return done(_("这份承诺已经结束，没付的部分放开了。"), url_for(".pledge", pledge_id=pledge_id))
    return _pledge(pledge_id, form)


@blueprint.route("/new", methods=["GET", "POST"])
@access(*KEEPERS)
def new() -> Page:
    """Log a promise made offline: first its project, then what was promised."""
    known = db.session.get(Donor, request.values.get("donor", 0, type=web.row_id))
    donors = [known] if known is not None and known.merged_into_id is None else []
    code = request.values.get("project", "")
    if not code:
        return render_template("donors/which.html", projects=project_choices(), donors=donors)
    offer = offers.of_project(db.session(), code)
    seen = list(told_open(request.form.get("seen_open")))
    form: OfflineForm = offline_form(offer, seen, donors, the_day(), item_title)()
    if form.validate_on_submit():
        try:
            pledge_id = accept(
                actor=web.actor(), clock=web.clock(), ids=web.ids(), donor=form.donor(), wish=form.wish(), key=form.key,
                pledged_on=form["pledged_on"].data, external_id=form["external_id"].data.strip() or None,
                enforceability=form["enforceability"].data)
        except CharityLedgerError as error:
            form.refuse(error, form["pledged_on"] if error.code == "pledged_on_outside" else None)
        else:
            return done(_("承诺已经登记。"), url_for(".pledge", pledge_id=pledge_id))
    form.show_open()
    return render_template("donors/offline.html", form=form, offer=offer, donors=donors,
                           units_open=offers.units_open), form.status


@blueprint.route("/import", methods=["GET", "POST"])
@access(*KEEPERS)
def import_file() -> Page:
    """A file of promises: first what it says and what is wrong with it, then the import."""
    form = ImportForm()
    if not form.validate_on_submit():
        return render_template("donors/import.html", form=form), form.status
    if form.confirmed.data:
        result = importing.import_pledges(form.text.data.encode(), actor=web.actor(), clock=web.clock(), ids=web.ids())
        return render_template("donors/imported.html", result=result)
    data = form.file.data.read(LARGEST_FILE + 1) if form.file.data else b""
    if not data or len(data) > LARGEST_FILE:
        form.file.errors = [_("请选一个CSV文件。") if not data else
                            _("文件太大，网页上最多%(most)s KB。更大的请用命令行导入。", most=LARGEST_FILE // 1000)]
        return render_template("donors/import.html", form=form), 422
    rows, faults = pledge_rows.read_rows(data)
    fine, foreseen = importing.foresee(db.session(), rows, the_day())
    problems = [importing.problem(fault) for fault in sorted([*faults, *foreseen], key=lambda fault: fault[0])]
    if fine:
        form.text.data = pledge_rows.decode(data)
    return render_template("donors/preview.html", form=form, rows=fine, problems=problems,
                           new=sum(not reference for _row, reference in fine))
