"""The PDFs and the workbook, each for those who may have it."""

from datetime import date

from flask import Response, request
from sqlalchemy import select
from werkzeug.exceptions import NotFound as NoSuchPage

from ... import web
from ...clock import today
from ...donations.links import pledge_of
from ...donations.models import Donation, Membership, Pledge
from ...donations.pledge_rows import NotADay
from ...donations.rules import COUNTED_STATES
from ...errors import NotFound, WrongState
from ...extensions import db, limiter
from ...identity.actor import ADMIN, FINANCE, STAFF
from ...identity.policy import EVERYONE, SIGNED_IN, access
from ...projects.models import Category, SubProject
from ...reconciliation import months
from ...web import language
from .. import service
from ..build.reconciliation import account_of
from ..exports import lines, tables
from ..models import IssuedDocument
from .pages import OFFICE, blueprint

# Nothing was given before, and nobody asks for what comes later.
YEARS = range(2000, 2201)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _day(name: str, default: date) -> date:
    text = request.args.get(name, "")
    try:
        day = date.fromisoformat(text) if text else default
    except ValueError:
        raise NotADay(text=text[:40]) from None
    if day.year not in YEARS:
        raise NotADay(text=text[:40])
    return day


def _file(content: bytes, name: str, media_type: str = "application/pdf") -> Response:
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _issued(document: IssuedDocument) -> Response:
    return _file(document.content, f"{document.number}-{document.language}.pdf")


@blueprint.get("/documents/needs.pdf")
@limiter.limit("20 per minute")
@access(EVERYONE)
def needs() -> Response:
    """Funds raised against needs: of everything or one category, as it stands or at the end of a day."""
    text = request.args.get("as_at", "")
    category = request.args.get("category") or None
    if category is not None and db.session.get(Category, category) is None:
        raise NotFound(what=category)
    if text and web.actor().role not in OFFICE:
        as_at = _day("as_at", today(web.clock()))
        return _file(service.needs_preview(clock=web.clock(), language=language(), as_at=as_at, category=category),
                     f"needs-{as_at}-{language()}.pdf")
    return _issued(service.needs(actor=web.actor(), clock=web.clock(), language=language(),
                                 as_at=_day("as_at", today(web.clock())) if text else None, category=category))


@blueprint.get("/documents/fund/<code>.pdf")
@limiter.limit("20 per minute")
@access(EVERYONE)
def fund(code: str) -> Response:
    """A fund's statement. Staff and auditors may ask for the names with `full=1`; everybody else gets it without."""
    day = today(web.clock())
    ends = _day("to", day)
    starts = _day("from", ends.replace(month=1, day=1))
    office = web.actor().role in OFFICE
    if not office and db.session.scalar(select(SubProject.id).where(SubProject.code == code,
                                                                    SubProject.status == "draft")) is not None:
        raise NotFound(what=code)
    if not office and ("from" in request.args or "to" in request.args):
        # Numbered and kept is only the year so far: visitors could ask for any number of other periods.
        return _file(service.fund_preview(clock=web.clock(), language=language(), fund=code, starts_on=starts,
                                          ends_on=ends), f"{code}-{starts}-{ends}-{language()}.pdf")
    full = bool(request.args.get("full")) and office
    return _issued(service.fund(actor=web.actor(), clock=web.clock(), language=language(), fund=code,
                                starts_on=starts, ends_on=ends, public=not full))


def _may_see(donor_id: int | None, pledge_id: int | None) -> bool:
    """Staff and auditors; a member of the donor; whoever holds the pledge's own link (`?pledge=…`)."""
    actor = web.actor()
    if actor.role in OFFICE:
        return True
    token = request.args.get("pledge")
    if token and pledge_id is not None and pledge_of(token) == pledge_id:
        return True
    return donor_id is not None and actor.user_id is not None and db.session.scalar(
        select(Membership.id).where(Membership.donor_id == donor_id, Membership.user_id == actor.user_id)) is not None


@blueprint.get("/documents/receipt/<int:donation_id>.pdf")
@limiter.limit("20 per minute")
@access(EVERYONE)
def receipt(donation_id: int) -> Response:
    """Our own receipt for a gift."""
    gift = db.session.get(Donation, donation_id)
    if gift is None or not _may_see(gift.donor_id, gift.pledge_id):
        raise NoSuchPage()
    if gift.state != "received":        # reversed or sent back: the kept bytes no longer tell the truth
        raise WrongState(subject=f"gift {donation_id}", state=gift.state, wanted="received")
    return _issued(service.receipt(actor=web.actor(), clock=web.clock(), language=language(),
                                   donation_id=donation_id))


@blueprint.get("/documents/certificate/<int:pledge_id>.pdf")
@limiter.limit("20 per minute")
@access(EVERYONE)
def certificate(pledge_id: int) -> Response:
    """The certificate of an adoption."""
    pledge = db.session.get(Pledge, pledge_id)
    if pledge is None or not _may_see(pledge.donor_id, pledge.id):
        raise NoSuchPage()
    if pledge.state not in COUNTED_STATES:
        raise WrongState(subject=pledge.reference, state=pledge.state, wanted="pledged")
    return _issued(service.certificate(actor=web.actor(), clock=web.clock(), language=language(),
                                       pledge_id=pledge_id))


@blueprint.get("/pledges/<token>/slip.pdf")
@limiter.limit("20 per minute")
@access(EVERYONE)
def pledge_slip(token: str) -> Response:
    """认领确认单, for whoever holds the pledge's link."""
    pledge = db.session.get(Pledge, pledge_of(token))
    if pledge is None:
        raise NoSuchPage()
    content = service.slip(clock=web.clock(), language=language(), pledge_id=pledge.id)
    return _file(content, f"{pledge.reference}-{language()}.pdf")


@blueprint.get("/documents/donor/<int:donor_id>/<int:year>.pdf")
@limiter.limit("20 per minute")
@access(SIGNED_IN)
def donor_statement(donor_id: int, year: int) -> Response:
    """A donor's year."""
    if not _may_see(donor_id, None) or year not in YEARS:
        raise NoSuchPage()
    return _issued(service.donor(actor=web.actor(), clock=web.clock(), language=language(), donor_id=donor_id,
                                 year=year))


@blueprint.get("/documents/issued/<int:document_id>.pdf")
@access(STAFF, FINANCE, ADMIN)
def issued(document_id: int) -> Response:
    """An issued document again: the same bytes."""
    document = db.session.get(IssuedDocument, document_id)
    if document is None:
        raise NoSuchPage()
    return _issued(document)


@blueprint.get("/documents/export.xlsx")
@limiter.limit("10 per minute")
@access(STAFF, FINANCE, ADMIN)
def export() -> Response:
    """Every table of the books and measures as one workbook."""
    return _file(tables.as_xlsx(tables.every(db.session)), f"charityledger-{today(web.clock())}.xlsx", XLSX)


def _of_account() -> tuple[str, str]:
    """(account, month) of an address; `2026-04` is as good as `202604`. Raises NotFound, NotAMonth."""
    account, period = request.args.get("account", "")[:20], request.args.get("period", "").replace("-", "")
    account_of(db.session(), account)
    return account, months.parse(period).code


def _reconciliation(listed: str) -> Response:
    account, period = _of_account()
    number, content = service.reconciliation(actor=web.actor(), clock=web.clock(), language=language(),
                                             account=account, period=period, listed=listed)
    name = number or f"{listed or 'reconciliation'}-{account}-{period}"
    return _file(content, f"{name}-{language()}.pdf")


@blueprint.get("/documents/reconciliation.pdf")
@limiter.limit("20 per minute")
@access(STAFF, FINANCE, ADMIN)
def reconciliation() -> Response:
    """余额调节表 of an account at the end of a month; a preview until the month is closed."""
    return _reconciliation("")


@blueprint.get("/documents/<any(unmatched, matched):kind>.pdf")
@limiter.limit("20 per minute")
@access(STAFF, FINANCE, ADMIN)
def line_list(kind: str) -> Response:
    """Lines that are unmatched or held at the end of a month, or what the month's lines became."""
    return _reconciliation(kind)


@blueprint.get("/documents/<any(unmatched, matched):kind>.xlsx")
@limiter.limit("10 per minute")
@access(STAFF, FINANCE, ADMIN)
def line_workbook(kind: str) -> Response:
    """The same as a workbook."""
    account, period = _of_account()
    return _file(lines.workbook(account, period, kind, language(), web.clock()),
                 f"{kind}-{account}-{period}.xlsx", XLSX)
