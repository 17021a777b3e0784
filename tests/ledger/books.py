"""Books to try postings in, and tables in which a test shows every movement and every balance."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from charityledger.clock import FixedClock
from charityledger.ledger import balances, chart, store
from charityledger.ledger.entry import Entry, Movement
from charityledger.money import format_fen

BANK = chart.under(chart.BANK, "ICBC")
WECHAT = chart.under(chart.WECHAT, "SHOP")
MAKER, APPROVER = 1, 2
ORDER = {account.code: number for number, account in enumerate(chart.CHART)}

# A fund's own things, what it owes, and what that leaves: the two sides of the invariant of design section 5.
HELD = ("asset", "liability")
LEFT = ("net_assets", "income", "cost", "transfer")


def open_books(tx: Session) -> None:
    """The accounts and funds that the examples use."""
    store.create_chart(tx)
    for fund in ("A", "B"):
        store.create_fund(tx, fund)
    store.create_account_under(tx, chart.BANK, "ICBC", "工行")
    store.create_account_under(tx, chart.WECHAT, "SHOP", "微信")


def name(code: str) -> str:
    """`银行存款` for the bank account 1002-ICBC."""
    return chart.BY_CODE[chart.parent_of(code)].name_zh


def table(text: str) -> list[str]:
    """The lines of a table with its columns parted by one space."""
    return [" ".join(line.split()) for line in text.strip().splitlines()]


def shown(movements: tuple[Movement, ...]) -> list[str]:
    """`银行存款 ← 捐赠收入—限定性 100.00 A`, a line per movement: debit, credit, amount, fund."""
    return [f"{name(m.debit)} ← {name(m.credit)} {format_fen(m.amount_fen)} {m.fund}" for m in movements]


@dataclass
class Books:
    """The chart, funds A and B, a bank account and a wallet, in a transaction that is given up after the test."""

    tx: Session
    clock: FixedClock

    def post(self, entry: Entry) -> int:
        """Post it, by the maker, and by the approver too where a second person is needed."""
        return store.post(self.tx, entry, clock=self.clock, made_by=MAKER,
                          approved_by=APPROVER if entry.kind in store.NEEDS_APPROVAL else None)

    def posted(self, entry: Entry, movements: str) -> int:
        """Post, read back, and compare with the table; afterwards everything still ties."""
        entry_id = self.post(entry)
        assert shown(store.load(self.tx, entry_id).movements) == table(movements)
        self.tie()
        return entry_id

    def are(self, expected: str) -> None:
        """Every balance that is not nil: fund, account, amount (debit positive), in the chart's order."""
        assert [f"{fund} {name(code)} {format_fen(fen)}" for (code, fund), fen in sorted(
            self.balances().items(), key=lambda row: (row[0][1], ORDER[chart.parent_of(row[0][0])]))
        ] == table(expected)

    def balances(self) -> dict[tuple[str, str], int]:
        return balances.all_balances(self.tx)

    def tie(self) -> None:
        """The invariants of the books."""
        kept, cash = balances.all_balances(self.tx), balances.fund_cash(self.tx)
        assert kept == balances.recomputed(self.tx)
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for (code, fund), fen in kept.items():
            account = chart.BY_CODE[chart.parent_of(code)]
            sums[fund, account.kind] += fen
            sums[fund, account.holds] += fen
            sums["all", account.kind] += fen
        for fund, fen in cash.items():
            assert fen == sums[fund, "money"] >= 0
            assert sums[fund, "stock"] >= 0
            # Cash, stock and prepaid less liabilities are the net assets with the year's income and cost.
            assert sum(sums[fund, kind] for kind in HELD) == -sum(sums[fund, kind] for kind in LEFT)
            assert sums[fund, "memorandum"] == 0
            if chart.is_restricted(fund):
                # What a restricted fund has used is released, no more and no less.
                assert kept.get((chart.NET_UNRESTRICTED, fund), 0) + sums[fund, "cost"] == 0
        assert sums["all", "transfer"] == 0

    def gift(self, fund: str, fen: int, on: date, money: str = BANK) -> None:
        """A gift that an example begins with."""
        self.post(Entry("gift", on, (Movement(money, chart.gift_account(fund), fund, fen),)))
