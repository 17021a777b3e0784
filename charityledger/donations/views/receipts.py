"""收款: the lines of all money accounts, one entered by hand (checked, then confirmed), and what each became."""

from datetime import date

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from ... import web
from ...errors import CharityLedgerError, InvalidInput
from ...extensions import db
from ...identity.policy import access
from ...ledger import numbering
from ...money import format_yuan
from .. import line_list, line_story, preview, receipts
from ..forms.money import AllocateForm, ReceiptForm
from ..line_list import LineFilter
from ..pledge_rows import parse_day
from . import office
from .office import KEEPERS, Page, account_choices, done, fee_fund, project_choices, the_day

blueprint = Blueprint("receipts", __name__, url_prefix="/desk/receipts")


@blueprint.get("")
@access(*KEEPERS)
def home() -> Page:
    """The list, newest first."""
    wanted = _filter()
    number = office.page_number(request.args.get("page"))
    rows, total = line_list.page_of_lines(db.session(), wanted, number)
    return render_template("receipts/home.html", rows=rows, total=total, wanted=wanted, number=number,
                           last=-(-total // line_list.PAGE_SIZE), accounts=account_choices(),
                           filters={name: value for name, value in request.args.items() if value and name != "page"})


def _filter() -> LineFilter:
    """Filters come from an address that people edit; what cannot be read is left out."""
    state = request.args.get("state", "")
    return LineFilter(request.args.get("account", "")[:20], state if state in line_list.STATES else "",
                      request.args.get("q", "")[:80], _day("since"), _day("until"))


def _day(name: str) -> date | None:
    try:
        return parse_day(request.args.get(name, ""))
    except InvalidInput:
        return None


@blueprint.route("/new", methods=["GET", "POST"])
@access(*KEEPERS)
def new() -> Page:
    """Fill in, look at what it would do, confirm. Nothing is written before the last step."""
    form = ReceiptForm(today=the_day(), accounts=account_choices(), projects=project_choices())
    if request.method == "GET":
        form.booked_on.data = the_day()
        form.home.data = "pledge"
    if request.form.get("do") == "change":
        form.sure.data = False      # it was about the amount that may change now
        return render_template("receipts/new.html", form=form)
    if form.validate_on_submit():
        try:
            reference = office.reference(form, form.memo.data or "")
            foreseen = preview.foresee(db.session(), form.line(), reference=reference, sub_code=form.project,
                                       general=form.general)
            if request.form.get("do") != "confirm":
                return render_template("receipts/check.html", form=form, seen=foreseen, line=form.line(),
                                       accounts=dict(account_choices()), fee_fund=fee_fund(),
                                       aside=_aside(form, reference))
            line_id = _record(form, reference)
        except CharityLedgerError as error:
            form.refuse(error, office.blame(form, error))
        else:
            return done(_("已记下 %(amount)s。", amount=format_yuan(form.amount.data)),
                        url_for(".show", line_id=line_id))
    return render_template("receipts/new.html", form=form), form.status


def _aside(form: ReceiptForm, reference: str | None) -> str:
    """A reference in the memo that is not followed is worth a second look."""
    found = preview.one_reference("", form.memo.data or "")
    return found if found is not None and found != reference else ""


def _record(form: ReceiptForm, reference: str | None) -> int:
    if form.home.data in ("project", "general"):
        return receipts.record_gift(
            actor=web.actor(), clock=web.clock(), line=form.line(), fee_fund=fee_fund(), key=form.key,
            sub_code=form.project, donor=form.donor(), shown=form.shown.data)
    return receipts.record_receipt(actor=web.actor(), clock=web.clock(), line=form.line(), fee_fund=fee_fund(),
                                   key=form.key, reference=reference)


@blueprint.get("/<int:line_id>")
@access(*KEEPERS)
def show(line_id: int) -> Page:
    """One line, what it became, and what is left of it."""
    return _page(line_id, _allocate_form())


@blueprint.post("/<int:line_id>/allocate")
@access(*KEEPERS)
def allocate(line_id: int) -> Page:
    """What is left of a line, or part of it, finds its place."""
    form = _allocate_form()
    if form.validate_on_submit():
        try:
            memo = line_story.tell(db.session(), line_id).row.line.memo
            reference = office.reference(form, memo)
            receipts.allocate_line(
                actor=web.actor(), clock=web.clock(), line_id=line_id, reference=reference, sub_code=form.project,
                general=form.general, amount_fen=form.amount.data, donor=form.donor(), shown=form.shown.data,
                fee_fund=fee_fund(), key=form.key)
        except CharityLedgerError as error:
            form.refuse(error, office.blame(form, error))
        else:
            return done(_("已重新分配。"), url_for(".show", line_id=line_id))
    return _page(line_id, form)


def _allocate_form() -> AllocateForm:
    return AllocateForm(today=the_day(), projects=project_choices())


def _page(line_id: int, form: AllocateForm) -> Page:
    story = line_story.tell(db.session(), line_id)
    entries = [step.entry for step in story.steps]
    people = [story.row.line.entered_by] + [person for e in entries for person in (e.made_by, e.approved_by)]
    return render_template(
        "receipts/show.html", story=story, row=story.row, form=form,
        vouchers=numbering.of_entries(db.session(), [entry.id for entry in entries]),
        names=office.names(people),
    ), form.status
