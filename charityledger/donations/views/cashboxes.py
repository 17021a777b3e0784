"""钱箱: a count by one person, agreed by a second, and its deposit at the bank."""

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from ... import web
from ...errors import CharityLedgerError, NotFound
from ...extensions import db
from ...forms import Form
from ...identity.policy import access
from ...projects.models import SubProject
from .. import cash_boxes, line_list
from ..forms.boxes import CountForm, DepositForm, RefuseForm
from ..models import CashCount, StatementLine
from . import office
from .office import KEEPERS, PAGE_SIZE, Page, done, the_day

blueprint = Blueprint("cashboxes", __name__, url_prefix="/desk/cash-boxes")


@blueprint.get("")
@access(*KEEPERS)
def home() -> Page:
    """All counts; what waits for somebody stands first."""
    number = office.page_number(request.args.get("page"))
    session = db.session()
    total = session.scalar(select(func.count(CashCount.id))) or 0
    rows = session.execute(
        select(CashCount, SubProject).outerjoin(SubProject, SubProject.id == CashCount.sub_project_id)
        .order_by(CashCount.state.in_(("counted", "agreed")).desc(), CashCount.id.desc())
        .limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    return render_template("cashboxes/home.html", rows=rows, total=total, number=number, last=-(-total // PAGE_SIZE),
                           names=office.names([row.counted_by for row, _sub in rows]))


@blueprint.route("/new", methods=["GET", "POST"])
@access(*KEEPERS)
def new() -> Page:
    """What one person counted."""
    projects = [("", _("不指定项目，进非限定性资金")), *office.project_choices()[1:]]
    form = CountForm(today=the_day(), projects=projects, accounts=office.account_choices("cash"))
    if request.method == "GET":
        form.counted_on.data = the_day()
    if form.validate_on_submit():
        try:
            count_id = cash_boxes.count(
                actor=web.actor(), clock=web.clock(), box=form.box.data, counted_on=form.counted_on.data,
                amount_fen=form.amount.data, account_code=form.account.data, sub_code=form.sub_code.data or None,
                key=form.key)
        except CharityLedgerError as error:
            form.refuse(error, form.amount if error.code == "amount_not_positive" else None)
        else:
            return done(_("已记下清点，等另一位同事核对。"), url_for(".show", count_id=count_id))
    return render_template("cashboxes/new.html", form=form), form.status


@blueprint.get("/<int:count_id>")
@access(*KEEPERS)
def show(count_id: int) -> Page:
    """One count and its next step."""
    return _page(count_id)


@blueprint.post("/<int:count_id>/agree")
@access(*KEEPERS)
def agree(count_id: int) -> Page:
    """The second person counted the same."""
    form = Form()
    return _step(count_id, form, lambda: cash_boxes.agree(
        actor=web.actor(), clock=web.clock(), count_id=count_id, key=form.key), _("已核对，捐款入账了。"))


@blueprint.post("/<int:count_id>/refuse")
@access(*KEEPERS)
def refuse(count_id: int) -> Page:
    """The second person counted something else."""
    form = RefuseForm(today=the_day())
    return _step(count_id, form, lambda: cash_boxes.refuse(
        actor=web.actor(), clock=web.clock(), count_id=count_id, note=form.note.data, key=form.key),
        _("已记下不一致，没有入账。请一起重新清点。"), refuse=form)


@blueprint.post("/<int:count_id>/deposit")
@access(*KEEPERS)
def deposit(count_id: int) -> Page:
    """The cash was brought to the bank."""
    form = DepositForm(today=the_day(), accounts=office.account_choices("bank"))
    return _step(count_id, form, lambda: cash_boxes.deposit(
        actor=web.actor(), clock=web.clock(), count_id=count_id, line=form.line(), key=form.key),
        _("已记下存款。"), deposit=form)


def _step(count_id: int, form: Form, act: office.Act, told: str, **forms: Form) -> Page:
    if form.validate_on_submit():
        try:
            act()
        except CharityLedgerError as error:
            form.refuse(error, form["amount"] if error.code == "deposit_differs" else None)
        else:
            return done(told, url_for(".show", count_id=count_id))
    return _page(count_id, form, **forms)


def _page(count_id: int, sent: Form | None = None, **forms: Form) -> Page:
    session = db.session()
    row = session.get(CashCount, count_id)
    if row is None:
        raise NotFound(what=f"cash count {count_id}")
    fresh: dict[str, Form] = {
        "refuse": RefuseForm(formdata=None, today=the_day()),
        "deposit": DepositForm(formdata=None, today=the_day(), accounts=office.account_choices("bank"))}
    to_bring_fen = row.amount_fen
    if row.state == "agreed" and not cash_boxes.lines_left(session, row):
        to_bring_fen = cash_boxes.to_bring(session, row)
    fresh["deposit"]["on"].data, fresh["deposit"]["amount"].data = the_day(), to_bring_fen
    line = session.get(StatementLine, row.line_id) if row.line_id else None
    return render_template(
        "cashboxes/show.html", row=row, sent=sent, forms={**fresh, **forms},
        sub=office.project(session, row.sub_project_id), names=office.names([row.counted_by, row.witnessed_by]),
        became=line_list.rows_of(session, [line])[0] if line else None,
        asked=line_list.asked_of(session, ("reversal",), [("deposit", row.id)]).get(("deposit", row.id)),
        to_bring_fen=to_bring_fen, mine=row.counted_by == web.actor().user_id), sent.status if sent else 200
