"""What people read when something goes wrong: one sentence or two per error code, in this one place.

Each says what is wrong, what is safe and what to do. English stands in translations/ like all other text; a test
renders every class of error in both languages.
"""

from collections.abc import Mapping

from flask_babel import LazyString, get_locale
from flask_babel import lazy_gettext as _l

from .errors import CharityLedgerError, OverNeed
from .money import format_yuan

SENTENCES: dict[str, LazyString] = {
    "error": _l("这一步没有做成，什么也没有记下。"),
    "invalid_input": _l("这里填写的内容看不懂，请检查后重新填写。"),
    "not_found": _l("没有找到“%(what)s”。"),
    "not_allowed": _l("您的账户不能做这一步。需要的话，请联系管理员。"),
    "conflict": _l("页面打开之后情况变了，没有记下任何改动。请刷新后再看。"),
    "idempotency_conflict": _l("这张表已经提交过一次，内容却不一样。第一次的已经记下，这一次没有。请刷新后再填。"),
    # money
    "amount_missing": _l("请填写金额，例如120.50。"),
    "amount_not_text": _l("金额要写成文字，例如120.50。"),
    "ambiguous_amount": _l("看不准“%(text)s”是%(one)s还是%(other)s，请重新填写。"),
    "mixed_signs": _l("“%(text)s”里的正负号看不准，请只写数字。"),
    "negative_amount": _l("金额不能是负数，请只写数字。"),
    "too_many_decimals": _l("“%(text)s”写到了分以下，请最多写两位小数。"),
    "not_a_number": _l("“%(text)s”不是金额，请用数字填写，例如120.50。"),
    "amount_too_large": _l("“%(text)s”太大了，最多%(most)s元。"),
    "amount_not_positive": _l("金额要大于零。"),
    # people
    "phone_missing": _l("请填写电话号码。"),
    "mobile_wrong_length": _l("手机号应是11位，您填了%(digits)s位。"),
    "area_code_missing": _l("固定电话请加上区号，例如0371-68880000。"),
    "not_a_phone": _l("“%(text)s”不是国内的手机号或固定电话，请检查。"),
    "uscc_missing": _l("请填写统一社会信用代码，共18位。"),
    "uscc_wrong_length": _l("统一社会信用代码应是%(wanted)s位，您填了%(length)s位。"),
    "uscc_wrong_character": _l("统一社会信用代码里没有“%(character)s”，请检查第%(position)s位。"),
    "uscc_wrong_check": _l("统一社会信用代码的校验位不对，可能有一位抄错了，请对照营业执照检查。"),
    "name_missing": _l("请填写姓名或单位。"),
    "not_an_email": _l("“%(text)s”不像邮箱地址，请检查。"),
    "unreachable": _l("请填写邮箱或手机号，登录时要用。"),
    "account_exists": _l("这个邮箱或手机号已经有账户。请直接登录，忘了密码可以重设。"),
    # sign-in
    "not_signed_in": _l("您还没有登录，或者登录已过期。这一步没有记下，请登录后再来一次。"),
    "sign_in_refused": _l("邮箱、手机号或密码不对，请再试一次。忘了密码可以重设。"),
    "wrong_password": _l("现在的密码不对，请重新填写。"),
    "password_too_short": _l("密码至少要%(least)s个字符。"),
    "password_too_long": _l("密码最多%(most)s个字符。"),
    "password_guessable": _l("这个密码太容易被猜到，请换一个，不要用姓名、电话或常见的组合。"),
    "code_refused": _l("这个链接或验证码用过了，或者已过期。请重新申请一个。"),
    "last_admin": _l("这是最后一位管理员，不能改。请先设另一位管理员。"),
    # books
    "unbalanced_entry": _l("这张凭证不平，没有记下。"),
    "mixed_movement": _l("备查科目“%(debit)s”“%(credit)s”不能与表内科目记在一起，没有记下。"),
    "unknown_account": _l("没有科目“%(account)s”。"),
    "unknown_fund": _l("没有基金“%(fund)s”。"),
    "fund_overdrawn": _l("这个项目可用的钱是%(available_fen)s，不够%(requested_fen)s。没有记下。"),
    "account_overdrawn": _l("账户“%(account)s”里有%(available_fen)s，不够%(requested_fen)s。没有记下。"),
    "stock_overdrawn": _l("这个项目的物资值%(available_fen)s，不够%(requested_fen)s。没有记下。"),
    "held_money": _l("待确认的款项不能拨付。请先确认它属于哪个项目。"),
    "period_closed": _l("%(period)s已经结账，不能再记。请记在最早的未结账月份。"),
    "already_reversed": _l("这张凭证已经冲销过了，不用再冲。"),
    "same_person": _l("经办人不能自己复核，请另一位同事来办。"),
    # promises and gifts
    "over_need": _l("名额刚被别人认领了一部分，现在还可认领%(left)s%(unit)s。没有扣款，也没有记下任何承诺。"),
    "pledge_expired": _l("认领%(reference)s已过期，名额放开了。没有扣款，您可以重新认领。"),
    "wrong_state": _l("“%(subject)s”现在的状态不允许这一步，没有记下。请刷新后再看。"),
    "line_overused": _l("这笔流水还剩%(left_fen)s，不够%(requested_fen)s。没有记下。"),
    "invalid_reference": _l("“%(text)s”不是有效的参考码。参考码共10位，以9开头，请对照凭条检查。"),
    "nothing_open": _l("这个项目现在只能再收%(left_fen)s，不够%(requested_fen)s。没有记下。"),
    "no_evidence": _l("请附上凭据，至少一个文件。"),
    "item_of_other_project": _l("这条需求不属于这个项目，请重新选。"),
    "one_item_only": _l("物资和志愿时长一次认领一项，请分开填写。"),
    "donor_name_missing": _l("请填写姓名或单位。"),
    "not_found_by_tail": _l("没有找到。请对照认领确认单，检查参考码和电话的后四位。"),
    "binding_pledge": _l("认领%(reference)s有书面协议或公开承诺，不能在网上放开名额。请与我们联系。"),
    "in_another_account": _l("认领%(reference)s已经在一个账户里了。需要帮忙的话，请与我们联系。"),
    "note_missing": _l("请写明原因和依据。"),
    # accounts of donors
    "enterprise_exists": _l("这家单位已经有账户了。请单位里的负责人邀请您加入。"),
    "last_owner": _l("您是最后一位负责人，请先把负责人交给另一位同事，再退出。"),
    "owners_only": _l("只有负责人能做这一步。"),
    "invitation_refused": _l("这份邀请用过了，或者已过期。请负责人再发一份。"),
    "merge_refused": _l("这两条记录不能合并，没有记下。请选另一位捐赠人。"),
    "merged_already": _l("其中一位已经合并过了，没有记下。"),
    "merge_asked_already": _l("这项合并已经申请过，正等另一位同事审批。"),
    "donors_differ": _l("一个是个人、一个是单位，或者信用代码不同，不能合并。"),
    "donor_has_account": _l("有账户的捐赠人要留下来。请反过来，把没有账户的并进去。"),
    # a file of pledges
    "not_text": _l("这个文件不是CSV文本。请从表格软件另存为CSV。"),
    "column_missing": _l("缺少“%(column)s”这一列。"),
    "value_missing": _l("“%(column)s”没有填。"),
    "value_too_long": _l("“%(column)s”太长了，最多%(most)s个字符。"),
    "unknown_donor_kind": _l("“%(text)s”看不懂，请写individual（个人）或enterprise（单位）。"),
    "not_a_day": _l("“%(text)s”不是日期，请写成2026-04-16。"),
    "repeated_external_id": _l("“%(external_id)s”在第%(first)s行已经出现过。"),
    "too_many_rows": _l("一个文件最多%(most)s行，请分成几个文件。"),
    "external_id_taken": _l("“%(external_id)s”以前登记过，内容不一样。没有记下。"),
    # documents
    "missing_glyph": _l("文件里的“%(character)s”字体印不出来，所以没有生成。请联系管理员。"),
    "fonts_not_made": _l("文件用的字体没有准备好，所以没有生成。请联系管理员。"),
    "totals_do_not_tie": _l("文件里的合计与明细对不上，所以没有生成。请联系管理员。"),
    "not_a_document": _l("文件的内容不完整，所以没有生成。请联系管理员。"),
}


def text(error: CharityLedgerError) -> str:
    """The sentence for an error, in the language of the request. Facts in fen are written in yuan."""
    facts = {name: _shown(name, fact) for name, fact in error.facts.items()}
    if isinstance(error, OverNeed):
        facts |= _amount_left(error.facts)
    # The parent's sentence rather than none: a page that tells of a fault must not fail itself.
    sentence = next(SENTENCES[kind.code] for kind in type(error).__mro__ if kind.code in SENTENCES)
    return str(sentence) % facts


def _shown(name: str, fact: object) -> object:
    return format_yuan(fact) if name.endswith("_fen") and isinstance(fact, int) else fact


def _amount_left(facts: Mapping[str, object]) -> dict[str, object]:
    """What is left is fen for money, and units or hours in the reader's language for the rest."""
    left = facts["left"]
    if facts["kind"] == "cash" and isinstance(left, int):
        return {"left": format_yuan(left), "unit": ""}
    return {"unit": facts["unit"] if str(get_locale()).startswith("zh") else f" {facts['unit_en']}"}
