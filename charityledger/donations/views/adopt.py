"""Adopting without an account, steps 1 and 2: choose and check. The pledge's own page is in `pledged`."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask import Response as Answer
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ... import web
from ...clock import FixedClock, today
from ...errors import IdempotencyConflict, OverNeed, PledgeExpired, WrongState
from ...extensions import db, limiter
from ...identity.actor import DONOR
from ...identity.policy import EVERYONE, access
from ...money import format_fen
from ...projects.measures import ItemFigures
from .. import offers
from ..adoption import AdoptionWish, adopt, confirm, expire
from ..donors import with_account
from ..enterprises import donors_of
from ..forms.adopt import AdoptForm, adopt_form, told_open
from ..forms.pledge import ConfirmForm
from ..lines import AmountNotPositive
from ..links import pledge_of, token_of
from ..models import Donor, Pledge
from ..offers import Offer
from ..pledges import adopt_instead, withdraw
from ..story import pledge_told
from . import letters

blueprint = Blueprint("adopt", __name__)

Page = str | tuple[str, int] | Response


@blueprint.after_request
def keep_private(response: Answer) -> Answer:
    """A pledge's page names its donor: it stays on no disk and in no search engine, whoever opens it."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.route("/adopt/<code>", methods=["GET", "POST"])
@limiter.limit("30 per minute", methods=["POST"])
@access(EVERYONE)
def start(code: str) -> Page:
    """Step 1: what, who, how shown, how paid. Sending it reserves what was chosen."""
    offer = offers.of_project(db.session, code, besides=_own_reservation())
    form = _form(offer)
    if offer.nothing_open and request.method == "GET":
        return render_template("adopt/closed.html", offer=offer)
    if form.validate_on_submit():
        wish = form.wish()
        try:
            pledge_id = _reserve(form, wish)
        except OverNeed:
            return _too_late(form, wish)
        except WrongState:
            # Closed to adoptions, or the one to be replaced was confirmed in another window.
            return _instead(form, offer)
        except AmountNotPositive as error:
            # What the page said was open was changed on its way back, or an instalment would be less than a fen.
            form.refuse(error)
        except IdempotencyConflict:
            _replace_own(form)
        else:
            session["adopting"] = [form.key, pledge_id]
            return redirect(url_for(".check", token=token_of(pledge_id)), 303)
    form.show_open()
    return render_template("adopt/start.html", form=form, offer=offer, units_open=offers.units_open), form.status


def item_title(item: ItemFigures) -> str:
    """As every page of the site says it, in the reader's language."""
    title: Callable[[ItemFigures], str] = current_app.jinja_env.globals["title"]  # type: ignore[assignment]
    return title(item)


def _own_reservation() -> Pledge | None:
    """The unconfirmed adoption that this form replaces: named by its token, or made by the same form before."""
    token = request.values.get("change")
    if token:
        return db.session.get(Pledge, pledge_of(token))
    key, pledge_id = session.get("adopting", ["", 0])
    return db.session.get(Pledge, pledge_id) if key and key == request.form.get("form_token") else None


def _form(offer: Offer) -> AdoptForm:
    actor = web.actor()
    donors = [donor for donor, _owner in donors_of(db.session, actor.user_id)] if actor.role == DONOR else []
    seen = told_open(request.form.get("seen_open"))
    kind = adopt_form(offer, seen, donors, today(web.clock()), item_title)
    if request.method == "POST":
        return kind()
    if request.args.get("change"):
        return kind(data=_as_before(request.args["change"], offer, donors))
    wanted = offer.item(request.args.get("item", 0, type=web.row_id))
    if wanted is None or wanted.own.open <= 0:
        return kind()
    # The link said which one, so this is the reader's choice and not ours.
    return kind(data={"what": "items" if wanted.kind == "cash" else str(wanted.item_id)})


def _made_here(pledge: Pledge) -> bool:
    """Whether this browser made the reservation. An address may be in other hands than its donor's."""
    _key, pledge_id = session.get("adopting", ["", 0])
    return pledge.state == "reserved" and pledge.id == pledge_id


def _as_before(token: str, offer: Offer, donors: list[Donor]) -> dict[str, object]:
    """The first step filled in with what an adoption is of, for a holder of its address who wants something else.

    Who adopted stands there only for the browser that is just adopting, and never for a donor with an account.
    """
    told = pledge_told(db.session, pledge_of(token))
    pledge, donor = told.pledge, told.pledge.donor
    data: dict[str, object] = {"change": token}
    if _made_here(pledge):
        data["shown"] = pledge.shown
        if donor.id in [known.id for known in donors]:
            data["as_donor"] = str(donor.id)
        elif not with_account(db.session, [donor]):
            data |= {"kind": donor.kind, "name": donor.name, "phone": pledge.phone, "email": pledge.email,
                     "uscc": donor.uscc}
    if pledge.kind == "cash":
        data["what"] = "items"
        data["pay"] = "instalments" if told.instalments else "once"
        if told.instalments:
            data |= {"instalments": str(len(told.instalments)), "first_due": told.instalments[0].due_on}
    else:
        data["what"] = str(told.lines[0].item.id)
    for line in told.lines:
        item = offer.item(line.item.id)
        if line.units is not None and item is not None and offers.by_units(item):
            data[f"units_{line.item.id}"] = line.units
        else:
            data[f"amount_{line.item.id}"] = line.amount
    return data


def _reserve(form: AdoptForm, wish: AdoptionWish) -> int:
    minutes = web.number_setting("CONFIRM_MINUTES")
    if form["change"].data:
        return adopt_instead(actor=web.actor(), clock=web.clock(), ids=web.ids(), donor=form.donor(), wish=wish,
                             confirm_minutes=minutes, old_id=pledge_of(form["change"].data), key=form.key)
    return adopt(actor=web.actor(), clock=web.clock(), ids=web.ids(), donor=form.donor(), wish=wish,
                 confirm_minutes=minutes, key=form.key)


def _replace_own(form: AdoptForm) -> None:
    """The back button and other content: what this browser reserved with the same form is to be replaced, once the
    reader has looked again."""
    key, pledge_id = session.get("adopting", ["", 0])
    if key == form.key:
        form["change"].data = token_of(pledge_id)
        form.form_errors.append(_("您改了内容。原来那份还没有确认，再按一次“下一步”，就用新的换掉它。"))
    else:
        form.form_errors.append(_("这张表已经提交过。请再看一遍，需要的话再按一次“下一步”。"))
    form.form_token.data = form.form_token.raw_data = None
    form.form_token.data = web.new_form_token()


def _too_late(form: AdoptForm, wish: AdoptionWish) -> Page:
    """Somebody was faster: what is left of the wish, on one button."""
    db.session.rollback()
    offer = offers.of_project(db.session, form.offer.sub.code)
    rest = offers.what_is_left(offer, wish)
    typed = {name: value for name, value in request.form.items()
             if not name.startswith(("units_", "amount", "csrf_token", "form_token", "seen_open"))}
    if rest is not None and rest.kind == "cash":
        typed |= {"what": "items" if rest.parts else "any"}
        typed |= {f"amount_{part.need_item_id}": format_fen(part.amount) for part in rest.parts}
        typed |= {} if rest.parts else {"amount": format_fen(rest.amount)}
    elif rest is not None:
        typed |= {f"units_{rest.need_item_ids[0]}": str(rest.amount)}
    return render_template("adopt/conflict.html", offer=offer, wish=wish, rest=rest, typed=typed,
                           item=offer.item(wish.need_item_ids[0]) if wish.need_item_ids else None), 409


def _instead(form: AdoptForm, offer: Offer) -> Page:
    """The adoption to be changed was confirmed already: its page; else the project takes none any more."""
    if form["change"].data:
        flash(_("这份认领已经确认了。要改的话，可以先放开名额，再认领一次。"), "warn")
        return redirect(url_for("adopt.pay", token=form["change"].data), 303)
    return render_template("adopt/closed.html", offer=offer), 409


@blueprint.route("/adopt/check/<token>", methods=["GET", "POST"])
@limiter.limit("30 per minute", methods=["POST"])
@access(EVERYONE)
def check(token: str) -> Page:
    """Step 2: the need, its progress and the rules; confirming makes it a promise."""
    told = pledge_told(db.session, pledge_of(token))
    form = ConfirmForm()
    if request.method == "GET" and told.pledge.state != "reserved":
        return _gone(token)
    if request.method == "GET" and told.pledge.expires_at is not None and told.pledge.expires_at <= web.clock().now():
        return _gone(token)
    if form.validate_on_submit():
        # One instant for all of it: the letter goes out with the request that confirmed, not with its repetition.
        clock = FixedClock(web.clock().now())
        before = told.pledge.state
        try:
            confirm(actor=web.actor(), clock=clock, pledge_id=told.pledge.id, key=form.key,
                    hold_days=web.number_setting("HOLD_DAYS"), grace_days=web.number_setting("INSTALMENT_GRACE_DAYS"),
                    agreement_wanted=form.agreement.data)
        except (PledgeExpired, WrongState):
            return _gone(token)
        told = pledge_told(db.session, pledge_of(token))
        if before == "reserved" and told.pledge.confirmed_at == clock.at:
            letters.send_pledge(told, token)
        return redirect(url_for("adopt.pay", token=token), 303)
    return render_template("adopt/check.html", form=form, story=told, holder=token, made_here=_made_here(told.pledge),
                           hold_days=web.number_setting("HOLD_DAYS"),
                           hold_until=today(web.clock()) + timedelta(days=web.number_setting("HOLD_DAYS")),
                           offer=offers.of_project(db.session, told.sub.code)), form.status


def _gone(token: str) -> Page:
    """The reservation ran out or was given up: nothing is owed, and it can be had again while there is some left. What
    was confirmed has a page of its own, whatever became of it."""
    expire(clock=web.clock())
    told = pledge_told(db.session, pledge_of(token))
    if told.pledge.confirmed_at is not None:
        return redirect(url_for("adopt.pay", token=token), 303 if request.method == "POST" else 302)
    return render_template("adopt/gone.html", story=told, holder=token,
                           offer=offers.of_project(db.session, told.sub.code)), 409 if request.method == "POST" else 410


@blueprint.post("/adopt/check/<token>/drop")
@limiter.limit("30 per minute")
@access(EVERYONE)
def drop(token: str) -> Page:
    """先不认领: the reservation is free again at once."""
    told = pledge_told(db.session, pledge_of(token))
    if told.pledge.state == "reserved":
        # Confirmed or freed in the same moment: then there is nothing to drop.
        with suppress(WrongState):
            withdraw(actor=web.actor(), clock=web.clock(), pledge_id=told.pledge.id)
    return redirect(url_for("site.project", code=told.sub.code), 303)
