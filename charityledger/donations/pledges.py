"""What happens to a pledge besides money: found again, shown otherwise, claimed into an account, ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, select, update
from sqlalchemy.orm import Session

from .. import reference as references
from ..audit import events
from ..clock import Clock
from ..database import use_case
from ..errors import Conflict, InvalidInput, NotAllowed, WrongState
from ..identity.actor import ADMIN, FINANCE, STAFF, Actor
from ..ids import Ids
from ..ledger.idempotency import once
from ..phone import last_four
from ..projects.models import SubProject
from .adoption import AdoptionWish, adopt, give_up
from .disbursements import NoEvidence
from .donors import DonorFacts, living
from .models import Donation, Evidence, Instalment, Membership, Pledge, Suspense
from .rules import COUNTED_STATES, LIVE_STATES, SHOWN

PAGE_SIZE = 50
# 慈善法, articles 39 and 41: such a promise is released on evidence, not by a button.
BINDING = ("public", "written")


class NotFoundByTail(InvalidInput):
    """No pledge with this reference and these last four digits; which of the two is wrong is not said. Facts: none."""

    code = "not_found_by_tail"


class BindingPledge(Conflict):
    """A pledge made in writing or in public cannot be given up online. Facts: reference."""

    code = "binding_pledge"


class InAnotherAccount(Conflict):
    """The pledge belongs to somebody's account already. Facts: reference."""

    code = "in_another_account"


class NoteMissing(InvalidInput):
    """Ending somebody's promise takes a written reason. Facts: none."""

    code = "note_missing"


def find_by_tail(session: Session, *, reference: str, tail: str) -> Pledge:
    """The pledge with this reference that was made with a phone ending in these four digits. Raises NotFoundByTail."""
    codes = references.parse(reference)
    digits = "".join(letter for letter in tail if letter.isdigit())
    for pledge in session.scalars(select(Pledge).where(Pledge.reference.in_(codes))):
        if len(digits) == 4 and pledge.contact_phone and last_four(pledge.contact_phone) == digits:
            return pledge
    raise NotFoundByTail()


@use_case
def adopt_instead(tx: Session, *, actor: Actor, clock: Clock, ids: Ids, old_id: int, donor: DonorFacts,
                  wish: AdoptionWish, confirm_minutes: int, key: str | None = None) -> int:
    """Adopt something else in place of a reservation that is not confirmed; returns the new pledge's id.

    What the old one held is free for the new one. Raises WrongState when the old one was confirmed already, and then
    it stays; where the new one cannot be had (OverNeed), the old one stays too.
    """
    def act() -> int:
        old = tx.get_one(Pledge, old_id, with_for_update=True)
        if old.state in COUNTED_STATES:
            raise WrongState(subject=references.show(old.reference), state=old.state, wanted="reserved")
        if old.state == "reserved":
            give_up.inside(tx, actor=actor, clock=clock, pledge_id=old_id, state="cancelled")
        return adopt.inside(tx, actor=actor, clock=clock, ids=ids, donor=donor, wish=wish,
                            confirm_minutes=confirm_minutes)

    content = {"use": "adopt_instead", "old": old_id, "donor": donor, "wish": wish, "actor": actor.user_id}
    return once(tx, key, content, act, clock=clock)


@use_case
def withdraw(tx: Session, *, actor: Actor, clock: Clock, pledge_id: int, key: str | None = None) -> int:
    """放开名额: the donor frees what is not paid yet. Raises BindingPledge, or WrongState when it has ended."""
    pledge = tx.get_one(Pledge, pledge_id, with_for_update=True)
    if pledge.enforceability in BINDING and pledge.state != "reserved":
        raise BindingPledge(reference=references.show(pledge.reference))
    return give_up.inside(tx, actor=actor, clock=clock, pledge_id=pledge_id, state="cancelled", key=key)


@use_case
def end(tx: Session, *, actor: Actor, clock: Clock, pledge_id: int, state: str, note: str,
        files: tuple[tuple[int, str], ...] = (), key: str | None = None) -> int:
    """Staff release, write off or cancel a pledge; `note` says why. Only its unpaid part is freed.

    A release takes `files`, (stored file id, its name), that show the hardship (慈善法, article 41). Raises
    NoteMissing, NoEvidence.
    """
    def act() -> int:
        if actor.role not in (STAFF, FINANCE, ADMIN):
            raise NotAllowed(role=actor.role)
        if not note.strip():
            raise NoteMissing()
        if state == "released" and not files:
            raise NoEvidence()
        give_up.inside(tx, actor=actor, clock=clock, pledge_id=pledge_id, state=state, reason=note.strip())
        tx.add_all(Evidence(pledge_id=pledge_id, file_id=file_id, name=name) for file_id, name in files)
        tx.flush()
        return pledge_id

    content = {"use": "end", "pledge": pledge_id, "state": state, "note": note, "files": files}
    return once(tx, key, content, act, clock=clock)


@use_case
def show_as(tx: Session, *, actor: Actor, clock: Clock, pledge_id: int, shown: str) -> None:
    """A donor changes how a pledge and its gifts are shown, at any time. `shown`: full, short or none."""
    if shown not in SHOWN:
        raise ValueError(f"no such way to be shown: {shown}")
    pledge = tx.get_one(Pledge, pledge_id, with_for_update=True)
    if pledge.shown == shown:
        return
    pledge.shown = shown
    tx.execute(update(Donation).where(Donation.pledge_id == pledge_id).values(shown=shown)
               .execution_options(synchronize_session=False))
    events.record(tx, kind="pledge_shown_changed", subject=("pledge", pledge_id), payload={"shown": shown},
                  actor_id=actor.user_id, at=clock.now())


@use_case
def show_gift_as(tx: Session, *, actor: Actor, clock: Clock, donation_id: int, shown: str) -> None:
    """The same for a gift without a pledge."""
    if shown not in SHOWN:
        raise ValueError(f"no such way to be shown: {shown}")
    gift = tx.get_one(Donation, donation_id, with_for_update=True)
    if gift.shown != shown:
        gift.shown = shown
        events.record(tx, kind="gift_shown_changed", subject=("donation", donation_id), payload={"shown": shown},
                      actor_id=actor.user_id, at=clock.now())


@use_case
def claim(tx: Session, *, actor: Actor, clock: Clock, donor_id: int, reference: str, tail: str) -> int:
    """Bring a pledge that was made without an account into one, by its reference and the phone's last four digits.

    Returns the pledge's id. Raises NotFoundByTail, or InAnotherAccount where somebody signs in for it already.
    """
    pledge = tx.get_one(Pledge, find_by_tail(tx, reference=reference, tail=tail).id, with_for_update=True,
                        populate_existing=True)
    if pledge.donor_id == donor_id:
        return pledge.id
    if tx.scalar(select(Membership.id).where(Membership.donor_id == pledge.donor_id).limit(1)) is not None:
        raise InAnotherAccount(reference=references.show(pledge.reference))
    before, pledge.donor_id = pledge.donor_id, living(tx, donor_id).id
    for table in (Donation, Suspense):
        tx.execute(update(table).where(table.pledge_id == pledge.id).values(donor_id=pledge.donor_id)
                   .execution_options(synchronize_session=False))
    tx.flush()
    events.record(tx, kind="pledge_claimed", subject=("pledge", pledge.id),
                  payload={"from": before, "to": pledge.donor_id}, actor_id=actor.user_id, at=clock.now())
    return pledge.id


@dataclass(frozen=True)
class PledgeFilter:
    """What staff look for; empty means all. `overdue_on`: with an instalment due before that day and not paid."""

    state: str = ""
    sub_code: str = ""
    source: str = ""
    overdue_on: date | None = None


def page_of_pledges(session: Session, wanted: PledgeFilter, *, page: int = 1) -> tuple[Sequence[Pledge], int]:
    """(one page of pledges, newest first, how many there are)."""
    query = _filtered(wanted)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.scalars(query.order_by(Pledge.id.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    return rows.all(), total


def _filtered(wanted: PledgeFilter) -> Select[Pledge]:
    query = select(Pledge)
    if wanted.state:
        query = query.where(Pledge.state == wanted.state)
    if wanted.source:
        query = query.where(Pledge.source == wanted.source)
    if wanted.sub_code:
        query = query.join(SubProject, SubProject.id == Pledge.sub_project_id).where(SubProject.code == wanted.sub_code)
    if wanted.overdue_on is not None:
        query = query.where(is_overdue(wanted.overdue_on))
    return query


def is_overdue(on: date) -> ColumnElement[bool]:
    """For queries of pledges: money pays the oldest instalment first, so one is overdue where less has come in than
    what was due before that day."""
    due_fen = (select(func.coalesce(func.sum(Instalment.amount_fen), 0))
               .where(and_(Instalment.pledge_id == Pledge.id, Instalment.due_on < on)).scalar_subquery())
    return and_(Pledge.state.in_(LIVE_STATES), Pledge.paid < due_fen)
