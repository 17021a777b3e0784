"""账户: where money really lies, with its balance; finance adds an account."""

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from ... import web
from ...errors import CharityLedgerError
from ...extensions import db
from ...identity.policy import access
from .. import money_accounts
from ..forms.accounts import KINDS, AccountForm
from .office import DECIDERS, KEEPERS, Page, done

blueprint = Blueprint("accounts", __name__, url_prefix="/desk/accounts")


@blueprint.route("", methods=["GET", "POST"])
@access(*KEEPERS, write=DECIDERS)
def home() -> Page:
    """The accounts and the form of a new one."""
    form = AccountForm()
    if form.validate_on_submit():
        try:
            money_accounts.add_account(actor=web.actor(), clock=web.clock(), code=form.code.data.strip(),
                                       kind=form.kind.data, name=form.name.data.strip(), key=form.key)
        except CharityLedgerError as error:
            form.refuse(error, form.code)
        else:
            return done(_("账户 %(code)s 已加上。", code=form.code.data.strip()), url_for(".home"))
    return render_template("accounts/home.html", form=form, figures=money_accounts.figures(db.session()),
                           kinds=dict(KINDS)), form.status
