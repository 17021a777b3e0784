"""State receipts of the demonstration: a few issued, one voided and issued anew, one waived; the rest to apply for.

Code and numbers are plainly none: the state's begin with the number of a province.
"""

from .clock import Clock, today
from .donations import state_receipt_queue, state_receipts
from .donations.state_receipt_queue import Row, Wanted
from .donations.state_receipt_rows import Issued
from .extensions import db
from .identity.actor import Actor

CODE = "00000000"
ISSUED = 6


def fill(*, staff: Actor, clock: Clock, donor_id: int) -> None:
    """Of the demonstration's own donor first, so that “my gifts” shows one, then of the oldest gifts."""
    rows = state_receipt_queue.listed(db.session(), Wanted())
    mine = [row for row in rows if row.donor is not None and row.donor.id == donor_id]
    others = [row for row in rows if row not in mine and row.donor is not None]
    numbers = iter(range(1, ISSUED + 3))
    for row in [*mine[:1], *others[:ISSUED - 1]]:
        _issue(row, next(numbers), staff, clock)
    for row in others[ISSUED:ISSUED + 1]:
        wrong = _issue(row, next(numbers), staff, clock)
        state_receipts.void(actor=staff, clock=clock, receipt_id=wrong, reason="交款人名称写错（演示）")
        _issue(row, next(numbers), staff, clock)
    for row in others[ISSUED + 1:ISSUED + 2]:
        state_receipts.waive(actor=staff, clock=clock, donation_id=row.gift.id, reason="捐赠人来电说不需要（演示）")


def _issue(row: Row, number: int, staff: Actor, clock: Clock) -> int:
    return state_receipts.record_issued(
        actor=staff, clock=clock, donation_id=row.gift.id,
        issued=Issued(CODE, f"{number:010d}", "000000", today(clock), row.gift.value_fen))
