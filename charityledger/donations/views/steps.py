"""The six steps as one donor's pledge has gone them: declared, adopted, pledged | received, disbursed, delivered.

`templates/parts/chain.html` draws them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from ...money import format_yuan
from ...projects.models import NeedItem
from ..story import Story


@dataclass(frozen=True)
class Step:
    """`look`: open, vow, money, spent, done or todo. `now` marks the step in progress."""

    name: str
    figure: str
    what: str
    look: str
    now: bool = False


def written(how: str, *values: object) -> str:
    """As the site's template filter `how` writes it. Its first argument, the template's context, it does not use."""
    return str(current_app.jinja_env.filters[how](None, *values))


def unit(item: NeedItem, amount: int) -> str:
    """`6组`, or `6 sets`."""
    return written("unit", item, amount)


def in_measure(story: Story, amount: int) -> str:
    """An amount of a pledge in its own measure: money to the fen, units or hours."""
    return format_yuan(amount) if story.pledge.kind == "cash" else unit(story.lines[0].item, amount)


def _on(moment: date | datetime | None) -> str:
    return written("day", moment)


def _listed(days: Sequence[date | None]) -> str:
    """Up to three days; more are counted."""
    known = sorted({day for day in days if day})
    if len(known) > 3:
        return ngettext("%(num)s次，最近%(day)s", "%(num)s次，最近%(day)s", len(known), day=_on(known[-1]))
    return written("listed", [_on(day) for day in known])


def whole(story: Story) -> list[Step]:
    """All steps, from what residents asked for to what the gift became."""
    pledge, now = story.pledge, story.step if story.live or story.counted or story.pledge.state == "reserved" else ""
    steps = [
        Step(_("申报"), "", _("居民申报，%(day)s公开", day=_on(story.sub.opened_on)) if story.sub.opened_on
             else _("居民申报"), "open"),
        Step(_("认领"), in_measure(story, pledge.amount), _on(pledge.reserved_at) + (
            _("，名额已留") if pledge.state == "reserved" else ""), "vow", now == "adopted"),
    ]
    if pledge.confirmed_at is None:
        steps.append(Step(_("承诺"), "", _("等您确认") if pledge.state == "reserved" else "", "todo"))
    else:
        how = ngettext("，分%(num)s期", "，分%(num)s期", len(story.instalments)) if story.instalments else ""
        steps.append(Step(_("承诺"), in_measure(story, pledge.amount), _on(pledge.pledged_on) + how, "vow",
                          now == "pledged"))
    return [*steps, *(_of_money(story, now) if pledge.kind == "cash" else _of_others(story, now))]


def _of_money(story: Story, now: str) -> list[Step]:
    paid = story.pledge.paid
    return [
        Step(_("到账"), format_yuan(paid) if paid else "", _came_in(story), "money" if paid else "todo",
             now == "received"),
        Step(_("拨付"), format_yuan(story.disbursed_fen) if story.payments else "",
             _listed([p.disbursement.paid_on for p in story.payments]), "spent" if story.payments else "todo",
             now == "disbursed"),
        Step(_("落地"), _delivered(story), _listed([p.disbursement.delivered_on for p in story.delivered]),
             "done" if story.delivered else "todo", now == "delivered"),
    ]


def _came_in(story: Story) -> str:
    """The days on which money came in, and what of it went back."""
    days = _listed([gift.received_on for gift in story.gifts])
    if not story.refunds:
        return days
    back = {"amount": format_yuan(story.refunded_fen), "days": _listed([row.refunded_on for row in story.refunds])}
    return days + _("；退还 %(amount)s，%(days)s", **back) if days else _("退还 %(amount)s，%(days)s", **back)


def _delivered(story: Story) -> str:
    """Whole units where the pledge is for one item that has a unit price, else money."""
    if not story.delivered:
        return ""
    item = story.lines[0].item
    units = story.delivered_fen // item.unit_price_fen if item.unit_price_fen else 0
    if len(story.lines) == 1 and item.quantity > 1 and units:
        return unit(item, units)
    return format_yuan(story.delivered_fen)


def _of_others(story: Story, now: str) -> list[Step]:
    """Goods are received and passed on; hours are served. Neither is ever money."""
    days, paid = _listed([gift.received_on for gift in story.gifts]), story.pledge.paid
    received = Step(_("收到") if story.pledge.kind == "goods" else _("完成"), in_measure(story, paid) if paid else "",
                    days, "money" if paid else "todo", now == "received")
    if story.pledge.kind == "hours":
        return [received]
    given = story.handed_over
    return [received, Step(_("交付"), in_measure(story, given) if given else "", "", "done" if given else "todo",
                           now == "delivered")]


def ahead(story: Story) -> list[Step]:
    """What happens next, for somebody who has just promised."""
    pledge, kind = story.pledge, story.pledge.kind
    noted = Step(_("承诺已记下"), "", written("minute", pledge.confirmed_at) if pledge.confirmed_at
                 else "", "vow")
    if kind == "cash":
        return [
            noted,
            Step(_("等待到账"), "", _("银行流水对上后写在这里，一般是下一个工作日。不用上传回单。"), "todo", True),
            Step(_("拨付"), "", _("钱用出去时，买到什么、付给谁、有几份凭据，会写在这笔捐赠下面。"), "todo"),
            Step(_("落地"), "", _("东西到了、事办成了，验收以后写在这里。"), "todo")]
    if kind == "goods":
        return [noted, Step(_("等待收到"), "", _("当面点清数量，记下凭据。"), "todo", True),
                Step(_("交付"), "", _("交给需要的人以后，写在这里。"), "todo")]
    return [noted, Step(_("等待服务"), "", _("服务以后，由社区记下时长。"), "todo", True)]
