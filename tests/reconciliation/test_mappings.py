"""Column mappings are remembered once, found again by the head, and taken out of use without losing anything."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from charityledger.audit.models import Event
from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.donations.models import ColumnMapping
from charityledger.errors import IdempotencyConflict, NotFound
from charityledger.extensions import db
from charityledger.reconciliation import mappings, reading
from charityledger.reconciliation.importers.mapped import TableMapping
from charityledger.reconciliation.importers.mapping_errors import NoDateColumn
from charityledger.reconciliation.mappings import (
    HeadMapped,
    MappingNameTaken,
    MappingNameWrong,
    MappingRemoved,
)
from charityledger.reconciliation.reading import StatementRead, UnknownFormat
from tests.donations.world import STAFF
from tests.reconciliation.files import counts, look, take

SIMPLE = TableMapping(("何时", "进", "谁", "说明"), (("date", 0), ("in", 1), ("name", 2)), dates="dmy",
                      in_words=("来",), out_words=("去", "付出"))
TABLE = "何时,进,谁,说明\n10/04/2026,36.00,张三,捐9482719322\n11/04/2026,5.00,李四,\n".encode()


def make(clock: FixedClock, mapping: TableMapping = SIMPLE, name: str = "村镇银行", key: str | None = None) -> int:
    return mappings.make(name=name, mapping=mapping, actor=STAFF, clock=clock, key=key)


def remove(clock: FixedClock, mapping_id: int, key: str | None = None) -> int:
    return mappings.remove(mapping_id=mapping_id, actor=STAFF, clock=clock, key=key)


def told(data: bytes = TABLE, wanted: str = "") -> StatementRead:
    db.session.rollback()
    return reading.read(data, "village.csv", wanted, mappings.in_use(db.session()))


def test_what_is_remembered_is_what_was_said(books: FixedClock) -> None:
    number = make(books)
    kept = mappings.in_use(db.session())
    assert [(one.id, one.name, one.mapping, one.made_by, one.made_at) for one in kept] == [
        (number, "村镇银行", SIMPLE, STAFF.user_id, books.now())]
    assert mappings.name_of(db.session(), f"table-{number}") == "村镇银行"
    assert mappings.name_of(db.session(), "boc") == ""
    assert mappings.known_words(db.session()) == {"何时": "date", "进": "in", "谁": "name"}
    event = db.session.scalars(select(Event).where(Event.kind == "column_mapping_made")).one()
    assert (event.subject_id, event.actor_id) == (str(number), STAFF.user_id)
    assert json.loads(event.payload)["columns"] == [
        {"field": "date", "column": 1}, {"field": "in", "column": 2}, {"field": "name", "column": 3}]
    assert "何时" not in event.payload


def test_a_file_with_the_head_is_read_by_it(books: FixedClock) -> None:
    before = told()
    assert (before.is_unknown_table, before.parsed.lines) == (True, [])
    number = make(books)
    file = told()
    assert (file.faults, file.mapping, file.parsed.format) == ([], "村镇银行", f"table-{number}")
    assert counts(look(file)) == (2, 0, 0)
    statement = take(books, file)
    assert (statement.format, statement.in_fen, statement.source) == (f"table-{number}", 4100, "bank")
    assert mappings.files(db.session()) == {f"table-{number}": 1}


def test_by_name_and_by_format(books: FixedClock) -> None:
    number = make(books)
    for wanted in ("村镇银行", f"table-{number}"):
        assert len(told(wanted=wanted).parsed.lines) == 2
    assert [error.code for _, error in told(b"a,b,c,d\n1,2,3,4\n", "村镇银行").faults] == ["columns_missing"]
    for wanted in ("别的", "table-99"):
        with pytest.raises(UnknownFormat):
            told(wanted=wanted)


def test_an_invalid_one_is_refused_and_leaves_nothing(books: FixedClock) -> None:
    with pytest.raises(NoDateColumn):
        make(books, replace(SIMPLE, columns=(("in", 1),)))
    for name in ("", " ", "x" * 41, "a\nb", "boc", "table-3"):
        with pytest.raises(MappingNameWrong):
            make(books, name=name)
    assert mappings.every(db.session()) == []
    assert db.session.scalars(select(Event).where(Event.kind == "column_mapping_made")).all() == []


def test_a_head_and_a_name_have_one_mapping(books: FixedClock) -> None:
    make(books)
    with pytest.raises(HeadMapped):
        make(books, replace(SIMPLE, dates="mdy"), name="又一种")
    with pytest.raises(MappingNameTaken):
        make(books, replace(SIMPLE, head=("何时", "进", "谁", "别的")), name="村镇银行")
    assert make(books, replace(SIMPLE, head=("进", "何时", "谁", "说明")), name="换了次序") > 0


def test_python_bypassed_a_head_has_one_mapping(books: FixedClock) -> None:
    make(books)
    with pytest.raises(IntegrityError), transaction() as tx:
        tx.execute(insert(ColumnMapping).values(
            head_hash=mappings.head_hash(SIMPLE), name="另一个", head="[]", columns="{}", made_at=books.now()))


def test_sent_twice(books: FixedClock) -> None:
    number = make(books, key="form")
    assert make(books, key="form") == number
    with pytest.raises(IdempotencyConflict):
        make(books, replace(SIMPLE, dates="mdy"), key="form")
    assert remove(books, number, key="away") == remove(books, number, key="away") == number


def test_out_of_use(books: FixedClock) -> None:
    number = make(books)
    statement = take(books, told())
    books.forward(days=1)
    remove(books, number)
    db.session.rollback()
    assert mappings.in_use(db.session()) == []
    assert [(one.removed_by, one.removed_at, one.mapping) for one in mappings.every(db.session())] == [
        (STAFF.user_id, books.now(), SIMPLE)]
    assert told().is_unknown_table
    # What was imported stays, and so does what it was read by.
    assert mappings.name_of(db.session(), statement.format) == "村镇银行"
    assert len(db.session.scalars(select(Event).where(Event.kind == "column_mapping_removed")).all()) == 1
    with pytest.raises(MappingRemoved):
        remove(books, number)
    with pytest.raises(NotFound):
        remove(books, 99)


def test_explained_anew_nothing_is_doubled(books: FixedClock) -> None:
    """A line that looks different with another column read came before all the same: a person is asked."""
    number = make(books)
    take(books, told())
    remove(books, number)
    again = make(books, replace(SIMPLE, columns=(*SIMPLE.columns, ("memo", 3))))
    later = told(TABLE + "12/04/2026,7.00,王五,\n".encode())
    assert later.parsed.format == f"table-{again}"
    assert counts(look(later)) == (1, 1, 1)
