"""流水文件: files of banks and wallets are looked at, confirmed and imported; their lines, and runs of the matcher."""

from pathlib import Path

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage

from ... import web, wording
from ...donations import line_list, money_accounts
from ...donations.models import BankStatement, MatchRun, MoneyAccount, StatementLine
from ...donations.views.office import KEEPERS, Page, names
from ...errors import CharityLedgerError, NotFound
from ...extensions import db
from ...identity.policy import access
from ...projects import exchange
from ...projects.files import SANDBOX, FileMissing, FileTooLarge
from .. import book, doubts, enrichment, imports, mappings, reading, runs, statements
from ..errors import ToConfirm
from ..forms.imports import ImportForm, RunForm, UploadForm, answer_name

blueprint = Blueprint("statements", __name__, url_prefix="/desk/statements")

MAX_UPLOAD_MB = 64
PAGE_SIZE = 50
SHOWN_DOUBTS = 100
REFRESH_S = 2
WITH_FILES = ("bank", "wechat", "alipay")


@blueprint.url_value_preprocessor
def allow_large_files(endpoint: str | None, _values: object) -> None:
    """A month of a busy wallet is larger than a photo. Before anything reads the form, so not within the view."""
    if endpoint == f"{blueprint.name}.preview":
        request.max_content_length = (MAX_UPLOAD_MB + 1) * 1024 * 1024


@blueprint.get("")
@access(*KEEPERS)
def home() -> Page:
    """What was imported, and the form that begins an import."""
    return _home(_upload_form())


@blueprint.post("/preview")
@access(*KEEPERS)
def preview() -> Page:
    """What importing the file would do; nothing is written yet."""
    form, upload = _upload_form(), request.files.get("file")
    fine = form.validate_on_submit()
    if upload is None or not upload.filename:
        form.file.errors = [_("请选一个文件。")]
        return _home(form)
    if not fine:
        return _home(form)
    return _preview(_read(upload), str(form.account.data))


def _read(upload: FileStorage) -> reading.StatementRead:
    data = upload.read(MAX_UPLOAD_MB * 1024 * 1024 + 1)
    name = str(upload.filename).replace("\\", "/").rpartition("/")[2]
    if len(data) > MAX_UPLOAD_MB * 1024 * 1024:
        raise FileTooLarge(name=name, limit_mb=MAX_UPLOAD_MB)
    exchange.hold(_instance(), data, web.clock())
    return reading.read(data, name, made=mappings.in_use(db.session()))


def _read_again(sha256: str, name: str) -> reading.StatementRead:
    """Raises PreviewGone."""
    return reading.read(exchange.held(_instance(), sha256), name, made=mappings.in_use(db.session()))


def _preview(file: reading.StatementRead, account_code: str, form: ImportForm | None = None, status: int = 200) -> Page:
    seen = imports.preview(db.session(), file, account_code)
    if form is None:
        form = ImportForm(formdata=None, sha256=file.sha256, account=account_code, name=file.name)
    if seen.blocked and status == 200:
        status = 422
    asked = [doubt for doubt in seen.sorting.doubts if doubt.code != imports.CLOSED_MONTH]
    return render_template(
        "statements/preview.html", seen=seen, form=form, parsed=file.parsed, days=imports.days_of(file),
        doubts=asked[:SHOWN_DOUBTS], hidden=len(asked[SHOWN_DOUBTS:]), answer_name=answer_name,
        late=sum(doubt.late for doubt in seen.sorting.doubts), sentence=wording.text, about=doubts.about,
        total_names=wording.TOTAL_NAMES, answers=form.confirmed.answers if form.is_submitted() else {},
        faults=[fault for fault in seen.faults if fault[0] == 0 or fault in file.faults]), status


@blueprint.get("/preview")
@access(*KEEPERS)
def look() -> Page:
    """The same of a file that was uploaded a moment ago, once its columns are explained."""
    file = _read_again(request.args.get("sha256", ""), request.args.get("name", "")[:200])
    return _preview(file, request.args.get("account", ""))


@blueprint.post("/import")
@access(*KEEPERS)
def commit() -> Page:
    """Exactly what was previewed, once; a question that came up since is asked first."""
    form = ImportForm()
    if not form.validate_on_submit():
        abort(400)
    file = _read_again(str(form.sha256.data), str(form.name.data))
    account_code = str(form.account.data)
    try:
        statement_id = imports.commit(file=file, account_code=account_code, confirmed=form.confirmed,
                                      instance=_instance(), actor=web.actor(), clock=web.clock())
    except ToConfirm as error:
        form.refuse(error)
        return _preview(file, account_code, form, error.status)
    except CharityLedgerError as error:
        return _preview(file, account_code, form, error.status)
    statement = db.session.get_one(BankStatement, statement_id)
    flash(ngettext("导入完成，新增%(num)s行。", "导入完成，新增%(num)s行。", statement.new))
    run_id = runs.queue(account_code=account_code, actor=web.actor(), clock=web.clock())
    return redirect(url_for(".run", run_id=run_id, statement=statement_id), 303)


@blueprint.get("/<int:statement_id>")
@access(*KEEPERS)
def show(statement_id: int) -> Page:
    """One file: what it says of itself, and its lines."""
    session = db.session()
    statement, file = statements.one(session, statement_id)
    number = web.page_number(request.args.get("page"))
    if statement.books:
        total = statements.count_lines(session, statement_id)
        found = session.scalars(
            db.select(StatementLine).where(StatementLine.statement_id == statement_id)
            .order_by(StatementLine.row, StatementLine.id).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
        rows: object = line_list.rows_of(session, found)
    else:
        total = statement.new
        rows = enrichment.of_statement(session, statement_id, most=PAGE_SIZE, start=(number - 1) * PAGE_SIZE)
    return render_template(
        "statements/show.html", statement=statement, file=file, rows=rows, number=number, last=-(-total // PAGE_SIZE),
        account=session.get_one(MoneyAccount, statement.account_code), names=names([statement.imported_by]),
        states=statements.states(session, statement_id), unbooked=0 if statement.books
        else enrichment.count_unbooked(session, statement_id), confirmed=_confirmed(statement),
        runs=statements.runs(session, statement.account_code),
        mapping=mappings.name_of(session, statement.format))


@blueprint.get("/<int:statement_id>/file")
@access(*KEEPERS)
def download(statement_id: int) -> Response:
    """The file as it was imported, byte by byte."""
    statement, file = statements.one(db.session(), statement_id)
    path = imports.path_of(_instance(), statement.sha256)
    if not path.is_file():
        raise FileMissing(sha256=statement.sha256)
    plain = "".join(letter for letter in file.name if letter.isprintable()) or statement.sha256[:12]
    response = send_file(path, mimetype="application/octet-stream", as_attachment=True, download_name=plain,
                         etag=statement.sha256, conditional=False)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


@blueprint.post("/runs")
@access(*KEEPERS)
def start() -> Page:
    """Ask for a run of the matcher, over one account or all."""
    form = RunForm()
    if not form.validate_on_submit():
        abort(400)
    run_id = runs.queue(account_code=str(form.account.data or "") or None, actor=web.actor(), clock=web.clock())
    return redirect(url_for(".run", run_id=run_id), 303)


@blueprint.get("/runs/<int:run_id>")
@access(*KEEPERS)
def run(run_id: int) -> Page:
    """How far a run is, or what it did. The page asks again by itself until the run has ended."""
    session = db.session()
    row = session.get(MatchRun, run_id)
    if row is None:
        raise NotFound(what=f"run {run_id}")
    statement = session.get(BankStatement, request.args.get("statement", 0, type=web.row_id))
    page = render_template("statements/run.html", run=row, statement=statement,
                           account=session.get(MoneyAccount, row.account_code) if row.account_code else None,
                           tiers=statements.confirmed_by_tier(session, row), waiting=book.count_waiting(
                               session, row.account_code), names=names([row.asked_by]))
    response = Response(page)
    if row.state in ("queued", "running"):
        response.headers["Refresh"] = str(REFRESH_S)
    return response


def _upload_form() -> UploadForm:
    form = UploadForm()
    form.account.choices = [("", _("请选择")), *((row.code, f"{row.name} · {row.code}") for row in
                                                money_accounts.accounts(db.session(), *WITH_FILES))]
    return form


def _home(form: UploadForm) -> Page:
    session = db.session()
    number = web.page_number(request.args.get("page"))
    rows, total = statements.page(session, number, PAGE_SIZE)
    return render_template("statements/home.html", form=form, rows=rows, number=number, last=-(-total // PAGE_SIZE),
                           accounts={row.code: row.name for row in money_accounts.accounts(session)},
                           most_mb=MAX_UPLOAD_MB, waiting=book.count_waiting(session), runs=statements.runs(session),
                           run_form=RunForm(formdata=None)), form.status


def _confirmed(statement: BankStatement) -> list[str]:
    """What a person confirmed about the file, in words."""
    words = {"totals": _("合计对不上"), "number_repeats": _("流水号重复，内容不同"),
             "number_twice": _("流水号出现两次"), "by_hand": _("与手工记的相像"),
             "other_layout": _("与另一种格式的相像"), "twin": _("分不清是不是同一笔"),
             "closed_month": _("月份已结账")}
    return [words.get(code, code) for code in statement.confirmed.split(",") if code]


def _instance() -> Path:
    return Path(current_app.instance_path)
