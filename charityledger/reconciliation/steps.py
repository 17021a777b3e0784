"""What a person chose for a line, carried out: one offer is one step. The desk's page and its bulk use this alike."""

from dataclasses import dataclass
from typing import Any

from ..clock import Clock
from ..errors import NotFound
from ..identity.actor import Actor
from . import decide, explain, offers, pairing, returns, transfer
from .decide import Share

EXPLAINED: dict[str, explain.What] = {"fee": "fee", "interest": "interest", "charge": "charge",
                                      "other_income": "other_income"}
RETURNED: dict[str, returns.What] = {"donation": "donation", "suspense": "suspense"}


@dataclass(frozen=True)
class Settings:
    """`fee_fund`: who bears wallets' fees, where that is not the gift's own fund; `second_above_yuan`: above it a
    second person decides what one person would book from a line, or undo."""

    fee_fund: str | None
    second_above_yuan: int


def take(line_id: int, offer: str, *, note: str, actor: Actor, clock: Clock, settings: Settings,
         key: str | None) -> int:
    """Do what `offer` (offers.Offer.value) says. Returns the id of the request that a second person has to decide, or 0
    where it is done. Raises NotFound for no offer at all, and what the step's own service raises."""
    kind, _, rest = offer.partition(":")
    about: dict[str, Any] = {"actor": actor, "clock": clock, "line_id": line_id, "key": key}
    if kind in EXPLAINED:
        return explain.explain(**about, what=EXPLAINED[kind], reason=note, fee_fund=settings.fee_fund,
                               second_above_yuan=settings.second_above_yuan)
    try:
        if kind == "promise":
            decide.confirm(**about, parts=offers.read_parts(rest), fee_fund=settings.fee_fund)
        elif kind == "found":
            reference, _, fen = rest.partition("=")
            decide.split(**about, shares=(Share("pledge", int(fen), reference),), fee_fund=settings.fee_fund, note=note)
        elif kind == "twin":
            pairing.take_over(**about, twin_id=int(rest))
        elif kind == "entry":
            pairing.pair(**about, entry_id=int(rest))
        elif kind == "line":
            transfer.transfer(**about, other_line_id=int(rest))
        elif kind == "payment":
            returns.came_back(**about, disbursement_id=int(rest))
        elif kind == "back":
            what, _, number = rest.partition(":")
            return returns.sent_back(**about, what=RETURNED[what], subject_id=int(number), reason=note)
        else:
            raise NotFound(what=offer[:40])
    except (KeyError, ValueError):      # an offer that no page of ours has made
        raise NotFound(what=offer[:40]) from None
    return 0
