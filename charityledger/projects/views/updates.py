"""Staff pages of news: write, look at it as readers will, publish, withdraw; and what must be published when."""

from datetime import date
from math import ceil
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from werkzeug.datastructures import FileStorage

from ... import web, wording
from ...clock import today
from ...errors import CharityLedgerError, NotFound
from ...extensions import db
from ...identity.policy import access
from .. import files, summaries, updates
from ..errors import DateInFuture
from ..forms import UpdateForm, WithdrawForm
from ..models import ProjectUpdate, StoredFile, SubProject
from ..updates import News, Told
from .office import READERS, WRITERS, Page, done, find, sent_picture, sign_picture, title

blueprint = Blueprint("updates", __name__, url_prefix="/desk/updates")
PAGE_SIZE = 30


@blueprint.get("")
@access(*READERS)
def home() -> Page:
    """All news, newest first; `code` narrows it to one project."""
    code, page = request.args.get("code", "")[:20], web.page_number(request.args.get("page"))
    query = select(ProjectUpdate, SubProject).join(SubProject, SubProject.id == ProjectUpdate.sub_project_id)
    if code:
        query = query.where(SubProject.code == code)
    session = db.session()
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(
        query.options(selectinload(ProjectUpdate.pictures))
        .order_by(ProjectUpdate.published_on.desc(), ProjectUpdate.id.desc())
        .limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    pressing = [d for d in summaries.deadlines(session, today(web.clock())) if summaries.pressing(d) != "later"]
    return render_template("updates/index.html", rows=rows, code=code, page=page, pages=ceil(total / PAGE_SIZE),
                           project=find(session, code) if code else None, pressing=len(pressing))


@blueprint.get("/deadlines")
@access(*READERS)
def deadlines() -> Page:
    """By when funds and progress must be published, the most pressing first."""
    groups: dict[str, list[summaries.Deadline]] = {"late": [], "soon": [], "later": []}
    for deadline in summaries.deadlines(db.session(), today(web.clock())):
        groups[summaries.pressing(deadline)].append(deadline)
    return render_template("updates/deadlines.html", groups=groups)


@blueprint.route("/new", methods=["GET", "POST"])
@access(*READERS, write=WRITERS)
def write() -> Page:
    """The form, and with `do=preview` or `do=publish` what follows it. Pictures that were sent once stay."""
    form = UpdateForm(published_on=today(web.clock()), project=request.args.get("code", ""),
                      disclosure="disclosure" in request.args)
    form.project.choices = _projects()
    if not form.is_submitted():
        return render_template("updates/write.html", form=form, sent=_sent(form))
    # Every check runs, whatever the others found: all that has to be corrected shows at once.
    fine = all([form.validate(), _take_pictures(form), _day_fine(form)])
    if not fine or request.form.get("do") == "edit":
        status = 200 if request.form.get("do") == "edit" else 422
        return render_template("updates/write.html", form=form, sent=_sent(form)), status
    sub = find(db.session(), form.project.data)
    if request.form.get("do") != "publish":
        return render_template("updates/preview.html", form=form, sub=sub, sent=_sent(form))
    update_id = updates.publish(sub_project_id=sub.id, news=_news(form), actor=web.actor(), clock=web.clock(),
                                key=form.key)
    return done(_("近况已经发布。"), url_for(".show", update_id=update_id))


@blueprint.get("/<int:update_id>")
@access(*READERS)
def show(update_id: int) -> Page:
    return _page(update_id, WithdrawForm(formdata=None))


@blueprint.post("/<int:update_id>/withdraw")
@access(*WRITERS)
def withdraw(update_id: int) -> Page:
    form = WithdrawForm()
    if not form.validate_on_submit():
        return _page(update_id, form), form.status
    updates.withdraw(update_id=update_id, reason=form.reason.data, actor=web.actor(), clock=web.clock(), key=form.key)
    return done(_("近况已经撤下，留在历史里。"), url_for(".show", update_id=update_id))


@blueprint.get("/pictures/<token>")
@access(*READERS)
def picture(token: str) -> Response:
    """A picture that may not be published yet, for staff."""
    stored = sent_picture(token)
    if stored is None or stored.width_px is None:
        abort(404)
    response = send_file(files.open_file(Path(current_app.instance_path), stored.sha256), mimetype=stored.media_type,
                         etag=stored.sha256)
    response.headers["Content-Security-Policy"] = files.SANDBOX
    return response


def _page(update_id: int, form: WithdrawForm) -> str:
    update = db.session.get(ProjectUpdate, update_id)
    if update is None:
        raise NotFound(what=str(update_id))
    return render_template("updates/show.html", update=update, form=form,
                           sub=db.session.get_one(SubProject, update.sub_project_id))


def _projects() -> list[tuple[str, str]]:
    subs = db.session.scalars(select(SubProject).order_by(SubProject.position))
    return [("", _("请选择")), *((sub.code, title(sub)) for sub in subs)]


def _day_fine(form: UpdateForm) -> bool:
    if isinstance(form.published_on.data, date) and form.published_on.data > today(web.clock()):
        form.refuse(DateInFuture(), form.published_on)
        return False
    return True


def _take_pictures(form: UpdateForm) -> bool:
    """Store what was sent, so that correcting a word does not mean choosing the pictures again."""
    fine = True
    for entry in form.pictures:
        upload = entry.form.file.data
        if isinstance(upload, FileStorage) and upload.filename:
            try:
                file_id = updates.store_picture(
                    data=upload.read(), name=upload.filename, instance=Path(current_app.instance_path),
                    actor=web.actor(), clock=web.clock())
                entry.form.kept.data, entry.form.drop.data = sign_picture(file_id), False
            except CharityLedgerError as error:
                entry.form.file.errors = [wording.text(error)]
                fine = False
        if entry.form.drop.data or sent_picture(entry.form.kept.data or "") is None:
            entry.form.kept.data = ""
        elif not entry.form.alt_zh.data:
            entry.form.alt_zh.errors = [_("请写一句图片说明，看不见图的人要靠它。")]
            fine = False
    return fine


def _sent(form: UpdateForm) -> dict[str, StoredFile]:
    """Pictures that are stored already, by the signed name in the form."""
    tokens = [entry.form.kept.data for entry in form.pictures if entry.form.kept.data]
    return {token: stored for token in tokens if (stored := sent_picture(token)) is not None}


def _news(form: UpdateForm) -> News:
    sent = _sent(form)
    told: dict[str, Any] = {name: form[name].data for name in (
        "published_on", "body_zh", "body_en", "quotation_zh", "quotation_en", "disclosure")}
    return News(**told, pictures=tuple(
        Told(sent[entry.form.kept.data].id, entry.form.alt_zh.data, entry.form.alt_en.data)
        for entry in form.pictures if entry.form.kept.data in sent))
