"""What several people at once do to the same lines, each in a process of their own (see tests.promises.writers)."""

from collections.abc import Callable

from sqlalchemy import select

from charityledger.donations.models import MatchRun, StatementLine
from charityledger.errors import CharityLedgerError
from charityledger.extensions import db
from charityledger.reconciliation import decide, explain, pairing, runs, transfer, undo
from charityledger.reconciliation.decide import Share
from tests.promises.world import LI, WANG, World

Said = Callable[[object], None]


def waiting() -> list[int]:
    ids = list(db.session.scalars(select(StatementLine.id).order_by(StatementLine.id)))
    db.session.rollback()
    return ids


def _tried(ids: list[int], act: Callable[[int], object]) -> tuple[list[int], list[str]]:
    done, refused = [], []
    for line_id in ids:
        try:
            act(line_id)
        except CharityLedgerError as error:
            refused.append(error.code)
        else:
            done.append(line_id)
    return done, sorted(set(refused))


def book_all(world: World, number: int, said: Said) -> tuple[list[int], list[str]]:
    """Every line, all of it: a gift, interest or suspense, whichever comes to mind."""
    actor = (WANG, LI)[number % 2]

    def act(line_id: int) -> None:
        turn = (number + line_id) % 3
        if turn == 0:
            decide.split(actor=actor, clock=world.clock, line_id=line_id, shares=(Share("general", 1000),))
        elif turn == 1:
            explain.explain(actor=actor, clock=world.clock, line_id=line_id, what="interest", second_above_yuan=5000)
        else:
            explain.hold(actor=actor, clock=world.clock, line_id=line_id, note="待查", in_suspense=True)

    return _tried(waiting(), act)


def undo_all(world: World, number: int, said: Said) -> tuple[list[int], list[str]]:
    actor = (WANG, LI)[number % 2]
    return _tried(waiting(), lambda line_id: undo.undo(actor=actor, clock=world.clock, line_id=line_id, reason="看错",
                                                       second_above_yuan=5000))


def transfer_all(world: World, number: int, said: Said) -> tuple[list[int], list[str]]:
    """Each outflow with an inflow that several people may think is its other side."""
    ids = waiting()
    with db.session.begin():
        rows = {n: db.session.get_one(StatementLine, n).amount_fen for n in ids}
    outs = [n for n in ids if rows[n] < 0]
    ins = [n for n in ids if rows[n] > 0]
    return _tried(outs, lambda out: transfer.transfer(actor=WANG, clock=world.clock, line_id=out,
                                                      other_line_id=ins[(outs.index(out) + number) % len(ins)]))


def pair_all(world: World, number: int, said: Said) -> tuple[list[int], list[str]]:
    """Every open line with the first entry that is offered for it."""
    def act(line_id: int) -> None:
        offered = pairing.open_entries(db.session(), db.session.get_one(StatementLine, line_id))
        db.session.rollback()
        if offered:
            pairing.pair(actor=WANG, clock=world.clock, line_id=line_id, entry_id=offered[0].entry_id)

    return _tried(waiting(), act)


def match_all(world: World, number: int, said: Said) -> list[int]:
    """One of the runs that wait; the lines that it confirmed."""
    run_id = list(db.session.scalars(select(MatchRun.id).order_by(MatchRun.id)))[number]
    db.session.rollback()
    return [one.line_id for one in runs.carry_out(run_id, policy=runs.Policy(), clock=world.clock).confirmed]
