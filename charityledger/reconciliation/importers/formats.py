"""Every layout that is recognised by itself, by its name. Pure."""

from .boc import BOC
from .icbc import ICBC
from .layout import Layout
from .wechat_fund import WECHAT_FUND

_ALL = (WECHAT_FUND, ICBC, BOC)
FORMATS: dict[str, Layout] = {layout.format: layout for layout in _ALL}
