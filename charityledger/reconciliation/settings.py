"""What the settings say of matching."""

from collections.abc import Mapping
from typing import Any

from ..ledger.chart import GENERAL_FUND
from .runs import Policy


def policy(config: Mapping[str, Any]) -> Policy:
    """AUTO_CONFIRM and WALLET_FEE_PAID_BY."""
    return Policy(frozenset(config["AUTO_CONFIRM"]),
                  GENERAL_FUND if config["WALLET_FEE_PAID_BY"] == "general" else None)
