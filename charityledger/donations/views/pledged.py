"""Step 3 of adopting, and the pledge's own page ever after, for whoever holds its address."""

from pathlib import Path

from flask import abort, current_app, flash, redirect, render_template, send_file, url_for
from flask_babel import gettext as _

from ... import web
from ...extensions import db, limiter
from ...identity.actor import AUDITOR
from ...identity.policy import EVERYONE, access
from .. import state_receipt_queue
from ..forms.pledge import ConfirmForm, FindForm, ShownForm
from ..links import pledge_of, token_of
from ..pledges import NotFoundByTail, find_by_tail, show_as, withdraw
from ..story import pledge_told
from . import letters, steps
from .adopt import Page, blueprint
from .guesses import guarded


@blueprint.get("/pledges/<token>")
@access(EVERYONE)
def pay(token: str) -> Page:
    """Step 3, and ever after: the reference, where to pay, what has come in and where it went."""
    told = pledge_told(db.session, pledge_of(token))
    if told.pledge.state == "reserved":
        return redirect(url_for(".check", token=token))
    return render_template("adopt/pay.html", story=told, holder=token, shown=ShownForm(shown=told.pledge.shown),
                           wallets=range(len(_wallet_pictures())), account=letters.account(),
                           state_receipts=state_receipt_queue.of_gifts(db.session(), [gift.id for gift in told.gifts]),
                           steps=steps.whole(told), ahead=steps.ahead(told))


@blueprint.post("/pledges/<token>/shown")
@limiter.limit("30 per minute")
@access(EVERYONE)
def shown(token: str) -> Page:
    """How the gift is shown, changed at any time."""
    told, form = pledge_told(db.session, pledge_of(token)), ShownForm()
    if form.validate_on_submit():
        show_as(actor=web.actor(), clock=web.clock(), pledge_id=told.pledge.id, shown=form.shown.data)
        flash(_("公开方式已经改好。"))
    return redirect(url_for(".pay", token=token), 303)


@blueprint.route("/pledges/<token>/release", methods=["GET", "POST"])
@limiter.limit("30 per minute", methods=["POST"])
@access(EVERYONE)
def release(token: str) -> Page:
    """放开名额: says what is freed, then frees the unpaid part."""
    told, form = pledge_told(db.session, pledge_of(token)), ConfirmForm()
    if not told.live and told.pledge.state != "reserved":
        return redirect(url_for(".pay", token=token), 303)
    if form.validate_on_submit():
        withdraw(actor=web.actor(), clock=web.clock(), pledge_id=told.pledge.id, key=form.key)
        flash(_("名额已放开。谢谢您。"))
        return redirect(url_for(".pay", token=token), 303)
    return render_template("adopt/release.html", form=form, story=told, holder=token), form.status


@blueprint.route("/pledges/find", methods=["GET", "POST"])
@limiter.limit("10 per minute", methods=["POST"])
@access(EVERYONE, AUDITOR)
def find() -> Page:
    """A pledge again, by its reference and the last four digits of the phone."""
    form = FindForm()
    if form.validate_on_submit():
        try:
            pledge = guarded(form.reference.data, lambda: find_by_tail(
                db.session, reference=form.reference.data, tail=form.tail.data))
        except NotFoundByTail as error:
            form.refuse(error, form.reference)
        else:
            return redirect(url_for(".pay", token=token_of(pledge.id)), 303)
    return render_template("adopt/find.html", form=form), form.status


def _wallet_pictures() -> list[Path]:
    """Files of wallet codes that are set and there."""
    names = [name.strip() for name in web.setting("WALLET_PICTURES").split(",") if name.strip()]
    return [path for path in (Path(current_app.instance_path) / name for name in names) if path.is_file()]


@blueprint.get("/pay-to/<int:number>")
@access(EVERYONE)
def wallet(number: int) -> Page:
    """A picture of a wallet's code to pay to."""
    pictures = _wallet_pictures()
    if number >= len(pictures) or pictures[number].suffix.lower() not in (".png", ".jpg", ".jpeg"):
        abort(404)
    return send_file(pictures[number], max_age=0)
