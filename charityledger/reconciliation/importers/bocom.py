"""交通银行: `贷 Cr` or `借 Dr` beside the amount, or two columns. Pure."""

from .bank import layout

BOCOM = layout("bocom", ("借贷DcFlg", "借贷标志DcFlg", ("借贷标志", "发生额", "对方户名"),
                         ("借贷标志", "交易金额", "对方户名"), ("借贷", "交易金额", "对方户名")), names=("交通银行",))
