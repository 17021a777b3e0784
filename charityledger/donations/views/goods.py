"""实物和时长: received with quantity, value and evidence; handed over; hours attested."""

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from ... import web
from ...errors import CharityLedgerError, NotFound
from ...extensions import db
from ...identity.policy import access
from ...ledger import numbering
from ...projects import measures
from ...projects.measures import ItemFigures
from ...projects.models import NeedItem, SubProject
from .. import evidence, goods, line_list
from ..forms.goods import GoodsForm, HandOverForm, HoursForm, KindForm
from ..models import Donation, HandOver
from . import office
from .office import KEEPERS, PAGE_SIZE, Page, done, keep, the_day

blueprint = Blueprint("goods", __name__, url_prefix="/desk/goods")


@blueprint.get("")
@access(*KEEPERS)
def home() -> Page:
    """Gifts of goods and hours, newest first."""
    kind = request.args.get("kind", "")
    kinds = (kind,) if kind in ("goods", "hours") else ("goods", "hours")
    number = office.page_number(request.args.get("page"))
    query = (select(Donation, SubProject).join(SubProject, SubProject.id == Donation.sub_project_id)
             .where(Donation.kind.in_(kinds)))
    session = db.session()
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(query.order_by(Donation.received_on.desc(), Donation.id.desc()).limit(PAGE_SIZE)
                           .offset((number - 1) * PAGE_SIZE)).all()
    return render_template("goods/home.html", rows=rows, items=_items([gift for gift, _sub in rows]), total=total,
                           kind=kind, number=number, last=-(-total // PAGE_SIZE))


def _items(gifts: list[Donation]) -> dict[int, NeedItem]:
    """The need items of some gifts, by id."""
    wanted = {line.need_item_id for gift in gifts for line in gift.lines}
    return {item.id: item for item in db.session.scalars(select(NeedItem).where(NeedItem.id.in_(wanted)))}


def _choices(kind: str) -> list[tuple[str, str]]:
    """Need items of this kind that can still take some."""
    rows = [item for item in measures.items(db.session()) if item.kind == kind and item.own.open > 0]
    return [("", _("请选择")), *((str(item.item_id), _("%(code)s %(title)s：还缺%(left)s", **_told(item)))
                                for item in rows)]


def _told(item: ItemFigures) -> dict[str, str]:
    if web.language() == "en":
        return {"code": item.sub_code, "title": item.title_en, "left": f"{item.own.open} {item.unit_en}"}
    return {"code": item.sub_code, "title": item.title_zh, "left": f"{item.own.open}{item.unit_zh}"}


@blueprint.route("/new", methods=["GET", "POST"])
@access(*KEEPERS)
def new() -> Page:
    """Goods came in."""
    form = GoodsForm(today=the_day(), items=_choices("goods"))
    return _receive(form, "goods", lambda: goods.receive_goods(
        actor=web.actor(), clock=web.clock(), donor=form.donor(), key=form.key, gift=form.gift(
            value_fen=form.value.data, basis=form.basis.data or "", files=keep(form.files.data))))


@blueprint.route("/hours", methods=["GET", "POST"])
@access(*KEEPERS)
def hours() -> Page:
    """Hours were served."""
    form = HoursForm(today=the_day(), items=_choices("hours"))
    return _receive(form, "hours", lambda: goods.record_hours(
        actor=web.actor(), clock=web.clock(), donor=form.donor(), key=form.key, gift=form.gift(basis=form.basis.data)))


def _receive(form: KindForm, kind: str, act: office.Act) -> Page:
    if request.method == "GET":
        form.received_on.data = the_day()
    if form.validate_on_submit():
        try:
            donation_id = act()
        except CharityLedgerError as error:
            field = {"more_than_needed": "amount", "invalid_reference": "reference", "not_found": "reference",
                     "wrong_state": "reference", "value_without_evidence": "value",
                     **({} if kind == "hours" else dict.fromkeys(office.ABOUT_FILES, "files"))}.get(error.code)
            form.refuse(error, form[field] if field else None)
        else:
            return done(_("已登记。"), url_for(".show", donation_id=donation_id))
    return render_template(f"goods/{'new' if kind == 'goods' else kind}.html", form=form), form.status


@blueprint.route("/<int:donation_id>", methods=["GET", "POST"])
@access(*KEEPERS)
def show(donation_id: int) -> Page:
    """One gift; goods are handed over from here."""
    form = HandOverForm(today=the_day())
    if request.method == "GET":
        form.on.data = the_day()
    if form.validate_on_submit():
        try:
            goods.hand_over(actor=web.actor(), clock=web.clock(), donation_id=donation_id, units=form.units.data,
                            on=form.on.data, files=keep(form.files.data), key=form.key)
        except CharityLedgerError as error:
            form.refuse(error, form.units if error.code == "more_than_held" else None)
        else:
            return done(_("已记下发放。"), url_for(".show", donation_id=donation_id))
    session = db.session()
    gift = session.get(Donation, donation_id)
    if gift is None or gift.kind == "cash":
        raise NotFound(what=f"donation {donation_id}")
    entry = [gift.entry_id] if gift.entry_id else []
    handed = session.scalars(select(HandOver).where(HandOver.donation_id == gift.id).order_by(HandOver.id)).all()
    asked = line_list.asked_of(session, ("reversal",),
                               [("donation", gift.id), *(("hand_over", row.id) for row in handed)])
    return render_template(
        "goods/show.html", gift=gift, form=form, sub=office.project(session, gift.sub_project_id), items=_items([gift]),
        files=evidence.of_donation(session, gift.id),
        names=office.names([gift.recorded_by, *(row.recorded_by for row in handed)]),
        handed=handed, asked_back={row.id: asked.get(("hand_over", row.id)) for row in handed},
        left=gift.amount - sum(line.handed_over for line in gift.lines),
        voucher=numbering.of_entries(session, entry).get(gift.entry_id or 0),
        asked=asked.get(("donation", gift.id)),
    ), form.status
