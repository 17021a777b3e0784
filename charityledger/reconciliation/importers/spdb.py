"""浦发银行. Pure."""

from .bank import layout

SPDB = layout("spdb", (("借方金额", "贷方金额", "对方户名"),), names=("浦发银行", "浦东发展银行"))
