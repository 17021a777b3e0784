"""The use cases of the reconciliation: files, what their lines become, months. See use_cases."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from charityledger.donations import approvals
from charityledger.donations.bulk import Match
from charityledger.donations.models import Disbursement, MoneyAccount, Request
from charityledger.extensions import db
from charityledger.ledger import periods
from charityledger.reconciliation import (
    closing,
    decide,
    explain,
    imports,
    mappings,
    months,
    pairing,
    returns,
    runs,
    transfer,
    undo,
)
from charityledger.reconciliation.decide import Share
from charityledger.reconciliation.importers.mapped import TableMapping
from charityledger.reconciliation.imports import EVERYTHING, Confirmed
from charityledger.reconciliation.runs import Policy
from tests.promises.use_cases import Given, Use, decision, reference, second, staff
from tests.promises.world import BANK, DONOR, LI, WECHAT, World
from tests.reconciliation.desk import world as desk
from tests.reconciliation.files import file, gift

ABOVE = 5000        # yuan


def line(world: World, fen: int, account: str = BANK, **more: Any) -> int:
    return desk.line(fen, account=account, on=world.day, **more)


def statement(world: World) -> Given:
    told = file([gift(700, native_id=str(world.ids.reference_seven())), gift(-20, native_id=world.ids.token())])
    return staff(world, file=told, account_code=BANK, confirmed=EVERYTHING, instance=world.folder)


def interest(world: World, fen: int = 9) -> Given:
    return staff(world, line_id=line(world, fen), what="interest", second_above_yuan=ABOVE)


def large(world: World) -> Given:
    return {**interest(world, 600_000), "reason": "年终"}


def suggested(world: World) -> Given:
    pledge = world.accepted(5)
    return staff(world, line_id=line(world, 5, memo=reference(pledge)), parts=((pledge, 5),))


def divided(world: World) -> Given:
    return staff(world, line_id=line(world, 9), shares=(Share("general", 4), Share("project", 3, "P-1"),
                                                        Share("suspense", 2)))


def payment(world: World) -> int:
    """A payment that was made, and that no line stands for."""
    return world.approved(world.asked(5))


def entry_of(disbursement_id: int) -> int:
    with Session(db.engine) as session:
        return session.get_one(Disbursement, disbursement_id).entry_id or 0


def paired(world: World) -> Given:
    world.given(5)
    return staff(world, line_id=line(world, -5), entry_id=entry_of(payment(world)))


def by_hand_too(world: World) -> Given:
    return staff(world, twin_id=world.given(5), line_id=line(world, 5))


def back(world: World) -> Given:
    world.given(5)
    return {**second(world), "line_id": line(world, 5), "disbursement_id": payment(world)}


def to_send_back(world: World) -> Given:
    donation = world.gift_of(world.given(6))
    return staff(world, line_id=line(world, -6), what="donation", subject_id=donation, reason="户名不符")


def kept(world: World, fen: int = 9) -> int:
    """A line that one person said something about."""
    given = interest(world, fen)
    explain.explain(**given)
    return int(given["line_id"])


def large_undo(world: World) -> int:
    asked = explain.explain(**large(world))
    approvals.decide(**decision(world, asked))
    with Session(db.engine) as session:
        line_id = session.get_one(Request, asked).subject_id
    return undo.undo(**staff(world, line_id=line_id, reason="看错了", second_above_yuan=ABOVE))


def to_close(world: World) -> Given:
    """The first open month; what was asked about it before is declined."""
    with Session(db.engine) as session:
        waiting = session.scalars(select(Request.id).where(Request.kind == months.KIND, Request.state == "requested")
                                  ).all()
        last = periods.last_closed(session)
        accounts = tuple(session.scalars(select(MoneyAccount.code)))
    for request_id in waiting:
        approvals.decide(**{**decision(world, request_id), "decision": "reject", "note": "再看"})
    assert last is not None
    return staff(world, period=months.parse(last).following, vouched=accounts)


def run(world: World) -> int:
    return runs.queue(**second(world, account_code=BANK))


def matched(world: World) -> Given:
    pledge = world.accepted(5)
    match = Match(line(world, 5, memo=reference(pledge)), ((pledge, 5),), 1, "code_exact")
    return {"run_id": run(world), "matches": [match], "looked_at": 1, "suggested": 0, "policy": Policy(),
            "clock": world.clock}


def table(world: World) -> Given:
    """A head that nobody explained yet."""
    word = world.ids.token()
    return staff(world, name=word[:30], mapping=TableMapping(("何时", "进", word), (("date", 0), ("in", 1))))


LINES = (
    Use("import a statement", imports.commit, statement,
        {"file": lambda w: statement(w)["file"], "account_code": WECHAT, "confirmed": Confirmed(), "create": True}),
    Use("interest", explain.explain, interest,
        {"line_id": 0, "what": "other_income", "reason": "季度"}),
    Use("ask about a large line", explain.explain, large, {"line_id": 0, "what": "other_income", "reason": "季度"}),
    Use("book a large line", approvals.decide, lambda w: decision(w, explain.explain(**large(w)))),
    Use("hold a line", explain.hold, lambda w: staff(w, line_id=line(w, 9), note="等回单", in_suspense=False),
        {"line_id": 0, "note": "再等", "in_suspense": True}),
    Use("put a line in suspense", explain.hold,
        lambda w: staff(w, line_id=line(w, 9), note="等回单", in_suspense=True)),
    Use("take a line up again", explain.resume, lambda w: staff(w, line_id=explain.hold(
        **staff(w, line_id=line(w, 9), note="等回单", in_suspense=False))), {"line_id": 0}),
    Use("confirm a candidate", decide.confirm, suggested, {"line_id": 0, "parts": ((0, 5),)}),
    Use("split a line", decide.split, divided,
        {"line_id": 0, "shares": (Share("general", 9),), "donor": DONOR, "shown": "full", "note": "三份"}),
    Use("pair a line", pairing.pair, paired, {"line_id": 0, "entry_id": 0}),
    Use("take over a line", pairing.take_over, by_hand_too, {"line_id": 0, "twin_id": 0}),
    Use("a payment came back", returns.came_back, back, {"line_id": 0, "disbursement_id": 0}),
    Use("a gift was sent back", returns.sent_back, to_send_back,
        {"line_id": 0, "what": "suspense", "subject_id": 0, "reason": "x", "fault": "ours", "general_pays": True}),
    Use("transfer", transfer.transfer, lambda w: staff(w, line_id=line(w, -9), other_line_id=line(w, 9, WECHAT)),
        {"line_id": 0, "other_line_id": 0, "other_account": "BOX"}),
    Use("undo a match", undo.undo, lambda w: staff(w, line_id=kept(w), reason="看错了", second_above_yuan=ABOVE),
        {"line_id": 0, "reason": "x"}),
    Use("undo a large match", approvals.decide, lambda w: decision(w, large_undo(w))),
    Use("ask for a run", runs.queue, lambda w: {"actor": LI, "clock": w.clock, "account_code": None}),
    Use("begin a run", runs._begin, lambda w: {"run_id": run(w)}),
    Use("confirm a chunk", runs._confirm, matched),
    Use("end a run", runs._end, lambda w: {"run_id": run(w), "state": "done", "clock": w.clock}),
    Use("remember a table", mappings.make, table,
        {"name": "另一个", "mapping": lambda w: table(w)["mapping"]}),
    Use("a table out of use", mappings.remove, lambda w: staff(w, mapping_id=mappings.make(**table(w))),
        {"mapping_id": 0}),
    Use("ask for a close", closing.ask, to_close,
        {"period": "202612", "vouched": (), "year_end": True, "note": "x"}),
    Use("close a month", approvals.decide, lambda w: decision(w, closing.ask(**to_close(w)))),
)

