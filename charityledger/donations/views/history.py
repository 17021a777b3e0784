"""The history of a pledge in words: one event, one line."""

import json
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l

from ...audit.models import Event
from ..story import Story
from .steps import in_measure

WORDS = {
    "adoption_reserved": _l("认领，名额预留"), "pledge_confirmed": _l("确认，成为承诺"),
    "pledge_expired": _l("过期，没付的部分放开"), "pledge_cancelled": _l("放开名额"),
    "pledge_released": _l("解除"), "pledge_defaulted": _l("未履行"), "pledge_transferred": _l("转到别处"),
    "pledge_shown_changed": _l("改公开方式"), "pledge_claimed": _l("放进捐赠人的账户"),
}
SHOWN = {"full": _l("公开全名"), "short": _l("只公开姓氏"), "none": _l("不公开")}


@dataclass(frozen=True)
class Happened:
    """What happened, when, and by whose hand (a user's id; none is the donor without an account, or time)."""

    what: str
    detail: str
    at: datetime
    actor_id: int | None


def told(event: Event, story: Story) -> Happened:
    """An event of a pledge, as the page says it."""
    payload = json.loads(event.payload)
    detail = ""
    if "amount" in payload:
        detail = in_measure(story, int(payload["amount"]))
    elif "shown" in payload:
        detail = str(SHOWN.get(str(payload["shown"]), ""))
    return Happened(str(WORDS.get(event.kind, event.kind)), detail, event.at, event.actor_id)
