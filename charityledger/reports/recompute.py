"""`charityledger audit`: recompute every balance and measure from what was recorded, and compare with what is shown."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from .. import triggers
from ..donations.models import Allocation, Disbursement, Donation, Pledge, PledgeLine, StatementLine, Suspense
from ..donations.rules import COUNTED_STATES, LIVE_STATES
from ..ledger import balances, chart
from ..ledger.models import AccountBalance, FundBalance, JournalEntry, LedgerAccount, MovementRow, Voucher
from ..projects import measures
from ..projects.models import ItemProgress, NeedItem, NeedMovement, SubProject
from ..projects.rules import capacity_of
from ..projects.triggers import MEASURES


@dataclass(frozen=True)
class Problem:
    """Something that does not agree. `message` is for people who operate the site (English)."""

    code: str
    message: str


@dataclass(frozen=True)
class Result:
    """What `audit --json` prints: totals in fen, of cash."""

    entries: int
    problems: tuple[Problem, ...]
    need_fen: int
    pledged_fen: int
    received_fen: int
    disbursed_fen: int

    @property
    def ok(self) -> bool:
        return not self.problems


def run(session: Session) -> Result:
    """Every check, in one reading of the database."""
    found = [problem for check in CHECKS for problem in check(session)]
    total = measures.total(measures.items(session)).cash
    return Result(session.scalar(select(func.count(JournalEntry.id))) or 0, tuple(found), total.need, total.pledged,
                  total.received, total.disbursed)


def triggers_stand(session: Session) -> Iterator[Problem]:
    """Every trigger that keeps the promises in the database is there, enabled, and does what this release says."""
    for fault, name in triggers.faults(session.connection()):
        yield Problem(f"trigger_{fault}", f"trigger {name} is missing or disabled" if fault == "missing"
                      else f"trigger {name} is not what this release installs")


def entries_sealed(session: Session) -> Iterator[Problem]:
    """Every header agrees with its movements, and no movement lacks a header."""
    sums = (select(MovementRow.entry_id, func.count(MovementRow.id).label("n"),
                   func.sum(MovementRow.amount_fen).label("fen")).group_by(MovementRow.entry_id).subquery())
    for entry_id, count, fen, n, total in session.execute(
            select(JournalEntry.id, JournalEntry.movement_count, JournalEntry.total_fen, sums.c.n, sums.c.fen)
            .outerjoin(sums, sums.c.entry_id == JournalEntry.id)
            .where((sums.c.n.is_(None)) | (sums.c.n != JournalEntry.movement_count)
                   | (sums.c.fen != JournalEntry.total_fen))):
        yield Problem("unbalanced_entry", f"entry {entry_id}: header says {count} movements of {fen} fen, "
                      f"found {n} of {total}")
    for (entry_id,) in session.execute(select(MovementRow.entry_id).outerjoin(
            JournalEntry, JournalEntry.id == MovementRow.entry_id).where(JournalEntry.id.is_(None)).distinct()):
        yield Problem("movement_without_entry", f"movements of entry {entry_id} have no header")


def four_eyes(session: Session) -> Iterator[Problem]:
    """Maker and approver differ wherever a second person is needed."""
    from ..ledger.store import NEEDS_APPROVAL

    for (entry_id,) in session.execute(select(JournalEntry.id).where(
            (JournalEntry.kind.in_(NEEDS_APPROVAL)
             & (JournalEntry.approved_by.is_(None) | JournalEntry.made_by.is_(None)))
            | (JournalEntry.approved_by == JournalEntry.made_by))):
        yield Problem("same_person", f"entry {entry_id} was not approved by a second person")
    for (entry_id,) in session.execute(select(JournalEntry.id).join(
            Disbursement, Disbursement.id == JournalEntry.subject_id).where(
            JournalEntry.kind == "payment_returned",
            JournalEntry.made_by.is_(None) | (JournalEntry.made_by == Disbursement.requested_by))):
        yield Problem("same_person", f"entry {entry_id} takes a payment back by the one who asked for it")


def balances_agree(session: Session) -> Iterator[Problem]:
    """The running balances are the sums of all movements; nothing that must not be negative is."""
    kept, summed = balances.all_balances(session), balances.recomputed(session)
    for key in sorted(kept.keys() | summed.keys()):
        if kept.get(key, 0) != summed.get(key, 0):
            yield Problem("balance_differs", f"account {key[0]} fund {key[1]}: kept {kept.get(key, 0)} fen, "
                          f"movements give {summed.get(key, 0)}")
    holds = dict(session.execute(select(LedgerAccount.code, LedgerAccount.holds)).all())
    for row in session.scalars(select(FundBalance)):
        for name, kind in (("cash_fen", "money"), ("stock_fen", "stock")):
            fen = sum(v for (account, fund), v in summed.items() if fund == row.fund and holds[account] == kind)
            if getattr(row, name) != fen or fen < 0:
                yield Problem("fund_balance_differs", f"fund {row.fund} {name}: kept {getattr(row, name)} fen, "
                              f"movements give {fen}")
    for account in session.scalars(select(AccountBalance)):
        fen = sum(v for (code, _), v in summed.items() if code == account.account)
        if account.amount_fen != fen or fen < 0:
            yield Problem("account_balance_differs", f"account {account.account}: kept {account.amount_fen} fen, "
                          f"movements give {fen}")


def funds_equal_net_assets(session: Session) -> Iterator[Problem]:
    """Per fund: assets less liabilities equal net assets with the year's income and cost; memorandum apart."""
    sums: dict[str, int] = {}
    for (account, fund), fen in balances.recomputed(session).items():
        if not chart.BY_CODE[chart.parent_of(account)].memorandum:
            sums[fund] = sums.get(fund, 0) + fen
    for fund, fen in sums.items():
        if fen:
            yield Problem("fund_unbalanced", f"fund {fund}: debits and credits differ by {fen} fen")


def vouchers_gap_free(session: Session) -> Iterator[Problem]:
    """Numbers of a series and month run from 1 without a gap."""
    for series, period, count, last in session.execute(
            select(Voucher.series, Voucher.period, func.count(), func.max(Voucher.number))
            .group_by(Voucher.series, Voucher.period)):
        if count != last:
            yield Problem("voucher_gap", f"series {series} {period}: {count} vouchers, last number {last}")


def counters_agree(session: Session) -> Iterator[Problem]:
    """Each need item's counter is the sum of its movements and within its capacity; its need and price are those that
    the catalogue says."""
    measured = ("need", *MEASURES)
    sums = {row[0]: tuple(int(v) for v in row[1:]) for row in session.execute(
        select(NeedMovement.need_item_id, *(func.sum(getattr(NeedMovement, m)) for m in measured),
               func.sum(NeedMovement.unit_price_fen)).group_by(NeedMovement.need_item_id))}
    nothing = (0,) * (len(measured) + 1)
    for row, item in session.execute(select(ItemProgress, NeedItem).join(
            NeedItem, NeedItem.id == ItemProgress.need_item_id)):
        *summed, price_fen = sums.get(item.id, nothing)
        kept = [row.capacity, *(getattr(row, m) for m in MEASURES)]
        if kept != summed:
            yield Problem("counter_differs", f"need item {item.id}: kept {kept}, movements give {summed}")
        asked = 0 if item.withdrawn else capacity_of(item.kind, item.quantity, item.amount_fen)
        if (asked, item.unit_price_fen) != (summed[0], price_fen):
            yield Problem("need_differs", f"need item {item.id}: the catalogue asks for {asked} at "
                          f"{item.unit_price_fen} fen, movements give {summed[0]} at {price_fen}")
        if row.open < 0:
            yield Problem("oversold", f"need item {row.need_item_id} is taken {-row.open} beyond its need")


def pledges_agree(session: Session) -> Iterator[Problem]:
    """Pledges, their lines and the memorandum accounts say the same; counters of pledged are sums of pledges."""
    lines = (select(PledgeLine.pledge_id, func.sum(PledgeLine.amount).label("amount"),
                    func.sum(PledgeLine.paid).label("paid")).group_by(PledgeLine.pledge_id).subquery())
    for pledge_id, reference in session.execute(
            select(Pledge.id, Pledge.reference).join(lines, lines.c.pledge_id == Pledge.id)
            .where((lines.c.amount != Pledge.amount) | (lines.c.paid != Pledge.paid))):
        yield Problem("pledge_differs", f"pledge {pledge_id} ({reference}) differs from its lines")
    outstanding = dict(session.execute(
        select(SubProject.code, func.sum(Pledge.amount - Pledge.paid)).join(
            SubProject, SubProject.id == Pledge.sub_project_id)
        .where(Pledge.kind == "cash", Pledge.state.in_(LIVE_STATES)).group_by(SubProject.code)).all())
    kept = {fund: fen for (account, fund), fen in balances.all_balances(session).items() if account == chart.PLEDGED}
    for fund in sorted(outstanding.keys() | kept.keys()):
        if int(outstanding.get(fund, 0)) != kept.get(fund, 0):
            yield Problem("memorandum_differs", f"fund {fund}: pledges outstanding {outstanding.get(fund, 0)} fen, "
                          f"memorandum {kept.get(fund, 0)}")
    ended = select(func.sum(Pledge.paid)).where(Pledge.kind == "cash", Pledge.state.not_in(COUNTED_STATES))
    counted = select(func.sum(Pledge.amount)).where(Pledge.kind == "cash", Pledge.state.in_(COUNTED_STATES))
    shown = measures.total(measures.items(session, public=False)).cash.pledged
    fen = int(session.scalar(counted) or 0) + int(session.scalar(ended) or 0)
    if fen != shown:
        yield Problem("pledged_differs", f"pledges come to {fen} fen, the measure says {shown}")


def gifts_agree(session: Session) -> Iterator[Problem]:
    """Received money is the same in measures, gifts and books; suspense too; lines are not overused."""
    shown = measures.total(measures.items(session, public=False)).cash.received
    gifts = int(session.scalar(select(func.sum(Donation.value_fen)).where(
        Donation.kind == "cash", Donation.state == "received", Donation.sub_project_id.is_not(None))) or 0)
    if gifts != shown:
        yield Problem("received_differs", f"gifts to projects come to {gifts} fen, the measure says {shown}")
    held = int(session.scalar(select(func.sum(Suspense.amount_fen - Suspense.settled_fen))) or 0)
    booked = -sum(fen for (account, _), fen in balances.all_balances(session).items() if account == chart.SUSPENSE)
    if held != booked:
        yield Problem("suspense_differs", f"money in suspense {held} fen, the books say {booked}")
    used = (select(Allocation.statement_line_id, func.sum(Allocation.amount_fen).label("fen"))
            .group_by(Allocation.statement_line_id).subquery())
    for line_id, used_fen, fen in session.execute(
            select(StatementLine.id, StatementLine.used_fen, func.coalesce(used.c.fen, 0))
            .outerjoin(used, used.c.statement_line_id == StatementLine.id)
            .where((func.coalesce(used.c.fen, 0) != StatementLine.used_fen)
                   | (StatementLine.used_fen > func.abs(StatementLine.amount_fen)))):
        yield Problem("line_differs", f"statement line {line_id}: used {used_fen} fen, allocations {fen}")


NO_PART = (chart.FUND_TRANSFER, chart.FUNDRAISING_COST)


def books_agree(session: Session) -> Iterator[Problem]:
    """Per project, money received and disbursed is the same in the measures and in the books."""
    into, out, undone = aliased(LedgerAccount), aliased(LedgerAccount), aliased(JournalEntry)
    # What came in or went out; what only changed its account is neither.
    rows = session.execute(
        select(MovementRow.fund, JournalEntry.kind, undone.kind, MovementRow.debit_account,
               MovementRow.credit_account, into.holds, func.sum(MovementRow.amount_fen))
        .join(JournalEntry, JournalEntry.id == MovementRow.entry_id)
        .outerjoin(undone, undone.id == JournalEntry.reverses_id)
        .join(into, into.code == MovementRow.debit_account).join(out, out.code == MovementRow.credit_account)
        .where((into.holds == "money") != (out.holds == "money"))
        .group_by(MovementRow.fund, JournalEntry.kind, undone.kind, MovementRow.debit_account,
                  MovementRow.credit_account, into.holds))
    received: dict[str, int] = {}
    disbursed: dict[str, int] = {}
    for fund, kind, of, debit, credit, holds, fen in rows:
        signed, other = (int(fen), credit) if holds == "money" else (-int(fen), debit)
        # A refund lowers income, net assets or, where the fault was ours, is a cost; the general fund's help is none,
        # and neither is the wallet's fee that comes back with it.
        # What undoes a gift of a year that is over lowers net assets too.
        if (other == chart.gift_account(fund) or (kind == "refund" and other not in NO_PART)
                or (of is not None and other == chart.NET_RESTRICTED)):
            received[fund] = received.get(fund, 0) + signed
        elif "payment_returned" in (kind, of) or kind in ("disbursement", "prepayment"):
            disbursed[fund] = disbursed.get(fund, 0) - signed
    for code, items in measures.by(measures.items(session, public=False), "sub_code").items():
        cash = measures.total(items).cash
        for name, shown, booked in (("received", cash.received, received), ("disbursed", cash.disbursed, disbursed)):
            if shown != booked.get(code, 0):
                yield Problem(f"{name}_not_booked", f"{code}: {shown} fen {name} by the measure, {booked.get(code, 0)} "
                              "in the books")


CHECKS = (triggers_stand, entries_sealed, four_eyes, balances_agree, funds_equal_net_assets, vouchers_gap_free,
          counters_agree, pledges_agree, gifts_agree, books_agree)
