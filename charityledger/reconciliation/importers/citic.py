"""中信银行. Pure."""

from .bank import layout

CITIC = layout("citic", ("对方账户名称", "对方开户网点名称", ("借方发生额", "贷方发生额", "账户余额")),
               names=("中信银行",))
