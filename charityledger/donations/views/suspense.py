"""待确认: money that waits, and the page where it finds its home."""

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from ... import web
from ...errors import CharityLedgerError, NotFound
from ...extensions import db
from ...identity.policy import access
from ...money import format_yuan
from .. import line_list, receipts
from ..forms.money import SettleForm
from ..models import Donation, Donor, MoneyAccount, Pledge, StatementLine, Suspense
from . import office
from .office import KEEPERS, PAGE_SIZE, Page, done, page_number, project, project_choices, the_day

blueprint = Blueprint("suspense", __name__, url_prefix="/desk/suspense")


@blueprint.get("")
@access(*KEEPERS)
def home() -> Page:
    """What waits, the oldest first; or all that ever did."""
    everything = request.args.get("all") == "1"
    query = select(Suspense) if everything else select(Suspense).where(Suspense.settled_fen < Suspense.amount_fen)
    number = page_number(request.args.get("page"))
    session = db.session()
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    held = session.scalars(query.order_by(Suspense.received_on, Suspense.id).limit(PAGE_SIZE)
                           .offset((number - 1) * PAGE_SIZE)).all()
    lines = {row.id: row for row in session.scalars(select(StatementLine).where(
        StatementLine.id.in_([row.statement_line_id for row in held])))}
    waits_fen = session.scalar(select(func.coalesce(func.sum(Suspense.amount_fen - Suspense.settled_fen), 0)))
    return render_template("receipts/suspense.html", held=held, lines=lines, total=total, waits_fen=int(waits_fen or 0),
                           everything=everything, number=number, last=-(-total // PAGE_SIZE))


@blueprint.route("/<int:suspense_id>", methods=["GET", "POST"])
@access(*KEEPERS)
def settle(suspense_id: int) -> Page:
    """One amount that waits: to a promise, a project or the general fund, whole or in part; or back (a refund)."""
    form = SettleForm(today=the_day(), projects=project_choices(), homes=("pledge", "project", "general"))
    if request.method == "GET":
        form.on.data = the_day()
    if form.validate_on_submit():
        try:
            reference = office.reference(form, _memo(suspense_id))
            donation_id = receipts.settle_suspense(
                actor=web.actor(), clock=web.clock(), suspense_id=suspense_id, on=form.on.data, reference=reference,
                sub_code=form.project, amount_fen=form.amount.data, key=form.key)
        except CharityLedgerError as error:
            form.refuse(error, form.amount if error.code == "nothing_open" else office.blame(form, error))
        else:
            gift = db.session.get_one(Donation, donation_id)
            return done(_("已记下 %(amount)s。", amount=format_yuan(gift.amount)),
                        url_for("receipts.show", line_id=gift.statement_line_id))
    return _page(suspense_id, form)


def _memo(suspense_id: int) -> str:
    return db.session.scalar(select(StatementLine.memo).join(Suspense, Suspense.statement_line_id == StatementLine.id)
                             .where(Suspense.id == suspense_id)) or ""


def _page(suspense_id: int, form: SettleForm) -> Page:
    session = db.session()
    held = session.get(Suspense, suspense_id)
    if held is None:
        raise NotFound(what=f"suspense {suspense_id}")
    pledge = session.get(Pledge, held.pledge_id) if held.pledge_id else None
    asked = line_list.asked_of(session, ("reversal", "refund"), [("suspense", held.id)])
    return render_template(
        "receipts/settle.html", form=form, held=held, left_fen=held.amount_fen - held.settled_fen,
        line=session.get(StatementLine, held.statement_line_id), account=session.get(MoneyAccount, held.account_code),
        donor=session.get(Donor, held.donor_id) if held.donor_id else None, pledge=pledge,
        sub=project(session, pledge.sub_project_id) if pledge else None,
        asked=asked.get(("suspense", held.id)), beside=session.scalars(
            select(Donation.id).where(Donation.entry_id == held.entry_id)).first()), form.status
