"""The import of what the state's system issued: a file, a look at it, and its record. On the queue's blueprint."""

from pathlib import Path

from flask import abort, current_app, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from ... import web, wording
from ...errors import CharityLedgerError
from ...extensions import db
from ...identity.policy import access
from ...projects import exchange
from ...projects.file_content import FileTooLarge
from .. import state_receipt_import
from ..forms.state_receipts import AnswersForm, CommitForm
from ..state_receipt_rows import HEADS
from .office import KEEPERS, Page, done, the_day
from .state_receipts import blueprint

MAX_UPLOAD = 4 * 1024 * 1024


@blueprint.route("/import", methods=["GET", "POST"])
@access(*KEEPERS)
def import_file() -> Page:
    """Choose a file; then see what it would record. Nothing is written yet."""
    form, upload = AnswersForm(), request.files.get("table")
    if request.method == "GET":
        return _start(form)
    fine = form.validate_on_submit()
    if upload is None or not upload.filename:
        form.table.errors = [_("请选一个文件。")]
        return _start(form), 422
    data = upload.read(MAX_UPLOAD + 1)
    if len(data) > MAX_UPLOAD:
        form.refuse(FileTooLarge(name=upload.filename, limit_mb=MAX_UPLOAD // 1024 // 1024), form.table)
        return _start(form), 413
    return (_preview(data), 200) if fine else (_start(form), form.status)


@blueprint.post("/import/commit")
@access(*KEEPERS)
def commit() -> Page:
    """The file that was looked at, all of it, once."""
    form = CommitForm()
    if not form.validate_on_submit():
        abort(400)
    data = exchange.held(_instance(), str(form.sha256.data))
    try:
        count = state_receipt_import.commit(actor=web.actor(), clock=web.clock(), data=data, key=form.key)
    except CharityLedgerError as error:
        return _preview(data, wording.text(error)), error.status
    return done(ngettext("记下了%(num)s张票据。", "记下了%(num)s张票据。", count), url_for(".home", state="issued"))


def _start(form: AnswersForm) -> str:
    return render_template("state_receipts/import.html", form=form, heads=HEADS)


def _preview(data: bytes, told: str = "") -> str:
    plan = state_receipt_import.preview(db.session(), data, the_day())
    if plan.acts:
        exchange.hold(_instance(), data, web.clock())
    return render_template("state_receipts/preview.html", plan=plan, told_first=told, sentence=wording.text,
                           form=CommitForm(formdata=None, sha256=plan.sha256))


def _instance() -> Path:
    return Path(current_app.instance_path)
