"""Runs of the matcher over the books: what is confirmed, what goes on, what two at once do, what a dry run says."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.donations import adoption, bulk
from charityledger.donations.adoption import AdoptionWish
from charityledger.donations.donors import DonorFacts
from charityledger.donations.models import (
    Allocation,
    BillRow,
    Donation,
    LineNote,
    MatchRun,
    Pledge,
    StatementLine,
)
from charityledger.errors import CharityLedgerError, NotFound
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.ids import SequenceIds
from charityledger.ledger.chart import GENERAL_FUND
from charityledger.reconciliation import book, explain, runs, undo
from charityledger.reconciliation.runs import Policy, Result
from tests.donations import world
from tests.donations.world import BANK, DAY, FEE, INCOME, STAFF, WECHAT
from tests.promises import writers
from tests.promises.world import dump
from tests.reconciliation.desk import jobs
from tests.reconciliation.desk import world as desk

MINGYUAN, CHENGUANG = "郑州明远商贸有限公司", "郑州晨光图书有限公司"
pytestmark = pytest.mark.usefixtures("books")


def promise(clock: FixedClock, fen: int, name: str = MINGYUAN, code: str = "LB1-1") -> Pledge:
    return world.promise(clock, fen, name=name, code=code)


def slip(reference: str) -> str:
    return reference[:5] + reference[6:]


def run(clock: FixedClock, policy: Policy | None = None, account: str | None = None) -> Result:
    """Asked for and carried out."""
    run_id = runs.queue(account_code=account, actor=Actor.system(), clock=clock)
    return runs.carry_out(run_id, policy=policy or Policy(), clock=clock)


def foresee(clock: FixedClock, policy: Policy | None = None, account: str | None = None) -> Result:
    db.session.rollback()
    return runs.foresee(db.session(), account_code=account, policy=policy or Policy(), clock=clock)


def told(result: Result) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """([(line, tier)] confirmed, lines with suggestions, lines left)."""
    return ([(one.line_id, one.tier) for one in result.confirmed], [one.line_id for one in result.suggested],
            result.left)


def last_run() -> MatchRun:
    db.session.rollback()
    return db.session.scalars(select(MatchRun).order_by(MatchRun.id.desc())).first()  # type: ignore[return-value]


def progress_of(row: MatchRun) -> tuple[str, int, int, int, int]:
    return row.state, row.total, row.done, row.confirmed, row.suggested


class TestOneRun:
    def test_tiers_one_and_two_are_confirmed_and_nothing_else(self, clock: FixedClock) -> None:
        one, two, three = promise(clock, 12_000), promise(clock, 23_000, CHENGUANG), promise(clock, 5_000)
        whole = desk.line(12_000, who=MINGYUAN, memo=f"捐{one.reference}")
        near = desk.line(23_000, who=CHENGUANG, memo=slip(two.reference))
        named, stranger = desk.line(5_000, who=MINGYUAN), desk.line(700, who="某供应商", memo="货款")
        out, interest = desk.line(-300, who="某供应商"), desk.line(3, memo="结息", kind="interest")
        foreign = desk.line(5_000, who=MINGYUAN, currency="USD")
        result = run(clock)
        assert told(result) == ([(whole, 1), (near, 2)], [named], [stranger, out, interest])
        assert foreign not in result.left
        assert [one.reason.code for one in result.confirmed] == ["code_exact", "code_corrected"]
        assert result.suggested[0].candidates[0][1] == (three.reference,)
        assert (desk.state(whole), desk.state(near), desk.state(named)) == (
            (12_000, False), (23_000, False), (0, False))
        assert [world.pledge(each.id).state for each in (one, two, three)] == ["fulfilled", "fulfilled", "pledged"]
        assert world.books() == {(BANK, "LB1-1"): 35_000, (INCOME, "LB1-1"): -35_000}
        assert progress_of(last_run()) == ("done", 4, 4, 2, 1)
        assert world.problems() == []

    def test_the_history_says_why(self, clock: FixedClock) -> None:
        pledge = promise(clock, 12_000)
        line_id = desk.line(12_000, who=MINGYUAN, memo=pledge.reference)
        run(clock)
        note = db.session.scalars(select(LineNote).where(LineNote.statement_line_id == line_id)).one()
        assert (note.step, note.tier, note.code, note.by) == ("matched", 1, "code_exact", None)
        assert pledge.reference in note.facts

    def test_several_promises_from_one_line(self, clock: FixedClock) -> None:
        one, two = promise(clock, 12_000), promise(clock, 20_000, code="HD1-1")
        line_id = desk.line(32_000, who=MINGYUAN, memo=f"{one.reference} {two.reference}")
        assert run(clock).confirmed[0].parts == ((one.reference, 12_000), (two.reference, 20_000))
        assert desk.allocations(line_id) == [("donation", 12_000), ("donation", 20_000)]
        assert world.books()[BANK, "HD1-1"] == 20_000

    def test_one_promise_from_several_lines(self, clock: FixedClock) -> None:
        pledge = promise(clock, 30_000)
        first, second, third = (desk.line(fen, who=MINGYUAN, memo=pledge.reference, minute=minute)
                                for minute, fen in enumerate((10_000, 20_000, 10_000)))
        result = run(clock)
        assert told(result) == ([(first, 1), (second, 1)], [], [third])     # what is paid is not paid again
        assert world.pledge(pledge.id).state == "fulfilled"

    def test_instalments_are_paid_the_oldest_first(self, clock: FixedClock) -> None:
        pledge_id = adoption.accept(actor=STAFF, clock=clock, ids=SequenceIds("runs"),
                                    donor=DonorFacts("individual", "赵敏", "13900139003"),
                                    wish=AdoptionWish("LB1-1", "cash", 9_000, "none", due_on=tuple(
                                        DAY + timedelta(days=days) for days in (0, 30, 60))))
        reference = world.pledge(pledge_id).reference
        desk.line(3_000, who="赵敏", memo=reference)
        assert run(clock).confirmed[0].reason.code == "code_instalment"
        desk.line(3_000, who="赵敏", memo=slip(reference), minute=1)
        assert run(clock).confirmed[0].reason.code == "code_corrected"
        assert world.pledge(pledge_id).paid == 6_000

    def test_a_reservation_is_confirmed_by_its_money(self, clock: FixedClock) -> None:
        pledge_id = adoption.adopt(actor=STAFF, clock=clock, ids=SequenceIds("reserved"), confirm_minutes=30,
                                   donor=DonorFacts("individual", "赵敏", "13900139003"),
                                   wish=AdoptionWish("LB1-1", "cash", 9_000, "none"))
        desk.line(9_000, who="赵敏", memo=world.pledge(pledge_id).reference)
        assert len(run(clock).confirmed) == 1
        assert world.pledge(pledge_id).state == "fulfilled"

    def test_what_the_trade_bill_knows_of_the_order_counts(self, clock: FixedClock) -> None:
        pledge = promise(clock, 12_000)
        line_id = desk.line(12_000, account="WECHAT", who="", order="4200001")
        with transaction() as tx:
            tx.add(BillRow(statement_id=desk_file(tx, line_id), account_code="WECHAT", row=2, identity="b:1",
                           order_id="4200001", kind="payment", payer=MINGYUAN, payer_account="", amount_fen=12_000,
                           merchant_order="", memo=f"捐{pledge.reference}",
                           booked_at=world.at(2026, 4, 15)))
        assert told(run(clock))[0] == [(line_id, 1)]

    def test_a_held_line_is_its_persons(self, clock: FixedClock) -> None:
        pledge = promise(clock, 12_000)
        line_id = desk.line(12_000, who=MINGYUAN, memo=pledge.reference)
        explain.hold(actor=STAFF, clock=clock, line_id=line_id, note="问一下", in_suspense=False)
        assert told(run(clock)) == ([], [], [])
        explain.resume(actor=STAFF, clock=clock, line_id=line_id)
        assert told(run(clock))[0] == [(line_id, 1)]

    def test_also_if_it_is_held_while_the_run_is_under_way(self, clock: FixedClock,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
        pledge = promise(clock, 12_000)
        line_id = desk.line(12_000, who=MINGYUAN, memo=pledge.reference)
        judge = runs._judge

        def hold_after(loaded: book.Book, batch: book.Batch) -> Any:
            judged = judge(loaded, batch)
            explain.hold(actor=STAFF, clock=clock, line_id=line_id, note="问一下", in_suspense=False)
            return judged

        monkeypatch.setattr(runs, "_judge", hold_after)
        assert told(run(clock))[0] == []
        assert desk.state(line_id) == (0, True)
        assert progress_of(last_run()) == ("done", 1, 1, 0, 0)

    def test_only_one_account(self, clock: FixedClock) -> None:
        pledge = promise(clock, 12_000)
        desk.line(12_000, who=MINGYUAN, memo=pledge.reference)
        other = desk.line(500, account="WECHAT", who="")
        assert told(run(clock, account="WECHAT")) == ([], [], [other])
        assert len(run(clock, account="BANK").confirmed) == 1


def desk_file(tx: Any, line_id: int) -> int:
    return int(tx.get_one(StatementLine, line_id).statement_id)


class TestTiersOff:
    @pytest.mark.parametrize(("tiers", "confirmed"), [((1,), [1]), ((2,), [2]), ((), [])])
    def test_what_is_off_is_suggested(self, clock: FixedClock, tiers: tuple[int, ...], confirmed: list[int]) -> None:
        one, two = promise(clock, 12_000), promise(clock, 23_000, CHENGUANG)
        desk.line(12_000, who=MINGYUAN, memo=one.reference)
        desk.line(23_000, who=CHENGUANG, memo=slip(two.reference))
        result = run(clock, Policy(frozenset(tiers)))
        assert [each.tier for each in result.confirmed] == confirmed
        off = {each.reason.facts["tier"]: each for each in result.suggested}
        assert sorted([*confirmed, *off]) == [1, 2]
        for tier, each in off.items():
            assert each.reason.code == "tier_off"
            assert each.candidates[0][0].tier == tier
        assert result.left == []


class TestUndone:
    def test_it_is_never_confirmed_again_by_itself(self, clock: FixedClock) -> None:
        pledge = promise(clock, 12_000)
        line_id = desk.line(12_000, who=MINGYUAN, memo=pledge.reference)
        run(clock)
        undo.undo(actor=STAFF, clock=clock, line_id=line_id, reason="看错", second_above_yuan=5000)
        for _ in range(2):
            result = run(clock)
            assert told(result) == ([], [line_id], [])
            assert result.suggested[0].reason.code == "undone"
            assert result.suggested[0].candidates[0][0].tier == 1
        assert desk.state(line_id) == (0, False)

    def test_its_promise_may_be_kept_by_another_line(self, clock: FixedClock) -> None:
        pledge = promise(clock, 12_000)
        line_id = desk.line(12_000, who=MINGYUAN, memo=pledge.reference)
        run(clock)
        undo.undo(actor=STAFF, clock=clock, line_id=line_id, reason="看错", second_above_yuan=5000)
        other = desk.line(12_000, who=MINGYUAN, memo=pledge.reference, minute=5)
        assert told(run(clock))[0] == [(other, 1)]


class TestFees:
    def gift(self, clock: FixedClock, fee_fen: int = 72) -> tuple[int, int]:
        pledge = promise(clock, 12_000)
        return (desk.line(12_000, account="WECHAT", who="", memo=pledge.reference, order="42"),
                desk.line(-fee_fen, account="WECHAT", who="", kind="fee", order="42", minute=1))

    def test_those_of_the_same_order_go_with_their_gift(self, clock: FixedClock) -> None:
        gift, fee = self.gift(clock)
        other = desk.line(-5, account="WECHAT", who="", kind="fee", order="43")
        result = run(clock)
        assert [(one.line_id, one.fee_line_ids) for one in result.confirmed] == [(gift, (fee,))]
        assert result.left == [other]
        assert desk.allocations(fee) == [("fee", 72)]
        assert world.books()[FEE, "LB1-1"] == 72
        assert world.problems() == []

    def test_the_general_fund_may_bear_them(self, clock: FixedClock) -> None:
        world.give(clock, 500, code=None, account="WECHAT")
        _, fee = self.gift(clock)
        assert run(clock, Policy(fee_fund=GENERAL_FUND)).confirmed[0].fee_line_ids == (fee,)
        assert world.books()[FEE, GENERAL_FUND] == 72

    def test_one_that_nobody_can_bear_yet_waits_and_is_told_of(self, clock: FixedClock) -> None:
        gift, fee = self.gift(clock)
        result = run(clock, Policy(fee_fund=GENERAL_FUND))
        assert [(one.line_id, one.fee_line_ids) for one in result.confirmed] == [(gift, ())]
        assert result.left == [fee]
        assert world.books()[WECHAT, "LB1-1"] == 12_000


class TestCutOff:
    @pytest.fixture
    def many(self, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """Six lines with codes, two of them to a chunk."""
        monkeypatch.setattr(runs, "CHUNK", 2)
        return [desk.line(1_000 + n, who=MINGYUAN, memo=promise(clock, 1_000 + n).reference, minute=n)
                for n in range(6)]

    def test_a_run_of_many_chunks(self, clock: FixedClock, many: list[int]) -> None:
        assert [one.line_id for one in run(clock).confirmed] == many
        assert progress_of(last_run()) == ("done", 6, 6, 6, 0)

    def test_a_run_that_was_killed_goes_on(self, clock: FixedClock, many: list[int], context: Flask,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
        class Killed(BaseException):
            pass

        judge, left = runs._judge, iter(range(2))

        def until_killed(loaded: book.Book, batch: book.Batch) -> Any:
            if next(left, None) is None:
                raise Killed
            return judge(loaded, batch)

        monkeypatch.setattr(runs, "_judge", until_killed)
        with pytest.raises(Killed):
            run(clock)
        assert progress_of(last_run()) == ("running", 6, 4, 4, 0)
        assert [desk.state(line_id)[0] > 0 for line_id in many] == [True] * 4 + [False] * 2
        monkeypatch.setattr(runs, "_judge", judge)
        assert runs.carry_out_waiting(Path(context.instance_path), policy=Policy(), clock=clock) == 1
        assert progress_of(last_run()) == ("done", 6, 6, 6, 0)
        assert len(db.session.scalars(select(Donation.id)).all()) == 6
        assert world.problems() == []
        assert runs.carry_out_waiting(Path(context.instance_path), policy=Policy(), clock=clock) == 0

    def test_a_run_that_fails_says_so_and_keeps_what_it_did(self, clock: FixedClock, many: list[int],
                                                            monkeypatch: pytest.MonkeyPatch) -> None:
        confirm, left = bulk.confirm_many, iter(range(1))

        def failing(*args: Any, **more: Any) -> bulk.Outcome:
            if next(left, None) is None:
                raise ZeroDivisionError
            return confirm(*args, **more)

        monkeypatch.setattr(runs, "confirm_many", failing)
        with pytest.raises(ZeroDivisionError):
            run(clock)
        assert progress_of(last_run()) == ("failed", 6, 2, 2, 0)
        assert last_run().ended_at == clock.now()
        monkeypatch.undo()
        assert [one.line_id for one in run(clock).confirmed] == many[2:]


class TestQueue:
    def test_the_one_that_waits_serves_as_well(self, clock: FixedClock) -> None:
        def ask(account: str | None) -> int:
            return runs.queue(account_code=account, actor=STAFF, clock=clock)

        all_of_them, of_bank = ask(None), ask("BANK")
        assert (ask(None), ask("BANK")) == (all_of_them, of_bank)
        assert all_of_them != of_bank
        runs.carry_out(of_bank, policy=Policy(), clock=clock)
        assert ask("BANK") not in (all_of_them, of_bank)

    def test_of_an_account_that_is_not_there(self, clock: FixedClock) -> None:
        with pytest.raises(NotFound):
            runs.queue(account_code="NONE", actor=STAFF, clock=clock)
        with pytest.raises(NotFound):
            foresee(clock, account="NONE")

    def test_housekeeping_carries_out_all_that_wait_unless_somebody_is_at_it(self, clock: FixedClock, context: Flask,
                                                                             ) -> None:
        folder = Path(context.instance_path)
        for account in (None, "BANK"):
            runs.queue(account_code=account, actor=STAFF, clock=clock)
        db.session.rollback()
        with runs.alone(folder, wait=False) as mine:
            assert mine
            with runs.alone(folder, wait=False) as too:
                assert not too
            assert runs.carry_out_waiting(folder, policy=Policy(), clock=clock) == 0
            db.session.rollback()
        assert runs.carry_out_waiting(folder, policy=Policy(), clock=clock) == 2


class TestForesee:
    def test_it_says_what_the_run_then_does_and_changes_nothing(self, clock: FixedClock, context: Flask) -> None:
        one, two = promise(clock, 12_000), promise(clock, 23_000, CHENGUANG)
        promise(clock, 5_000)
        desk.line(12_000, who="", memo=one.reference, account="WECHAT", order="42")
        desk.line(-72, who="", kind="fee", account="WECHAT", order="42")
        desk.line(4_000, who=CHENGUANG, memo=two.reference)
        desk.line(19_000, who=CHENGUANG, memo=slip(two.reference), minute=1)     # what the line before leaves
        desk.line(5_000, who=MINGYUAN)
        desk.line(700, who="某供应商")
        before = dump(db.engine)
        foreseen = foresee(clock)
        assert dump(db.engine) == before
        assert [one.tier for one in foreseen.confirmed] == [1, 1, 2]
        assert run(clock) == foreseen

    def test_the_same_of_one_account_with_a_tier_off(self, clock: FixedClock) -> None:
        pledge = promise(clock, 12_000)
        desk.line(12_000, who=MINGYUAN, memo=pledge.reference)
        policy = Policy(frozenset({2}))
        foreseen = foresee(clock, policy, "BANK")
        assert run(clock, policy, "BANK") == foreseen
        assert len(foreseen.suggested) == 1


class TestSomebodyElseWasFirst:
    def test_the_line_that_was_taken_meanwhile_is_refused_and_the_others_are_booked(
            self, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(runs, "CHUNK", 2)
        pledges = [promise(clock, 1_000 + n) for n in range(4)]
        ids = [desk.line(1_000 + n, who=MINGYUAN, memo=each.reference, minute=n) for n, each in enumerate(pledges)]
        judge, first = runs._judge, iter((True,))

        def taken_after(loaded: book.Book, batch: book.Batch) -> Any:
            judged = judge(loaded, batch)
            if next(first, False):
                # By somebody: the first line as other income, the last promise by hand.
                explain.explain(actor=STAFF, clock=clock, line_id=ids[0], what="interest", second_above_yuan=5000)
                world.receive(clock, 1_003, reference=pledges[3].reference)
            return judged

        monkeypatch.setattr(runs, "_judge", taken_after)
        result = run(clock)
        assert [one.line_id for one in result.confirmed] == [ids[1], ids[2]]
        # The books were read again, so that nobody believes the last promise to wait.
        assert [(one.line_id, one.reason.code) for one in result.suggested] == [(ids[3], "code_settled")]
        assert desk.allocations(ids[0]) == [("interest", 1_000)]
        assert world.problems() == []

    def test_two_runs_at_once_book_every_line_once(self, clock: FixedClock, database_url: str, context: Flask) -> None:
        pledges = [promise(clock, 1_000 + n) for n in range(12)]
        ids = [desk.line(1_000 + n, who=MINGYUAN, memo=each.reference, minute=n) for n, each in enumerate(pledges)]
        for account in (None, "BANK", None):
            with transaction() as tx:
                tx.add(MatchRun(account_code=account, state="queued", asked_at=clock.now()))
        db.session.rollback()
        results = writers.at_once(database_url, *[jobs.match_all] * 3)
        assert sorted(line_id for each in results for line_id in each) == ids
        db.session.rollback()
        assert sorted(db.session.scalars(select(Allocation.statement_line_id))) == ids
        assert {row.state for row in db.session.scalars(select(MatchRun))} == {"done"}
        assert sum(row.confirmed for row in db.session.scalars(select(MatchRun))) == len(ids)
        assert world.problems() == []


class TestBook:
    def test_known_accounts_are_those_of_gifts_that_stand(self, clock: FixedClock) -> None:
        pledge = promise(clock, 12_000)
        promise(clock, 5_000)
        line_id = desk.line(12_000, who=MINGYUAN, memo=pledge.reference, payer_account="6222001")
        run(clock)
        db.session.rollback()
        assert book._known_accounts(db.session()) == {pledge.donor_id: frozenset({"6222001"})}
        again = desk.line(5_000, who="王会计", payer_account="6222001", minute=1)
        [suggested] = run(clock).suggested
        assert (suggested.line_id, suggested.candidates[0][0].reason.facts["by"]) == (again, "account")
        undo.undo(actor=STAFF, clock=clock, line_id=line_id, reason="看错", second_above_yuan=5000)
        db.session.rollback()
        assert book._known_accounts(db.session()) == {}

    def test_the_accounts_of_wallets_are_nobodys(self, clock: FixedClock) -> None:
        pledge = promise(clock, 12_000)
        desk.line(12_000, who="财付通支付科技有限公司", memo=pledge.reference, payer_account="2430000")
        run(clock)
        db.session.rollback()
        assert book._known_accounts(db.session()) == {}

    def test_lines_come_in_batches_by_their_ids(self, clock: FixedClock) -> None:
        ids = [desk.line(100 + n, minute=n) for n in range(5)]
        desk.line(-100)
        desk.line(100, kind="returned")
        db.session.rollback()
        first = book.next_batch(db.session(), 0, 3)
        assert ([one.line_id for one in first.lines], first.last) == (ids[:3], ids[2])
        rest = book.next_batch(db.session(), first.last, 3)
        assert [one.line_id for one in rest.lines] == ids[3:]
        assert book.next_batch(db.session(), rest.last, 3).lines == ()
        assert [one.line_id for one in book.next_batch(db.session(), 0, 9, line_ids=ids[1:2]).lines] == ids[1:2]
        assert book.count_waiting(db.session()) == book.count_waiting(db.session(), "BANK") == 5
        assert book.count_waiting(db.session(), "WECHAT") == 0


class TestRefusedInBulk:
    """What confirm_many says of lines and promises that changed after they were judged."""

    @pytest.fixture
    def confirm(self, clock: FixedClock) -> Callable[..., dict[int, CharityLedgerError]]:
        def call(*matches: bulk.Match, **more: Any) -> dict[int, CharityLedgerError]:
            with transaction() as tx:
                return bulk.confirm_many(tx, matches, actor=STAFF, clock=clock, **more).refused
        return call

    def match(self, line_id: int, *parts: tuple[int, int]) -> bulk.Match:
        return bulk.Match(line_id, parts, 1, "code_exact")

    def test_each_for_its_own_reason(self, clock: FixedClock, confirm: Callable[..., Any]) -> None:
        pledge, gone = promise(clock, 10_000), promise(clock, 5_000)
        world.receive(clock, 5_000, reference=gone.reference)
        fine, out, used, held, unknown = (desk.line(fen, minute=n) for n, fen in enumerate(
            (10_000, -10_000, 500, 700, 900)))
        explain.explain(actor=STAFF, clock=clock, line_id=used, what="interest", second_above_yuan=5000)
        explain.hold(actor=STAFF, clock=clock, line_id=held, note="问一下", in_suspense=False)
        refused = confirm(
            self.match(out, (pledge.id, 100)), self.match(used, (pledge.id, 500)), self.match(held, (pledge.id, 700)),
            self.match(unknown, (9_999, 900)), self.match(9_999, (pledge.id, 1)), self.match(fine, (gone.id, 1)),
            held_too=False)
        assert {number: error.code for number, error in refused.items()} == {
            out: "line_overused", used: "line_overused", held: "wrong_state", unknown: "not_found",
            9_999: "not_found", fine: "wrong_state"}
        assert confirm(self.match(fine, (pledge.id, 10_000))) == {}
        assert world.problems() == []

    def test_a_person_may_take_a_held_line(self, clock: FixedClock, confirm: Callable[..., Any]) -> None:
        pledge = promise(clock, 700)
        held = desk.line(700)
        explain.hold(actor=STAFF, clock=clock, line_id=held, note="问一下", in_suspense=False)
        assert confirm(self.match(held, (pledge.id, 700))) == {}
        assert desk.state(held) == (700, False)
