"""What the staff pages of money share: choices of accounts and projects, names of colleagues, uploaded evidence."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from flask import current_app, flash, redirect
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from ... import web
from ...clock import today
from ...errors import CharityLedgerError
from ...extensions import db
from ...forms import Form
from ...identity.actor import ADMIN, FINANCE, STAFF
from ...identity.models import User
from ...ledger.chart import GENERAL_FUND
from ...projects.models import SubProject
from ...web import page_number as page_number
from .. import evidence, money_accounts, preview
from ..forms.fields import chosen
from ..gifts import InvalidReference

# Who keeps the books day by day; the auditor reads along. Deciding is for finance and admin.
KEEPERS = (STAFF, FINANCE, ADMIN)
DECIDERS = (FINANCE, ADMIN)
PAGE_SIZE = 50
# Codes of errors that the control for files answers for.
ABOUT_FILES = ("no_evidence", "unknown_file_type", "picture_broken", "picture_too_large", "pdf_broken",
               "file_too_large")

Page = str | tuple[str, int] | Response
Choices = list[tuple[str, str]]
Act = Callable[[], object]


def the_day() -> date:
    """Today, in the district."""
    return today(web.clock())


def account_choices(*kinds: str) -> Choices:
    """(code, name) of money accounts, all or of some kinds."""
    return [(row.code, f"{row.name} · {row.code}") for row in money_accounts.accounts(db.session(), *kinds)]


def project_choices() -> Choices:
    """(code, code and title) of every sub-project but drafts, with an empty one first."""
    name = SubProject.title_en if web.language() == "en" else SubProject.title_zh
    rows = db.session.execute(select(SubProject.code, name).where(SubProject.status != "draft")
                              .order_by(SubProject.position))
    return [("", _("请选择")), *((code, f"{code} {title}") for code, title in rows)]


def names(ids: Iterable[int | None]) -> dict[int, str]:
    """Names of users, by id."""
    wanted = {number for number in ids if number is not None}
    if not wanted:
        return {}
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(wanted))).all())


def project(session: Session, sub_project_id: int | None) -> SubProject | None:
    """A sub-project, or None for the general fund."""
    return None if sub_project_id is None else session.get(SubProject, sub_project_id)


def fee_fund() -> str | None:
    """The fund that bears a wallet's fee, where it is not the gift's own."""
    return GENERAL_FUND if web.setting("WALLET_FEE_PAID_BY") == "general" else None


def keep(files: Sequence[Any] | None) -> tuple[tuple[int, str], ...]:
    """Check and keep what came with a form; returns (stored file id, name) for each. Raises what the check raises."""
    uploads = [evidence.Upload(file.read(), file.filename or "") for file in files or ()
               if isinstance(file, FileStorage) and file.filename]
    if not uploads:
        return ()
    return evidence.keep(uploads=uploads, instance=Path(current_app.instance_path), actor=web.actor(),
                         clock=web.clock())


def done(message: str, address: str) -> Response:
    """On to the page that shows what was done."""
    flash(message)
    return redirect(address, 303)


def blame(form: Form, error: CharityLedgerError) -> Any:
    """The field that a refusal is about."""
    field = {"invalid_reference": "reference", "line_known": "native_id", "fee_too_large": "fee",
             "amount_not_positive": "amount", "wrong_state": "reference", "line_overused": "amount"}.get(error.code)
    if error.code == "not_found" and "reference" in form and chosen(form["home"].data) == "pledge":
        field = "reference"
    return form[field] if field is not None and field in form else None


def reference(form: Any, memo: str) -> str | None:
    """The reference that counts for a `HomeForm`: what was typed, else the only one in the memo; None for another
    home. Raises InvalidReference: a promise cannot do without."""
    if form.home.data != "pledge":
        return None
    code = preview.one_reference(form.reference.data or "", memo)
    if code is None:
        raise InvalidReference(text=form.reference.data or memo)
    return code
