"""Issuing a document: number it once, keep its bytes, serve the same bytes for ever.

A statement is issued once for each state of the history (the same again as long as nothing has happened), a receipt
or certificate once for its subject. Both languages of a document share its number.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, undefer

from ..audit import events
from ..audit.models import Event
from ..clock import Clock, period_of, today
from ..database import is_postgresql, use_case
from ..donations.models import Donation, Pledge
from ..donations.rules import COUNTED_STATES
from ..identity.actor import Actor
from ..ledger import numbering
from ..projects.facts import is_demonstration
from .build.common import Reading, at
from .build.receipt import standing
from .documents import Document, Language, Organisation, Provenance
from .models import IssuedDocument

# Kind → letters in its number. Those in ONCE are issued once for their subject.
LETTERS = {"needs": "NR", "fund": "FS", "receipt": "DR", "certificate": "AC", "donor": "DS",
           "reconciliation": "BR", "unmatched": "UL", "matched": "ML"}
ONCE = frozenset({"receipt", "certificate"})
_LOCK = 0x64_6F_63
_ISSUED = "document_issued"

Build = Callable[[Session, Reading], Document]
Render = Callable[[Document], bytes]


@dataclass(frozen=True)
class Wanted:
    """Which document: its kind, whom or what it is about, what else it depends on, its language."""

    kind: str
    subject: str
    language: Language
    parameters: str = ""


def programme() -> Organisation:
    """Who issues, from the settings."""
    config = current_app.config
    return Organisation(str(config["ORGANISATION_ZH"]), str(config["ORGANISATION_EN"]), "温暖二七 · 全民参与公益+",
                        "Warm Erqi · Everyone takes part")


def reading(session: Session, language: Language, number: str, fallback: datetime) -> Reading:
    """Where the figures are read: how many events there are and when the last of them was."""
    count, last = session.execute(
        select(func.count(Event.id), func.max(Event.at)).where(Event.kind != _ISSUED)).one()
    # The time of the last event, not of the request: the same history gives the same document.
    url = f"{current_app.config['SITE_URL']}/verify?number={number}" if number else None
    return Reading(language, programme(), Provenance(number, count, at(last or fallback),
                                                     is_demonstration(), url))


def preview(session: Session, build: Build, render: Render, *, language: Language, clock: Clock) -> bytes:
    """The document without a number; nothing is kept."""
    return render(build(session, reading(session, language, "", clock.now())))


@use_case
def issue(tx: Session, *, actor: Actor, clock: Clock, wanted: Wanted, build: Build, render: Render) -> IssuedDocument:
    """The issued document, made now if this one does not exist yet.

    It is made inside the write, so that its figures, its number and the history agree; see docs/adr.
    """
    if is_postgresql(tx):
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    numbering.assign.inside(tx)
    position = 0 if wanted.kind in ONCE else reading(tx, wanted.language, "", clock.now()).provenance.events
    same = list(tx.scalars(select(IssuedDocument).where(
        IssuedDocument.kind == wanted.kind, IssuedDocument.subject == wanted.subject,
        IssuedDocument.parameters == wanted.parameters, IssuedDocument.read_at_event == position)
        .options(undefer(IssuedDocument.content))))
    for known in same:
        if known.language == wanted.language:
            return known
    number = same[0].number if same else _next_number(tx, wanted.kind, clock)
    content = render(build(tx, reading(tx, wanted.language, number, clock.now())))
    row = IssuedDocument(
        kind=wanted.kind, subject=wanted.subject, parameters=wanted.parameters, language=wanted.language,
        read_at_event=position, number=number, sha256=hashlib.sha256(content).hexdigest(), issued_at=clock.now(),
        issued_by=actor.user_id, content=content)
    tx.add(row)
    tx.flush()
    events.record(tx, kind=_ISSUED, subject=("document", number), payload={
        "kind": wanted.kind, "language": wanted.language, "sha256": row.sha256}, actor_id=actor.user_id,
        at=clock.now())
    return row


def _next_number(tx: Session, kind: str, clock: Clock) -> str:
    """`EQ-NR-202606-0001`: gap-free per kind and month, under the lock of `issue`."""
    start = f"EQ-{LETTERS[kind]}-{period_of(today(clock))}-"
    last = tx.scalar(select(func.max(IssuedDocument.number)).where(IssuedDocument.number.startswith(start)))
    return f"{start}{(int(last.rsplit('-', 1)[1]) if last else 0) + 1:04d}"


def find(session: Session, number: str) -> list[IssuedDocument]:
    """Every language of the document with this number."""
    return list(session.scalars(select(IssuedDocument).where(IssuedDocument.number == number.strip().upper())
                                .order_by(IssuedDocument.language.desc())))


def is_void(session: Session, document: IssuedDocument) -> bool:
    """Whether what a receipt or certificate states has been undone since: the gift was reversed or sent back, the
    promise given up."""
    if document.kind == "receipt":
        return session.scalar(select(Donation.state).where(Donation.id == int(document.subject))) != "received"
    if document.kind == "certificate":
        return session.scalar(select(Pledge.state).where(Pledge.id == int(document.subject))) not in COUNTED_STATES
    return False


def replaced_by(session: Session, document: IssuedDocument) -> str:
    """The number of the receipt that stands in this one's place since the state's own was issued or voided; empty
    where this one is the latest."""
    if document.kind != "receipt" or document.parameters == (now := standing(session, int(document.subject))):
        return ""
    return session.scalar(select(IssuedDocument.number).where(
        IssuedDocument.kind == "receipt", IssuedDocument.subject == document.subject,
        IssuedDocument.parameters == now).limit(1)) or ""


def find_bytes(session: Session, sha256: str) -> IssuedDocument | None:
    """The document whose bytes have this hash."""
    return session.scalars(select(IssuedDocument).where(IssuedDocument.sha256 == sha256)).first()


