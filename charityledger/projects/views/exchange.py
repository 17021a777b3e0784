"""Staff pages that take the catalogue out to a spreadsheet and back, on the blueprint of the catalogue."""

from pathlib import Path

from flask import Response, abort, current_app, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from ... import web, wording
from ...errors import CharityLedgerError
from ...extensions import db
from ...identity.policy import access
from .. import exchange
from ..catalogue_rows import NEED_ITEMS, PROJECTS
from ..file_content import FileTooLarge
from ..forms import CommitForm, ImportForm
from ..table_errors import CatalogueChanged
from .catalogue import blueprint
from .office import READERS, WRITERS, Page, done

MAX_UPLOAD = 4 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = ("projects.csv", "need_items.csv", "catalogue.xlsx")


@blueprint.get("/exchange")
@access(*READERS)
def spreadsheet() -> Page:
    """Downloads, and the form that begins an import."""
    return _start(ImportForm(formdata=None))


@blueprint.get("/export/<name>")
@access(*READERS)
def export(name: str) -> Response:
    if name not in NAMES:
        abort(404)
    session = db.session()
    data = exchange.export_xlsx(session) if name.endswith(".xlsx") else exchange.export_csv(
        session, name.removesuffix(".csv"))
    response = Response(data, mimetype=XLSX if name.endswith(".xlsx") else "text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


@blueprint.post("/import")
@access(*WRITERS)
def preview() -> Page:
    """What the file would do; nothing is written yet."""
    form, upload = ImportForm(), request.files.get("table")
    fine = form.validate_on_submit()
    if upload is None or not upload.filename:
        form.table.errors = [_("请选一个文件。")]
        return _start(form), 422
    data = upload.read(MAX_UPLOAD + 1)
    if len(data) > MAX_UPLOAD:
        form.refuse(FileTooLarge(name=upload.filename, limit_mb=MAX_UPLOAD // 1024 // 1024), form.table)
        return _start(form), 413
    return _preview(data) if fine else (_start(form), form.status)


@blueprint.post("/import/commit")
@access(*WRITERS)
def commit() -> Page:
    """Exactly what was previewed, once."""
    form = CommitForm()
    if not form.validate_on_submit() or not str(form.base.data).isdecimal():
        abort(400)
    data = exchange.held(_instance(), str(form.sha256.data))
    try:
        rows = exchange.commit(data=data, base=int(str(form.base.data)), actor=web.actor(), clock=web.clock())
    except CatalogueChanged as error:
        return _preview(data, wording.text(error)), error.status
    except CharityLedgerError as error:
        return _preview(data), error.status
    told = ngettext("导入完成，新增和改动共%(num)s行。", "导入完成，新增和改动共%(num)s行。", rows)
    return done(told, url_for(".index"))


def _start(form: ImportForm) -> str:
    return render_template("catalogue/exchange.html", form=form, columns={"projects": PROJECTS,
                                                                          "need_items": NEED_ITEMS})


def _preview(data: bytes, told: str = "") -> str:
    plan = exchange.preview(db.session(), data)
    if plan.acts:
        exchange.hold(_instance(), data, web.clock())
    form = CommitForm(formdata=None, sha256=plan.sha256, base=str(plan.base))
    return render_template("catalogue/preview.html", plan=plan, form=form, told_first=told, sentence=wording.text)


def _instance() -> Path:
    return Path(current_app.instance_path)
