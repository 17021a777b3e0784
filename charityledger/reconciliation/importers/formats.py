"""Every layout that is recognised by itself, first to last. Pure.

The last is no bank's in particular: a table whose columns all banks' words name, with a balance that proves directions.
"""

from .abc import ABC
from .alipay_account import ALIPAY_ACCOUNT
from .alipay_personal import ALIPAY_PERSONAL
from .alipay_trade import ALIPAY_TRADE
from .bank import NEEDS, layout
from .boc import BOC
from .bocom import BOCOM
from .ccb import CCB
from .citic import CITIC
from .cmb import CMB
from .icbc import ICBC, ICBC_V2, ICBC_V3
from .layout import Layout
from .spdb import SPDB
from .wechat_fund import WECHAT_FUND
from .wechat_personal import WECHAT_PERSONAL
from .wechat_trade import WECHAT_TRADE

OTHER_BANK = layout("bank", (), needs=(*NEEDS, ("balance",), ("name", "other", "memo")))

# Where two fit equally well, the first is taken.
LAYOUTS: tuple[Layout, ...] = (
    WECHAT_TRADE, WECHAT_FUND, WECHAT_PERSONAL, ALIPAY_TRADE, ALIPAY_ACCOUNT, ALIPAY_PERSONAL, BOC, CCB, CMB, ABC, SPDB,
    CITIC, ICBC_V3, ICBC_V2, ICBC, BOCOM, OTHER_BANK)
