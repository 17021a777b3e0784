"""结账: the months, how far each is from its close, and asking for it. A second person decides under 审批."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import web
from ...donations import money_accounts, requests
from ...donations.models import AccountClosing, Request
from ...donations.views import office
from ...donations.views.office import KEEPERS, Page, done, the_day
from ...errors import CharityLedgerError
from ...extensions import db
from ...identity.policy import access
from ...wording import text
from .. import closing, months, readiness
from ..forms.closing import CloseForm
from ..months import Month
from ..readiness import Readiness
from ..standing import parts

blueprint = Blueprint("closing", __name__, url_prefix="/desk/closing")


@blueprint.get("")
@access(*KEEPERS)
def home() -> Page:
    """The months with their state, the newest first."""
    rows = months.every(db.session(), the_day())
    return render_template("closing/home.html", rows=rows, first_open=next(
        (row.code for row in reversed(rows) if row.closed_at is None), None),
        names=office.names([n for row in rows for n in (row.asked_by, row.closed_by)]), today=the_day())


@blueprint.get("/<period>")
@access(*KEEPERS)
def month(period: str) -> Page:
    """One month: account by account what stands between the bank and the books, and what else is open."""
    return _page(_month(period))


@blueprint.post("/<period>")
@access(*KEEPERS)
def ask(period: str) -> Page:
    """Ask that the month be closed."""
    this = _month(period)
    found = readiness.read(db.session(), this, the_day())
    form = _form(found)
    if form.validate_on_submit():
        try:
            request_id = closing.ask(
                actor=web.actor(), clock=web.clock(), period=this.code,
                vouched=tuple(form.vouched.data) if "vouched" in form else (),
                year_end="year_end" in form and form.year_end.data, note=form.note.data or "", key=form.key)
        except CharityLedgerError as error:
            form.refuse(error)
        else:
            return done(_("已提出结账，等另一位同事审批。"), url_for("approvals.show", request_id=request_id))
    return _page(this, found, form)


def _month(period: str) -> Month:
    """The month of an address with what is known of it. Raises NotAMonth."""
    wanted = months.parse(period)
    known = {row.code: row for row in months.every(db.session(), the_day())}
    return known.get(wanted.code, wanted)


def _form(found: Readiness, **more: Any) -> CloseForm:
    return CloseForm(accounts=[(a.account.code, a.account.name) for a in found.doubtful],
                     december=found.month.code[4:] == "12", **more)


def _page(this: Month, found: Readiness | None = None, form: CloseForm | None = None) -> Page:
    found = found or readiness.read(db.session(), this, the_day())
    return render_template(
        "closing/month.html", month=this, found=found, form=form or _form(found, formdata=None), parts=parts,
        problems=[text(problem) for problem in found.problems if this.closed_at is None],
        names=office.names([this.asked_by, this.closed_by]), closings=_closings(db.session(), this),
        ), form.status if form else 200


def _closings(session: Session, this: Month) -> dict[str, AccountClosing]:
    return {row.account_code: row for row in session.scalars(
        select(AccountClosing).where(AccountClosing.period == this.code))}


def about(session: Session, row: Request) -> dict[str, Any]:
    """What the page that decides shows: the month as it stands now, and what the person who asked vouched for."""
    this, wish = months.parse(str(row.subject_id)), requests.wanted(row)
    found = readiness.read(session, this, the_day()) if row.state == "requested" else None
    names = {account.code: account.name for account in money_accounts.accounts(session)}
    return {"month": this, "closings": _closings(session, this), "found": found, "account_names": names,
            "problems": [text(problem) for problem in found.problems] if found else [],
            "vouched": [names[code] for code in str(wish["vouched"]).split(",") if code in names]}
