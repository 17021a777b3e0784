"""What people read when something goes wrong: one sentence or two per error code, in this one place.

Each says what is wrong, what is safe and what to do. English stands in translations/ like all other text; a test
renders every class of error in both languages.
"""

import re
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
    # the desk
    "wrong_direction": _l("这一行是%(amount_fen)s，方向不对：进账不能记成费用，出账不能记成收入。请换一种办法。"),
    "line_differs": _l("两边金额不一样：这一行还剩%(amount_fen)s，另一边是%(other_fen)s。请核对，没有记下。"),
    "other_account": _l("两边的账户对不上（%(account)s），没有配对。请另选一笔。"),
    "not_undoable": _l("这一步不能由一个人撤销，请到原来的页面申请冲正，由另一位同事审批。"),
    "nothing_left": _l("刚刚有人办完了这一行，您的选择没有记下。请回到对账台看下一行。"),
    "candidate_gone": _l("这个候选已经对不上了：这一行或这笔承诺刚被别人记了账。没有记下，请重新看候选。"),
    "nothing_to_undo": _l("这一行现在没有记成什么，不用撤销。"),
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
    "not_printable": _l("“%(character)s”（%(code_point)s）在收据和证书上印不出来，请换一种写法。"),
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
    "wrong_state": _l("现在的状态不允许这一步，没有记下。请刷新后再看。"),
    "line_overused": _l("这笔流水还剩%(left_fen)s，不够%(requested_fen)s。没有记下。"),
    "invalid_reference": _l("“%(text)s”不是有效的参考码。参考码共10位，以9开头，请对照凭条检查。"),
    "nothing_open": _l("这个项目现在只能再收%(left_fen)s，不够%(requested_fen)s。没有记下。"),
    "no_evidence": _l("请附上凭据，至少一个文件。"),
    "paid_beyond_need": _l("“%(item)s”还可以付%(left_fen)s，填了%(requested_fen)s。没有记下。"
                           "实际比需求贵的话，请先修改需求明细。"),
    "item_of_other_project": _l("这条需求不属于这个项目，请重新选。"),
    "too_many_instalments": _l("%(amount_fen)s分不成%(count)s期，每期至少0.01元。请少分几期，或一次付清。"),
    "no_cash_need": _l("“%(sub)s”不收资金，只收实物或志愿时长，文件里登记不了。请改项目编号，或到“登记一份承诺”里填。"),
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
    "same_name": _l("名字没有变，不用更正。"),
    "donors_differ": _l("一个是个人、一个是单位，或者信用代码不同，不能合并。"),
    "donor_has_account": _l("有账户的捐赠人要留下来。请反过来，把没有账户的并进去。"),
    # a file of pledges
    "not_text": _l("这个文件不是CSV文本。请从表格软件另存为CSV。"),
    "column_missing": _l("缺少“%(column)s”这一列。"),
    "value_missing": _l("“%(column)s”没有填。"),
    "value_too_long": _l("“%(column)s”太长了，最多%(most)s个字符。"),
    "unknown_donor_kind": _l("“%(text)s”看不懂，请写individual（个人）或enterprise（单位）。"),
    "not_a_day": _l("“%(text)s”不是日期，请写成2026-04-16。"),
    "booked_on_outside": _l("日期要在%(earliest)s到%(latest)s之间，请检查年份。"),
    "pledged_on_outside": _l("承诺的日期要在%(earliest)s到%(latest)s之间，请检查年份。"),
    "repeated_external_id": _l("“%(external_id)s”在第%(first)s行已经出现过。"),
    "too_many_rows": _l("行数太多了，请分成几个文件。"),
    "external_id_taken": _l("“%(external_id)s”以前登记过，内容不一样。没有记下。"),
    # the catalogue, its news and its pictures
    "edit_conflict": _l("您打开之后，别人已经改过这里。请看看现在的内容，再改一次。"),
    "code_taken": _l("编号“%(text)s”已经用过，请换一个。"),
    "status_not_next": _l("这个项目现在的状态不能直接改成那一个，没有记下。"),
    "status_no_items": _l("还没有需求明细，不能开放认领。请先加一条。"),
    "status_promises_open": _l("还有没到账的认领或承诺，不能结项。请先处理。"),
    "status_money_left": _l("这个项目还有%(held_fen)s没有拨付，不能结项。请先拨付或转作结余。"),
    "status_delivery_open": _l("物资或已拨付的款项还没有落地，不能改成已落地。请先登记。"),
    "capacity_below_taken": _l("“%(item)s”已经有人认领，不能改得比已认领的还少。没有记下。"),
    "item_taken": _l("“%(item)s”已经有人认领，不能撤下。"),
    "kind_fixed": _l("“%(item)s”已经有记录，种类不能再改。"),
    "dates_out_of_order": _l("结束日期在开始日期之前，请检查。"),
    "date_in_future": _l("日期还没到。进展请在发生以后再写。"),
    "alt_text_missing": _l("请给图片“%(name)s”写一句说明，看不见图的人要靠它。"),
    "not_a_picture": _l("“%(name)s”不是图片，请换一张JPEG或PNG。"),
    "update_empty": _l("请写几句进展。"),
    "reason_missing": _l("请写明原因。"),
    "catalogue_refused": _l("项目目录有问题，没有导入：%(problems)s"),
    # files
    "file_missing": _l("没有找到这个文件。"),
    "file_too_large": _l("“%(name)s”太大了，最多%(limit_mb)s MB。照片可以先压缩。"),
    "pdf_broken": _l("“%(name)s”这个PDF不完整，请重新导出一份。"),
    "picture_broken": _l("“%(name)s”这张图片打不开，请换一张。"),
    "picture_too_large": _l("“%(name)s”的尺寸太大，最多%(limit_megapixels)s百万像素。"),
    "unknown_file_type": _l("“%(name)s”不是PDF、JPEG或PNG，请换一个。"),
    # tables of the catalogue
    "unreadable_text": _l("这个文件的文字读不出来。请从表格软件另存为UTF-8的CSV，或XLSX。"),
    "broken_workbook": _l("这个XLSX文件打不开，可能没有存完整。请重新保存一份。"),
    "old_workbook": _l("这是旧式的.xls，或者加了密码。请另存为不加密码的XLSX。"),
    "table_too_large": _l("表格太大了，最多%(limit_mb)s MB。"),
    "too_many_columns": _l("列数太多，最多%(limit)s列。"),
    "unknown_table": _l("看不出这是哪一张表。第一行请用导出文件里的列名。"),
    "table_twice": _l("同一种表出现了两次，请合成一张。"),
    "broken_csv": _l("引号没有成对，后面的内容分不开。请检查这一行。"),
    "column_twice": _l("“%(column)s”这一列出现了两次。"),
    "missing_column": _l("缺少“%(column)s”这一列。"),
    "unknown_column": _l("没有“%(text)s”这一列，请检查列名。"),
    "extra_cells": _l("这一行比列名多出了几格，多半是逗号没有加引号。"),
    "cell_too_long": _l("太长了，最多%(limit)s个字符。"),
    "control_character": _l("里面有看不见的字符或换行，请重新输入。"),
    "formula_cell": _l("这一格是公式，算不出它的值。请粘贴为数值。"),
    "error_cell": _l("这一格是“%(text)s”，表格软件里就算错了，请改正。"),
    "bad_code": _l("编号“%(text)s”只能用大写字母、数字和连字符。"),
    "day_outside": _l("“%(text)s”不在%(first)s年到%(last)s年之间，请检查年份。"),
    "not_a_date": _l("“%(text)s”不是日期，请写成2026-04-16。"),
    "not_a_whole_number": _l("“%(text)s”不是%(least)s到%(most)s之间的整数。"),
    "unknown_word": _l("“%(text)s”看不懂，可以写：%(known)s。"),
    "unknown_project": _l("没有项目“%(text)s”，文件里和目录里都没有。"),
    "group_differs": _l("“%(text)s”与第%(first)s行写得不一样，请改成一样。"),
    "row_twice": _l("与第%(first)s行重复了。"),
    "line_used": _l("第%(line)s号需求以前撤下过，这个号不能再用。"),
    "catalogue_changed": _l("预览以后目录又改过，没有导入。请重新预览。"),
    "preview_gone": _l("预览的文件已经不在了，请重新上传。"),
    "price_of_hours": _l("志愿时长没有单价；资金和实物要有单价。"),
    "amount_does_not_tie": _l("数量乘以单价是%(product_fen)s，不是%(amount_fen)s，请检查。"),
    # the office's steps
    "not_whole": _l("“%(text)s”不是整数，请只写数字，例如12。"),
    "quantity_not_positive": _l("数量要大于零。"),
    "more_than_needed": _l("这里还能收%(left)s%(unit)s，填的超过了。没有记下。"),
    "more_than_held": _l("手上只有%(left)s，交不出%(requested)s。没有记下。"),
    "value_without_evidence": _l("写了价值，就要附上估价的凭据；没有凭据，只登记数量。"),
    "attestation_missing": _l("志愿时长要有人证明，请写明是谁。"),
    "date_too_early": _l("日期不能早于%(earliest)s，请检查。"),
    "fee_too_large": _l("手续费%(fee_fen)s要比到账的%(amount_fen)s少，请检查。"),
    "line_known": _l("这个账户里已经有流水号“%(native_id)s”，没有重复记下。"),
    "account_code_taken": _l("账户编号“%(account)s”已经用过，请换一个。"),
    "account_code_wrong": _l("账户编号“%(text)s”不合规则：2到20位大写字母、数字或连字符，字母开头。"),
    "count_unallocated": _l("清点出来的钱还没有全部登记去处，不能存银行。请先登记。"),
    "deposit_differs": _l("银行进账%(amount_fen)s，与应存的%(counted_fen)s不一样。没有记下。"),
    "not_cash": _l("账户“%(account)s”不合适：清点记入现金账户，再存到银行账户。"),
    "asked_already": _l("同样的申请已经提过，正等另一位同事审批。"),
    "not_requester": _l("只有提出申请的人能撤回它。"),
    "cash_deposited": _l("这笔现金已经存到银行，请先撤销存款。"),
    "handed_over_already": _l("其中一部分物资已经交出去了，不能撤销。"),
    "part_of_gift": _l("这笔钱与一笔捐赠记在同一张凭证里，请撤销那笔捐赠。"),
    "suspense_settled": _l("与它一起等确认的钱，有%(settled_fen)s已经另作处理。请先撤销那一步。"),
    "same_project": _l("结余要转到另一个项目，请重新选。"),
    "gift_spent": _l("基金“%(fund)s”可用的钱是%(available_fen)s，退不出%(requested_fen)s：已经用了，或申请了拨付。"
                     "没有记下。请先撤回申请或办理退汇；退款还可以由非限定性资金补足。"),
    # state receipts
    "state_receipt_stands": _l("这笔捐赠已开具票据%(code)s %(number)s，先在财政系统作废，再在“票据”里登记，"
                               "然后才能撤销。没有记下。"),
    "state_receipt_issued": _l("这笔捐赠已经有票据%(code)s %(number)s。要换一张，请先登记作废。"),
    "receipt_number_taken": _l("票据%(code)s %(number)s已经登记过，请核对代码和号码。"),
    "receipt_amount_differs": _l("票据上是%(amount_fen)s，捐赠是%(gift_fen)s，要一样才能登记。"),
    "receipt_not_yet": _l("开票日期%(issued_on)s还没有到，请检查。"),
    "receipt_number_wrong": _l("“%(text)s”不对，应是%(least)s到%(most)s位数字（校验码可以有字母）。"
                               "表格软件可能丢了前面的0。"),
    "no_receipt_due": _l("志愿时长和没有价值凭据的实物不开票据。"),
    "donor_named": _l("捐赠人选择了公开姓名，不能按匿名办理。"),
    "gift_unknown": _l("没有找到捐赠“%(text)s”，请核对捐赠编号或参考码。"),
    "several_gifts": _l("参考码%(text)s有几笔捐赠（%(gifts)s），请写明捐赠编号。"),
    "gift_differs": _l("捐赠%(gift)s不是参考码%(reference)s的，请核对这一行。"),
    # documents
    "period_reversed": _l("开始日期%(starts)s在结束日期%(ends)s之后，请检查。没有出文件。"),
    "day_to_come": _l("%(day)s还没有到（今天是%(today)s），那一天的数还没有。没有出文件。"),
    "fonts_not_made": _l("文件用的字体没有准备好，所以没有生成。请联系管理员。"),
    "totals_do_not_tie": _l("文件里的合计与明细对不上，所以没有生成。请联系管理员。"),
    "not_a_document": _l("文件的内容不完整，所以没有生成。请联系管理员。"),
    # statement files
    "damaged_text": _l("文件从第%(line)s行起损坏，可能没有下载完整。没有导入，请重新下载。"),
    "record_too_long": _l("这一行长得不像账单（超过%(limit)s个字符），多半是引号没有成对。请重新下载原始文件。"),
    "locked_workbook": _l("这个表格加了密码。请打开后另存为不加密码的XLSX。"),
    "locked_archive": _l("这个压缩包加了密码。请先解压，再上传里面的文件。"),
    "too_many_members": _l("压缩包里的文件太多，最多%(limit)s个。请只放账单。"),
    "no_statement_inside": _l("里面没有账单。请上传账单文件本身，CSV、XLS或XLSX。"),
    "several_statements": _l("里面有%(count)s份账单。请一份一份导入。"),
    "unread_sheet": _l("旁边的“%(sheet)s”也是一张表，看不出是什么账单。请另存为单独的文件再导入，或先删去它。"),
    "columns_missing": _l("按所选的格式，缺少这些列：%(columns)s。请换一种格式，或重新下载。"),
    "row_cut_short": _l("这一行不完整，金额可能被截断。请重新下载这个文件。"),
    "amount_absent": _l("这一行没有金额。请核对原始账单。"),
    "two_amounts": _l("这一行同时有收入和支出，分不清方向。请核对原始账单。"),
    "amount_below_zero": _l("金额“%(text)s”是负数，而方向写在另一列。请核对原始账单。"),
    "unreadable_count": _l("“%(text)s”不是笔数。请核对原始账单。"),
    "direction_disagrees": _l("金额“%(text)s”的正负与这一行写的方向相反。请核对原始账单。"),
    "unknown_status": _l("“%(text)s”看不出这一笔是否成功。请核对原始账单，并告诉管理员。"),
    "unknown_currency": _l("没有币种“%(text)s”。请写成三个字母，例如USD。"),
    "directions_reversed": _l("余额的变动与收支方向都相反，借贷多半对调了。没有导入，请检查列的对应。"),
    "statement_too_large": _l("这个文件太大（上限%(limit)s）。请从银行按较短的时间段分几次导出。"),
    "statement_broken": _l("这个文件打不开，可能没有下载完整，或者有密码。请从银行重新导出。"),
    "statement_not_text": _l("这个文件的编码看不懂。请从银行重新导出，不要另存。"),
    "layout_unknown": _l("没有认出这份对账单的表头。请检查是不是流水明细文件。"),
    "statement_formula": _l("“%(column)s”这一格是公式，它的值不可信。请从银行重新导出。"),
    "moment_unreadable": _l("看不懂“%(text)s”是哪一天。请从银行重新导出。"),
    "direction_unreadable": _l("看不出“%(text)s”是收入还是支出。请从银行重新导出。"),
    # closing a month
    "not_a_month": _l("“%(text)s”不是月份，请写成202604这样。"),
    "month_not_over": _l("%(period)s这个月还没有过完，过完才能结账。"),
    "earlier_month_open": _l("前面的%(period)s还没有结账，请按先后结。"),
    "lines_open": _l("“%(account)s”还有%(count)s笔流水没有去处，也没有写明原因。请先处理，或写明原因暂挂。"),
    "lines_missing": _l("“%(account)s”的对账单余额与期初加全部流水相差%(gap_fen)s，可能少导入了文件，请补齐。"),
    "counts_open": _l("有%(count)s次钱箱清点还等第二个人，结账以后就记不进去了。请先办完。"),
    "not_vouched": _l("“%(account)s”没有对账单证明月末余额，要有人核对过。"),
    "nothing_to_reconcile": _l("“%(account)s”到那天为止没有导入过对账单，编不出余额调节表。"),
    # statement files from abroad
    "broken_statement": _l("这个文件开头像%(format)s对账单，后面读不下去。请从银行重新导出，不要改动文件。"),
    "several_accounts": _l("这个文件里有几个账户：%(accounts)s。请从银行按账户分别导出。"),
    "line_unreadable": _l("这一行缺少必要的内容（%(what)s），读不出来。请从银行重新导出。"),
    # importing statement files
    "other_source": _l("账户“%(account)s”已经用另一种文件记账（%(has)s）。再用这一种，同一笔钱会记两次。没有导入。"),
    "other_account_number": _l("这个文件是账号%(number)s的，账户“%(account)s”的账号是%(has)s。请换一个账户。"),
    "other_account_kind": _l("这种文件（%(format)s）不能导入账户“%(account)s”，它们不是同一种账户。请换一个账户。"),
    "file_of_other_account": _l("同一个文件已经导入账户“%(account)s”，没有再导入。"),
    "to_confirm": _l("有%(count)s处要先看过、确认，才能导入。什么也没有记下。"),
    "no_lines": _l("这个文件里没有一行收支。"),
    "unknown_format": _l("没有“%(text)s”这种格式。可以写：%(known)s。"),
    "total_differs": _l("文件自己写的%(name)s是%(declared)s，逐行算出来是%(found)s。"),
    "number_repeats": _l("流水号“%(native_id)s”已经有一行，内容不一样。"),
    "number_twice": _l("流水号“%(native_id)s”在文件里出现了两次，内容一样。"),
    "looks_entered_by_hand": _l("手工记过一笔金额相同的（%(day)s，%(amount_fen)s），可能就是这一行。"),
    "looks_like_other_layout": _l("另一种格式的文件里有日期和金额相同的一行（%(day)s，%(amount_fen)s），可能就是它。"),
    "known_or_twin": _l("%(day)s这一天文件里只有一部分，分不清这一行（%(amount_fen)s）是导入过的，还是又一笔。"),
    "month_closed": _l("%(day)s所在的月份已经结账。留下的话，记在最早的未结账日期。"),
    # column mappings
    "mapping_wrong": _l("这样的对应读不了任何表格，没有记住。请重新选每一列是什么。"),
    "mapping_head_short": _l("表头至少要有%(least)s列写了字。请另选一行作表头。"),
    "mapping_head_is_line": _l("“%(text)s”像是一行流水里的内容，不像表头。请另选一行作表头。"),
    "mapping_no_date": _l("还没有说哪一列是日期。"),
    "mapping_no_amount": _l("还没有说哪一列是金额：收入、支出，或者收支同一列。"),
    "mapping_amount_two_ways": _l("金额要么收入、支出分两列，要么收支同一列，不能两样都选。"),
    "mapping_direction_alone": _l("选了收支方向，却没有选收支同一列的金额。"),
    "mapping_field_twice": _l("第%(columns)s列选了同一项，这一项只能有一列。"),
    "mapping_word_both_ways": _l("“%(text)s”既写成收入又写成支出，请去掉一边。"),
    "mapping_name_wrong": _l("名字要有1到%(most)s个字，不能与系统自带的格式同名。"),
    "mapping_name_taken": _l("已经有一种表格叫“%(text)s”，请换一个名字。"),
    "head_mapped": _l("这种表头已经有同事说明过（%(name)s），没有再记。要改，先不再用那一个。"),
    "mapping_removed": _l("“%(name)s”先前已经不再用了，没有新的改动。"),
}

TOTAL_NAMES = {
    "lines": _l("总笔数"), "in_lines": _l("收入笔数"), "in_fen": _l("收入合计"), "out_lines": _l("支出笔数"),
    "out_fen": _l("支出合计"), "sum_fen": _l("收支净额"), "opening_fen": _l("期初余额"), "closing_fen": _l("期末余额"),
    "balances": _l("前后余额相符的笔数"), "fee_fen": _l("手续费合计"),
}

# `over_need` of a row of a file, which nobody was faster than, and where nothing is left at all.
ROW_OVER_NEED = _l("这一行是%(requested)s，这个项目现在只能再认领%(left)s。没有记下，请改小，或分给别的项目。")
ROW_NOTHING_LEFT = _l("这个项目的资金已经认满，这一行没有记下。")
NOTHING_LEFT = _l("名额刚被别人认领完了。没有扣款，也没有记下任何承诺。")


def text(error: CharityLedgerError) -> str:
    """The sentence for an error, in the language of the request. Facts in fen are written in yuan."""
    facts = {name: _shown(name, fact) for name, fact in error.facts.items()}
    if error.code == "total_differs":
        facts |= _total(error.facts)
    if isinstance(error, OverNeed):
        of_row, none_left = bool(error.facts.get("of_row")), error.facts["left"] == 0
        if error.code == OverNeed.code and none_left:
            return str(ROW_NOTHING_LEFT if of_row else NOTHING_LEFT)
        facts |= _amount_left(error.facts)
        if of_row:
            return str(ROW_OVER_NEED) % facts
    # The parent's sentence rather than none: a page that tells of a fault must not fail itself.
    codes = (vars(kind).get("code", "") for kind in type(error).__mro__)
    sentence = next(SENTENCES[code] for code in codes if code in SENTENCES)
    return str(sentence) % facts


def _shown(name: str, fact: object) -> object:
    if name.endswith("_fen") and isinstance(fact, int):
        return format_yuan(fact)
    # `pledge 12` is a word of the machine; the number is what a person can look up.
    return re.sub(r"^[a-z_ ]+ (\d+)$", r"\1", fact) if name == "what" and isinstance(fact, str) else fact


def _total(facts: Mapping[str, object]) -> dict[str, object]:
    """A file's own figure: money where its name says so, else a count."""
    name = str(facts["name"])
    figures = {key: format_yuan(fact) if name.endswith("_fen") and isinstance(fact, int) else fact
               for key, fact in facts.items() if key != "name"}
    return {**figures, "name": TOTAL_NAMES.get(name, name)}


def _requested(facts: Mapping[str, object]) -> dict[str, object]:
    requested = facts.get("requested")
    return {"requested": format_yuan(requested)} if isinstance(requested, int) else {}


def _amount_left(facts: Mapping[str, object]) -> dict[str, object]:
    """What is left is fen for money, and units or hours in the reader's language for the rest."""
    left = facts["left"]
    if facts["kind"] == "cash" and isinstance(left, int):
        return {"left": format_yuan(left), "unit": "", **_requested(facts)}
    return {"unit": facts["unit"] if str(get_locale()).startswith("zh") else f" {facts['unit_en']}"}
