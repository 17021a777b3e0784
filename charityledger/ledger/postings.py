"""The entries of the worked examples, one function each. Pure: figures in, `Entry` out.

`money` is always the ledger account of a real bank account, wallet or cash box. Inflows stand before outflows, so
that no checked balance dips on the way. A cost of a restricted fund always carries its release in the same entry.
"""

from collections.abc import Sequence
from datetime import date

from . import chart as c
from .entry import Entry, Movement, as_net_assets


def release(fund: str, amount_fen: int) -> tuple[Movement, ...]:
    """Restricted net assets become unrestricted as they are used; nothing to release in other funds."""
    if not c.is_restricted(fund):
        return ()
    return (Movement(c.NET_RESTRICTED, c.NET_UNRESTRICTED, fund, amount_fen),)


def _pledge_kept(fund: str, kept_fen: int) -> tuple[Movement, ...]:
    return (Movement(c.PLEDGED_CONTRA, c.PLEDGED, fund, kept_fen),) if kept_fen else ()


def pledge(pledge_id: int, fund: str, amount_fen: int, on: date) -> Entry:
    """A promise, in memorandum accounts only: never income (promise 3)."""
    return Entry("pledge", on, (Movement(c.PLEDGED, c.PLEDGED_CONTRA, fund, amount_fen),), ("pledge", pledge_id))


def pledge_freed(pledge_id: int, fund: str, unpaid_fen: int, on: date) -> Entry:
    """The unpaid part of a promise that expired, was cancelled, released or written off."""
    return Entry("pledge_freed", on, _pledge_kept(fund, unpaid_fen), ("pledge", pledge_id))


def gift(donation_id: int, money: str, fund: str, amount_fen: int, on: date, *, kept_fen: int = 0,
         suspense_fen: int = 0, fee_fen: int = 0, fee_fund: str | None = None) -> Entry:
    """A gift of money (examples 1, 2 and 8).

    `kept_fen` of it keeps a pledge, so the memorandum falls; `suspense_fen` comes on top and waits in HOLD;
    `fee_fen` was kept by the wallet and is borne by `fee_fund` (default: the gift's own fund). Gross first.
    """
    rows = []
    if amount_fen:
        rows.append(Movement(money, c.gift_account(fund), fund, amount_fen))
    if suspense_fen:
        rows.append(Movement(money, c.SUSPENSE, c.SUSPENSE_FUND, suspense_fen))
    if fee_fen:
        rows += _fee(money, fee_fund or fund, fee_fen)
    return Entry("gift", on, (*rows, *_pledge_kept(fund, kept_fen)), ("donation", donation_id))


def _fee(money: str, fund: str, fee_fen: int) -> tuple[Movement, ...]:
    """What a wallet kept (example 1)."""
    return (Movement(c.FUNDRAISING_COST, money, fund, fee_fen), *release(fund, fee_fen)) if fee_fen else ()


def wallet_fee(line_id: int, money: str, fund: str, fee_fen: int, on: date) -> Entry:
    """What a wallet kept of a gift, as a line of its own (example 1)."""
    return Entry("wallet_fee", on, _fee(money, fund, fee_fen), ("statement_line", line_id))


def to_suspense(line_id: int, money: str, amount_fen: int, on: date, *, fee_fen: int = 0) -> Entry:
    """Money without a home waits in HOLD, gross. HOLD bears no cost, so a wallet's fee is the general fund's."""
    return Entry("suspense", on, (Movement(money, c.SUSPENSE, c.SUSPENSE_FUND, amount_fen),
                                  *_fee(money, c.GENERAL_FUND, fee_fen)), ("statement_line", line_id))


def from_suspense(donation_id: int, money: str, fund: str, amount_fen: int, on: date, kept_fen: int = 0) -> Entry:
    """Held money finds its fund (example 2)."""
    return Entry("suspense_settled", on,
                 (Movement(money, c.gift_account(fund), fund, amount_fen),
                  Movement(c.SUSPENSE, money, c.SUSPENSE_FUND, amount_fen), *_pledge_kept(fund, kept_fen)),
                 ("donation", donation_id))


def disbursement(disbursement_id: int, money: str, fund: str, amount_fen: int, on: date) -> Entry:
    """Money paid out for what the fund is for (example 3)."""
    return Entry("disbursement", on,
                 (Movement(c.PROGRAMME_COST, money, fund, amount_fen), *release(fund, amount_fen)),
                 ("disbursement", disbursement_id))


def prepayment(disbursement_id: int, money: str, fund: str, amount_fen: int, on: date) -> Entry:
    """Paid before delivery: not a cost yet (example 3)."""
    return Entry("prepayment", on, (Movement(c.PREPAID, money, fund, amount_fen),),
                 ("disbursement", disbursement_id))


def delivery(disbursement_id: int, fund: str, amount_fen: int, on: date) -> Entry:
    """What was paid in advance has been delivered: cost and release (example 3)."""
    return Entry("delivery", on,
                 (Movement(c.PROGRAMME_COST, c.PREPAID, fund, amount_fen), *release(fund, amount_fen)),
                 ("disbursement", disbursement_id))


def goods_in(donation_id: int, fund: str, value_fen: int, on: date) -> Entry:
    """Goods received, at a value that evidence supports (example 4)."""
    return Entry("goods", on, (Movement(c.STOCK, c.gift_account(fund), fund, value_fen),), ("donation", donation_id))


def goods_out(donation_id: int, fund: str, value_fen: int, on: date) -> Entry:
    """Goods handed over (example 4)."""
    return Entry("goods_handed_over", on,
                 (Movement(c.PROGRAMME_COST, c.STOCK, fund, value_fen), *release(fund, value_fen)),
                 ("donation", donation_id))


def payout(line_id: int, bank: str, wallet: str, amount_fen: int, on: date, fund: str = c.GENERAL_FUND) -> Entry:
    """A wallet pays out to the bank: an internal transfer, never a gift (example 5)."""
    return Entry("payout", on, (Movement(bank, wallet, fund, amount_fen),), ("statement_line", line_id))


def deposit(count_id: int, bank: str, cash: str, fund: str, amount_fen: int, on: date) -> Entry:
    """Counted cash is brought to the bank."""
    return Entry("deposit", on, (Movement(bank, cash, fund, amount_fen),), ("cash_count", count_id))


def payment_returned(disbursement_id: int, money: str, fund: str, amount_fen: int, on: date, *,
                     prepaid: bool = False, spent_in: int | None = None) -> Entry:
    """退汇, in: our payment came back; its release is reversed with it (example 6).

    `spent_in`: the year of its cost; where that is over, net assets get the cost back (adr/0009)."""
    if prepaid:
        rows: Sequence[Movement] = (Movement(money, c.PREPAID, fund, amount_fen),)
    else:
        rows = (Movement(money, c.PROGRAMME_COST, fund, amount_fen),
                *(m.turned() for m in release(fund, amount_fen)))
    if spent_in is not None and spent_in < on.year:
        rows = [as_net_assets(m) for m in rows]
    return Entry("payment_returned", on, tuple(rows), ("disbursement", disbursement_id))


def refund(donation_id: int, money: str, fund: str, amount_fen: int, on: date, *, recognised_in: int | None,
           our_fault: bool = False, general_pays_fen: int = 0, fee_back: tuple[str, int] | None = None) -> Entry:
    """A gift sent back (example 7). `recognised_in` is the year of its income, None while it is in suspense.
    `fee_back`: (fund, fen) of the fee that a wallet gives back with it, so that less leaves the account.

    Same year: income falls. After year-end: restricted (or unrestricted) net assets. Our fault: management cost, with
    its release. The money always leaves the fund that got the gift, so that its cash stays what it received less what
    it used; `general_pays_fen`: what that fund has spent already and the general fund makes up by transfer first.
    """
    if recognised_in is None:
        return Entry("refund", on, (Movement(c.SUSPENSE, money, c.SUSPENSE_FUND, amount_fen),),
                     ("donation", donation_id))
    rows = _transfer(money, c.GENERAL_FUND, fund, general_pays_fen) if general_pays_fen else ()
    if fee_back:        # first, since the gift's own fund may lack just that much
        rows += tuple(movement.turned() for movement in _fee(money, *fee_back))
    if our_fault:
        rows += (Movement(c.MANAGEMENT_COST, money, fund, amount_fen), *release(fund, amount_fen))
    elif recognised_in == on.year:
        rows += (Movement(c.gift_account(fund), money, fund, amount_fen),)
    else:
        net = c.NET_RESTRICTED if c.is_restricted(fund) else c.NET_UNRESTRICTED
        rows += (Movement(net, money, fund, amount_fen),)
    return Entry("refund", on, rows, ("donation", donation_id))


def surplus_transfer(request_id: int, money: str, giving: str, taking: str, amount_fen: int, on: date) -> Entry:
    """Surplus of one fund goes to another (example 9); nil over all funds."""
    return Entry("surplus_transfer", on,
                 _transfer(money, giving, taking, amount_fen), ("request", request_id))


def _transfer(money: str, giving: str, taking: str, amount_fen: int) -> tuple[Movement, ...]:
    return (Movement(money, c.FUND_TRANSFER, taking, amount_fen),
            Movement(c.FUND_TRANSFER, money, giving, amount_fen))


def interest(line_id: int, money: str, amount_fen: int, on: date) -> Entry:
    """Interest belongs to the general fund (example 10)."""
    return Entry("interest", on, (Movement(money, c.OTHER_INCOME, c.GENERAL_FUND, amount_fen),),
                 ("statement_line", line_id))


def other_income(line_id: int, money: str, amount_fen: int, on: date) -> Entry:
    """Money that came in and is no gift: a rent, a compensation, what a supplier gives back."""
    return Entry("other_income", on, (Movement(money, c.OTHER_INCOME, c.GENERAL_FUND, amount_fen),),
                 ("statement_line", line_id))


def management_cost(line_id: int, money: str, amount_fen: int, on: date, fund: str = c.GENERAL_FUND) -> Entry:
    """Management cost (example 10); a restricted fund pays only under an agreed rate, with release."""
    return Entry("management_cost", on,
                 (Movement(c.MANAGEMENT_COST, money, fund, amount_fen), *release(fund, amount_fen)),
                 ("statement_line", line_id))


def opening(account_number: int, money: str, amount_fen: int, on: date) -> Entry:
    """What an account held when the books began: unrestricted net assets of the general fund."""
    return Entry("opening", on, (Movement(money, c.NET_UNRESTRICTED, c.GENERAL_FUND, amount_fen),),
                 ("money_account", account_number))


def year_end(balances: dict[tuple[str, str], int], on: date) -> Entry | None:
    """Closes income, cost and transfers of every fund into its net assets (example 11); None where nothing is open.

    `balances`: {(account, fund): fen}, debit positive, as at `on`.
    """
    rows = []
    for (account, fund), fen in sorted(balances.items()):
        net = c.net_assets_of(account, fund)
        if not fen or net is None:
            continue
        rows.append(Movement(account, net, fund, -fen) if fen < 0 else Movement(net, account, fund, fen))
    return Entry("year_end", on, tuple(rows)) if rows else None
