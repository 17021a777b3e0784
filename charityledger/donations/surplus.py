"""结余划转: what a project did not need goes to a similar one (慈善法, article 58).

It takes the donors' consent or the filed plan as evidence, a second person, and publication on both projects.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock, today
from ..database import use_case
from ..errors import InvalidInput
from ..identity.actor import Actor
from ..ledger import postings, store
from ..ledger.idempotency import once
from ..money import format_yuan_public
from ..projects import updates
from ..projects.models import SubProject
from . import gifts, lines, requests
from .disbursements import NoEvidence
from .lines import AmountNotPositive
from .models import Request

KIND = "surplus"
BASES = ("consent", "plan")


class SameProject(InvalidInput):
    """Surplus goes to another project than it comes from. Facts: none."""

    code = "same_project"


@dataclass(frozen=True)
class TransferWish:
    """A transfer asked for. `basis`: the donors' consent or the filed plan; `files`: (stored file id, its name)."""

    giving_code: str
    taking_code: str
    amount_fen: int
    account_code: str
    basis: Literal["consent", "plan"]
    files: tuple[tuple[int, str], ...] = ()


@use_case
def request(tx: Session, *, actor: Actor, clock: Clock, wish: TransferWish, reason: str,
            key: str | None = None) -> int:
    """Ask for a transfer; its amount is set aside until it is decided. Returns the request's id.

    Raises SameProject, AmountNotPositive, NoEvidence, NotFound, or FundOverdrawn where less is free.
    """
    def act() -> int:
        if wish.giving_code == wish.taking_code:
            raise SameProject()
        if wish.amount_fen <= 0:
            raise AmountNotPositive(amount_fen=wish.amount_fen)
        if not wish.files:
            raise NoEvidence()
        giving, taking = gifts.find_sub(tx, wish.giving_code), gifts.find_sub(tx, wish.taking_code)
        lines.ledger_account(tx, wish.account_code)
        store.reserve(tx, giving.code, wish.amount_fen)
        return requests.ask(
            tx, kind=KIND, subject_id=giving.id, reason=reason, files=wish.files, many=True, actor=actor, clock=clock,
            details={"taking": taking.id, "amount_fen": wish.amount_fen, "account": wish.account_code,
                     "basis": wish.basis}).id

    return once(tx, key, {"use": "ask_surplus", "wish": wish, "reason": reason, "by": actor.user_id}, act, clock=clock)


def approve(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str) -> None:
    """A second person agrees: the money changes its fund, and both projects' pages say so."""
    row = requests.decide(tx, request_id, kind=KIND, state="approved", note=note, actor=actor, clock=clock)
    wish, giving, taking = parts(tx, row)
    fen = int(wish["amount_fen"])
    store.unreserve(tx, giving.code, fen)
    entry_id = store.post(tx, postings.surplus_transfer(
        row.id, lines.ledger_account(tx, str(wish["account"])), giving.code, taking.code, fen, today(clock)),
        clock=clock, made_by=row.requested_by, approved_by=requests.person(actor))
    events.record(tx, kind="surplus_transferred", subject=("request", row.id), payload={
        "giving": giving.code, "taking": taking.code, "amount_fen": fen, "basis": str(wish["basis"]),
        "entry": entry_id}, actor_id=actor.user_id, at=clock.now())
    for sub in (giving, taking):
        body_zh, body_en = _told(giving, taking, fen, str(wish["basis"]))
        updates.publish_note.inside(tx, sub_project_id=sub.id, body_zh=body_zh, body_en=body_en, actor=actor,
                                    clock=clock)


def reject(tx: Session, *, request_id: int, actor: Actor, clock: Clock, note: str) -> None:
    """A second person declines; the money is free again."""
    row = requests.decide(tx, request_id, kind=KIND, state="rejected", note=note, actor=actor, clock=clock)
    release(tx, row)


def release(tx: Session, row: Request) -> None:
    """Give the reservation of a request back that is not carried out."""
    wish, giving, _taking = parts(tx, row)
    store.unreserve(tx, giving.code, int(wish["amount_fen"]))


def parts(tx: Session, row: Request) -> tuple[requests.Details, SubProject, SubProject]:
    """What a request of this kind is about: its details, the giving and the taking project."""
    wish = requests.wanted(row)
    return wish, tx.get_one(SubProject, row.subject_id), tx.get_one(SubProject, int(wish["taking"]))


def _told(giving: SubProject, taking: SubProject, fen: int, basis: str) -> tuple[str, str]:
    """What both projects' pages say. No space is typed between 汉字 and letters, one before ¥ is."""
    yuan = format_yuan_public(fen)
    why_zh, why_en = {"consent": ("已经捐赠人同意", "with the donors' consent"),
                      "plan": ("按备案的募捐方案", "as the filed plan says")}[basis]
    return (f"结余划转：“{giving.title_zh}”结余 {yuan}，{why_zh}，转给“{taking.title_zh}”使用。",
            f"Surplus moved: {yuan} left over from {giving.title_en} goes to {taking.title_en}, {why_en}.")
