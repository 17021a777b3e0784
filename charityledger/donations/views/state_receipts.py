"""公益事业捐赠票据: the queue, and one gift's receipt with its history."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ... import web
from ...audit.models import Event
from ...errors import CharityLedgerError
from ...extensions import db
from ...forms import Form
from ...identity.policy import access
from .. import state_receipt_export, state_receipt_queue, state_receipts
from ..forms.state_receipts import AnonymousForm, IssuedForm, VoidForm, WaiveForm
from ..state_receipt_queue import PAGE_SIZE, STATES, TO_APPLY, Wanted
from . import office
from .office import KEEPERS, Act, Page, done, the_day

blueprint = Blueprint("state_receipts", __name__, url_prefix="/desk/state-receipts")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = {TO_APPLY: _l("要申请"), "issued": _l("已开具"), "voided": _l("作废过"), "waived": _l("不需要"),
         "anonymous": _l("匿名")}
HAPPENED = {"state_receipt_issued": _l("已开具"), "state_receipt_voided": _l("已作废"),
            "state_receipt_waived": _l("捐赠人不需要"), "state_receipt_anonymous": _l("按匿名办理，不申请")}


@dataclass(frozen=True)
class Happened:
    """One step of a receipt's history. `number` and `code` where one was issued or voided."""

    what: str
    code: str
    number: str
    at: datetime
    by: int | None


@blueprint.get("")
@access(*KEEPERS)
def home() -> Page:
    """The queue: a tab for each state. Four queries."""
    wanted, number, session = _wanted(), office.page_number(request.args.get("page")), db.session()
    tallies = state_receipt_queue.tallies(session, wanted)
    return render_template(
        "state_receipts/home.html", wanted=wanted, tallies=tallies, states=NAMES, number=number,
        rows=state_receipt_queue.page_of(session, wanted, number), last=-(-tallies[wanted.state].gifts // PAGE_SIZE),
        filters={name: value for name, value in (("month", wanted.month), ("q", wanted.words)) if value})


@blueprint.get("/export.<any(csv, xlsx):kind>")
@access(*KEEPERS)
def export(kind: str) -> Response:
    """The gifts that were ticked, else all that match, as a file to key into the state's system."""
    session = db.session()
    ids = [number for number in request.args.getlist("gift", type=web.row_id) if number is not None]
    rows = state_receipt_queue.chosen(session, ids) if ids else state_receipt_queue.listed(session, _to_apply_for())
    write = state_receipt_export.as_xlsx if kind == "xlsx" else state_receipt_export.as_csv
    answer = Response(write(session, rows), mimetype=XLSX if kind == "xlsx" else "text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=state-receipts-{the_day()}.{kind}"
    return answer


def _wanted() -> Wanted:
    """Filters come from an address that people edit; what cannot be read is left out."""
    state, month = request.args.get("state", TO_APPLY), request.args.get("month", "")
    return Wanted(state if state in STATES else TO_APPLY,
                  month if state_receipt_queue.first_of(month) else "", request.args.get("q", "").strip()[:80])


def _to_apply_for() -> Wanted:
    """What all of a tab comes to; issued ones are not applied for again."""
    wanted = _wanted()
    return wanted if wanted.state in (TO_APPLY, "waived", "anonymous") else Wanted(TO_APPLY, wanted.month, wanted.words)


@blueprint.get("/<int:donation_id>")
@access(*KEEPERS)
def show(donation_id: int) -> Page:
    """One gift's receipt."""
    return _page(donation_id)


@blueprint.post("/<int:donation_id>/issued")
@access(*KEEPERS)
def issued(donation_id: int) -> Page:
    """The state's system issued it."""
    form = IssuedForm(today=the_day())
    return _do(donation_id, form, _("票据已记下。"), lambda: state_receipts.record_issued(
        actor=web.actor(), clock=web.clock(), donation_id=donation_id, issued=form.issued(), key=form.key))


@blueprint.post("/<int:donation_id>/waived")
@access(*KEEPERS)
def waived(donation_id: int) -> Page:
    """The donor wants none."""
    form = WaiveForm()
    return _do(donation_id, form, _("已记下：捐赠人不需要票据。"), lambda: state_receipts.waive(
        actor=web.actor(), clock=web.clock(), donation_id=donation_id, reason=form.waived_because.data, key=form.key))


@blueprint.post("/<int:donation_id>/anonymous")
@access(*KEEPERS)
def anonymous(donation_id: int) -> Page:
    """Nobody is named as the donor."""
    form = AnonymousForm()
    return _do(donation_id, form, _("已记下：按匿名办理。"), lambda: state_receipts.mark_anonymous(
        actor=web.actor(), clock=web.clock(), donation_id=donation_id, key=form.key))


@blueprint.post("/<int:donation_id>/void/<int:receipt_id>")
@access(*KEEPERS)
def void(donation_id: int, receipt_id: int) -> Page:
    """What was issued is void in the state's system."""
    form = VoidForm()
    return _do(donation_id, form, _("已记下作废。需要的话，重新开具后再登记。"), lambda: state_receipts.void(
        actor=web.actor(), clock=web.clock(), receipt_id=receipt_id, reason=form.voided_because.data, key=form.key))


_FIELDS = {"receipt_amount_differs": "amount", "receipt_not_yet": "issued_on", "date_too_early": "issued_on",
           "receipt_number_taken": "number", "cell_too_long": "waived_because"}


def _do(donation_id: int, form: Form, told: str, act: Act) -> Page:
    if form.validate_on_submit():
        try:
            act()
        except CharityLedgerError as error:
            name = _FIELDS.get(error.code)
            form.refuse(error, form[name] if name is not None and name in form else None)
        else:
            return done(told, url_for(".show", donation_id=donation_id))
    return _page(donation_id, form)


def _page(donation_id: int, sent: Form | None = None) -> Page:
    session = db.session()
    row, events = state_receipt_queue.tell(session, donation_id)
    forms: dict[str, Any] = {
        "issue": IssuedForm(formdata=None, today=the_day(), issued_on=the_day()),
        "waive": WaiveForm(formdata=None), "anonymous": AnonymousForm(formdata=None), "void": VoidForm(formdata=None)}
    forms |= {name: sent for name, form in forms.items() if type(form) is type(sent)}
    history = [_told(event) for event in events]
    people = [step.by for step in history]
    receipts = sorted([*row.voids, *([row.live] if row.live is not None else [])], key=lambda receipt: receipt.id)
    page = render_template(
        "state_receipts/show.html", row=row, gift=row.gift, forms=forms, sent=sent or forms["issue"], history=history,
        names=office.names(people), receipts=receipts, payer=state_receipt_export.payer(row), states=NAMES)
    return page, sent.status if sent is not None else 200


def _told(event: Event) -> Happened:
    payload = json.loads(event.payload)
    return Happened(str(HAPPENED.get(event.kind, event.kind)), str(payload.get("code", "")),
                    str(payload.get("number", "")), event.at, event.actor_id)
