"""Mail to donors. It goes out after the commit: a letter that fails loses no pledge, and the page says so."""

from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlow

from flask import current_app, flash, render_template, url_for
from flask_babel import gettext as _

from ... import mail, reference, web
from ...projects.facts import is_demonstration
from .. import pay_to
from ..models import Donor
from ..pay_to import PayTo
from ..story import Story

# As long as somebody who has just pressed a button may wait for the answer.
PATIENCE_S = 3


def address(endpoint: str, **values: object) -> str:
    """A whole address for a letter, by the site's public address."""
    return web.setting("SITE_URL").rstrip("/") + url_for(endpoint, **values)  # type: ignore[arg-type]


def account() -> PayTo | None:
    """The account to pay to, in the reader's language."""
    return pay_to.account(current_app.config, language=web.language(), demonstration=is_demonstration())


def send_pledge(story: Story, token: str) -> None:
    """The pledge's reference and how to keep it, where an address was given with this pledge: the donor's own may be
    one that somebody else gave, and the letter holds the address of the pledge's page."""
    to = story.pledge.email
    if not to:
        return
    text = render_template("mail/pledge.txt", story=story, account=account(),
                           address=address("adopt.pay", token=token))
    _tell(mail.send(to, _("认领确认：%(reference)s", reference=reference.show(story.pledge.reference)), text),
          _("认领确认已发到您留的邮箱。"),
          _("邮件没有发出去，承诺已经记下。请把这一页收藏或打印下来。"))


def send_invitation(donor: Donor, to: str, link: str) -> bool | None:
    """Ask somebody to act for an enterprise. Returns what `mail.send` found out in time: None is not known yet."""
    text = render_template("mail/invitation.txt", donor=donor, address=link)
    return _outcome(mail.send(to, _("%(name)s邀请您加入", name=donor.name), text))


def _tell(sent: Future[bool], done: str, failed: str) -> None:
    outcome = _outcome(sent)
    if outcome is False:
        flash(failed, "warn")
    elif outcome:
        flash(done)


def _outcome(sent: Future[bool]) -> bool | None:
    try:
        return sent.result(timeout=PATIENCE_S)
    except TooSlow:
        return None
