"""农业银行: 收入 and 支出, the head below the account's particulars, a count and a sum of each at the end. Pure."""

from .bank import layout

ABC = layout("abc", ("收入", "支出", "收入金额", "支出金额", "对方省市"), names=("农业银行",))
