"""Staff pages of the catalogue: the list, one sub-project, its facts, its status, its photos."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from ... import web, wording
from ...clock import today
from ...errors import CharityLedgerError, NotFound
from ...extensions import db
from ...identity.policy import access
from .. import measures, photos, rules, service, summaries
from ..errors import CodeTaken, DatesOutOfOrder, EditConflict
from ..forms import NewSubProjectForm, PhotoForm, StatusForm, SubProjectForm
from ..models import MajorProject, ProjectPicture, SubProject
from ..summaries import Filter
from .office import READERS, WRITERS, Page, done, find, keep, names

blueprint = Blueprint("catalogue", __name__, url_prefix="/desk/catalogue")


@blueprint.get("")
@access(*READERS)
def index() -> Page:
    """All 48 in the catalogue's order, with state and figures."""
    wanted = Filter(request.args.get("q", "").strip()[:60], request.args.get("category", "")[:10],
                    request.args.get("status", "")[:20])
    rows = summaries.listing(db.session(), wanted)
    return render_template("catalogue/index.html", rows=rows, counts=summaries.counts(rows), wanted=wanted,
                           categories=summaries.listing(db.session(), Filter()) if wanted != Filter() else rows)


@blueprint.route("/new", methods=["GET", "POST"])
@access(*READERS, write=WRITERS)
def create() -> Page:
    form = NewSubProjectForm()
    form.major_code.choices = [("", _("请选择")), *_majors()]
    code = form.code.data if form.code else None
    if form.validate_on_submit() and code:
        try:
            service.add_sub_project(code=code, values=_values(form), actor=web.actor(), clock=web.clock(),
                                    key=form.key)
        except CodeTaken as error:
            form.refuse(error, form.code)
        except DatesOutOfOrder as error:
            form.refuse(error, form.ends_on)
        else:
            return done(_("项目已经建好，还是草稿。请加需求明细，再开放认领。"), url_for(".show", code=code))
    return render_template("catalogue/edit.html", form=form, sub=None, differing=[]), form.status


@blueprint.get("/<code>")
@access(*READERS)
def show(code: str) -> Page:
    return _page(find(db.session(), code))


@blueprint.route("/<code>/edit", methods=["GET", "POST"])
@access(*READERS, write=WRITERS)
def edit(code: str) -> Page:
    sub = find(db.session(), code)
    form = SubProjectForm(obj=sub, seen=service.revision_of(sub))
    form.major_code.choices = _majors()
    if not form.validate_on_submit():
        return render_template("catalogue/edit.html", form=form, sub=sub, differing=[]), form.status
    try:
        service.revise(sub_project_id=sub.id, values=_values(form), seen=form.seen.data, actor=web.actor(),
                       clock=web.clock(), key=form.key)
    except EditConflict as conflict:
        return _conflict(form, sub, conflict, "catalogue/edit.html")
    except DatesOutOfOrder as error:
        form.refuse(error, form.ends_on)
        return render_template("catalogue/edit.html", form=form, sub=sub, differing=[]), form.status
    return done(_("已经保存。"), url_for(".show", code=code))


@blueprint.post("/<code>/status")
@access(*WRITERS)
def status(code: str) -> Page:
    sub, form = find(db.session(), code), StatusForm()
    if not form.validate_on_submit() or form.wanted.data not in rules.STATUSES:
        abort(400)
    try:
        service.change_status(sub_project_id=sub.id, wanted=form.wanted.data, seen=form.seen.data, actor=web.actor(),
                              clock=web.clock(), key=form.key)
    except CharityLedgerError as error:
        form.refuse(error)
        return _page(find(db.session(), code), faulty=form), error.status
    return done(_("状态已经改了。"), url_for(".show", code=code))


@blueprint.post("/<code>/photos")
@access(*WRITERS)
def add_photo(code: str) -> Page:
    sub, form = find(db.session(), code), PhotoForm()
    upload = request.files.get("file")
    fine = form.validate_on_submit()
    if not isinstance(upload, FileStorage) or not upload.filename:
        form.file.errors = [_("请选一张照片。")]
        fine = False
    if fine and upload is not None:
        try:
            photos.add(sub_project_id=sub.id, file_id=keep(upload), alt_zh=form.alt_zh.data, alt_en=form.alt_en.data,
                       actor=web.actor(), clock=web.clock(), key=form.key)
            return done(_("照片已经加上。"), url_for(".show", code=code))
        except CharityLedgerError as error:
            form.refuse(error, form.file)
    return _page(find(db.session(), code), photo_form=form), form.status


@blueprint.post("/<code>/photos/<int:photo_id>/withdraw")
@access(*WRITERS)
def withdraw_photo(code: str, photo_id: int) -> Page:
    sub, photo = find(db.session(), code), db.session.get(ProjectPicture, photo_id)
    if photo is None or photo.sub_project_id != sub.id:
        raise NotFound(what=str(photo_id))
    photos.withdraw(photo_id=photo_id, actor=web.actor(), clock=web.clock(), key=web.form_token())
    return done(_("照片已经撤下。"), url_for(".show", code=code))


def _page(sub: SubProject, *, faulty: StatusForm | None = None, photo_form: PhotoForm | None = None) -> str:
    session = db.session()
    figures = measures.items(session, sub_project_ids=[sub.id], public=False)
    totals = measures.total(figures)
    standing = service.standing(session, sub)
    steps = []
    for wanted in rules.NEXT_STATUSES[sub.status]:
        refused = rules.status_refusal(sub.status, wanted, standing)
        steps.append((wanted, wording.text(refused) if refused else ""))
    due = rules.next_disclosure(sub.opened_on, sub.ends_on, sub.ended_on, sub.published_on)
    happenings = summaries.history(session, sub.code)
    return render_template(
        "catalogue/show.html", sub=sub, figures=figures, totals=totals, steps=steps, due=due,
        late=due is not None and due < today(web.clock()), status=rules.status_shown(sub.status, totals.open_items),
        photos=photos.shown(session, sub.id), history=happenings, people=names(h.actor_id for h in happenings),
        form=faulty or StatusForm(formdata=None), photo_form=photo_form or PhotoForm(formdata=None))


def _majors() -> list[tuple[str, str]]:
    english = web.language() == "en"
    return [(major.code, f"{major.code} {major.title_en if english else major.title_zh}")
            for major in db.session.query(MajorProject).order_by(MajorProject.position)]


def _values(form: NewSubProjectForm) -> dict[str, Any]:
    return {field: form[field].data for field in service.FIELDS}


def _conflict(form: SubProjectForm, sub: SubProject, conflict: EditConflict, template: str) -> Page:
    """The form again, with what was typed, beside what stands there now; saving once more is then on purpose."""
    db.session.expire_all()
    form.seen.data = service.revision_of(sub)
    fields = conflict.facts["fields"]
    differing = [(form[name], getattr(sub, name)) for name in (fields if isinstance(fields, list) else [])]
    return render_template(template, form=form, sub=sub, differing=differing), conflict.status
