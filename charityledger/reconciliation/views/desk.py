"""对账台: the queue of lines, one line with everything that it may be, and what a person decides about it."""


from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import web, wording
from ...donations import line_list, lines, money_accounts
from ...donations.models import LineNote, MoneyAccount, StatementLine
from ...donations.views import office
from ...donations.views.office import KEEPERS, Page, fee_fund, project_choices
from ...errors import CharityLedgerError, NotFound
from ...extensions import db
from ...identity.policy import access
from ...money import format_yuan
from .. import (
    batches,
    candidates,
    decide,
    explain,
    handling,
    offers,
    queue,
    search,
    steps,
    story,
    transfer,
    undo,
    words,
)
from ..decide import Share
from ..forms.desk import SplitForm, StepForm
from ..queue import Filter

blueprint = Blueprint("reconcile", __name__, url_prefix="/desk/reconcile")


def settings() -> steps.Settings:
    """What the settings say of the desk."""
    return steps.Settings(fee_fund(), int(str(web.setting("SECOND_PERSON_ABOVE_YUAN"))))


def _filter() -> Filter:
    """From the address, which people edit: what cannot be read is left out."""
    given = request.values
    show = given.get("show", "")
    return Filter(given.get("account", "")[:20], given.get("file", 0, type=web.row_id) or 0,
                  show if show in queue.SHOWS else "waiting")


def _at(wanted: Filter, line_id: int | None = None, **more: Any) -> str:
    """The desk's address with this filter and line."""
    return url_for(".home", line=line_id, account=wanted.account_code or None, file=wanted.statement_id or None,
                   show=wanted.show if wanted.show != "waiting" else None, **more)


@blueprint.get("")
@access(*KEEPERS)
def home() -> Page:
    """The queue and one line of it, the first where none is named."""
    return _page(request.args.get("line", type=web.row_id), StepForm())


@blueprint.post("/<int:line_id>")
@access(*KEEPERS)
def step(line_id: int) -> Page:
    """Something is decided about the line; then the next one stands there."""
    form = StepForm()
    if not form.validate_on_submit():
        return _page(line_id, form)
    line = handling.find(db.session(), line_id)
    told, wanted = format_yuan(line.amount_fen), _filter()
    following = queue.next_after(db.session(), wanted, list(queue.asked(db.session())), line)
    db.session.rollback()
    try:
        asked = _do(line_id, form)
    except CharityLedgerError as error:
        db.session.rollback()
        form.refuse(error, form.note if error.code == "note_missing" else None)
        return _page(line_id, form, error.status)
    if asked:
        flash(_("%(amount)s已提出，等另一位同事审批。", amount=told))
    stays = form.do.data in ("undo", "resume", "hold")
    return redirect(_at(wanted, line_id if stays else following, last=None if asked or stays else line_id), 303)


def _do(line_id: int, form: StepForm) -> int:
    """The id of the request that a second person decides, or 0."""
    session, note, what = db.session(), form.note.data or "", str(form.do.data)
    about: dict[str, Any] = {"actor": web.actor(), "clock": web.clock(), "line_id": line_id, "key": form.key}
    if what == "confirm":
        return steps.take(line_id, form.offer.data or "", note=note, actor=web.actor(), clock=web.clock(),
                          settings=settings(), key=form.key)
    if what in steps.EXPLAINED:
        return explain.explain(**about, what=steps.EXPLAINED[what], reason=note, fee_fund=fee_fund(),
                               second_above_yuan=settings().second_above_yuan)
    if what == "undo":
        return undo.undo(**about, reason=note, second_above_yuan=settings().second_above_yuan)
    if what == "transfer":
        transfer.transfer(**about, other_account=form.to.data or "")
    elif what == "general":
        left_fen = lines.left_of(handling.find(session, line_id))
        session.rollback()
        decide.split(**about, shares=(Share("general", left_fen),), fee_fund=fee_fund(), note=note)
    elif what in ("hold", "suspense"):
        explain.hold(**about, note=note, in_suspense=what == "suspense")
    elif what == "resume":
        explain.resume(**about)
    else:
        raise NotFound(what=what[:20])
    return 0


@blueprint.route("/<int:line_id>/split", methods=["GET", "POST"])
@access(*KEEPERS)
def split(line_id: int) -> Page:
    """A line is divided by hand over promises, projects, the general fund and suspense."""
    form, wanted = SplitForm(projects=project_choices()), _filter()
    line = handling.find(db.session(), line_id)
    if form.validate_on_submit():
        db.session.rollback()
        try:
            decide.split(actor=web.actor(), clock=web.clock(), line_id=line_id, shares=form.shares(), key=form.key,
                         donor=form.donor(), shown=form.shown.data, fee_fund=fee_fund(), note=form.note.data or "")
        except CharityLedgerError as error:
            db.session.rollback()
            form.refuse(error)
        else:
            flash(_("已按您的拆分记下。"))
            return redirect(_at(wanted, line_id), 303)
        line = handling.find(db.session(), line_id)
    return render_template("reconcile/split.html", line=line, form=form, left_fen=lines.left_of(line),
                           back=_at(wanted, line_id), account=_account(line)), form.status


@blueprint.route("/bulk", methods=["GET", "POST"])
@access(*KEEPERS)
def bulk() -> Page:
    """Many lines at once: by kind, with their sums; those that are ticked are done one by one."""
    wanted, form = _filter(), StepForm()
    if form.validate_on_submit():
        done, refused = _do_all(form)
        db.session.rollback()
        if done:
            flash(ngettext("办完%(num)s行。", "办完%(num)s行。", done))
        groups, looked_at = batches.look(db.session(), wanted)
        return render_template("reconcile/bulk.html", form=StepForm(formdata=None), groups=groups, looked_at=looked_at,
                               refused=refused, rule=web.setting("GIFT_WITHOUT_PLEDGE"), back=_at(wanted), words=words,
                               wanted=wanted, accounts=_accounts(), most=batches.MOST, ticked=())
    groups, looked_at = batches.look(db.session(), wanted)
    return render_template("reconcile/bulk.html", form=form, groups=groups, looked_at=looked_at, refused=[],
                           rule=web.setting("GIFT_WITHOUT_PLEDGE"), back=_at(wanted), words=words, wanted=wanted,
                           accounts=_accounts(), most=batches.MOST, ticked=batches.GROUPS[:-1]), form.status


def _do_all(form: StepForm) -> tuple[int, list[tuple[int, str]]]:
    """(how many were done, [(line id, why not)]). Each line is a step of its own; one that is refused stops none."""
    done, refused = 0, []
    for name in request.form.getlist("group"):
        if name not in batches.GROUPS:
            continue
        for row in request.form.getlist(f"row-{name}")[:batches.MOST]:
            number, _sep, offer = row.partition(" ")
            line_id = web.row_id(number)
            try:
                _do_one(line_id, name, offer, f"{form.key}-{line_id}")
            except CharityLedgerError as error:
                db.session.rollback()
                refused.append((line_id, wording.text(error)))
            else:
                done += 1
    return done, refused


def _do_one(line_id: int, group: str, offer: str, key: str) -> None:
    about: dict[str, Any] = {"actor": web.actor(), "clock": web.clock(), "line_id": line_id, "key": key}
    if group != "no_match":
        steps.take(line_id, offer, note="", actor=web.actor(), clock=web.clock(), settings=settings(), key=key)
    elif web.setting("GIFT_WITHOUT_PLEDGE") == "general":
        left_fen = lines.left_of(handling.find(db.session(), line_id))
        db.session.rollback()
        decide.split(**about, shares=(Share("general", left_fen),), fee_fund=fee_fund())
    else:
        explain.hold(**about, note=_("没有参考码，也没有候选"), in_suspense=True)


def _page(line_id: int | None, form: StepForm, status: int = 200) -> Page:
    session, wanted = db.session(), _filter()
    asked = queue.asked(session)
    found = queue.place(session, wanted, list(asked), line_id, web.page_number(request.args.get("page")))
    if line_id is not None and found.line is None:
        raise NotFound(what=f"line {line_id}")
    line = found.line
    shown = [*found.rows, *([line] if line is not None and line not in found.rows else [])]
    verdicts = candidates.judge(session, shown, None if line is None else line.id)
    noted = _last_notes(session, [row.id for row in shown])
    about = {} if line is None else _about(session, line, verdicts, form, asked)
    last = session.get(StatementLine, request.args.get("last", 0, type=web.row_id) or 0)
    return render_template(
        "reconcile/home.html", place=found, wanted=wanted, form=form, line=line, last=last, at=partial(_at, wanted),
        summary=queue.summary(session, wanted, list(asked)), accounts=_accounts(), words=words,
        why={row.id: words.why(row, verdicts.get(row.id), asked=row.id in asked, last=noted.get(row.id))
             for row in shown}, rule=web.setting("GIFT_WITHOUT_PLEDGE"),
        second_above_yuan=settings().second_above_yuan, **about), max(status, form.status if status == 200 else status)


def _about(session: Session, line: StatementLine, verdicts: dict[int, Any], form: StepForm,
           asked: dict[int, Any]) -> dict[str, Any]:
    verdict, text = verdicts[line.id], request.args.get("q", "")[:80]
    hits = search.find(session, text) if text and line.amount_fen > 0 else []
    # What somebody searched for stands before what was guessed.
    offered = [*offers.of_hits(hits, line), *offers.of_line(session, line, verdict)]
    events = story.tell(session, line)
    return {
        "verdict": verdict, "offers": offered, "hits": hits, "q": text,
        "chosen": form.offer.data or (offered[0].value if offered else ""), "left_fen": lines.left_of(line),
        "account": _account(line), "source": story.source_of(session, line), "events": events,
        "outcomes": line_list.rows_of(session, [line])[0].outcomes,
        "people": office.names([event.by for event in events]),
        "request_row": asked.get(line.id), "codes": words.codes_in(line)}


def _last_notes(session: Session, line_ids: list[int]) -> dict[int, LineNote]:
    rows = session.scalars(select(LineNote).where(LineNote.statement_line_id.in_(line_ids)).order_by(LineNote.id))
    return {row.statement_line_id: row for row in rows}


def _account(line: StatementLine) -> MoneyAccount:
    return db.session.get_one(MoneyAccount, line.account_code)


def _accounts() -> dict[str, str]:
    return {row.code: row.name for row in money_accounts.accounts(db.session())}


def asked_about(session: Session, row: Any) -> dict[str, Any]:
    """For the page that decides a request about a line."""
    line = handling.find(session, row.subject_id)
    return {"line": line, "account": _account(line), "words": words}


