"""建设银行: 借方发生额（支取） and 贷方发生额（收入）, each line with a number of its own. Pure."""

from .bank import layout

CCB = layout("ccb", ("账户明细编号-交易流水号", "企业流水号", "对方开户机构", "借方发生额(支取)", "贷方发生额(收入)"), {
    "native": ("账户明细编号-交易流水号", "账户明细编号"),
    "merchant_order": ("企业流水号",),
}, names=("建设银行",))
