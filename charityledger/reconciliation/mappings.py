"""Column mappings: tables that nobody knew, explained once by a person and known by their head from then on.

A mapping is never changed: it is removed, and another one made. Each has a format of its own, so that a line that came
through one and comes again through another is asked about like any line of two layouts.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from ..audit import events
from ..clock import Clock
from ..database import is_postgresql, use_case
from ..donations.models import BankStatement, ColumnMapping
from ..errors import Conflict, InvalidInput, NotFound
from ..identity.actor import Actor
from ..ledger.idempotency import once
from . import importers
from .importers.columns import spellings
from .importers.layout import Layout
from .importers.mapped import TableMapping

NAME_MOST = 40
_FORMAT = "table-"
_OWN_FORMAT = re.compile(rf"{_FORMAT}\d+")
_REMOVED = "removed "        # before the id, where a mapping in use has the hash of its head


class MappingNameWrong(InvalidInput):
    """A name is 1 to 40 visible characters, and no format's own. Facts: text, most."""

    code = "mapping_name_wrong"


class MappingNameTaken(Conflict):
    """Another mapping in use has the name. Facts: text."""

    code = "mapping_name_taken"


class HeadMapped(Conflict):
    """A table with this head has its mapping already. Facts: name."""

    code = "head_mapped"


class MappingRemoved(Conflict):
    """The mapping was removed before. Facts: name."""

    code = "mapping_removed"


@dataclass(frozen=True)
class Remembered:
    """A mapping as it is kept. `removed_at`: none while it is in use."""

    id: int
    name: str
    mapping: TableMapping
    made_by: int | None
    made_at: datetime
    removed_by: int | None = None
    removed_at: datetime | None = None

    @property
    def format(self) -> str:
        """What lines that were read by it are said to be in, for ever."""
        return format_of(self.id)

    @property
    def layout(self) -> Layout:
        """For the parsers."""
        return self.mapping.layout(self.format)


def format_of(mapping_id: int) -> str:
    """The format of a mapping's files."""
    return f"{_FORMAT}{mapping_id}"


def head_hash(mapping: TableMapping) -> str:
    """SHA-256 of the head's words, in their order."""
    return hashlib.sha256(json.dumps(mapping.words, ensure_ascii=False).encode()).hexdigest()


@use_case
def make(tx: Session, *, name: str, mapping: TableMapping, actor: Actor, clock: Clock, key: str | None = None) -> int:
    """Remember how a table is read; returns the mapping's id.

    Raises a kind of MappingWrong, UnknownCurrency, MappingNameWrong, MappingNameTaken or HeadMapped.
    """
    name = name.strip()

    def act() -> int:
        mapping.check()
        if is_postgresql(tx):
            # One at a time: neither name nor head may come twice, and both are looked for before they are written.
            tx.execute(text("LOCK TABLE column_mapping IN SHARE ROW EXCLUSIVE MODE"))
        _check_name(tx, name)
        hashed = head_hash(mapping)
        there = tx.scalars(select(ColumnMapping).where(ColumnMapping.head_hash == hashed)).one_or_none()
        if there is not None:
            raise HeadMapped(name=there.name)
        row = ColumnMapping(head_hash=hashed, name=name, made_by=actor.user_id, made_at=clock.now(),
                            head=_json(mapping.head), columns=_json(_numbered(mapping)),
                            options=_json(_options(mapping)))
        tx.add(row)
        tx.flush()
        columns: list[dict[str, str | int | bool | None]] = [
            {"field": field, "column": at + 1} for field, at in mapping.columns]
        events.record(tx, kind="column_mapping_made", subject=("column_mapping", row.id), payload={
            "head_sha256": hashed, "columns": columns, "source": mapping.source, "dates": mapping.dates,
            "positive": mapping.positive, "out_below_zero": mapping.out_below_zero, "currency": mapping.currency},
            actor_id=actor.user_id, at=clock.now())
        return row.id

    return once(tx, key, {"use": "make_mapping", "name": name, "mapping": asdict(mapping)}, act, clock=clock)


def _check_name(tx: Session, name: str) -> None:
    if not (name and len(name) <= NAME_MOST and name.isprintable()) or (
            name in importers.FORMATS or _OWN_FORMAT.fullmatch(name)):
        raise MappingNameWrong(text=name[:NAME_MOST], most=NAME_MOST)
    if any(row.name.casefold() == name.casefold() for row in _in_use(tx)):
        raise MappingNameTaken(text=name)


@use_case
def remove(tx: Session, *, mapping_id: int, actor: Actor, clock: Clock, key: str | None = None) -> int:
    """Files are not read by this mapping any more, and their head may be explained anew; what was imported stays.
    Returns the mapping's id.

    Raises NotFound or MappingRemoved.
    """
    def act() -> int:
        row = tx.scalars(select(ColumnMapping).where(ColumnMapping.id == mapping_id).with_for_update()).one_or_none()
        if row is None:
            raise NotFound(what=f"mapping {mapping_id}")
        if row.head_hash.startswith(_REMOVED):
            raise MappingRemoved(name=row.name)
        row.head_hash = f"{_REMOVED}{row.id}"
        row.options = _json({**json.loads(row.options), "removed_by": actor.user_id,
                             "removed_at": clock.now().isoformat()})
        tx.flush()
        events.record(tx, kind="column_mapping_removed", subject=("column_mapping", row.id), payload={},
                      actor_id=actor.user_id, at=clock.now())
        return row.id

    return once(tx, key, {"use": "remove_mapping", "mapping": mapping_id}, act, clock=clock)


def in_use(session: Session) -> list[Remembered]:
    """Those that files are read by, oldest first."""
    return [_remembered(row) for row in _in_use(session)]


def every(session: Session) -> list[Remembered]:
    """The removed ones, too; the newest first."""
    return [_remembered(row) for row in session.scalars(select(ColumnMapping).order_by(ColumnMapping.id.desc()))]


def name_of(session: Session, format_name: str) -> str:
    """What people call the mapping that a file was read by, in use or not; empty for every other format."""
    number = format_name.removeprefix(_FORMAT)
    if not _OWN_FORMAT.fullmatch(format_name):
        return ""
    row = session.get(ColumnMapping, int(number))
    return "" if row is None else row.name


def files(session: Session) -> dict[str, int]:
    """{format: how many imported files were read by it}, of mappings."""
    return dict(session.execute(select(BankStatement.format, func.count()).where(
        BankStatement.format.startswith(_FORMAT, autoescape=True)).group_by(BankStatement.format)).all())


def known_words(session: Session) -> dict[str, str]:
    """{word of a head: field}, as people said it of other tables: the first guess for a new one."""
    found: dict[str, str] = {}
    for one in in_use(session):
        for field, at in one.mapping.columns:
            found.update(dict.fromkeys(spellings(one.mapping.head[at])[:1], field))
    return found


def _in_use(session: Session) -> Sequence[ColumnMapping]:
    return session.scalars(select(ColumnMapping).where(ColumnMapping.head_hash.not_like(f"{_REMOVED}%"))
                           .order_by(ColumnMapping.id)).all()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _numbered(mapping: TableMapping) -> dict[str, list[int]]:
    return {field: [at + 1 for at in places] for field, places in mapping.places.items()}


def _options(mapping: TableMapping) -> dict[str, Any]:
    return {name: value for name, value in asdict(mapping).items() if name not in ("head", "columns")}


def _remembered(row: ColumnMapping) -> Remembered:
    options = json.loads(row.options)
    removed_by, removed_at = options.pop("removed_by", None), options.pop("removed_at", None)
    for words in ("in_words", "out_words"):
        options[words] = tuple(options[words])
    columns = tuple(sorted(((field, at - 1) for field, places in json.loads(row.columns).items() for at in places),
                           key=lambda column: column[1]))
    return Remembered(row.id, row.name, TableMapping(tuple(json.loads(row.head)), columns, **options), row.made_by,
                      row.made_at, removed_by, None if removed_at is None else datetime.fromisoformat(removed_at))
