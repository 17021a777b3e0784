"""Staff pages of need items, on the blueprint of the catalogue."""

from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _

from ... import web
from ...errors import CharityLedgerError, NotFound
from ...extensions import db
from ...identity.policy import access
from .. import items
from ..errors import CapacityBelowTaken, EditConflict, KindFixed
from ..forms import NeedItemForm
from ..models import NeedItem, SubProject
from .catalogue import blueprint
from .office import READERS, WRITERS, Page, done, find


@blueprint.route("/<code>/items/new", methods=["GET", "POST"])
@access(*READERS, write=WRITERS)
def add_item(code: str) -> Page:
    sub, form = find(db.session(), code), NeedItemForm()
    if form.validate_on_submit():
        items.add(sub_project_id=sub.id, values=_values(form), actor=web.actor(), clock=web.clock(), key=form.key)
        return done(_("需求明细已经加上。"), url_for(".show", code=code))
    return _page(sub, form), form.status


@blueprint.route("/<code>/items/<int:line>", methods=["GET", "POST"])
@access(*READERS, write=WRITERS)
def edit_item(code: str, line: int) -> Page:
    sub = find(db.session(), code)
    item = _find(sub, line)
    form = NeedItemForm(obj=item, seen=items.revision_of(item))
    if not form.validate_on_submit():
        return _page(sub, form, item), form.status
    try:
        items.revise(item_id=item.id, values=_values(form), seen=form.seen.data, actor=web.actor(),
                     clock=web.clock(), key=form.key)
    except EditConflict as conflict:
        db.session.expire_all()
        form.seen.data = items.revision_of(item)
        named = conflict.facts["fields"]
        differing = [(form[name], getattr(item, name)) for name in (named if isinstance(named, list) else [])
                     if name in form]
        return _page(sub, form, item, differing), conflict.status
    except KindFixed as error:
        form.refuse(error, form.kind)
    except CapacityBelowTaken as error:
        form.refuse(error, form.quantity)
    else:
        return done(_("已经保存。"), url_for(".show", code=code))
    return _page(sub, form, item), form.status


@blueprint.post("/<code>/items/<int:line>/withdraw")
@access(*WRITERS)
def withdraw_item(code: str, line: int) -> Page:
    sub = find(db.session(), code)
    item = _find(sub, line)
    try:
        items.withdraw(item_id=item.id, actor=web.actor(), clock=web.clock(), key=web.form_token())
    except CharityLedgerError as error:
        form = NeedItemForm(formdata=None, obj=item, seen=items.revision_of(item))
        form.refuse(error)
        return _page(sub, form, item), error.status
    return done(_("需求明细已经撤下。"), url_for(".show", code=code))


def _find(sub: SubProject, line: int) -> NeedItem:
    item = next((item for item in sub.items if item.line == line), None)
    if item is None or item.withdrawn:
        raise NotFound(what=f"{sub.code}/{line}")
    return item


def _page(sub: SubProject, form: NeedItemForm, item: NeedItem | None = None,
          differing: list[tuple[Any, Any]] | None = None) -> str:
    counter = item.progress if item else None
    return render_template(
        "catalogue/item.html", sub=sub, form=form, item=item, differing=differing or [],
        taken=counter.taken if counter else 0,
        fixed=item is not None and items.has_history(db.session(), item.id))


def _values(form: NeedItemForm) -> dict[str, Any]:
    told = {field: form[field].data for field in items.FIELDS if field in form}
    return {**told, "unit_price_fen": form.unit_price_fen.data or 0, "amount_fen": form.amount_fen}
