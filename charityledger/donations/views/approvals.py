"""审批: everything that waits for a second person, and the page that decides it."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import web
from ...errors import CharityLedgerError, NotFound
from ...extensions import db
from ...forms import Form
from ...identity.policy import access
from ...projects.models import SubProject
from .. import approvals, evidence, merging, requests, surplus
from ..forms.money import NoteForm
from ..models import CashCount, Disbursement, Donation, HandOver, Request, StatementLine, Suspense
from . import office
from .office import DECIDERS, KEEPERS, Page, done, project

blueprint = Blueprint("approvals", __name__, url_prefix="/desk/approvals")


@blueprint.get("")
@access(*KEEPERS)
def home() -> Page:
    """The queue, the oldest first, and what was decided lately."""
    session = db.session()
    queue, decided = approvals.queue(session), approvals.decided(session)
    payments = {row.id: (row, sub) for row, sub in session.execute(
        select(Disbursement, SubProject).join(SubProject, SubProject.id == Disbursement.sub_project_id)
        .where(Disbursement.id.in_([w.id for w in queue if w.kind == "payment"])))}
    asked = {row.id: row for row in session.scalars(select(Request).where(
        Request.id.in_([w.id for w in queue if w.kind != "payment"])))}
    people = [w.requested_by for w in queue] + [n for r in decided for n in (r.requested_by, r.decided_by) if n]
    return render_template("approvals/home.html", queue=queue, decided=decided, payments=payments, asked=asked,
                           names=office.names(people), me=web.actor().user_id)


@blueprint.get("/<int:request_id>")
@access(*KEEPERS)
def show(request_id: int) -> Page:
    """One request: what it would do, why, on what evidence."""
    return _page(request_id)


@blueprint.post("/<int:request_id>/<any(approve, reject):decision>")
@access(*DECIDERS)
def decide(request_id: int, decision: Any) -> Page:
    """A second person decides."""
    form = NoteForm()
    if decision == "reject" and not (form.note.data or "").strip():
        form.validate()
        form.note.errors = [_("请写明为什么不批，申请的同事要看。")]
        return _page(request_id, form)
    told = _("已批准，记下了。") if decision == "approve" else _("已退回申请。")
    return _step(request_id, form, lambda: approvals.decide(
        actor=web.actor(), clock=web.clock(), request_id=request_id, decision=decision, note=form.note.data or "",
        key=form.key), told)


@blueprint.post("/<int:request_id>/withdraw")
@access(*KEEPERS)
def withdraw(request_id: int) -> Page:
    """The person who asked takes the request back."""
    form = Form()
    return _step(request_id, form, lambda: approvals.withdraw(
        actor=web.actor(), clock=web.clock(), request_id=request_id, key=form.key), _("已撤回。"))


def _step(request_id: int, form: Form, act: office.Act, told: str) -> Page:
    if form.validate_on_submit():
        try:
            act()
        except CharityLedgerError as error:
            form.refuse(error)
        else:
            return done(told, url_for(".show", request_id=request_id))
    return _page(request_id, form)


def _page(request_id: int, form: Form | None = None) -> Page:
    session = db.session()
    row = session.get(Request, request_id)
    if row is None:
        raise NotFound(what=f"request {request_id}")
    return render_template(
        "approvals/show.html", row=row, wish=requests.wanted(row), form=form or NoteForm(formdata=None),
        files=evidence.of_request(session, row.id), names=office.names([row.requested_by, row.decided_by]),
        mine=row.requested_by == web.actor().user_id, **_about(session, row)), form.status if form else 200


def _about(session: Session, row: Request) -> dict[str, Any]:
    """What the request is about, by its kind: the page shows only what is there."""
    handler = approvals.HANDLERS[row.kind]
    if handler.about is not None:
        return {"part": handler.part, **handler.about(session, row)}
    if row.kind == merging.KIND:
        return {"merge": merging.asked(session, row)}
    if row.kind == surplus.KIND:
        _wish, giving, taking = surplus.parts(session, row)
        return {"giving": giving, "taking": taking}
    if (of := str(requests.wanted(row)["of"])) == "hand_over":
        handed = session.get_one(HandOver, row.subject_id)
        return {"subject": handed,
                "sub": project(session, session.get_one(Donation, handed.donation_id).sub_project_id)}
    if of == "delivery":
        payment = session.get_one(Disbursement, row.subject_id)
        return {"subject": payment, "sub": project(session, payment.sub_project_id)}
    table = {"donation": Donation, "suspense": Suspense, "deposit": CashCount}[of]
    subject: Any = session.get_one(table, row.subject_id)
    line_id = subject.line_id if table is CashCount else subject.statement_line_id
    return {"subject": subject, "line": session.get(StatementLine, line_id) if line_id else None,
            "sub": None if table is Suspense else project(session, subject.sub_project_id)}
