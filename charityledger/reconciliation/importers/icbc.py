"""工商银行, in its three variants. Pure."""

from .bank import layout

_NAMES = ("工商银行", "HISTORYDETAIL")
_MARKS = ("对方单位", "对方单位名称", "个性化信息", "回单个性化信息")

ICBC_V2 = layout("icbc-v2", _MARKS, names=_NAMES, needs=(("time", "date"), ("amount",), ("direction",)))
ICBC_V3 = layout("icbc-v3", ("转出金额", "转入金额"), {"in": ("转入金额",), "out": ("转出金额",)}, names=_NAMES,
                 needs=(("time", "date"), ("in",), ("out",)))
ICBC = layout("icbc", (*_MARKS, ("借方发生额", "贷方发生额", "对方户名")), names=_NAMES,
              needs=(("time", "date"), ("in",), ("out",)))
