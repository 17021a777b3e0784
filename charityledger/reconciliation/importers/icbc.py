"""工商银行: 借方发生额/贷方发生额, or 借贷标志 with 发生额, or 转出金额/转入金额. Pure."""

from .bank import layout

ICBC = layout("icbc", ("对方单位", "对方单位名称", "转出金额", "转入金额", "个性化信息", "回单个性化信息",
                       ("借方发生额", "贷方发生额", "对方户名")), names=("工商银行", "HISTORYDETAIL"))
