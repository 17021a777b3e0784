"""拨付: asked for by one person with evidence, approved by another, delivered, or come back."""

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from ... import web
from ...errors import CharityLedgerError, NotFound
from ...extensions import db
from ...forms import Form
from ...identity.policy import access
from ...ledger import numbering, store
from ...projects import measures
from ...projects.models import NeedItem, SubProject
from .. import disbursements, line_list
from ..forms.fields import DayField
from ..forms.payments import ApproveForm, DeliverForm, PaymentForm, RejectForm, ReturnedForm, payment_form
from ..gifts import find_sub
from ..models import Disbursement, MoneyAccount
from ..rules import DISBURSEMENT_STATES
from . import office
from .office import DECIDERS, KEEPERS, PAGE_SIZE, Page, done, the_day

blueprint = Blueprint("payments", __name__, url_prefix="/desk/payments")


@blueprint.get("")
@access(*KEEPERS)
def home() -> Page:
    """All payments, newest first, by state and project."""
    state, code = request.args.get("state", ""), request.args.get("project", "")
    number = office.page_number(request.args.get("page"))
    query = select(Disbursement, SubProject).join(SubProject, SubProject.id == Disbursement.sub_project_id)
    if state in DISBURSEMENT_STATES:
        query = query.where(Disbursement.state == state)
    if code:
        query = query.where(SubProject.code == code)
    session = db.session()
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(query.order_by(Disbursement.id.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return render_template("payments/home.html", rows=rows.all(), total=total, state=state, code=code, number=number,
                           last=-(-total // PAGE_SIZE), projects=office.project_choices(), states=DISBURSEMENT_STATES)


@blueprint.route("/new", methods=["GET", "POST"])
@access(*KEEPERS)
def new() -> Page:
    """Choose the project first: its cash items and what is free in its fund make the form."""
    code = request.args.get("project", "")
    if not code:
        return render_template("payments/project.html", projects=office.project_choices())
    session = db.session()
    sub = session.get_one(SubProject, find_sub(session, code).id)
    items = [item for item in measures.items(session, sub_project_ids=[sub.id], public=False) if item.kind == "cash"]
    if not items:
        return render_template("payments/project.html", projects=office.project_choices(), without=sub)
    form = payment_form(code, items)(today=the_day(), accounts=office.account_choices())
    if form.validate_on_submit():
        try:
            payment = disbursements.request(actor=web.actor(), clock=web.clock(), key=form.key,
                                            wish=form.wish(office.keep(form.files.data)))
        except CharityLedgerError as error:
            form.refuse(error, _blame(form, error))
        else:
            return done(_("申请已提出，等另一位同事审批。"), url_for(".show", payment_id=payment))
    return render_template("payments/new.html", form=form, sub=sub, items=items,
                           free_fen=store.free(db.session(), code)), form.status


def _blame(form: PaymentForm, error: CharityLedgerError) -> object:
    if error.code == "paid_beyond_need":
        return form[f"item_{error.facts['item_id']}"]
    return form.files if error.code in office.ABOUT_FILES else None


@blueprint.get("/<int:payment_id>")
@access(*KEEPERS)
def show(payment_id: int) -> Page:
    """One payment with its evidence, and the next step."""
    return _page(payment_id)


@blueprint.post("/<int:payment_id>/approve")
@access(*DECIDERS)
def approve(payment_id: int) -> Page:
    """A second person approves; the money leaves the fund."""
    form = ApproveForm(today=the_day())
    return _step(payment_id, form, lambda: disbursements.approve(
        actor=web.actor(), clock=web.clock(), disbursement_id=payment_id, paid_on=form.on.data,
        note=form.note.data or "", key=form.key), _("已批准，记下了拨付。"), approve=form)


@blueprint.post("/<int:payment_id>/reject")
@access(*DECIDERS)
def reject(payment_id: int) -> Page:
    """A second person declines; the money is free again."""
    form = RejectForm(today=the_day())
    return _step(payment_id, form, lambda: disbursements.reject(
        actor=web.actor(), clock=web.clock(), disbursement_id=payment_id, note=form.why.data, key=form.key),
        _("已退回申请，留出的钱放开了。"), reject=form)


@blueprint.post("/<int:payment_id>/withdraw")
@access(*KEEPERS)
def withdraw(payment_id: int) -> Page:
    """The person who asked takes the request back."""
    form = Form()
    return _step(payment_id, form, lambda: disbursements.withdraw(
        actor=web.actor(), clock=web.clock(), disbursement_id=payment_id, key=form.key), _("已撤回，留出的钱放开了。"))


@blueprint.post("/<int:payment_id>/deliver")
@access(*KEEPERS)
def deliver(payment_id: int) -> Page:
    """落地: what was paid for has arrived and was accepted."""
    form = DeliverForm(today=the_day())
    return _step(payment_id, form, lambda: disbursements.deliver(
        actor=web.actor(), clock=web.clock(), disbursement_id=payment_id, on=form.on.data, note_zh=form.note_zh.data,
        note_en=form.note_en.data or "", key=form.key), _("已记下落地。"), deliver=form)


@blueprint.post("/<int:payment_id>/returned")
@access(*KEEPERS)
def returned(payment_id: int) -> Page:
    """退汇: our payment came back."""
    form = ReturnedForm(today=the_day())
    return _step(payment_id, form, lambda: disbursements.returned(
        actor=web.actor(), clock=web.clock(), disbursement_id=payment_id, on=form.returned_on.data, key=form.key),
        _("已记下退汇，钱回到项目里。"), returned=form)


def _step(payment_id: int, form: Form, act: office.Act, told: str, **forms: Form) -> Page:
    """One step of a payment: do it and show the page, or show it with what stands in the way."""
    if form.validate_on_submit():
        try:
            act()
        except CharityLedgerError as error:
            form.refuse(error)
        else:
            return done(told, url_for(".show", payment_id=payment_id))
    return _page(payment_id, form, **forms)


def _page(payment_id: int, sent: Form | None = None, **forms: Form) -> Page:
    session = db.session()
    row = session.get(Disbursement, payment_id)
    if row is None:
        raise NotFound(what=f"disbursement {payment_id}")
    sub = session.get_one(SubProject, row.sub_project_id)
    items = {item.id: item for item in session.scalars(select(NeedItem).where(
        NeedItem.id.in_([line.need_item_id for line in row.lines])))}
    fresh: dict[str, Form] = {
        "approve": ApproveForm(formdata=None, today=the_day()), "reject": RejectForm(formdata=None, today=the_day()),
        "deliver": DeliverForm(formdata=None, today=the_day()),
        "returned": ReturnedForm(formdata=None, today=the_day())}
    for form in fresh.values():
        for field in form:
            if isinstance(field, DayField):
                field.data = the_day()
    entry = [row.entry_id] if row.entry_id else []
    return render_template(
        "payments/show.html", row=row, sub=sub, items=items, sent=sent, forms={**fresh, **forms},
        account=session.get_one(MoneyAccount, row.account_code), names=office.names([row.requested_by, row.decided_by]),
        free_fen=store.free(session, sub.code), voucher=numbering.of_entries(session, entry).get(row.entry_id or 0),
        asked=line_list.asked_of(session, ("reversal",), [("delivery", row.id)]).get(("delivery", row.id)),
        mine=row.requested_by == web.actor().user_id), sent.status if sent else 200
