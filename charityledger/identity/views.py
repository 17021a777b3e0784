"""Pages for everyone who signs in: sign-in, one's own account, a forgotten password."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import force_locale, gettext
from flask_limiter.util import get_remote_address
from flask_login import current_user
from werkzeug.wrappers import Response

from .. import mail, web
from ..errors import CharityLedgerError
from ..extensions import db, limiter
from . import credentials, service, session
from .actor import AUDITOR
from .errors import SignInRefused, WrongPassword
from .forms import (
    ROLE_NAMES,
    AccountForm,
    ChangePasswordForm,
    ForgotForm,
    LinkResetForm,
    NewPassword,
    ResetForm,
    SignInForm,
)
from .models import User
from .policy import EVERYONE, SIGNED_IN, access

blueprint = Blueprint("identity", __name__)

Page = str | tuple[str, int] | Response


def _login_typed() -> str:
    return request.form.get("login", "").strip().lower()[:254]


def _login_typed_here() -> str:
    return f"{get_remote_address()} {_login_typed()}"


# Guessing is slowed from one address, for one account from one address, and for one account from everywhere; the last
# is wide, because whoever uses it up keeps the owner out too.
_by_address = limiter.limit("120 per hour", methods=["POST"])
_by_account_here = limiter.limit("10 per 15 minutes", key_func=_login_typed_here, methods=["POST"])
_by_account = limiter.limit("60 per hour", key_func=_login_typed, methods=["POST"])
_letters = limiter.limit("5 per hour", key_func=_login_typed, methods=["POST"])


@blueprint.route("/sign-in", methods=["GET", "POST"])
@_by_address
@_by_account_here
@_by_account
@access(EVERYONE, AUDITOR)
def sign_in() -> Page:
    target = session.inside(request.args.get("next"))
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(target or session.landing(current_user.role))
    form = SignInForm()
    if form.validate_on_submit():
        try:
            user = credentials.check_sign_in(db.session(), login=form.login.data, password=form.password.data)
        except SignInRefused as refused:
            form.refuse(refused, form.password)
        else:
            session.start(user)
            return redirect(target or session.landing(user.role), 303)
    return render_template("identity/sign_in.html", form=form, target=target), form.status


@blueprint.post("/sign-out")
@access(EVERYONE, AUDITOR)
def sign_out() -> Page:
    session.end()
    return redirect(f"{request.script_root}/", 303)


@blueprint.route("/account", methods=["GET", "POST"])
@access(SIGNED_IN)
def account() -> Page:
    form = AccountForm(obj=current_user)
    if form.validate_on_submit():
        service.update_account(actor=web.actor(), name=form.name.data, locale=form.locale.data)
        return redirect(url_for(".account", saved=1), 303)
    return render_template("identity/account.html", form=form, user=current_user, role_names=ROLE_NAMES,
                           saved=request.args.get("saved")), form.status


@blueprint.route("/account/password", methods=["GET", "POST"])
@_by_address
@access(SIGNED_IN, AUDITOR)
def password() -> Page:
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            user = credentials.change_password(db.session(), actor=web.actor(), clock=web.clock(),
                                               current=form.current.data, new=form.new.data)
        except CharityLedgerError as error:
            form.refuse(error, form.current if isinstance(error, WrongPassword) else form.new)
        else:
            session.start(user)
            return redirect(url_for(".account", saved=1), 303)
    return render_template(
        "identity/password.html", form=form, login=current_user.email or current_user.phone), form.status


@blueprint.post("/account/sign-out-everywhere")
@access(SIGNED_IN, AUDITOR)
def sign_out_everywhere() -> Page:
    credentials.sign_out_everywhere(actor=web.actor())
    session.end()
    return redirect(url_for(".sign_in"), 303)


@blueprint.route("/forgot", methods=["GET", "POST"])
@_by_address
@_letters
@access(EVERYONE, AUDITOR)
def forgot() -> Page:
    form = ForgotForm()
    asked = form.validate_on_submit()
    if asked:
        credentials.request_reset(
            db.session(), login=form.login.data, clock=web.clock(), ids=web.ids(), send=_send_link)
    return render_template("identity/forgot.html", form=form, asked=asked, by_mail=mail.can_reach_people(),
                           contact=web.setting("CONTACT_PHONE")), 200 if asked else form.status


def _send_link(user: User, token: str) -> None:
    with force_locale(user.locale):
        link = web.setting("SITE_URL").rstrip("/") + url_for(".reset", token=token)
        mail.send(user.email or "", gettext("重设密码"), gettext(
            "您好：\n\n有人（应该是您）请求重设“公益+”账户的密码。请在两小时内打开下面的链接，设一个新密码：\n\n%(link)s\n\n"
            "如果不是您，不用做什么，密码没有变。\n", link=link))


@blueprint.route("/reset", methods=["GET", "POST"])
@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@_by_address
@access(EVERYONE, AUDITOR)
def reset(token: str | None = None) -> Page:
    if token is not None and len(token) > 80:
        abort(404)
    form: NewPassword = LinkResetForm(code=token) if token else ResetForm()
    code = token or form["code"].data or ""
    try:
        if token:
            credentials.code_owner(db.session(), code=code, clock=web.clock())
        if form.validate_on_submit():
            user = credentials.reset_password(db.session(), code=code, new=form.new.data, clock=web.clock())
            session.start(user)
            return redirect(session.landing(user.role), 303)
    except CharityLedgerError as error:
        from_code = error.code == "code_refused"
        form.refuse(error, form["code"] if from_code and not token else None if from_code else form.new)
        return render_template("identity/reset.html", form=form, token=token, refused=from_code), error.status
    return render_template("identity/reset.html", form=form, token=token, refused=False), form.status
