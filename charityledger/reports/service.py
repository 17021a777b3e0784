"""One function per document: what it depends on, who builds it, who draws it."""

from datetime import date

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..clock import Clock, today
from ..donations.models import Pledge
from ..donations.receipts import InvalidReference
from ..errors import NotFound
from ..extensions import db
from ..identity.actor import Actor
from ..reference import parse
from . import fonts, periods
from .build import donor as build_donor
from .build import fund as build_fund
from .build import line_list as build_line_list
from .build import needs as build_needs
from .build import pledges as build_pledges
from .build import receipt as build_receipt
from .build import reconciliation as build_reconciliation
from .build.common import Reading
from .documents import Document, Language
from .issuing import Build, Wanted, issue, preview
from .models import IssuedDocument
from .pdf.render import render


def _render(document: Document) -> bytes:
    return render(document, fonts.current())


def _issue(wanted: Wanted, build: Build, actor: Actor, clock: Clock) -> IssuedDocument:
    return issue(actor=actor, clock=clock, wanted=wanted, build=build, render=_render)


def _needs(as_at: date | None, category: str | None) -> Build:
    return lambda session, reading: build_needs.build(session, reading, as_at=as_at, category=category)


def _fund(fund: str, starts_on: date, ends_on: date, public: bool) -> Build:
    return lambda session, reading: build_fund.build(session, reading, fund=fund, starts_on=starts_on, ends_on=ends_on,
                                                     public=public)


def needs(*, actor: Actor, clock: Clock, language: Language, as_at: date | None = None,
          category: str | None = None) -> IssuedDocument:
    """Funds raised against needs, as it stands or at the end of a day; of everything or of one category. Raises
    DayToCome."""
    periods.check(clock, as_at or today(clock))
    wanted = Wanted("needs", category or "all", language, as_at.isoformat() if as_at else "")
    return _issue(wanted, _needs(as_at, category), actor, clock)


def fund(*, actor: Actor, clock: Clock, language: Language, fund: str, starts_on: date, ends_on: date,
         public: bool) -> IssuedDocument:
    """A fund's statement for a period; `public` withholds names that nobody asked to be published. Raises
    PeriodReversed, DayToCome, NotFound."""
    periods.check(clock, ends_on, starts_on)
    wanted = Wanted("fund", fund, language, f"{starts_on}/{ends_on}/{'public' if public else 'full'}")
    return _issue(wanted, _fund(fund, starts_on, ends_on, public), actor, clock)


def needs_preview(*, clock: Clock, language: Language, as_at: date, category: str | None) -> bytes:
    """The needs statement of a past day without a number: what a visitor gets, since every day would be another. Raises
    DayToCome."""
    periods.check(clock, as_at)
    return preview(db.session, _needs(as_at, category), _render, language=language, clock=clock)


def fund_preview(*, clock: Clock, language: Language, fund: str, starts_on: date, ends_on: date) -> bytes:
    """The public statement of a fund for a period of the visitor's own choosing, without a number. Raises
    PeriodReversed, DayToCome, NotFound."""
    periods.check(clock, ends_on, starts_on)
    return preview(db.session, _fund(fund, starts_on, ends_on, True), _render, language=language, clock=clock)


def receipt(*, actor: Actor, clock: Clock, language: Language, donation_id: int) -> IssuedDocument:
    """Our own receipt for one gift, issued once, and again when the state's own receipt for it comes or goes."""
    wanted = Wanted("receipt", str(donation_id), language, build_receipt.standing(db.session, donation_id))
    return _issue(wanted, lambda session, reading: build_receipt.build(session, reading, donation_id=donation_id),
                  actor, clock)


def certificate(*, actor: Actor, clock: Clock, language: Language, pledge_id: int) -> IssuedDocument:
    """Certificate of one adoption, issued once."""
    return _issue(Wanted("certificate", str(pledge_id), language), lambda session, reading: build_pledges.certificate(
        session, reading, pledge_id=pledge_id), actor, clock)


def donor(*, actor: Actor, clock: Clock, language: Language, donor_id: int, year: int) -> IssuedDocument:
    """A donor's statement of a year, so far where it is not over. Raises DayToCome for one that has not begun."""
    periods.check(clock, date(year, 1, 1))
    return _issue(Wanted("donor", str(donor_id), language, str(year)), lambda session, reading: build_donor.build(
        session, reading, donor_id=donor_id, year=year), actor, clock)


def reconciliation(*, actor: Actor, clock: Clock, language: Language, account: str, period: str,
                   listed: str = "") -> tuple[str, bytes]:
    """An account's reconciliation statement at a month's end, or one of its lists (`listed`: unmatched, matched).

    Returns its number and its bytes. The documents of a closed month are issued; those of an open one are previews
    without a number, with a place to sign.
    """
    def build(session: Session, reading: Reading) -> Document:
        if listed:
            return build_line_list.build(session, reading, account_code=account, period=period, kind=listed)
        return build_reconciliation.build(session, reading, account_code=account, period=period)

    if not build_reconciliation.is_closed(db.session(), period):
        return "", preview(db.session(), build, _render, language=language, clock=clock)
    issued = _issue(Wanted(listed or "reconciliation", account, language, period), build, actor, clock)
    return issued.number, issued.content


def slip(*, clock: Clock, language: Language, pledge_id: int) -> bytes:
    """认领确认单. It is known by its pledge's reference and needs no number of its own."""
    settings = current_app.config
    return preview(db.session, lambda session, reading: build_pledges.slip(
        session, reading, pledge_id=pledge_id, settings=settings), _render, language=language, clock=clock)


def pledge_id(reference: str) -> int:
    """Id of the pledge with this reference. Raises InvalidReference or NotFound."""
    codes = parse(reference)
    if len(codes) != 1:
        raise InvalidReference(text=reference)
    found = db.session.scalar(select(Pledge.id).where(Pledge.reference == codes[0]))
    if found is None:
        raise NotFound(what=reference)
    return found
