"""Pages of user management, for admins."""

from math import ceil

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from .. import web
from ..errors import CharityLedgerError
from ..extensions import db
from . import credentials, passwords, service
from .actor import ADMIN, ROLES
from .errors import AccountExists, Unreachable
from .forms import ROLE_NAMES, RoleForm, UserForm
from .policy import access

blueprint = Blueprint("users", __name__, url_prefix="/admin/users")

Page = str | tuple[str, int] | Response


@blueprint.get("")
@access(ADMIN)
def index() -> Page:
    words = request.args.get("q", "").strip()[:100]
    role = request.args.get("role", "")
    page = web.page_number(request.args.get("page"))
    users, total = service.page_of_users(
        db.session(), words=words, role=role if role in ROLES else "", page=page)
    return render_template(
        "identity/users.html", users=users, total=total, words=words, role=role, page=page, role_names=ROLE_NAMES,
        pages=max(ceil(total / service.PAGE_SIZE), 1))


@blueprint.route("/new", methods=["GET", "POST"])
@access(ADMIN)
def create() -> Page:
    """Nobody but the new user ever knows the password: the page that follows shows a one-time code to hand over."""
    form = UserForm()
    if form.validate_on_submit():
        try:
            user = service.create_user(
                actor=web.actor(), clock=web.clock(), name=form.name.data, role=form.role.data, email=form.email.data,
                phone=form.phone.data, password_hash=passwords.UNUSABLE, key=form.key)
        except (AccountExists, Unreachable) as error:
            form.refuse(error, form.email)
        else:
            return redirect(url_for(".show", user_id=user.id, new=1), 303)
    return render_template("identity/user_new.html", form=form), form.status


@blueprint.get("/<int:user_id>")
@access(ADMIN)
def show(user_id: int) -> Page:
    return _page(user_id)


@blueprint.post("/<int:user_id>/role")
@access(ADMIN)
def role(user_id: int) -> Page:
    form = RoleForm()
    if not form.validate_on_submit():
        return _page(user_id, form)
    try:
        service.set_role(actor=web.actor(), clock=web.clock(), user_id=user_id, role=form.role.data)
    except CharityLedgerError as error:
        form.refuse(error, form.role)
        return _page(user_id, form, status=error.status)
    return _shown(user_id)


@blueprint.post("/<int:user_id>/deactivate")
@access(ADMIN)
def deactivate(user_id: int) -> Page:
    try:
        service.deactivate(actor=web.actor(), clock=web.clock(), user_id=user_id)
    except CharityLedgerError as error:
        form = _role_form(user_id)
        form.refuse(error)
        return _page(user_id, form, status=error.status)
    return _shown(user_id)


@blueprint.post("/<int:user_id>/activate")
@access(ADMIN)
def activate(user_id: int) -> Page:
    service.activate(actor=web.actor(), clock=web.clock(), user_id=user_id)
    return _shown(user_id)


@blueprint.post("/<int:user_id>/code")
@access(ADMIN)
def issue_code(user_id: int) -> Page:
    """Shown in the answer itself and kept nowhere: asking again makes another code and voids this one."""
    code = credentials.issue_code(actor=web.actor(), clock=web.clock(), ids=web.ids(), user_id=user_id)
    return _page(user_id, code=code, status=200)


def _role_form(user_id: int) -> RoleForm:
    return RoleForm(formdata=None, obj=service.get(db.session(), user_id))


def _page(user_id: int, form: RoleForm | None = None, *, code: str = "", status: int | None = None) -> Page:
    user = service.get(db.session(), user_id)
    form = form or _role_form(user_id)
    return render_template(
        "identity/user.html", user=user, form=form, code=code, role_names=ROLE_NAMES, is_new="new" in request.args,
    ), status or form.status


def _shown(user_id: int) -> Page:
    return redirect(url_for(".show", user_id=user_id), 303)
