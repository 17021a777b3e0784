"""我的捐赠: what a signed-in donor promised and gave and what became of it; signing up; claiming earlier pledges."""

from math import ceil

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ... import web
from ...errors import CharityLedgerError, NotFound
from ...extensions import db, limiter
from ...identity import passwords, session
from ...identity.actor import DONOR
from ...identity.errors import AccountExists, PasswordGuessable, PasswordTooLong, PasswordTooShort
from ...identity.models import User
from ...identity.policy import EVERYONE, access
from .. import enterprises, giving, state_receipt_queue, story
from ..accounts import EnterpriseExists, NewUser, sign_up
from ..donors import DonorFacts
from ..forms.mine import ClaimForm, PersonForm, SignUpForm
from ..forms.pledge import ShownForm
from ..links import token_of
from ..models import Donation, Donor
from ..pledges import InAnotherAccount, NotFoundByTail, claim, find_by_tail, show_gift_as
from . import steps
from .guesses import guarded

blueprint = Blueprint("mine", __name__, url_prefix="/mine")

Page = str | tuple[str, int] | Response
PAGE_SIZE = 20
LOOSE_GIFTS = 200


def acting_for(donor_id: int | None) -> tuple[Donor, bool, list[Donor]]:
    """(the donor that a signed-in user looks at, whether the user owns it, all that the user acts for). Without an
    id, the first. Raises NotFound where the user does not act for it."""
    known = enterprises.donors_of(db.session, web.actor().user_id)
    for donor, owner in known:
        if donor_id in (None, donor.id):
            return donor, owner, [each for each, _owner in known]
    raise NotFound(what=f"donor {donor_id}")


@blueprint.get("")
@access(DONOR)
def home() -> Page:
    """Figures, and every pledge from its reservation to what it bought."""
    if not enterprises.donors_of(db.session, web.actor().user_id):
        return render_template("mine/nobody.html")
    donor, _owner, donors = acting_for(request.args.get("donor", type=web.row_id))
    page = web.page_number(request.args.get("page"))
    rows, total = giving.page_of_pledges(db.session, donor.id, page=page, size=PAGE_SIZE)
    told = [(one, steps.whole(one), token_of(one.pledge.id)) for one in story.of_pledges(db.session, rows)]
    loose = giving.loose_gifts(db.session, donor.id, most=LOOSE_GIFTS) if page == 1 else []
    gifts = [gift.id for one, *_more in told for gift in one.gifts] + [row.gift.id for row in loose]
    return render_template(
        "mine/home.html", donor=donor, donors=donors, figures=giving.figures(db.session, donor.id), stories=told,
        page=page, pages=max(ceil(total / PAGE_SIZE), 1), total=total, shown=ShownForm(),
        gifts=loose, state_receipts=state_receipt_queue.of_gifts(db.session, gifts),
        colleagues=len(enterprises.members(db.session, donor.id)))


@blueprint.post("/gifts/<int:donation_id>/shown")
@access(DONOR)
def shown(donation_id: int) -> Page:
    """How a gift without a pledge is shown; a pledge's own page has the same for its gifts."""
    gift, form = db.session.get(Donation, donation_id), ShownForm()
    if gift is None or gift.donor_id is None:
        raise NotFound(what=f"gift {donation_id}")
    acting_for(gift.donor_id)
    if form.validate_on_submit():
        show_gift_as(actor=web.actor(), clock=web.clock(), donation_id=donation_id, shown=form.shown.data)
        flash(_("公开方式已经改好。"))
    return redirect(url_for(".home", donor=gift.donor_id), 303)


@blueprint.route("/sign-up", methods=["GET", "POST"], endpoint="sign_up")
@limiter.limit("20 per hour", methods=["POST"])
@access(EVERYONE)
def sign_up_page() -> Page:
    """An account, for who wants one. Adopting needs none."""
    form = SignUpForm()
    if form.validate_on_submit():
        try:
            user_id = _sign_up(form)
        except CharityLedgerError as error:
            refuse(form, error)
        else:
            session.start(db.session.get_one(User, user_id))
            return redirect(url_for(".home"), 303)
    return render_template("mine/sign_up.html", form=form, least=passwords.LEAST_LENGTH), form.status


def _sign_up(form: SignUpForm) -> int:
    user = new_user(form)
    if form.is_enterprise:
        donor = DonorFacts("enterprise", form.organisation.data, user.phone, user.email, form.uscc.data)
    else:
        donor = DonorFacts("individual", user.name, user.phone, user.email)
    return sign_up(clock=web.clock(), user=user, donor=donor, key=form.key)


def new_user(form: PersonForm) -> NewUser:
    """Who signs up. The password is hashed here, before any transaction. Raises what `passwords.new_hash` raises."""
    name, phone, email = " ".join(form.name.data.split()), form.phone.data, form.email.data or ""
    return NewUser(name, passwords.new_hash(form.password.data, (name, phone, email)), email, phone, web.language())


def refuse(form: PersonForm, error: CharityLedgerError) -> None:
    """Show what a service refused, at the field to blame. Anything else is raised again."""
    if isinstance(error, (PasswordTooShort, PasswordTooLong, PasswordGuessable)):
        form.refuse(error, form.password)
    elif isinstance(error, AccountExists):
        form.refuse(error, form.phone)
    elif isinstance(error, EnterpriseExists) and "uscc" in form:
        form.refuse(error, form["uscc"])
    else:
        raise error


@blueprint.route("/claim", methods=["GET", "POST"], endpoint="claim")
@limiter.limit("10 per minute", methods=["POST"])
@access(DONOR)
def claim_page() -> Page:
    """Bring in a pledge made without the account, by its reference and the phone's last four digits."""
    donor, _owner, donors = acting_for(request.values.get("donor", type=web.row_id))
    form = ClaimForm()
    if form.validate_on_submit():
        try:
            guarded(form.reference.data, lambda: find_by_tail(
                db.session, reference=form.reference.data, tail=form.tail.data))
            claim(actor=web.actor(), clock=web.clock(), donor_id=donor.id, reference=form.reference.data,
                  tail=form.tail.data)
        except (NotFoundByTail, InAnotherAccount) as error:
            form.refuse(error, form.reference)
        else:
            flash(_("已经放进“%(name)s”的捐赠里。", name=donor.name))
            return redirect(url_for(".home", donor=donor.id), 303)
    return render_template("mine/claim.html", form=form, donor=donor, donors=donors), form.status
