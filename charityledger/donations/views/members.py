"""The people who act for an enterprise: invite, join, hand over, remove, leave."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ... import mail, web
from ...errors import CharityLedgerError, NotAllowed, NotFound
from ...extensions import db, limiter
from ...identity import passwords, session
from ...identity.actor import DONOR
from ...identity.models import User
from ...identity.policy import EVERYONE, access
from .. import enterprises
from ..accounts import join_as_new
from ..enterprises import InvitationRefused
from ..forms.mine import InviteForm, JoinForm, PlainForm
from ..links import invitation_token
from ..models import Donor
from . import letters
from .mine import Page, acting_for, blueprint, new_user, refuse


def _members(form: InviteForm | None = None, invited: str = "") -> Page:
    donor, owner, donors = acting_for(request.values.get("donor", type=web.row_id))
    form = form or InviteForm()
    return render_template("mine/members.html", donor=donor, owner=owner, donors=donors, form=form, invited=invited,
                           members=enterprises.members(db.session, donor.id), me=web.actor().user_id,
                           reaches=mail.can_reach_people()), form.status if not invited else 200


@blueprint.get("/members")
@access(DONOR)
def members() -> Page:
    """Who acts for the enterprise."""
    return _members()


@blueprint.post("/members/invite")
@limiter.limit("30 per hour")
@access(DONOR)
def invite() -> Page:
    """By mail where there is an address and a server; else the page shows the link to hand on, this once."""
    donor, _owner, _donors = acting_for(request.form.get("donor", type=web.row_id))
    form = InviteForm()
    if not form.validate_on_submit():
        return _members(form)
    token = invitation_token(donor.id, form.key)
    enterprises.invite(actor=web.actor(), clock=web.clock(), donor_id=donor.id, email=form.email.data or "",
                       token=token)
    link = letters.address("mine.invitation", token=token)
    by_mail = bool(form.email.data) and mail.can_reach_people()
    if by_mail and letters.send_invitation(donor, form.email.data, link) is not False:
        flash(_("邀请已发到%(email)s，七天内有效。", email=form.email.data))
        return redirect(url_for(".members", donor=donor.id), 303)
    return _members(form, link)


@blueprint.post("/members/<int:user_id>/remove")
@access(DONOR)
def remove(user_id: int) -> Page:
    """An owner ends a colleague's membership."""
    donor, _owner, _donors = acting_for(request.form.get("donor", type=web.row_id))
    enterprises.remove(actor=web.actor(), clock=web.clock(), donor_id=donor.id, user_id=user_id)
    flash(_("已经移出。"))
    return redirect(url_for(".members", donor=donor.id), 303)


@blueprint.post("/members/<int:user_id>/owner")
@access(DONOR)
def hand_over(user_id: int) -> Page:
    """An owner makes a colleague owner in their own place."""
    donor, _owner, _donors = acting_for(request.form.get("donor", type=web.row_id))
    enterprises.hand_over(actor=web.actor(), clock=web.clock(), donor_id=donor.id, user_id=user_id)
    flash(_("负责人已经交接。"))
    return redirect(url_for(".members", donor=donor.id), 303)


@blueprint.post("/members/leave")
@access(DONOR)
def leave() -> Page:
    """Stop acting for the enterprise."""
    try:
        donor, _owner, _donors = acting_for(request.form.get("donor", type=web.row_id))
    except NotFound:    # the second click: already left
        return redirect(url_for(".home"), 303)
    enterprises.leave(actor=web.actor(), clock=web.clock(), donor_id=donor.id)
    flash(_("您已经退出“%(name)s”。", name=donor.name))
    return redirect(url_for(".home"), 303)


@blueprint.route("/invitations/<token>", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
@access(EVERYONE)
def invitation(token: str) -> Page:
    """Join: with one click for who is signed in, else by signing up (or signing in and coming back)."""
    actor = web.actor()
    form = JoinForm()
    if actor.user_id is None and form.validate_on_submit():
        try:
            user_id = join_as_new(clock=web.clock(), token=token, user=new_user(form), key=form.key)
        except InvitationRefused:
            raise
        except CharityLedgerError as error:
            refuse(form, error)
        else:
            session.start(db.session.get_one(User, user_id))
            return redirect(url_for(".home"), 303)
    try:
        donor, email = enterprises.invitation_to(db.session, token, web.clock())
    except InvitationRefused:
        # Used a moment ago by this very person: a second click ends where the first one did.
        if enterprises.was_used_by(db.session, token, actor.user_id):
            return redirect(url_for(".home"), 303)
        raise
    if actor.user_id is not None:
        return _join(token, donor, PlainForm())
    form.email.data = form.email.data or email
    return render_template("mine/join.html", form=form, donor=donor, token_of_invitation=token,
                           least=passwords.LEAST_LENGTH), form.status


def _join(token: str, donor: Donor, form: PlainForm) -> Page:
    if form.validate_on_submit():
        if web.actor().role != DONOR:
            raise NotAllowed(role=web.actor().role)
        enterprises.join(actor=web.actor(), clock=web.clock(), token=token)
        flash(_("您已经加入“%(name)s”。", name=donor.name))
        return redirect(url_for(".home", donor=donor.id), 303)
    return render_template("mine/join.html", form=form, donor=donor, token_of_invitation=token), form.status
