"""What can go wrong with the catalogue and its updates. The wording stands in `charityledger.wording`."""

from ..errors import Conflict, InvalidInput


class EditConflict(Conflict):
    """Somebody else changed this after the form was opened. Facts: fields (names of those that differ)."""

    code = "edit_conflict"


class CodeTaken(Conflict):
    """Facts: text."""

    code = "code_taken"


class StatusRefused(Conflict):
    """The status does not lead there, or not yet. Base of the reasons below. Facts: state, wanted."""

    code = "status_not_next"


class NoItemsYet(StatusRefused):
    """A project opens with at least one need item. Facts: state, wanted."""

    code = "status_no_items"


class PromisesOpen(StatusRefused):
    """Donors hold reservations or promises that have not come in. Facts: state, wanted."""

    code = "status_promises_open"


class MoneyLeft(StatusRefused):
    """The project's fund still holds money. Facts: state, wanted, held_fen."""

    code = "status_money_left"


class DeliveryOpen(StatusRefused):
    """Goods, or what was paid for, have not reached the people yet. Facts: state, wanted."""

    code = "status_delivery_open"


class CapacityBelowTaken(Conflict):
    """Quantity or price would fall below what donors have taken. Facts: item, item_en, kind, unit, unit_en, left
    (what is taken, in the item's own unit)."""

    code = "capacity_below_taken"


class ItemTaken(Conflict):
    """Donors have taken some of this item, so it cannot be withdrawn. Facts: item."""

    code = "item_taken"


class KindFixed(Conflict):
    """Something happened to this item already, so it stays of its kind. Facts: item."""

    code = "kind_fixed"


class DatesOutOfOrder(InvalidInput):
    """A project would end before it opens. Facts: none."""

    code = "dates_out_of_order"


class DateInFuture(InvalidInput):
    """News is told after it happened. Facts: none."""

    code = "date_in_future"


class AltTextMissing(InvalidInput):
    """A picture needs words for those who cannot see it. Facts: name."""

    code = "alt_text_missing"


class NotAPicture(InvalidInput):
    """A PDF where a picture is wanted. Facts: name."""

    code = "not_a_picture"


class UpdateEmpty(InvalidInput):
    """Facts: none."""

    code = "update_empty"


class ReasonMissing(InvalidInput):
    """Facts: none."""

    code = "reason_missing"
