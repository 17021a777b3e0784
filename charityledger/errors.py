"""Everything that can go wrong for a user, as classes with facts.

Each class has a stable `code` (documented in docs/operations.md), an HTTP `status` and the facts that its wording
needs; the wording itself, Chinese and English, stands in `charityledger.wording`.
"""


class CharityLedgerError(Exception):
    """A fault that a person can understand and act on. `facts` fill the sentence in `wording`."""

    code = "error"
    status = 400

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code}({told})"


class InvalidInput(CharityLedgerError):
    """Text or a file that cannot be taken as it is."""

    code = "invalid_input"
    status = 422


class NotFound(CharityLedgerError):
    """Facts: what."""

    code = "not_found"
    status = 404


class NotAllowed(CharityLedgerError):
    """The role of the signed-in person does not include this. Facts: role."""

    code = "not_allowed"
    status = 403


class Conflict(CharityLedgerError):
    """What was true when the page was shown is not true any more."""

    code = "conflict"
    status = 409


class IdempotencyConflict(Conflict):
    """A form's token came back with other content. Facts: key."""

    code = "idempotency_conflict"


class UnbalancedEntry(CharityLedgerError):
    """A movement without two sides, an amount that is not positive, or an entry without movements. Facts: why."""

    code = "unbalanced_entry"


class MixedMovement(CharityLedgerError):
    """A memorandum account and a real one in one movement. Facts: debit, credit."""

    code = "mixed_movement"


class UnknownAccount(CharityLedgerError):
    """Facts: account."""

    code = "unknown_account"


class UnknownFund(CharityLedgerError):
    """Facts: fund."""

    code = "unknown_fund"


class FundOverdrawn(Conflict):
    """Facts: fund, available_fen, requested_fen."""

    code = "fund_overdrawn"


class AccountOverdrawn(Conflict):
    """A money account would fall below zero. Facts: account, available_fen, requested_fen."""

    code = "account_overdrawn"


class StockOverdrawn(Conflict):
    """More goods handed over than the fund holds. Facts: fund, available_fen, requested_fen."""

    code = "stock_overdrawn"


class HeldMoney(CharityLedgerError):
    """Money in the suspense fund is never disbursed. Facts: none."""

    code = "held_money"


class PeriodClosed(Conflict):
    """Facts: period."""

    code = "period_closed"


class AlreadyReversed(Conflict):
    """Facts: entry_id."""

    code = "already_reversed"


class NotUndoable(Conflict):
    """Only what a statement line was booked as is undone by one person alone. Facts: kind."""

    code = "not_undoable"


class SamePerson(CharityLedgerError):
    """The maker of a payment, refund or reversal is never its approver. Facts: none."""

    code = "same_person"
    status = 403


class OverNeed(Conflict):
    """An adoption or import row takes more than is left. Facts: item, left, requested, unit."""

    code = "over_need"


class PledgeExpired(Conflict):
    """Facts: reference."""

    code = "pledge_expired"


class WrongState(Conflict):
    """A step that the present state does not allow. Facts: subject, state, wanted."""

    code = "wrong_state"


class LineOverused(Conflict):
    """A statement line would be used beyond its amount. Facts: line_id, left_fen, requested_fen."""

    code = "line_overused"
