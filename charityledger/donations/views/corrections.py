"""冲正和退款: asked for here, with a reason; decided by a second person under 审批."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from ... import web
from ...errors import CharityLedgerError, NotFound
from ...extensions import db
from ...identity.policy import access
from ...projects import files
from .. import evidence, refunds, reversals
from ..forms.money import HeldRefundForm, ReasonForm, RefundForm
from ..models import CashCount, Disbursement, Donation, HandOver, StatementLine, Suspense
from .office import KEEPERS, Page, account_choices, done, keep, project

blueprint = Blueprint("corrections", __name__, url_prefix="/desk")

SUBJECTS: dict[str, type[Any]] = {"donation": Donation, "suspense": Suspense, "deposit": CashCount,
                                  "hand_over": HandOver, "delivery": Disbursement}


@blueprint.route("/reverse/<any(donation, suspense, deposit, hand_over, delivery):what>/<int:subject_id>",
                 methods=["GET", "POST"])
@access(*KEEPERS)
def reverse(what: reversals.What, subject_id: int) -> Page:
    """Ask that something recorded wrongly be undone."""
    form = ReasonForm()
    subject = _subject(what, subject_id)
    if form.validate_on_submit():
        try:
            asked = reversals.request(actor=web.actor(), clock=web.clock(), what=what, subject_id=subject_id,
                                      reason=form.reason.data, files=keep(form.files.data), key=form.key)
        except CharityLedgerError as error:
            form.refuse(error)
        else:
            return done(_("已提出，等另一位同事审批。"), url_for("approvals.show", request_id=asked))
    return render_template("receipts/reverse.html", form=form, what=what, back=_back(what, subject),
                           **_told(what, subject)), form.status


@blueprint.route("/refund/<any(donation, suspense):what>/<int:subject_id>", methods=["GET", "POST"])
@access(*KEEPERS)
def refund(what: refunds.What, subject_id: int) -> Page:
    """Ask that a gift, or money in suspense, be paid back."""
    subject = _subject(what, subject_id)
    form: Any = (RefundForm if what == "donation" else HeldRefundForm)(accounts=account_choices())
    told = _told(what, subject)
    if request.method == "GET" and told["line"] is not None:
        form.account.data = told["line"].account_code
    if form.validate_on_submit():
        more = {"fault": form.fault.data, "general_pays": form.general_pays.data} if what == "donation" else {
            "amount_fen": form.amount.data}
        try:
            asked = refunds.request(
                actor=web.actor(), clock=web.clock(), what=what, subject_id=subject_id, account_code=form.account.data,
                reason=form.reason.data, files=keep(form.files.data), key=form.key, **more)
        except CharityLedgerError as error:
            form.refuse(error, form.account if error.code == "account_overdrawn" else None)
        else:
            return done(_("已提出，等另一位同事审批。"), url_for("approvals.show", request_id=asked))
    return render_template("receipts/refund.html", form=form, what=what, **told), form.status


@blueprint.get("/evidence/<int:evidence_id>")
@access(*KEEPERS)
def download(evidence_id: int) -> Any:
    """A file that proves something: downloaded, never shown inside the site."""
    return files.as_attachment(*evidence.find(db.session(), evidence_id))


def _subject(what: str, subject_id: int) -> Any:
    found = db.session.get(SUBJECTS[what], subject_id)
    if found is None:
        raise NotFound(what=f"{what} {subject_id}")
    return found


def _back(what: str, subject: Any) -> str:
    """The page that showed the thing."""
    if what == "hand_over":
        return url_for("goods.show", donation_id=subject.donation_id)
    if what == "delivery":
        return url_for("payments.show", payment_id=subject.id)
    if what == "deposit":
        return url_for("cashboxes.show", count_id=subject.id)
    if what == "donation" and subject.kind != "cash":
        return url_for("goods.show", donation_id=subject.id)
    return url_for("receipts.show", line_id=subject.statement_line_id)


def _told(what: str, subject: Any) -> dict[str, Any]:
    """What the page says about the thing: amount, line, project, promise, units of goods."""
    session = db.session()
    told: dict[str, Any] = {"subject": subject, "line": None, "sub": None, "pledge": None}
    if what == "suspense":
        told |= {"amount_fen": subject.amount_fen - subject.settled_fen, "line": _line(subject.statement_line_id)}
    elif what == "hand_over":
        gift = session.get_one(Donation, subject.donation_id)
        told |= {"amount_fen": subject.value_fen, "sub": project(session, gift.sub_project_id)}
    elif what == "delivery":
        told |= {"amount_fen": subject.amount_fen, "sub": project(session, subject.sub_project_id)}
    elif what == "deposit":
        line = _line(subject.deposit_line_id)
        told |= {"amount_fen": line.amount_fen if line else subject.amount_fen, "line": line,
                 "sub": project(session, subject.sub_project_id)}
    else:
        told |= {"amount_fen": subject.value_fen, "line": _line(subject.statement_line_id), "pledge": subject.pledge,
                 "sub": project(session, subject.sub_project_id)}
    return told


def _line(line_id: int | None) -> StatementLine | None:
    return db.session.get(StatementLine, line_id) if line_id else None
