"""The need as history, hand-overs of goods as rows of their own, evidence for the end of a promise."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from charityledger import triggers
from charityledger.clock import local_date
from charityledger.columns import Instant, RowId

revision = "0003"
down_revision = "0002"

_EVENTS = sa.table("event", *(sa.column(name) for name in ("id", "kind", "subject_kind", "subject_id", "payload",
                                                          "actor_id")), sa.column("at", Instant()))
_NUMBERS = ("need", "unit_price_fen", "reserved", "pledged", "paid", "received", "disbursed", "delivered",
            "received_value_fen", "disbursed_value_fen")
_MOVEMENTS = sa.table("need_movement", *(sa.column(name) for name in (
    "id", "need_item_id", "subject_kind", "subject_id", *_NUMBERS)), sa.column("effective_on", sa.Date()))
_ITEMS = sa.table("need_item", *(sa.column(name) for name in (
    "id", "sub_project_id", "line", "kind", "quantity", "unit_price_fen", "amount_fen")),
    sa.column("withdrawn", sa.Boolean()))
_SUBS = sa.table("sub_project", sa.column("id"), sa.column("code"), sa.column("opened_on", sa.Date()))
_GIFT_LINES = sa.table("donation_line", *(sa.column(name) for name in (
    "id", "donation_id", "need_item_id", "amount", "value_fen")))
_HAND_OVERS = sa.table("hand_over", *(sa.column(name) for name in (
    "id", "donation_id", "units", "value_fen", "entry_id", "recorded_by")), sa.column("handed_on", sa.Date()))
_HAND_OVER_LINES = sa.table("hand_over_line", *(sa.column(name) for name in (
    "hand_over_id", "donation_line_id", "units", "value_fen")))


def upgrade() -> None:
    triggers.drop(op.get_bind())
    for name in ("need", "unit_price_fen"):
        op.add_column("need_movement", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.create_table("hand_over",
        sa.Column("id", RowId, nullable=False),
        sa.Column("donation_id", RowId, nullable=False),
        sa.Column("handed_on", sa.Date(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", RowId, nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("undone_on", sa.Date(), nullable=True),
        sa.CheckConstraint("units > 0 AND value_fen >= 0", name=op.f("ck_hand_over_positive")),
        sa.ForeignKeyConstraint(["donation_id"], ["donation.id"], name=op.f("fk_hand_over_donation_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["journal_entry.id"], name=op.f("fk_hand_over_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")))
    op.create_index(op.f("ix_hand_over_donation_id"), "hand_over", ["donation_id"], unique=False)
    op.create_table("hand_over_line",
        sa.Column("id", RowId, nullable=False),
        sa.Column("hand_over_id", RowId, nullable=False),
        sa.Column("donation_line_id", RowId, nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("units > 0 AND value_fen >= 0", name=op.f("ck_hand_over_line_positive")),
        sa.ForeignKeyConstraint(["donation_line_id"], ["donation_line.id"],
            name=op.f("fk_hand_over_line_donation_line_id")),
        sa.ForeignKeyConstraint(["hand_over_id"], ["hand_over.id"], name=op.f("fk_hand_over_line_hand_over_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over_line")),
        sa.UniqueConstraint("hand_over_id", "donation_line_id",
            name=op.f("uq_hand_over_line_hand_over_id_donation_line_id")))
    with op.batch_alter_table("evidence") as batch:
        batch.add_column(sa.Column("pledge_id", RowId, nullable=True))
        batch.create_foreign_key(batch.f("fk_evidence_pledge_id"), "pledge", ["pledge_id"], ["id"])
        batch.create_index(batch.f("ix_evidence_pledge_id"), ["pledge_id"], unique=False)
    _carry_over_needs(op.get_bind())
    _carry_over_hand_overs(op.get_bind())
    triggers.install(op.get_bind())


def _carry_over_needs(bind: sa.Connection) -> None:
    """The need of each item from its first day, and what the history says that was changed since."""
    items = bind.execute(sa.select(_ITEMS, _SUBS.c.code, _SUBS.c.opened_on)
                         .join_from(_ITEMS, _SUBS, _SUBS.c.id == _ITEMS.c.sub_project_id).order_by(_ITEMS.c.id)).all()
    first_used = dict(bind.execute(sa.select(_MOVEMENTS.c.need_item_id, sa.func.min(_MOVEMENTS.c.effective_on))
                                   .group_by(_MOVEMENTS.c.need_item_id)).all())
    history: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for event in bind.execute(sa.select(_EVENTS).where(_EVENTS.c.kind.in_(
            ("sub_project_added", "need_item_added", "catalogue_revised"))).order_by(_EVENTS.c.id)):
        history[event.subject_kind, event.subject_id].append(event)
    for item in items:
        own = history["need_item", f"{item.code}/{item.line}"]
        changes, need, price_fen = _undone(item._mapping, [e for e in own if e.kind == "catalogue_revised"])
        came = [e for e in own if e.kind == "need_item_added"]
        days = [local_date(e.at) for e in came or history["sub_project", item.code] if e.kind != "catalogue_revised"]
        days += [] if came or item.opened_on is None else [item.opened_on]
        days += [day for day in (first_used.get(item.id), *(day for day, _, _ in changes)) if day is not None]
        for day, more, dearer_fen in [(min(days, default=date(1970, 1, 1)), need, price_fen), *reversed(changes)]:
            if more or dearer_fen:
                bind.execute(sa.insert(_MOVEMENTS).values({
                    **dict.fromkeys(_NUMBERS, 0), "need_item_id": item.id, "subject_kind": "need_item",
                    "subject_id": item.id, "effective_on": day, "need": more, "unit_price_fen": dearer_fen}))


def _undone(item: Mapping[str, Any], events: list[Any]) -> tuple[list[tuple[date, int, int]], int, int]:
    """([(day, change of need, of price)], the newest first; need and price before all of them)."""
    now = {name: item[name] for name in ("kind", "quantity", "unit_price_fen", "amount_fen", "withdrawn")}
    changes = []
    for event in reversed(events):
        was = {c["field"]: c["was"] for c in json.loads(event.payload)["changes"] if c["field"] in now}
        if "kind" in was:       # fen are no units: nobody had taken any of it, so it always was what it became
            break
        before = {**now, **was}
        changes.append((local_date(event.at), _need(now) - _need(before),
                        now["unit_price_fen"] - before["unit_price_fen"]))
        now = before
    return changes, _need(now), now["unit_price_fen"]


def _need(item: Mapping[str, Any]) -> int:
    return 0 if item["withdrawn"] else item["amount_fen"] if item["kind"] == "cash" else item["quantity"]


def _carry_over_hand_overs(bind: sa.Connection) -> None:
    """A row for each that the history tells of. Units came from a gift's lines in their order, as they still do."""
    days: dict[int, Iterator[date]] = {}
    handed: dict[int, int] = defaultdict(int)
    for event in bind.execute(sa.select(_EVENTS).where(_EVENTS.c.kind == "goods_handed_over").order_by(_EVENTS.c.id)
                              ).all():
        gift, told = int(event.subject_id), json.loads(event.payload)
        if gift not in days:
            days[gift] = iter(bind.execute(sa.select(_MOVEMENTS.c.effective_on).where(
                _MOVEMENTS.c.subject_kind == "donation", _MOVEMENTS.c.subject_id == gift, _MOVEMENTS.c.disbursed > 0)
                .order_by(_MOVEMENTS.c.id)).scalars().all())
        parts, units, day = [], told["units"], local_date(event.at)
        for line in bind.execute(sa.select(_GIFT_LINES).where(_GIFT_LINES.c.donation_id == gift)
                                 .order_by(_GIFT_LINES.c.id)):
            before = handed[line.id]
            take = min(units, line.amount - before)
            if take:
                units, handed[line.id], day = units - take, before + take, next(days[gift], day)
                parts.append((line.id, take, line.value_fen * (before + take) // line.amount
                              - line.value_fen * before // line.amount))
        row = bind.execute(sa.insert(_HAND_OVERS).values(
            donation_id=gift, handed_on=day, units=told["units"], value_fen=told["cost_fen"], entry_id=told["entry"],
            recorded_by=event.actor_id).returning(_HAND_OVERS.c.id)).scalar_one()
        for line_id, take, fen in parts:
            bind.execute(sa.insert(_HAND_OVER_LINES).values(
                hand_over_id=row, donation_line_id=line_id, units=take, value_fen=fen))


def downgrade() -> None:
    raise RuntimeError("the need's history has no place in the schema before; restore a backup instead")
