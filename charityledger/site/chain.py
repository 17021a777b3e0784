"""The six steps that every page follows: declared, adopted, pledged | received, disbursed, delivered."""

from flask_babel import gettext as _
from flask_babel import ngettext

from ..donations.views.steps import Step
from ..money import format_yuan_public
from ..projects.measures import ItemFigures, Measures, Totals
from .filters import listed, number, unit


def _steps(declared: str, figures: list[str], whats: list[str], own: Measures) -> list[Step]:
    names = [_("申报"), _("认领"), _("承诺"), _("到账"), _("拨付"), _("落地")]
    looks = ["open", "vow", "vow", "money", "spent", "done"]
    reached = [1, own.reserved + own.pledged, own.pledged, own.received, own.disbursed, own.delivered]
    return [Step(name, figure, what, look if so_far else "todo") for name, figure, what, look, so_far
            in zip(names, [declared, *figures], whats, looks, reached, strict=True)]


def of_all(totals: Totals, declarations: int, delivered_items: int) -> list[Step]:
    """The whole programme, in money."""
    cash = totals.cash
    money = [format_yuan_public(fen) for fen in (cash.reserved + cash.pledged, cash.pledged, cash.received,
                                                 cash.disbursed)]
    return _steps(
        _("%(number)s条", number=number(declarations)),
        [*money, ngettext("%(num)s项", "%(num)s项", delivered_items)],
        [_("首批公布的条数；归并去重，不公开姓名"), _("有人愿意接下，名额先留住"), _("确认了金额和日期，还不是收入"),
         _("银行或钱包流水逐行对上"), _("凭票据付出去，经办与审批是两个人"), _("买到的东西、办成的事，附验收")],
        # Goods and hours arrive too: the last step counts items of every kind.
        Measures(reserved=cash.reserved, pledged=cash.pledged, received=cash.received, disbursed=cash.disbursed,
                 delivered=delivered_items))


def of_project(items: tuple[ItemFigures, ...], totals: Totals, *, named: int, unnamed: int, gifts: int,
               payments: int) -> list[Step]:
    """One project: in money, or in the unit of its first item where it needs none. `gifts` and `payments` count."""
    lead = None if totals.cash.need or not items else items[0]
    own = lead.own if lead else totals.cash

    def written(value: int) -> str:
        return unit(lead, value) if lead else format_yuan_public(value)

    who = []
    if named:
        who.append(ngettext("%(num)s位具名", "%(num)s位具名", named))
    if unnamed:
        who.append(ngettext("%(num)s位不具名", "%(num)s位不具名", unnamed))
    return _steps(
        ngettext("%(num)s项", "%(num)s项", len(items)),
        [written(value) for value in (own.reserved + own.pledged, own.pledged, own.received, own.disbursed,
                                      own.delivered)],
        [_("居民申报，去重归并成这几项需求"), listed(who) if who else _("还没有人认领"),
         _("还有%(amount)s待确认", amount=written(own.reserved)) if own.reserved else
         _("均已确认") if own.pledged else _("确认以后记在这里"),
         ngettext("%(num)s笔，流水已对上", "%(num)s笔，流水已对上", gifts) if gifts and not lead else
         ngettext("%(num)s次，当面点清", "%(num)s次，当面点清", gifts) if gifts else _("收到以后记在这里"),
         ngettext("%(num)s次，各有审批", "%(num)s次，各有审批", payments) if payments and not lead else
         _("已发出去的") if lead and own.disbursed else _("付出以后记在这里"),
         _("已经验收的") if own.delivered else _("验收以后记在这里")], own)
