"""记住的表格: a person says once what each column of an unknown table is; files with its head are read by it then."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ... import web, wording
from ...donations.models import MoneyAccount
from ...donations.views.office import KEEPERS, Page, names
from ...errors import CharityLedgerError, NotFound
from ...extensions import db
from ...forms import Form
from ...identity.policy import access
from ...projects import exchange
from .. import importers, mappings
from ..accounts import kind_of
from ..forms.mappings import FIELD_NAMES, MappingForm, form_for
from ..importers import bare, guess
from ..importers.errors import DirectionsReversed
from ..importers.lines import Fault, Parsed, Source
from ..importers.mapped import TableMapping

blueprint = Blueprint("mappings", __name__, url_prefix="/desk/statements/mappings")

SHOWN_ROWS = 12
ROWS_BELOW_HEAD = 6
SHOWN_LINES = 12
SHOWN_FAULTS = 20
_SOURCES: Mapping[str, Source] = {"bank": "bank", "wechat": "wechat_fund", "alipay": "alipay_account"}
_PERSONAL: Mapping[str, Source] = {"wechat_personal": "wechat_personal", "alipay_personal": "alipay_personal"}


@dataclass
class Place:
    """What is looked at: an uploaded file, the table in it, the row that is its head."""

    sha256: str
    name: str
    data: bytes
    account: MoneyAccount
    sheets: list[bare.Sheet]
    faults: list[Fault]
    sheet: int
    head_row: int

    @property
    def head(self) -> tuple[str, ...]:
        return self.sheets[self.sheet].head(self.head_row)

    @property
    def source(self) -> Source:
        """The account's own source, where it has one that such a table can be of."""
        return _PERSONAL.get(self.account.source, _SOURCES[self.account.kind])

    def address(self, **more: object) -> dict[str, object]:
        """For links to the same file."""
        return {"sha256": self.sha256, "account": self.account.code, "name": self.name, "sheet": self.sheet, **more}


@dataclass
class Trial:
    """What reading the file by the mapping comes to, before anything is remembered."""

    parsed: Parsed
    faults: list[Fault]

    @property
    def fits(self) -> bool:
        """A mapping by which not one line can be read, or all the wrong way round, is of no use."""
        wrong = any(isinstance(error, DirectionsReversed) for _, error in self.faults)
        return bool(self.parsed.lines) and not wrong


@blueprint.get("")
@access(*KEEPERS)
def home() -> Page:
    """Every mapping with who made it, the removed ones below."""
    session = db.session()
    rows = mappings.every(session)
    return render_template("statements/mappings.html", rows=[row for row in rows if row.removed_at is None],
                           removed=[row for row in rows if row.removed_at is not None], files=mappings.files(session),
                           names=names([*(row.made_by for row in rows), *(row.removed_by for row in rows)]),
                           field_names=FIELD_NAMES, kind_of=kind_of, form=Form(formdata=None))


@blueprint.get("/new")
@access(*KEEPERS)
def new() -> Page:
    """The first rows of an uploaded table, and a guess at what its columns are."""
    place = _place(request.args)
    return _page(place, _form(place, fresh=True) if place.sheets else None)


@blueprint.post("/new")
@access(*KEEPERS)
def create() -> Page:
    """Look at the lines that the mapping gives, or remember it and go on to the import."""
    place = _place(request.form)
    if not place.sheets:
        return _page(place, None)
    form = _form(place)
    if not form.validate_on_submit():
        return _page(place, form)
    mapping = form.mapping(place.head, place.source)
    for problem in mapping.problems():
        form.blame(problem)
    if form.faults():
        return _page(place, form)
    trial = _try(mapping, place.data)
    if request.form.get("act") != "save":
        return _page(place, form, trial, 200)
    if not trial.fits:
        form.form_errors.append(_("按这样的对应读不出流水，没有记住。请看下面读不出的原因，改好再试。"))
        return _page(place, form, trial)
    try:
        mappings.make(name=str(form.label.data), mapping=mapping, actor=web.actor(), clock=web.clock(), key=form.key)
    except CharityLedgerError as error:
        form.blame(error)
        return _page(place, form, trial)
    flash(_("记住了。以后表头一样的文件都这样读。"))
    return redirect(url_for("statements.look", sha256=place.sha256, account=place.account.code, name=place.name), 303)


@blueprint.post("/<int:mapping_id>/remove")
@access(*KEEPERS)
def remove(mapping_id: int) -> Page:
    """Read no more files by it; what was imported stays."""
    form = Form()
    if not form.validate_on_submit():
        abort(400)
    mappings.remove(mapping_id=mapping_id, actor=web.actor(), clock=web.clock(), key=form.key)
    flash(_("不再用它读文件。以前导入的不变。"))
    return redirect(url_for(".home"), 303)


def _place(given: Mapping[str, str]) -> Place:
    """Raises PreviewGone, or NotFound for an account that files are not imported into."""
    sha256 = given.get("sha256", "")
    data = exchange.held(Path(current_app.instance_path), sha256)
    account = db.session.get(MoneyAccount, given.get("account", ""))
    if account is None or account.kind not in _SOURCES:
        raise NotFound(what=given.get("account", ""))
    sheets, faults = bare.sheets(data)
    sheet = _number(given.get("sheet", ""))
    if sheet >= len(sheets):
        sheet = 0
    head_row = _number(given.get("head", ""))
    if sheets and not sheets[sheet].head(head_row):
        head_row = guess.head_row(sheets[sheet], mappings.known_words(db.session()))
    return Place(sha256, given.get("name", "")[:200], data, account, sheets, faults, sheet, head_row)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _form(place: Place, *, fresh: bool = False) -> MappingForm:
    guesses = guess.columns(place.head, mappings.known_words(db.session())) if fresh else {}
    label = _free_name(place.account.name) if fresh else ""
    return form_for(place.head, guesses, {
        "sha256": place.sha256, "account": place.account.code, "name": place.name, "sheet": str(place.sheet),
        "head": str(place.head_row), "label": label})


def _free_name(name: str) -> str:
    """A name that no mapping has, to begin with."""
    taken = {one.name.casefold() for one in mappings.in_use(db.session())}
    told = (name[:30], *(f"{name[:30]} {number}" for number in range(2, len(taken) + 3)))
    return next(one for one in told if one.casefold() not in taken)


def _try(mapping: TableMapping, data: bytes) -> Trial:
    parsed, faults = importers.read_with(mapping.layout("table"), data)
    return Trial(parsed or Parsed("", mapping.source), faults)


def _page(place: Place, form: MappingForm | None, trial: Trial | None = None, status: int = 0) -> Page:
    shown, rows = [], []
    if place.sheets:
        sheet = place.sheets[place.sheet]
        everything = request.args.get("rows") == "all"
        rows = [(at, cells) for place_in, (at, cells) in enumerate(sheet.rows)
                if everything or place_in < SHOWN_ROWS or at <= place.head_row + ROWS_BELOW_HEAD]
        shown = [sheet.samples(place.head_row, at) for at in range(len(place.head))]
    page = render_template(
        "statements/mapping.html", place=place, form=form, rows=rows, samples=shown, trial=trial,
        more=bool(place.sheets) and len(rows) < len(place.sheets[place.sheet].rows), sentence=wording.text,
        most=SHOWN_LINES, most_faults=SHOWN_FAULTS, width=max((len(cells) for _, cells in rows), default=0))
    if not status:
        status = 422 if form is None else form.status
    return page, status
