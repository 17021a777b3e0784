"""Why the matcher confirms, suggests or refuses: one sentence per reason.

A candidate's sentence is put together from what agrees: the code or the payer, the amount, the days. English stands in
translations/; a test renders every reason in both languages.
"""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from ..money import format_yuan
from ..reference import show
from .matching.model import Reason

# Confirmed, refused, or held: whole sentences.
SENTENCES: dict[str, LazyString] = {
    # tiers 1 and 2
    "code_exact": _l("参考码%(reference)s完整，金额正好是还没付的%(amount_fen)s；%(payer)s。"),
    "code_exact_other": _l("参考码%(reference)s完整，金额正好是还没付的%(amount_fen)s。付款人不是承诺人本人，"
                           "但没有什么指向别人。"),
    "code_instalment": _l("参考码%(reference)s完整，金额正好是该付的这一期；%(payer)s。"),
    "code_fee": _l("参考码%(reference)s完整，比该付的少%(gap_fen)s，正好是平台的手续费。"),
    "code_part": _l("参考码%(reference)s完整，%(payer)s；到账%(amount_fen)s，在还没付的%(outstanding_fen)s以内。"),
    "codes_sum": _l("附言里有%(count)s个参考码，还没付的合计正好是%(amount_fen)s。"),
    "code_corrected": _l("附言写的%(written)s与参考码%(reference)s只差一处，金额正好是%(amount_fen)s；%(payer)s。"),
    # why nothing is certain
    "no_code": _l("附言里没有参考码，第1、2级不适用。"),
    "code_broken": _l("附言里有像参考码的数字，但与哪一笔未付的承诺都对不上。"),
    "code_unknown": _l("参考码%(reference)s本身没有写错，但这里没有这笔承诺。"),
    "code_settled": _l("参考码%(reference)s的承诺（%(donor)s）已经付清或结束，不会再自动记入。"),
    "code_above": _l("到账比参考码%(reference)s还没付的多%(rest_fen)s，多出的要另定去处。"),
    "codes_do_not_sum": _l("附言里有%(count)s个参考码，还没付的合计%(total_fen)s，与到账不相等。"),
    "code_of_another": _l("参考码%(reference)s是%(donor)s的；但%(pointer)s，%(other_donor)s另有承诺%(other)s，"
                          "可能抄错了参考码。"),
    "code_other_fits": _l("参考码%(reference)s还没付的不是这个数；而%(other_donor)s的另一笔承诺%(other)s"
                          "正好等这个金额。"),
    "code_uncorroborated": _l("参考码%(reference)s是%(donor)s的，但户名不同，金额也不是还没付的数，"
                              "没有别的可以印证。"),
    "code_unnamed": _l("参考码%(reference)s还没付%(outstanding_fen)s，到账金额不是这个数，又没有可靠的户名；"
                       "而另有承诺正好等这个金额。"),
    "corrected_several": _l("附言里的数字与不止一个参考码只差一处，不能认定是哪一个。"),
    "corrected_settled": _l("附言里的数字与一个参考码只差一处，但那笔承诺已经付清或结束。"),
    "corrected_amount": _l("附言写的%(written)s与参考码%(reference)s只差一处，但金额不是该付的数。"),
    "corrected_stranger": _l("附言写的%(written)s与参考码%(reference)s只差一处，金额也对，但付款人看不出是%(donor)s。"),
    "tier_off": _l("按规则可以自动确认，但第%(tier)s级的自动确认已经关掉。"),
    "undone": _l("按规则可以自动确认，但这一行的对账被人撤销过，不会再自动记入。"),
    # suggestions
    "payer_only": _l("户名和金额一字不差，%(when)s，而且只有这一笔符合。"),
    "by_code": _l("%(code)s，%(amount)s；%(payer)s。"),
    "by_payer": _l("%(payer)s，%(amount)s，%(when)s。"),
    "by_payer_several": _l("%(payer)s，%(amount)s，%(when)s；同样符合的有%(alike)s笔。"),
    # lines that are not looked at
    "outflow": _l("钱是付出去的，不会是捐款。"),
    "foreign": _l("外币只留存，不对承诺。"),
}
_CODES: dict[str, LazyString] = {
    "coded": _l("参考码%(reference)s完整"),
    "corrected": _l("附言里的数字与参考码%(reference)s只差一处"),
    "inside": _l("一串更长的数字里有参考码%(reference)s"),
    "piece": _l("附言里的数字是参考码%(reference)s的一部分"),
}
_PAYERS: dict[str, LazyString] = {
    "account": _l("这个账号以前付过%(donor)s的款"),
    "name": _l("户名一字不差"),
    "phone": _l("电话是%(donor)s留的那一个"),
    "memo": _l("附言写明%(donor)s"),
    "masked": _l("隐去几个字的户名对得上"),
    "tail": _l("附言里的四位数是%(donor)s电话的末四位"),
    "absent": _l("没有户名"),
    "other": _l("户名是别人"),
}
_AMOUNTS: dict[str, LazyString] = {
    "exact": _l("金额正好"),
    "sum": _l("%(count)s笔承诺合计正好"),
    "fee": _l("金额少%(gap_fen)s，像是平台扣了手续费"),
    "part": _l("金额比还没付的少%(gap_fen)s"),
    "over": _l("金额比还没付的多%(rest_fen)s"),
}
# Where the sentence is about one promise and its facts name nobody.
_PROMISER = _l("承诺人")
_POINTERS: dict[str, LazyString] = {
    "account": _l("付款账号是另一位捐赠人的"),
    "name": _l("户名是另一位捐赠人的"),
    "phone": _l("电话是另一位捐赠人的"),
    "memo": _l("附言写的是另一位捐赠人"),
    "masked": _l("隐去几个字的户名更像另一位捐赠人"),
}
_LATER, _EARLIER, _SAME_DAY = _l("到账晚于承诺%(days)s天"), _l("到账早于承诺%(days)s天"), _l("承诺当天到账")
# The names of compared fields, and how they compare.
FIELDS: dict[str, LazyString] = {
    "amount": _l("金额"), "name": _l("户名"), "account": _l("账号"), "date": _l("日期"), "code": _l("参考码"),
    "phone": _l("电话"),
}
VERDICTS: dict[str, LazyString] = {"same": _l("一致"), "near": _l("接近"), "no": _l("不一致")}


def text(reason: Reason) -> str:
    """The sentence for a reason in the reader's language. Amounts are in yuan, codes in groups.

    Raises KeyError for a reason that no sentence stands for.
    """
    facts = {name: _shown(name, fact) for name, fact in reason.facts.items()}
    by = str(reason.facts.get("by", ""))
    facts |= {"payer": _clause(_PAYERS, by, facts), "pointer": _clause(_POINTERS, by, facts),
              "when": _when(reason.facts.get("days", 0))}
    if reason.code in SENTENCES:
        return str(SENTENCES[reason.code]) % facts
    code, _, how = reason.code.partition("_")
    facts["amount"] = str(_AMOUNTS[how]) % facts
    if code != "payer":
        return str(SENTENCES["by_code"]) % (facts | {"code": str(_CODES[code]) % facts})
    alike = reason.facts.get("alike", 0)
    several = how == "exact" and by == "name" and isinstance(alike, int) and alike > 1
    return str(SENTENCES["by_payer_several" if several else "by_payer"]) % facts


def _clause(clauses: dict[str, LazyString], by: str, facts: dict[str, str]) -> str:
    return str(clauses[by]) % ({"donor": str(_PROMISER)} | facts) if by in clauses else ""


def _when(days: object) -> str:
    if not isinstance(days, int) or not days:
        return str(_SAME_DAY)
    return str(_LATER if days > 0 else _EARLIER) % {"days": abs(days)}


def _shown(name: str, fact: str | int) -> str:
    if name.endswith("_fen") and isinstance(fact, int):
        return format_yuan(fact)
    return show(str(fact)) if name in ("reference", "other") else str(fact)
