"""account, statement and reconcile: what scripts call, what they print, and how they end."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from charityledger.cli import main
from charityledger.clock import FixedClock
from charityledger.donations.models import BankStatement, Donation, MoneyAccount, StatementLine
from charityledger.extensions import db
from charityledger.reconciliation import undo
from tests.donations import world
from tests.donations.world import STAFF
from tests.reconciliation.files import FIXTURES


@dataclass
class Done:
    """How a command ended. `told`: its JSON, None where it printed none."""

    code: int
    told: Any
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(app: Flask, clock: FixedClock) -> Run:
    with app.app_context():
        world.fill(clock)

    def call(*args: object, as_json: bool = True) -> Done:
        done = CliRunner().invoke(main, [*map(str, args), *(["--json"] if as_json else [])], obj=app)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        told = json.loads(done.stdout) if as_json and done.stdout else None
        return Done(done.exit_code, told, done.stdout, done.stderr)

    return call


def take(run: Run, file: str, account: str, *more: str) -> Done:
    return run("statement", "import", FIXTURES / file, "--account", account, *more)


def count(app: Flask, what: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(what)) or 0


class TestAccounts:
    def test_one_is_added_and_listed(self, run: Run) -> None:
        done = run("account", "add", "ICBC2", "--kind", "bank", "--name", "工行基本户", "--number", "6222 0001",
                   "--opening", "1,234.56", "--opening-on", "2026-01-01", as_json=False)
        assert (done.code, done.err) == (0, "")
        assert "ICBC2" in done.out
        told = {row["code"]: row for row in run("account", "list").told}
        assert {key: told["ICBC2"][key] for key in ("kind", "name", "number", "source", "balance_fen")} == {
            "kind": "bank", "name": "工行基本户", "number": "6222 0001", "source": "", "balance_fen": 123_456}
        assert told["BANK"]["balance_fen"] == 0
        assert "1,234.56" in run("account", "list", as_json=False).out

    def test_a_code_that_is_taken(self, run: Run) -> None:
        done = run("account", "add", "BANK", "--kind", "bank", "--name", "又一个", as_json=False)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("charityledger: ")

    def test_an_amount_that_could_be_two(self, run: Run, app: Flask) -> None:
        before = count(app, MoneyAccount)
        done = run("account", "add", "NEW", "--kind", "bank", "--name", "新", "--opening", "1,5", as_json=False)
        assert done.code == 2
        assert "1,5" in done.err
        assert count(app, MoneyAccount) == before


# From the truth of these files (truth.json): lines, in, out, closing balance; fen.
TRUTH = [
    ("wechat-merchant-fundflow.csv", "WX", "wechat", 6, 15_001, 5_060, 9_941),
    ("alipay-merchant-signcustomer.gbk.csv", "ZFB", "alipay", 4, 20_000, 18_120, 1_880),
    ("boc-corporate.csv", "BOC", "bank", 4, 520_000, 1_000, 1_519_000),
    ("ccb-corporate.xls", "CCB", "bank", 3, 2_009_941, 2_000_000, 1_528_941),
    ("icbc-corporate-v2.gbk.csv", "ICBC", "bank", 2, 10_000, 5_000, 1_533_940),
    ("icbc-corporate-v3.xlsx", "ICBC3", "bank", 2, 10_000, 5_000, 1_533_940),
    ("wechat-merchant-trade-ALL.csv", "WX", "wechat", 4, 15_001, 5_000, None),
    ("alipay-merchant-trade.gbk.csv", "ZFB", "alipay", 2, 20_000, 8_000, None),
    ("alipay-merchant-trade.zip", "ZFB", "alipay", 2, 20_000, 8_000, None),
]


class TestImport:
    @pytest.mark.one_database
    @pytest.mark.parametrize(("file", "account", "kind", "lines", "in_fen", "out_fen", "closing_fen"), TRUTH)
    def test_a_file_comes_to_its_truth(self, run: Run, app: Flask, file: str, account: str, kind: str, lines: int,
                                       in_fen: int, out_fen: int, closing_fen: int | None) -> None:
        done = take(run, file, account, "--yes")
        told = done.told
        assert (done.code, done.err) == (0, "")
        assert {"file_sha256", "format", "account", "lines", "new", "known", "doubtful", "in_fen", "out_fen",
                "opening_fen", "closing_fen", "ties", "problems", "neutral"} <= set(told)
        assert (told["account"], told["lines"], told["new"], told["known"], told["doubtful"], told["neutral"]) == (
            account, lines, lines, 0, 0, 0)
        assert (told["in_fen"], told["out_fen"], told["closing_fen"]) == (in_fen, out_fen, closing_fen)
        assert (told["ties"], told["problems"], told["imported"]) == (True, [], True)
        if closing_fen is not None:
            assert told["opening_fen"] + in_fen - out_fen == closing_fen
        with app.app_context():
            made = db.session.get_one(MoneyAccount, account)
            assert (made.kind, made.code) == (kind, account)

    def test_an_account_that_is_not_there_is_made_by_yes_alone(self, run: Run, app: Flask) -> None:
        done = take(run, "boc-corporate.csv", "BOC")
        assert (done.code, done.told["imported"]) == (1, False)
        assert [(one["line"], one["code"]) for one in done.told["problems"]] == [(0, "not_found")]
        assert count(app, BankStatement) == 0

    def test_totals_that_do_not_tie_need_yes(self, run: Run, app: Flask) -> None:
        take(run, "wechat-merchant-fundflow.csv", "WX", "--yes")
        done = take(run, "wechat-merchant-trade-ALL.badtotal.csv", "WX")
        assert (done.code, done.told["ties"], done.told["imported"]) == (1, False, False)
        assert [one["code"] for one in done.told["problems"]] == ["total_differs"]
        assert done.told["problems"][0]["message"].endswith("。")
        assert count(app, BankStatement) == 1
        said = run("statement", "import", FIXTURES / "wechat-merchant-trade-ALL.badtotal.csv", "--account", "WX",
                   as_json=False)
        assert said.code == 1
        assert "--yes" in said.err
        done = take(run, "wechat-merchant-trade-ALL.badtotal.csv", "WX", "--yes")
        assert (done.code, done.told["ties"], done.told["imported"]) == (0, False, True)
        assert run("statement", "list").told[0]["confirmed"] == ["totals"]

    def test_the_same_file_again_adds_nothing(self, run: Run, app: Flask) -> None:
        take(run, "boc-corporate.csv", "BOC", "--yes")
        again = take(run, "boc-corporate.csv", "BOC")
        assert (again.code, again.told["known_file"], again.told["new"], again.told["known"]) == (0, True, 0, 4)
        assert (count(app, BankStatement), count(app, StatementLine)) == (1, 4)

    def test_into_another_account_it_does_not_go(self, run: Run, app: Flask) -> None:
        take(run, "boc-corporate.csv", "BOC", "--yes")
        done = take(run, "boc-corporate.csv", "BANK", "--yes")
        assert done.code == 1
        assert [one["code"] for one in done.told["problems"]] == ["file_of_other_account"]
        assert count(app, StatementLine) == 4

    def test_a_doubtful_line_needs_yes(self, run: Run, app: Flask, tmp_path: Path) -> None:
        take(run, "boc-corporate.csv", "BOC", "--yes")
        text = (FIXTURES / "boc-corporate.csv").read_text(encoding="utf-8-sig")
        changed = tmp_path / "boc.csv"
        changed.write_text(text.replace("王五", "王六"), encoding="utf-8-sig")      # its number, other content
        done = run("statement", "import", changed, "--account", "BOC")
        assert (done.code, done.told["doubtful"], done.told["imported"]) == (1, 1, False)
        assert [one["code"] for one in done.told["problems"]] == ["number_repeats"]
        assert count(app, BankStatement) == 1
        done = run("statement", "import", changed, "--account", "BOC", "--yes")
        assert (done.code, done.told["imported"]) == (0, True)

    def test_a_broken_file_imports_nothing_even_with_yes(self, run: Run, app: Flask, tmp_path: Path) -> None:
        whole = (FIXTURES / "ccb-corporate.xls").read_bytes()
        broken = tmp_path / "ccb.xls"
        broken.write_bytes(whole[: len(whole) // 3])
        done = run("statement", "import", broken, "--account", "CCB", "--yes")
        assert (done.code, done.told["imported"]) == (1, False)
        assert done.told["problems"]
        assert count(app, StatementLine) == 0
        assert "CCB" not in {row["code"] for row in run("account", "list").told}

    def test_an_unknown_format_is_a_wrong_call(self, run: Run) -> None:
        done = take(run, "boc-corporate.csv", "BOC", "--format", "xyz")
        assert (done.code, done.told) == (2, None)
        assert "unknown_format" in done.err

    def test_what_people_read(self, run: Run) -> None:
        done = run("statement", "import", FIXTURES / "boc-corporate.csv", "--account", "BOC", "--yes", as_json=False)
        assert done.out == "boc-corporate.csv: boc, 4 lines, 4 new, 0 known, 0 doubtful; in 5,200.00, out 10.00; ties\n"

    def test_one_gift_in_two_files_is_booked_once(self, run: Run, app: Flask) -> None:
        """WeChat's fund bill books it; the trade bill only says who paid."""
        take(run, "wechat-merchant-fundflow.csv", "WX", "--yes")
        before = count(app, StatementLine)
        done = take(run, "wechat-merchant-trade-ALL.csv", "WX")
        assert (done.code, done.told["books"]) == (0, False)
        assert count(app, StatementLine) == before == 6
        assert sum(row["amount_fen"] for row in run("statement", "lines", "--account", "WX").told) == 9_941


class TestLists:
    def test_files(self, run: Run) -> None:
        take(run, "boc-corporate.csv", "BOC", "--yes")
        [row] = run("statement", "list").told
        assert [row[key] for key in ("account", "file", "format", "lines", "new", "in_fen", "out_fen")] == [
            "BOC", "boc-corporate.csv", "boc", 4, 4, 520_000, 1_000]
        assert "boc-corporate.csv" in run("statement", "list", as_json=False).out

    def test_lines(self, run: Run) -> None:
        assert run("statement", "lines").told == []
        take(run, "boc-corporate.csv", "BOC", "--yes")
        take(run, "icbc-corporate-v2.gbk.csv", "ICBC", "--yes")
        rows = run("statement", "lines").told
        assert {"id", "file", "row", "native_id", "booked_at", "amount_fen", "counterparty", "memo", "state"} <= set(
            rows[0])
        assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
        assert {row["state"] for row in rows} == {"open"}
        of_boc = run("statement", "lines", "--account", "BOC", "--state", "open").told
        assert sum(row["amount_fen"] for row in of_boc) == 519_000
        assert run("statement", "lines", "--state", "done").told == []
        assert len(run("statement", "lines", as_json=False).out.splitlines()) == 6

    def test_an_account_that_is_not_there_has_no_lines(self, run: Run) -> None:
        assert run("statement", "lines", "--account", "NONE").told == []


@pytest.fixture
def waiting(run: Run, app: Flask, clock: FixedClock, tmp_path: Path) -> dict[str, str]:
    """A file with a code, a slip, a name alone and a stranger; gives the references."""
    with app.app_context():
        made = {name: world.promise(clock, fen, name=name, code="LB1-1").reference for name, fen in (
            ("郑州明远商贸有限公司", 12_000), ("郑州晨光图书有限公司", 23_000), ("新乡豫北食品有限公司", 34_000))}
    first, second, _third = made.values()
    slip = second[:5] + second[6:]
    file = tmp_path / "icbc.csv"
    rows = [("2026-04-16 09:00:00", "郑州明远商贸有限公司", "120.00", f"捐款{first}"),
            ("2026-04-16 09:01:00", "郑州晨光图书有限公司", "230.00", f"捐{slip}"),
            ("2026-04-16 09:02:00", "新乡豫北食品有限公司", "340.00", "捐款"),
            ("2026-04-16 09:03:00", "某供应商", "55.00", "货款")]
    file.write_bytes("\n".join([
        "交易时间,对方户名,对方账号,借方发生额,贷方发生额,余额,摘要",
        *(f"{at},{who},,,{yuan},,{memo}" for at, who, yuan, memo in rows)]).encode("gb18030"))
    done = run("statement", "import", file, "--account", "BANK", "--yes")
    assert (done.code, done.told["new"]) == (0, 4), done.told
    return made


class TestReconcile:
    def test_what_it_prints(self, run: Run, waiting: dict[str, str]) -> None:
        first, second, third = waiting.values()
        ids = [row["id"] for row in run("statement", "lines").told]
        done = run("reconcile")
        assert (done.code, done.err) == (0, "")
        assert set(done.told) == {"confirmed", "suggested", "left"}
        assert [(one["line_id"], one["tier"], one["allocations"]) for one in done.told["confirmed"]] == [
            (ids[0], 1, [{"kind": "donation", "reference": first, "amount_fen": 12_000}]),
            (ids[1], 2, [{"kind": "donation", "reference": second, "amount_fen": 23_000}])]
        [suggested] = done.told["suggested"]
        assert suggested["line_id"] == ids[2]
        assert [(one["tier"], one["references"]) for one in suggested["candidates"]] == [(3, [third])]
        assert done.told["left"] == [ids[3]]

    def test_reasons_are_words(self, run: Run, waiting: dict[str, str]) -> None:
        told = run("reconcile", "--dry-run").told
        first = next(iter(waiting))
        shown = f"{waiting[first][:4]} {waiting[first][4:8]} {waiting[first][8:]}"
        assert told["confirmed"][0]["reason"] == f"参考码{shown}完整，金额正好是还没付的¥120.00；户名一字不差。"
        assert told["confirmed"][0]["reason_code"] == "code_exact"
        assert told["confirmed"][0]["facts"]["reference"] == waiting[first]
        assert told["suggested"][0]["candidates"][0]["reason"].startswith("户名和金额一字不差")
        assert told["suggested"][0]["why_not"] == "附言里没有参考码，第1、2级不适用。"

    def test_a_dry_run_says_the_same_and_changes_nothing(self, run: Run, app: Flask, waiting: dict[str, str]) -> None:
        foreseen = run("reconcile", "--dry-run")
        assert {row["state"] for row in run("statement", "lines").told} == {"open"}
        assert count(app, Donation) == 0
        assert run("reconcile").told == foreseen.told
        assert [row["state"] for row in run("statement", "lines").told] == ["done", "done", "open", "open"]
        assert count(app, Donation) == 2

    def test_again_there_is_nothing_to_confirm(self, run: Run, waiting: dict[str, str]) -> None:
        first = run("reconcile").told
        again = run("reconcile").told
        assert (again["confirmed"], again["suggested"], again["left"]) == ([], first["suggested"], first["left"])

    def test_only_one_account(self, run: Run, waiting: dict[str, str]) -> None:
        assert run("reconcile", "--account", "WECHAT").told == {"confirmed": [], "suggested": [], "left": []}
        done = run("reconcile", "--account", "NONE")
        assert (done.code, done.told) == (2, None)
        assert "not_found" in done.err

    def test_a_dry_run_of_no_account_is_refused_as_well(self, run: Run) -> None:
        assert run("reconcile", "--dry-run", "--account", "NONE").code == 2

    def test_tiers_that_are_off(self, run: Run, app: Flask, waiting: dict[str, str]) -> None:
        app.config["AUTO_CONFIRM"] = (1,)
        told = run("reconcile").told
        assert [one["tier"] for one in told["confirmed"]] == [1]
        off = told["suggested"][0]
        assert (off["why_not_code"], off["candidates"][0]["tier"]) == ("tier_off", 2)
        assert off["why_not"] == "按规则可以自动确认，但第2级的自动确认已经关掉。"

    def test_what_was_undone_is_only_suggested(self, run: Run, app: Flask, clock: FixedClock,
                                               waiting: dict[str, str]) -> None:
        line_id = run("reconcile").told["confirmed"][0]["line_id"]
        with app.app_context():
            undo.undo(actor=STAFF, clock=clock, line_id=line_id, reason="看错", second_above_yuan=5000)
        told = run("reconcile").told
        assert told["confirmed"] == []
        undone = told["suggested"][0]
        assert (undone["line_id"], undone["why_not_code"], undone["candidates"][0]["tier"]) == (line_id, "undone", 1)

    def test_what_people_read(self, run: Run, waiting: dict[str, str]) -> None:
        first = next(iter(waiting.values()))
        out = run("reconcile", as_json=False).out.splitlines()
        assert out[0].endswith(f"confirmed, tier 1: {first} 120.00")
        assert out[-1] == "2 confirmed, 1 suggested, 1 left"
        assert run("reconcile", "--dry-run", as_json=False).out == "0 would be confirmed, 1 suggested, 1 left\n"


def test_every_fixture_goes_into_one_set_of_books(run: Run, app: Flask, tmp_path: Path) -> None:
    """All of the truth's files, one after the other: what is booked is what the booking sources say."""
    for file, account, *_ in TRUTH:
        shutil.copy(FIXTURES / file, tmp_path / file)
        assert run("statement", "import", tmp_path / file, "--account", account, "--yes").code == 0
    rows = run("statement", "lines").told
    booked = {account: sum(row["amount_fen"] for row in rows if row["account"] == account)
              for account in {row["account"] for row in rows}}
    assert booked == {account: in_fen - out_fen for _, account, _, _, in_fen, out_fen, closing in TRUTH
                      if closing is not None}
