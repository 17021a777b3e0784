"""工作台: what waits for the people who run the programme, each thing with the page where it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Flask, render_template
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from .. import web
from ..clock import today
from ..donations import state_receipt_queue
from ..donations.models import CashCount, Disbursement, Request, StatementLine, Suspense
from ..extensions import db
from ..identity.actor import ADMIN, AUDITOR, FINANCE, STAFF, Actor
from ..identity.policy import access
from ..identity.session import land
from ..money import format_yuan
from ..projects.models import SubProject
from ..projects.rules import next_disclosure
from .frame import page_at
from .language import language

blueprint = Blueprint("desk", __name__)

DISCLOSURE_NOTICE_DAYS = 30


@dataclass(frozen=True)
class Waiting:
    """`count` things of one kind; `address` is None where this reader cannot open the page."""

    name: str
    count: int
    what: str
    address: str | None


@dataclass(frozen=True)
class Due:
    """A project whose funds and progress must be published by `on`."""

    code: str
    title_zh: str
    title_en: str
    on: date
    days: int


def waiting(session: Session, actor: Actor) -> list[Waiting]:
    """What waits, in the order in which money moves. Seven queries."""
    held, held_fen = session.execute(
        select(func.count(), func.coalesce(func.sum(Suspense.amount_fen - Suspense.settled_fen), 0))
        .where(Suspense.settled_fen < Suspense.amount_fen)).one()
    mine = Disbursement.requested_by == actor.user_id
    asked, asked_fen, own = session.execute(
        select(func.count(), func.coalesce(func.sum(Disbursement.amount_fen), 0), func.count().filter(mine))
        .where(Disbursement.state == "requested")).one()
    requests, own_requests = session.execute(
        select(func.count(), func.count().filter(Request.requested_by == actor.user_id))
        .where(Request.state == "requested")).one()
    unreceipted = state_receipt_queue.to_apply(session)
    counted, counted_fen, to_deposit, to_deposit_fen = session.execute(_cash()).one()
    lines, held_lines = session.execute(select(
        func.count().filter(~StatementLine.held), func.count().filter(StatementLine.held))
        .where(StatementLine.used_fen < func.abs(StatementLine.amount_fen), StatementLine.currency == "CNY")).one()
    return [
        Waiting(_("等对账的流水"), lines, "" if not held_lines else ngettext(
            "另有%(num)s行先放着", "另有%(num)s行先放着", held_lines), page_at("/desk/reconcile")),
        Waiting(_("待确认的款项"), held, format_yuan(int(held_fen)), page_at("/desk/suspense")),
        Waiting(_("等第二个人点清的现金"), counted, format_yuan(int(counted_fen)), page_at("/desk/cash-boxes")),
        Waiting(_("等存进银行的现金"), to_deposit, format_yuan(int(to_deposit_fen)), page_at("/desk/cash-boxes")),
        Waiting(_("要申请的捐赠票据"), unreceipted.gifts, format_yuan(unreceipted.amount_fen),
                page_at("/desk/state-receipts")),
        Waiting(_("等审批的拨付"), asked, _amount_and_own(int(asked_fen), own), page_at("/desk/payments")),
        Waiting(_("等审批的其他申请"), requests, _own(own_requests), page_at("/desk/approvals")),
    ]


def _cash() -> "Select[*tuple[Any, ...]]":
    counted, agreed = CashCount.state == "counted", CashCount.state == "agreed"
    return select(
        func.count().filter(counted), func.coalesce(func.sum(CashCount.amount_fen).filter(counted), 0),
        func.count().filter(agreed), func.coalesce(func.sum(CashCount.amount_fen).filter(agreed), 0))


def _own(count: int) -> str:
    if not count:
        return ""
    return ngettext("其中%(num)s件是您提出的，要另一位同事来审", "其中%(num)s件是您提出的，要另一位同事来审", count)


def _amount_and_own(amount_fen: int, own: int) -> str:
    return ("；" if language() == "zh" else "; ").join(text for text in (format_yuan(amount_fen), _own(own)) if text)


def due_disclosures(session: Session, on: date) -> Sequence[Due]:
    """Projects to be published within DISCLOSURE_NOTICE_DAYS or late already, the most pressing first. One query."""
    rows = session.execute(
        select(SubProject.code, SubProject.title_zh, SubProject.title_en, SubProject.opened_on, SubProject.ends_on,
               SubProject.ended_on, SubProject.published_on)
        # What was closed long ago and published since owes nothing; the rule below says so in full.
        .where(SubProject.status != "draft", or_(SubProject.ended_on.is_(None), and_(
            SubProject.ended_on.is_not(None), or_(SubProject.published_on.is_(None),
                                                  SubProject.published_on < SubProject.ended_on)))))
    due = [Due(code, zh, en, by, (by - on).days) for code, zh, en, *dates in rows
           if (by := next_disclosure(*dates)) is not None and by <= on + timedelta(days=DISCLOSURE_NOTICE_DAYS)]
    return sorted(due, key=lambda row: (row.on, row.code))


@blueprint.get("/desk")
@access(STAFF, FINANCE, ADMIN)
def home() -> str:
    """What waits, and what must be published soon."""
    session = db.session()
    return render_template("site/desk.html", waiting=waiting(session, web.actor()),
                           due=due_disclosures(session, today(web.clock())), doors=doors())


def doors() -> list[tuple[str, str]]:
    """Pages that are opened every day, as far as this reader may."""
    return [(name, address) for name, address in (
        (_("导入流水文件"), page_at("/desk/statements")),
        (_("登记收款"), page_at("/desk/receipts")), (_("登记承诺"), page_at("/desk/pledges")),
        (_("申请拨付"), page_at("/desk/payments")), (_("收实物、记时长"), page_at("/desk/goods")),
        (_("写近况"), page_at("/desk/updates")), (pgettext("list", "捐赠人"), page_at("/desk/donors")),
        (_("编辑项目"), page_at("/desk/catalogue")), (_("结余"), page_at("/desk/surplus")),
        (_("文件和导出"), page_at("/documents")), (_("用户"), page_at("/admin/users"))) if address]


def init_app(app: Flask) -> None:
    """The page, and that the office begins there after signing in."""
    app.register_blueprint(blueprint)
    for role in (STAFF, FINANCE, AUDITOR):      # administrators begin with the users
        land(app, role, "desk.home")
